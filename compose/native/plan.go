package native

import "greenroom/compose/timeline"

// plan is how the layers of a film are grouped for drawing. Layers that are drawn together can differ by a rounding
// from layers that are drawn one by one, so a part of a film keeps the plan of the complete film.
type plan struct {
	Ground bool    `json:"ground"` // the first layer is a video, and the canvas
	Base   int     `json:"base"`   // how many layers at the bottom are one picture, the canvas
	Groups []group `json:"groups"` // of the layers above
}

// group is a number of layers that are drawn together.
type group struct {
	Layers int  `json:"layers"`
	Clear  bool `json:"clear,omitempty"` // texts of which a colour is partly transparent
}

// planOf plans a film.
func planOf(f *timeline.Film) plan {
	var p plan
	rest := f.Layers
	if groundVideo(f) != nil {
		p.Ground, rest = true, rest[1:]
	} else {
		p.Base = baseOf(f)
		rest = rest[p.Base:]
	}
	for len(rest) > 0 {
		g := groupOf(f, rest)
		p.Groups = append(p.Groups, g)
		rest = rest[g.Layers:]
	}
	return p
}

// baseOf returns how many layers at the bottom are there all the time and never change.
func baseOf(f *timeline.Film) int {
	n := 0
	for ; n < len(f.Layers); n++ {
		l := &f.Layers[n]
		if !isStill(l) || l.From != 0 || l.Frames != f.Frames || !isPlain(l) {
			break
		}
	}
	return n
}

// groupOf returns the layers at the front that are drawn together.
func groupOf(f *timeline.Film, layers []timeline.Layer) group {
	l := &layers[0]
	switch {
	case l.Kind == timeline.KindText:
		run := series(layers)
		return group{Layers: len(run), Clear: anyClear(run)}
	case !isStill(l) || !isPlain(l) || !onCanvas(f, l):
		return group{Layers: 1}
	}
	all := cut(l.Box, reach(l, f.Width, f.Height))
	area := all.W * all.H
	n := 1
	for ; n < len(layers); n++ {
		other := &layers[n]
		if !isStill(other) || other.From != l.From || other.Frames != l.Frames {
			break
		}
		if !onCanvas(f, other) {
			continue
		}
		view := cut(other.Box, reach(other, f.Width, f.Height))
		both := union(all, view)
		// One picture must be less work for every frame than two.
		if !isPlain(other) || both.W*both.H > area+view.W*view.H+4096 {
			break
		}
		all, area = both, area+view.W*view.H
	}
	return group{Layers: n}
}

// onCanvas reports whether anything of a still layer can ever be on the canvas.
func onCanvas(f *timeline.Film, l *timeline.Layer) bool {
	return !empty(cut(l.Box, reach(l, f.Width, f.Height))) && l.Opacity != 0
}

// isPlain reports that a layer neither moves nor fades: it can be one picture with others.
func isPlain(l *timeline.Layer) bool { return !moves(l) && !l.Enter.Fade && !l.Leave.Fade }

// Part is a range of a film's frames as a film, which is drawn exactly as it is in the complete film.
type Part struct {
	Film *timeline.Film
	plan plan
}

// PartOf returns the part from a frame of a film to another, last not included. No motion or fade may span one of
// them. It has no sounds.
func PartOf(f *timeline.Film, from, to int) Part {
	p := planOf(f)
	out := Part{plan: plan{Ground: p.Ground, Base: p.Base}}
	film := *f
	film.Frames, film.Sounds, film.Layers, film.Warnings = to-from, nil, nil, nil
	take := func(l *timeline.Layer) int {
		if l.From >= to || l.End() <= from {
			return 0
		}
		film.Layers = append(film.Layers, inRange(*l, from, to))
		return 1
	}
	n := p.Base
	if p.Ground {
		n = 1
	}
	for i := range n {
		take(&f.Layers[i])
	}
	for _, g := range p.Groups {
		kept := group{Clear: g.Clear}
		for range g.Layers {
			kept.Layers += take(&f.Layers[n])
			n++
		}
		if kept.Layers > 0 {
			out.plan.Groups = append(out.plan.Groups, kept)
		}
	}
	out.Film = &film
	return out
}

// inRange returns what is seen of a layer in a range of frames, with times relative to its start.
func inRange(l timeline.Layer, from, to int) timeline.Layer {
	before := max(0, from-l.From)
	end := l.End()
	if before > 0 {
		l.Enter = timeline.Motion{}
	}
	if end > to {
		l.Leave = timeline.Motion{}
	}
	l.From = max(l.From, from) - from
	l.Frames = min(end, to) - from - l.From
	if l.Video != nil && before > 0 {
		v := *l.Video
		v.Played += before
		l.Video = &v
	}
	if l.Text != nil && from > 0 {
		l.Text = laterText(l.Text, from)
	}
	return l
}

// laterText moves the frames on which runs are lit.
func laterText(t *timeline.Text, from int) *timeline.Text {
	text := *t
	text.Lines = append([]timeline.Line(nil), t.Lines...)
	for i := range text.Lines {
		runs := append([]timeline.Run(nil), text.Lines[i].Runs...)
		for j := range runs {
			runs[j].On, runs[j].Off = max(0, runs[j].On-from), max(0, runs[j].Off-from)
		}
		text.Lines[i].Runs = runs
	}
	return &text
}
