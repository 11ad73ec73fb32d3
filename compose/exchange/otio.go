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
	stack := otioItem{Schema: "Stack.1", Name: "tracks", Metadata: meta{}, Children: []any{}}
	for i, t := range pictureTracks(f, true) {
		stack.Children = append(stack.Children, o.track("Video", i, t))
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
	Schema      string   `json:"OTIO_SCHEMA"`
	Metadata    meta     `json:"metadata"`
	Name        string   `json:"name"`
	GlobalStart any      `json:"global_start_time"`
	Tracks      otioItem `json:"tracks"`
}

// otioItem is a stack, a track, a clip or a gap.
//
// size: the members of the schemas.
type otioItem struct {
	Schema   string         `json:"OTIO_SCHEMA"`
	Metadata meta           `json:"metadata"`
	Name     string         `json:"name"`
	Range    *otioRange     `json:"source_range"`
	Effects  []any          `json:"effects"`
	Markers  []any          `json:"markers"`
	Enabled  bool           `json:"enabled"`
	Kind     string         `json:"kind,omitempty"`
	Children []any          `json:"children,omitempty"`
	Media    map[string]any `json:"media_references,omitempty"`
	Active   string         `json:"active_media_reference_key,omitempty"`
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

func (o *otio) track(kind string, number int, clips []clip) otioItem {
	t := item("Track.1", kind+" "+num(float64(number+1)))
	t.Kind, t.Children = kind, []any{}
	at := 0
	for i := range clips {
		c := &clips[i]
		if c.from > at {
			gap := item("Gap.1", "")
			gap.Range = o.span(0, c.from-at)
			t.Children = append(t.Children, gap)
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

// dissolve is a transition whose frames are all before, or all after a cut.
func (o *otio) dissolve(before, after int) otioTransition {
	return otioTransition{Schema: "Transition.1", Metadata: meta{}, In: o.time(before), Out: o.time(after),
		Type: "SMPTE_Dissolve"}
}

func (o *otio) clip(c *clip) otioItem {
	f := o.project.Film
	m, file := f.Media[c.media], o.project.Files[c.media]
	out := item("Clip.2", c.id())
	out.Range, out.Active = o.span(c.start, c.frames), "DEFAULT_MEDIA"
	ref := otioMedia{Schema: "ExternalReference.1", Metadata: meta{}, Name: file.Name, URL: file.Path}
	switch {
	case m.Seconds > 0:
		ref.Available = o.span(0, max(framesOf(f, c.media), c.start+c.frames))
	default:
		ref.Available = o.span(0, c.frames)
	}
	out.Media = map[string]any{"DEFAULT_MEDIA": ref}
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
