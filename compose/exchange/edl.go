package exchange

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"greenroom/compose/timeline"
)

// writeEDL writes a CMX3600 edit decision list: on its one track of pictures is what lies on top of the film at each
// moment, and two pairs of tracks for sound. The list begins at 01:00:00:00, files at 00:00:00:00.
func writeEDL(p *Project) ([]byte, []Loss) {
	f := p.Film
	e := &edl{project: p, clock: clockOf(f.FPS), reels: map[string]string{}, unheard: map[string]bool{}}
	code := "NON-DROP FRAME"
	if e.clock.drop {
		code = "DROP FRAME"
	}
	fmt.Fprintf(&e.text, "TITLE: %s\nFCM: %s\n\n", ascii(f.Name, 70), code)
	if float64(e.clock.base)-f.FPS.FPS() > 1e-9 && !e.clock.drop {
		e.drawn("the film", fmt.Sprintf("timecode of %.6g frames a second", f.FPS.FPS()),
			fmt.Sprintf("timecode that counts %d frames as a second", e.clock.base))
	}
	events := e.pictures()
	events = e.sounds(events)
	slices.SortStableFunc(events, func(a, b event) int { return a.from - b.from })
	for i := range events {
		e.event(i+1, &events[i])
	}
	for i := range f.Layers {
		if e.shown[f.Layers[i].ID] {
			e.unplaced(f, &f.Layers[i], true)
		} else {
			e.differs(f.Layers[i].ID, "a video below others", "it is missing")
		}
	}
	return []byte(e.text.String()), e.list
}

type edl struct {
	losses
	project *Project
	clock   clock
	text    strings.Builder
	reels   map[string]string // by media
	shown   map[string]bool   // layers, by name
	unheard map[string]bool   // sounds, by name
}

// event is one edit.
type event struct {
	clip     *clip // nil: black
	from     int   // frames of the film
	frames   int
	start    int    // frames of the file
	tracks   string // V, AA, AA/V, NONE
	more     string // a line that follows: further tracks
	dissolve int    // frames at the beginning
	before   *clip  // what is dissolved from; nil: black
}

func (v *event) end() int { return v.from + v.frames }

