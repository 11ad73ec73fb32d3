package exchange

import (
	"bytes"
	"encoding/json"

	"greenroom/compose/timeline"
)

// writeOTIO writes OpenTimelineIO JSON. What OpenTimelineIO has no words for is in the metadata of its clips, in pixels
// of the canvas and in frames, below "greenroom".
func writeOTIO(p *Project) ([]byte, []Loss) {
	o := &otio{project: p}
	f := p.Film
	stack := otioStack{otioItem: item("Stack.1", "tracks"), Children: []any{}}
	pictures := pictureTracks(f, true)
	if len(pictures) == 0 {
		pictures = [][]clip{nil}
	}
	for i, t := range pictures {
		track := o.track("Video", i, t)
		if n := len(t); i == 0 && (n == 0 || t[n-1].end() < f.Frames) { // the timeline is as long as its longest track
			end := 0
			if n > 0 {
				end = t[n-1].end()
			}
			track.Children = append(track.Children, o.gap(f.Frames-end))
		}
		stack.Children = append(stack.Children, track)
	}
	for i, t := range soundTracks(f) {
		stack.Children = append(stack.Children, o.track("Audio", i, t))
	}
	for i := range f.Layers {
		o.unplaced(f, &f.Layers[i], true)
	}
	for i := range f.Sounds {
		o.gainOf(&f.Sounds[i])
	}
	doc := otioTimeline{Schema: "Timeline.1", Name: f.Name, Tracks: stack, Metadata: meta{"greenroom": meta{
		"width": f.Width, "height": f.Height, "rate": f.FPS.String(), "frames": f.Frames, "transparent": f.Transparent,
	}}}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(doc); err != nil {
		panic(err) // plain values
	}
	return b.Bytes(), o.list
}

type otio struct {
	losses
	project *Project
}

type meta map[string]any

type otioTimeline struct {
	Schema      string    `json:"OTIO_SCHEMA"`
	Metadata    meta      `json:"metadata"`
	Name        string    `json:"name"`
	GlobalStart any       `json:"global_start_time"`
	Tracks      otioStack `json:"tracks"`
}

// otioItem is what stacks, tracks, clips and gaps have in common; a gap has nothing else. Readers want lists to be lists,
// also empty ones.
type otioItem struct {
	Schema   string     `json:"OTIO_SCHEMA"`
	Metadata meta       `json:"metadata"`
	Name     string     `json:"name"`
	Range    *otioRange `json:"source_range"`
	Effects  []any      `json:"effects"`
	Markers  []any      `json:"markers"`
	Enabled  bool       `json:"enabled"`
}

type otioStack struct {
	otioItem
	Children []any `json:"children"`
}

type otioTrack struct {
	otioStack
	Kind string `json:"kind"`
}

type otioClip struct {
	otioItem
	Media  map[string]otioMedia `json:"media_references"`
	Active string               `json:"active_media_reference_key"`
}

type otioTime struct {
	Schema string  `json:"OTIO_SCHEMA"`
	Rate   float64 `json:"rate"`
	Value  float64 `json:"value"`
}

type otioRange struct {
	Schema   string   `json:"OTIO_SCHEMA"`
	Duration otioTime `json:"duration"`
	Start    otioTime `json:"start_time"`
}

type otioMedia struct {
	Schema    string     `json:"OTIO_SCHEMA"`
	Metadata  meta       `json:"metadata"`
	Name      string     `json:"name"`
	Available *otioRange `json:"available_range"`
	Bounds    any        `json:"available_image_bounds"`
	URL       string     `json:"target_url"`
}

type otioTransition struct {
	Schema   string   `json:"OTIO_SCHEMA"`
	Metadata meta     `json:"metadata"`
	Name     string   `json:"name"`
	In       otioTime `json:"in_offset"`
	Out      otioTime `json:"out_offset"`
	Type     string   `json:"transition_type"`
}

func (o *otio) time(frames int) otioTime {
	return otioTime{Schema: "RationalTime.1", Rate: o.project.Film.FPS.FPS(), Value: float64(frames)}
}

func (o *otio) span(start, frames int) *otioRange {
	return &otioRange{Schema: "TimeRange.1", Duration: o.time(frames), Start: o.time(start)}
}

func item(schema, name string) otioItem {
	return otioItem{Schema: schema, Name: name, Metadata: meta{}, Effects: []any{}, Markers: []any{}, Enabled: true}
}

func (o *otio) track(kind string, number int, clips []clip) otioTrack {
	t := otioTrack{otioStack{item("Track.1", kind+" "+num(float64(number+1))), []any{}}, kind}
	at := 0
	for i := range clips {
		c := &clips[i]
		if c.from > at {
			t.Children = append(t.Children, o.gap(c.from-at))
		}
		in, out := fades(c)
		if in > 0 {
			t.Children = append(t.Children, o.dissolve(0, in))
		}
		t.Children = append(t.Children, o.clip(c))
		if out > 0 {
			t.Children = append(t.Children, o.dissolve(out, 0))
		}
		at = c.end()
	}
	return t
}

func (o *otio) gap(frames int) otioItem {
	gap := item("Gap.1", "")
	gap.Range = o.span(0, frames)
	return gap
}

// dissolve is a transition whose frames are all before, or all after a cut.
func (o *otio) dissolve(before, after int) otioTransition {
	return otioTransition{Schema: "Transition.1", Metadata: meta{}, In: o.time(before), Out: o.time(after),
		Type: "SMPTE_Dissolve"}
}

func (o *otio) clip(c *clip) otioClip {
	f := o.project.Film
	m, file := f.Media[c.media], o.project.Files[c.media]
	const only = "DEFAULT_MEDIA"
	out := otioClip{otioItem: item("Clip.2", c.id()), Active: only}
	out.Range = o.span(c.start, c.frames)
	ref := otioMedia{Schema: "ExternalReference.1", Metadata: meta{}, Name: file.Name, URL: file.Path}
	switch {
	case m.Seconds > 0:
		ref.Available = o.span(0, max(framesOf(f, c.media), c.start+c.frames))
	default:
		ref.Available = o.span(0, c.frames)
	}
	out.Media = map[string]otioMedia{only: ref}
	if l := c.layer; l != nil {
		crop, _ := cropOf(f, l)
		out.Metadata["greenroom"] = meta{"box": rect(l.Box), "crop": rect(crop), "opacity": l.Opacity}
		return out
	}
	points := [][]float64{}
	for _, p := range levels(f, c) {
		points = append(points, []float64{float64(p.frame), p.db})
	}
	out.Metadata["greenroom"] = meta{"gain": points} // frames of the clip and dB
	return out
}

func rect(r timeline.Rect) []int { return []int{r.X, r.Y, r.W, r.H} }
