package pipeline

import (
	"fmt"
	"sort"
	"strings"

	"greenroom/pipeline/planning"
	"greenroom/pipeline/request"
	"greenroom/remotion"
)

// Facts are everything that is known about a clip, as name and value, for people who
// ask why.
func (p *Project) Facts(s planning.Step) [][2]string {
	out := [][2]string{{"clip", s.Clip}, {"action", string(s.Action)}, {"because", s.Reason}, {"route", s.Route}, {"take key", s.Key}}
	if s.Seconds > 0 {
		out = append(out, [2]string{lengthName(s), fmt.Sprintf("%.2f s", s.Seconds)})
	}
	if shown := p.Shown(s.Clip); shown.Kind == remotion.StandIn {
		out = append(out, [2]string{"stand-in", fmt.Sprintf("%.2f s long", shown.Seconds)})
	}
	if s.Longest > 0 {
		out = append(out, [2]string{"range", fmt.Sprintf("%.1f to %.1f s", s.Shortest, s.Longest)})
	}
	if s.LengthUnknown {
		out = append(out, [2]string{expectedLength, "unknown: " + s.Unknown()})
	}
	if s.Warning != "" {
		out = append(out, [2]string{"warning", s.Warning})
	}
	if s.Price > 0 {
		out = append(out, [2]string{"price", fmt.Sprintf("%s to %s", request.Dollars(s.Least), request.Dollars(s.Price))})
	}
	if v := s.Voice; v != nil {
		out = append(out, [2]string{"voice", fmt.Sprintf("%s: %s", v.Action, v.Reason)}, [2]string{"voice key", v.Key})
		if v.Price > 0 {
			out = append(out, [2]string{"voice price", fmt.Sprintf("%s to %s", request.Dollars(v.Least), request.Dollars(v.Price))})
		}
	} else if v, ok := p.voices.Here(s.Work.Request.Speech); ok {
		out = append(out, [2]string{"voice", fmt.Sprintf("bought, %.2f s, %d words", v.Seconds, len(v.Words))})
	}
	if s.Work.Row != nil {
		out = append(out, [2]string{"request", strings.TrimSpace(string(s.Work.Row.State) + " " + s.Work.Row.VideoID + " " + s.Work.Row.Reason)})
	}
	e, ok := p.Lock.Get(s.Clip)
	if !ok {
		return append(out, [2]string{"current take", "nothing yet"})
	}
	out = append(out, [2]string{"current take", strings.TrimSpace(e.Route + " " + e.VideoID)}, [2]string{"master", fmt.Sprintf("%s, %d bytes, %dx%d", e.Master[:min(12, len(e.Master))], e.MasterBytes, e.Info.Width, e.Info.Height)})
	names := make([]string, 0, len(e.Renditions))
	for n := range e.Renditions {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		out = append(out, [2]string{n, fmt.Sprintf("%s, %d bytes", e.Renditions[n].Hash[:min(12, len(e.Renditions[n].Hash))], e.Renditions[n].Bytes)})
	}
	if changed := s.Work.Request.ChangedSince(e.Inputs); changed != "" && e.TakeKey != s.Key {
		out = append(out, [2]string{"changed", changed})
	}
	return out
}

const expectedLength = "expected length"

// lengthName names a length: the measured one of a take, or the expected one. A stand-in has a third length, that of
// another voice.
func lengthName(s planning.Step) string {
	switch s.Action {
	case planning.Keep, planning.Publish, planning.Prepare, planning.Import:
		return "length"
	}
	return expectedLength
}