// pictures returns what lies on top at each moment.
func (e *edl) pictures() (out []event) {
	f := e.project.Film
	e.shown = map[string]bool{}
	var all []clip
	cuts := []int{0, f.Frames}
	for i := range f.Layers {
		for _, c := range clipsOf(f, &f.Layers[i]) {
			all = append(all, c)
			cuts = append(cuts, c.from, c.end())
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	for i := 0; i+1 < len(cuts); i++ {
		v := event{from: cuts[i], frames: cuts[i+1] - cuts[i], tracks: "V"}
		for j := range all {
			if c := &all[j]; c.from <= v.from && v.end() <= c.end() {
				v.clip, v.start = c, c.start+v.from-c.from
			}
		}
		if n := len(out); n > 0 && out[n-1].clip == v.clip {
			out[n-1].frames += v.frames
			continue
		}
		out = append(out, v)
	}
	for _, v := range out {
		if v.clip != nil {
			e.shown[v.clip.layer.ID] = true
		}
	}
	return e.dissolves(out)
}

// longestDissolve is what three digits of CMX3600 allow in its editors.
const longestDissolve = 255

// dissolves turns fades at the edges of clips into dissolves: from what is below, or from black.
func (e *edl) dissolves(list []event) (out []event) {
	for i, v := range list {
		var before *clip // what is seen until v
		if i > 0 {
			before = list[i-1].clip
		}
		if v.clip != nil && v.from == v.clip.from {
			in, _ := fades(v.clip)
			v.dissolve = e.length(v.clip, min(in, v.frames))
			if v.dissolve > 0 && before != nil && before.end() > v.from {
				v.before = before
			}
		}
		if n := len(out); n > 0 && before != nil && before.end() == v.from {
			_, fading := fades(before)
			if fading = e.length(before, min(fading, out[n-1].frames-out[n-1].dissolve)); fading > 0 {
				out[n-1].frames -= fading
				under := v.clip != nil && v.clip.from <= v.from-fading
				if under || v.clip == nil {
					v.from, v.frames, v.start = v.from-fading, v.frames+fading, v.start-fading
					v.dissolve, v.before = fading, before
				} else {
					out = append(out, toBlack(before, v.from, fading))
				}
			}
		}
		if v.clip == nil {
			v.start = 0
		}
		out = append(out, v)
	}
	n := len(out)
	if n == 0 || out[n-1].clip == nil || out[n-1].clip.end() != out[n-1].end() {
		return out
	}
	last := &out[n-1]
	_, fading := fades(last.clip)
	if fading = e.length(last.clip, min(fading, last.frames-last.dissolve)); fading > 0 {
		last.frames -= fading
		out = append(out, toBlack(last.clip, last.end()+fading, fading))
	}
	return out
}

// toBlack is a dissolve from a clip to black that ends at a frame.
func toBlack(before *clip, end, frames int) event {
	return event{from: end - frames, frames: frames, tracks: "V", dissolve: frames, before: before}
}

// length returns the length of a dissolve.
func (e *edl) length(c *clip, frames int) int {
	if frames > longestDissolve {
		e.differs(c.id(), fmt.Sprintf("a fade of %d frames", frames), fmt.Sprintf("a dissolve of %d", longestDissolve))
		return longestDissolve
	}
	return frames
}

// sounds adds the sounds: with their pictures where both are cut alike, else as events of their own.
func (e *edl) sounds(pictures []event) []event {
	f := e.project.Film
	tracks := []struct{ name, more string }{{"AA", ""}, {"NONE", "AUD  3    4\n"}}
	for i, t := range soundTracks(f) {
		for j := range t {
			c := &t[j]
			if i >= len(tracks) {
				e.missing(c.sound)
				continue
			}
			same := slices.IndexFunc(pictures, func(v event) bool {
				return v.clip != nil && v.clip.layer != nil && v.dissolve == 0 && v.clip.media == c.media &&
					v.from == c.from && v.frames == c.frames && v.start == c.start
			})
			if i == 0 && same >= 0 {
				pictures[same].tracks = "AA/V"
				continue
			}
			pictures = append(pictures, event{
				clip: c, from: c.from, frames: c.frames, start: c.start, tracks: tracks[i].name, more: tracks[i].more,
			})
		}
	}
	for i := range f.Sounds {
		if !e.unheard[f.Sounds[i].ID] {
			e.gainOf(&f.Sounds[i])
		}
	}
	return pictures
}

// missing adds a sound that has no track, once.
func (e *edl) missing(s *timeline.Sound) {
	if !e.unheard[s.ID] {
		e.unheard[s.ID] = true
		e.differs(s.ID, "a third sound at the same time", "it is missing")
	}
}

// event writes an edit. A dissolve has two lines with the same number.
func (e *edl) event(number int, v *event) {
	hour := e.clock.hour()
	line := func(c *clip, kind string, start, frames, at int) {
		fmt.Fprintf(&e.text, "%03d  %-8s %-5s %-8s %s %s %s %s\n", number, e.reel(c), v.tracks, kind, e.clock.at(start),
			e.clock.at(start+frames), e.clock.at(hour+at), e.clock.at(hour+at+frames))
	}
	names := func(what string, c *clip) {
		if c != nil {
			fmt.Fprintf(&e.text, "* %s CLIP NAME: %s\n", what, path.Base(e.project.Files[c.media].Path))
		}
	}
	if v.dissolve == 0 {
		line(v.clip, "C", v.start, v.frames, v.from)
		e.text.WriteString(v.more)
		names("FROM", v.clip)
		return
	}
	start := 0
	if v.before != nil {
		start = v.before.start + v.from - v.before.from
	}
	line(v.before, "C", start, 0, v.from)
	line(v.clip, fmt.Sprintf("D    %03d", v.dissolve), v.start, v.frames, v.from)
	names("FROM", v.before)
	names("TO", v.clip)
}

// reel returns the name of a file in eight characters, which no other file has; BL is black.
func (e *edl) reel(c *clip) string {
	if c == nil {
		return "BL"
	}
	if name, ok := e.reels[c.media]; ok {
		return name
	}
	const longest = 8
	name := strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToUpper(e.project.Files[c.media].Name))
	name = name[:min(len(name), longest)]
	taken := func(name string) bool {
		for _, other := range e.reels {
			if other == name {
				return true
			}
		}
		return name == "" || name == "BL" || name == "AX"
	}
	for n := 1; taken(name); n++ {
		number := fmt.Sprint(n)
		name = strings.TrimRight(name[:min(len(name), longest-len(number))], "0123456789") + number
	}
	e.reels[c.media] = name
	return name
}

// ascii returns a text without characters that edit decision lists have no place for.
func ascii(text string, longest int) string {
	out := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '_'
		}
		return r
	}, text)
	return out[:min(len(out), longest)]
}
