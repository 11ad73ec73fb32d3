package resolve

import (
	"math"

	"greenroom/compose/timeline"
)

// nest adds a resolved composition to another: its layers scaled into a box, its times moved, what lies outside of its
// time cut off. skip is how many of its frames are skipped at its beginning.
func (r *resolver) nest(p, inner *part, name string, box area, skip int, when span) {
	scale := box.w / float64(inner.w)
	same := almost(scale, 1) && almost(box.x, 0) && almost(box.y, 0)
	covers := fills(box, p.w, p.h)
	for _, l := range inner.layers {
		if !r.cut(&l, skip, when.frames) {
			continue
		}
		if !covers && !clipTo(&l, inner.w, inner.h) {
			continue
		}
		if !same {
			scaled(&l, box, scale)
		}
		if outside(l.Box, p.w, p.h) {
			continue // it lies on the inner canvas, beyond the outer one
		}
		l.From += when.first
		shiftRuns(&l, when.first)
		l.ID = prefixed(name, l.ID)
		p.layers = append(p.layers, l)
	}
	shift := r.rate.Seconds(when.first) - r.rate.Seconds(skip)
	from, to := r.rate.Seconds(when.first), r.rate.Seconds(when.first+when.frames)
	for _, s := range inner.sounds {
		early, end := max(0, skip-s.From), min(s.From+s.Frames, skip+when.frames)
		if end <= max(s.From, skip) {
			continue
		}
		if early > 0 {
			s.Skip, s.fadeIn = micro(s.Skip+r.rate.Seconds(early)), max(0, s.fadeIn-r.rate.Seconds(early))
		}
		begin := max(s.From, skip)
		if end < s.From+s.Frames {
			s.fadeOut = 0
		}
		s.From, s.Frames, s.ID = begin-skip+when.first, end-begin, prefixed(name, s.ID)
		p.sounds = append(p.sounds, s)
	}
	for _, i := range inner.speech {
		i = interval{max(from, i.from+shift), min(to, i.to+shift)}
		if i.to > i.from {
			p.speech = append(p.speech, i)
		}
	}
}

// fills reports that a box covers a canvas.
func fills(box area, w, h int) bool {
	return box.x <= 0.5 && box.y <= 0.5 && box.x+box.w >= float64(w)-0.5 && box.y+box.h >= float64(h)-0.5
}

// cut moves a layer skip frames forward and keeps what lies within the frames that are shown.
func (r *resolver) cut(l *timeline.Layer, skip, frames int) bool {
	from, to := max(l.From, skip), min(l.End(), skip+frames)
	if to <= from {
		return false
	}
	if from > l.From {
		l.Enter = timeline.Motion{}
		if l.Video != nil {
			v := *l.Video
			v.Skip = micro(v.Skip + r.rate.Seconds(from-l.From))
			l.Video = &v
		}
	}
	if to < l.End() {
		l.Leave = timeline.Motion{}
	}
	l.From, l.Frames = from-skip, to-from
	if l.Enter.Frames+l.Leave.Frames > l.Frames {
		l.Enter, l.Leave = timeline.Motion{}, timeline.Motion{}
	}
	shiftRuns(l, -skip)
	return true
}

// shiftRuns moves the frames of highlights, on a copy: the same part may be nested twice.
func shiftRuns(l *timeline.Layer, by int) {
	if l.Text == nil || by == 0 || l.Text.Highlight == "" {
		return
	}
	t := copyText(l.Text)
	for i := range t.Lines {
		for j := range t.Lines[i].Runs {
			if run := &t.Lines[i].Runs[j]; run.On < run.Off {
				run.On, run.Off = max(0, run.On+by), max(0, run.Off+by)
			}
		}
	}
	l.Text = t
}

func copyText(t *timeline.Text) *timeline.Text {
	c := *t
	c.Lines = append([]timeline.Line{}, t.Lines...)
	for i := range c.Lines {
		c.Lines[i].Runs = append([]timeline.Run{}, t.Lines[i].Runs...)
	}
	if t.Plate != nil {
		p := *t.Plate
		c.Plate = &p
	}
	if t.Stroke != nil {
		s := *t.Stroke
		c.Stroke = &s
	}
	return &c
}

// clipTo crops a layer to its composition's canvas where a crop can express that: not while it slides, not with
// rounded corners.
func clipTo(l *timeline.Layer, w, h int) bool {
	b := area{float64(l.Box.X), float64(l.Box.Y), float64(l.Box.W), float64(l.Box.H)}
	in, ok := intersect(b, area{0, 0, float64(w), float64(h)})
	slides := l.Enter.DX != 0 || l.Enter.DY != 0 || l.Leave.DX != 0 || l.Leave.DY != 0
	if slides || l.Radius > 0 || l.Text != nil || l.Fill != nil && (len(l.Fill.Colors) > 1 || l.Fill.Ring != nil) {
		return true
	}
	if !ok || in == b {
		return ok
	}
	whole := func(c timeline.Rect) timeline.Rect {
		a := area{float64(c.X), float64(c.Y), float64(c.W), float64(c.H)}
		return crop(through(in, b, a), c.X+c.W, c.Y+c.H)
	}
	switch {
	case l.Picture != nil:
		l.Picture = &timeline.Picture{Media: l.Picture.Media, Crop: whole(l.Picture.Crop)}
	case l.Video != nil:
		v := *l.Video
		v.Crop = whole(v.Crop)
		l.Video = &v
	}
	l.Box = in.rect()
	return true
}

// scaled puts a layer of a canvas into a box of another.
func scaled(l *timeline.Layer, box area, k float64) {
	rect := func(r timeline.Rect) timeline.Rect {
		return area{box.x + float64(r.X)*k, box.y + float64(r.Y)*k, float64(r.W) * k, float64(r.H) * k}.rect()
	}
	px := func(v int) int { return int(math.Round(float64(v) * k)) }
	l.Box = rect(l.Box)
	if l.Round != nil {
		r := rect(*l.Round)
		l.Round = &r
	}
	round := l.Rounded()
	l.Radius = min(l.Radius*k, float64(min(round.W, round.H))/2)
	if l.Fill != nil && l.Fill.Ring != nil {
		fill := *l.Fill
		fill.Ring = &timeline.Stroke{Color: fill.Ring.Color, Width: milli(fill.Ring.Width * k)}
		l.Fill = &fill
	}
	for _, m := range []*timeline.Motion{&l.Enter, &l.Leave} {
		m.DX, m.DY = px(m.DX), px(m.DY)
	}
	if l.Text == nil {
		return
	}
	t := copyText(l.Text)
	t.Size = milli(t.Size * k)
	if t.Stroke != nil {
		t.Stroke.Width = milli(t.Stroke.Width * k)
	}
	if t.Plate != nil {
		t.Plate.Box, t.Plate.Radius = rect(t.Plate.Box), milli(t.Plate.Radius*k)
	}
	for i := range t.Lines {
		n := &t.Lines[i]
		n.X, n.Baseline, n.Width = milli(box.x+n.X*k), milli(box.y+n.Baseline*k), milli(n.Width*k)
	}
	l.Text = t
}
