package resolve

import (
	"math"

	"greenroom/compose/look"
	"greenroom/pipeline/manifest"
)

// regions are the places of a text, the best first.
func (a *arranger) regions(l manifest.Layer, people []subject, others []area) []candidate {
	w, h := float64(a.p.w), float64(a.p.h)
	gap := look.Gap * min(w, h)
	in := safeArea(a.p.w, a.p.h, l.Safe)
	free := in // above what is at the bottom, such as captions
	for _, o := range others {
		if o.y > h/2 {
			free.h = min(free.h, o.y-gap-free.y)
		}
	}
	lower := free // also below what is at the top, such as a callout
	for _, o := range others {
		if down := o.y + o.h + gap - lower.y; o.y+o.h < h/3 && down > 0 {
			lower.y, lower.h = lower.y+down, lower.h-down
		}
	}
	switch l.Style.Slot {
	case "lower-third":
		return lowerThird(l, in, free)
	case "callout":
		return callout(l, free, people, gap)
	}
	return title(lower, people, gap)
}

// around is the rectangle around all presenters, and around their faces.
func around(people []subject) (box, face area) {
	join := func(a, b area) area {
		if a.w <= 0 {
			return b
		}
		x0, y0 := min(a.x, b.x), min(a.y, b.y)
		return area{x0, y0, max(a.x+a.w, b.x+b.w) - x0, max(a.y+a.h, b.y+b.h) - y0}
	}
	for _, s := range people {
		box, face = join(box, s.box), join(face, s.face)
	}
	return box, face
}

// leftOf, rightOf, above and below are the parts of an area on one side of another.
func leftOf(in, of area, gap float64) area { return area{in.x, in.y, of.x - gap - in.x, in.h} }
func rightOf(in, of area, gap float64) area {
	x := max(in.x, of.x+of.w+gap)
	return area{x, in.y, in.x + in.w - x, in.h}
}
func above(in, of area, gap float64) area { return area{in.x, in.y, in.w, of.y - gap - in.y} }
func below(in, of area, gap float64) area {
	y := max(in.y, of.y+of.h+gap)
	return area{in.x, y, in.w, in.y + in.h - y}
}

// title is in the middle of a canvas without a presenter. With one it is next to the presenter, above the
// head, or below the face.
func title(free area, people []subject, gap float64) []candidate {
	out := []candidate{{in: free, height: 0.5, person: true}}
	if len(people) == 0 {
		return out
	}
	add := func(in area, height float64, beside, person bool) {
		if in.w > 4*gap && in.h > 0 {
			out = append(out, candidate{in: in, height: height, beside: beside, person: person})
		}
	}
	box, face := around(people)
	columns := func(of area, person bool) {
		sides := []area{leftOf(free, of, gap), rightOf(free, of, gap)}
		if sides[1].w > sides[0].w {
			sides[0], sides[1] = sides[1], sides[0]
		}
		for _, side := range sides {
			add(side, 0.45, true, person)
		}
	}
	columns(box, true)
	add(above(free, box, gap), 0.5, false, true)
	columns(face, false)
	if chest := below(free, face, gap); chest.h > 0 {
		out = append(out, candidate{in: chest, height: 1, chest: true})
	}
	return out
}

// lowerThird is at the lower left, above captions; else at the lower right, or at the top.
func lowerThird(l manifest.Layer, in, free area) []candidate {
	rise := l.Box.Bottom.Of(in.h)
	free.h = min(free.h, in.h-rise)
	wide := l.Box.Width.Of(in.w)
	left := area{free.x, free.y, wide, free.h}
	right := area{free.x + free.w - wide, free.y, wide, free.h}
	out := []candidate{{in: left, height: 1}, {in: right, height: 1, across: 1}}
	return append(out, candidate{in: left, last: true}, candidate{in: right, across: 1, last: true})
}

// callout is at the upper left; else at the upper right, next to the face, or at the lower left.
func callout(l manifest.Layer, free area, people []subject, gap float64) []candidate {
	wide := l.Box.Width.Of(free.w)
	left := area{free.x, free.y, wide, free.h}
	right := area{free.x + free.w - wide, free.y, wide, free.h}
	out := []candidate{{in: left}, {in: right, across: 1}}
	if _, face := around(people); len(people) > 0 {
		out = append(out, candidate{in: leftOf(free, face, gap)}, candidate{in: rightOf(free, face, gap), across: 1})
	}
	return append(out, candidate{in: left, height: 1}, candidate{in: right, height: 1, across: 1})
}

// captionsLeast is the least width of captions next to a presenter, as a share of the safe area.
const captionsLeast = 0.42

// captions chooses the box of a captions layer and keeps it free: at the bottom, next to a face that is there, or at
// the top.
func (a *arranger) captions(l manifest.Layer) manifest.Layer {
	p := a.p
	t, err := a.r.setting(l.Style, p.w, p.h)
	if err != nil {
		return l // r.captions reports it
	}
	var spans []span
	for i, other := range p.c.Layers {
		if other.Kind == manifest.LayerClip && other.Of == l.Of && p.spans[i].ok {
			spans = append(spans, p.spans[i])
		}
	}
	var people []subject
	for _, s := range spans {
		people = append(people, a.people(s)...)
	}
	if l.Style.Slot == "captions" {
		l.Box = a.captionBox(t, l, people)
	}
	band, ok := t.band(l)
	if !ok {
		return l
	}
	for _, s := range spans {
		a.taken = append(a.taken, taken{band, s.first, s.frames})
	}
	return l
}

// captionBox returns a box for captions with as many lines as they may have.
func (a *arranger) captionBox(t *setting, l manifest.Layer, people []subject) manifest.Box {
	in := safeArea(t.w, t.h, l.Safe)
	gap := look.Gap * float64(min(t.w, t.h))
	box := l.Box
	px := func(v float64) manifest.Dim { return manifest.Dim{V: v, Set: true} }
	if look.ShapeOf(t.w, t.h) == look.Tall {
		box.Bottom = px(max(box.Bottom.Of(in.h), look.TallBottom*float64(t.h)-in.y))
	}
	free := func(b manifest.Box) bool {
		l.Box = b
		band, ok := t.band(l)
		return ok && !a.onFace(band, people)
	}
	if free(box) {
		return box
	}
	_, face := around(people)
	left, right := leftOf(in, face, gap), rightOf(in, face, gap)
	for _, side := range []area{right, left} {
		b := manifest.Box{Left: px(side.x - in.x), Width: px(side.w), Bottom: box.Bottom}
		if side.w >= captionsLeast*in.w && free(b) {
			return b
		}
	}
	if b := (manifest.Box{Left: box.Left, Right: box.Right, Top: box.Bottom}); free(b) {
		return b
	}
	return box
}

// band is the area of as many lines of captions as there may be.
func (t *setting) band(l manifest.Layer) (area, bool) {
	in := safeArea(t.w, t.h, l.Safe)
	h, v := axes(l.Box, in)
	wide := t.width(l.Box, l.Safe) + 2*t.pad
	high := float64(max(1, t.style.Lines))*t.lead() + 2*t.pad
	if wide <= 0 || math.IsNaN(wide) {
		return area{}, false
	}
	share, known := map[string]float64{"top": 0, "bottom": 1}[or(l.Anchor, t.style.Anchor)]
	if !known {
		share = 0.5
	}
	out := area{h.at(wide, 0.5), 0, wide, high}
	if v.size != nil {
		out.y = v.at(*v.size, 0.5) + (*v.size-high)*share
	} else {
		out.y = v.at(high, share)
	}
	return out, true
}
