package resolve

import (
	"cmp"
	"slices"

	"greenroom/compose/look"
	"greenroom/compose/timeline"
	"greenroom/pipeline/films/typeset"
	"greenroom/pipeline/manifest"
)

// block is a text that has its place.
type block struct {
	box  timeline.Rect
	text *timeline.Text
}

// taken is a part of the canvas that a text has, while it is seen.
type taken struct {
	area
	first, frames int
}

// arranger chooses places for the texts of a part that have no place in the manifest.
type arranger struct {
	r     *resolver
	p     *part
	taken []taken
}

// slotOrder is the order in which places are chosen: what has few places first.
var slotOrder = map[string]int{"": 0, "lower-third": 1, "callout": 2, "title": 3}

// arrange places the texts of a part: first captions, then texts whose box is given, then lower thirds, callouts and
// titles where they are free. None lies on a face or on another text where that can be avoided, and none at all on
// captions.
func (r *resolver) arrange(p *part) {
	a := &arranger{r: r, p: p}
	p.texts, p.pages = map[int]block{}, map[int]manifest.Layer{}
	r.subjects(p)
	var order []int
	for i, l := range p.c.Layers {
		switch {
		case l.Kind == manifest.LayerCaptions:
			p.pages[i] = a.captions(l)
		case l.Kind == manifest.LayerText && p.spans[i].ok:
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Compare(slotOrder[p.c.Layers[i].Style.Slot], slotOrder[p.c.Layers[j].Style.Slot])
	})
	for _, i := range order {
		a.text(i)
	}
}

// text places one text layer.
func (a *arranger) text(i int) {
	p, l, when := a.p, a.p.c.Layers[i], a.p.spans[i]
	t, err := a.r.setting(l.Style, p.w, p.h)
	if err != nil {
		a.r.fault(l.Place, "", "%s: %v", p.name(l), err)
		return
	}
	text := typeset.Clean(l.Of)
	lines, err := t.lines(text, l.Box, l.Safe)
	if err != nil {
		a.r.textFault(p, l, err)
		return
	}
	var out block
	if l.Style.Slot == "" || l.Style.Slot == labelSlot { // a label is at the top, as its style has it
		out.box, out.text, err = t.place(lines, l)
	} else {
		t, out, err = a.slot(t, text, l, when)
	}
	if err != nil {
		a.r.textFault(p, l, err)
		return
	}
	t.faces(out.text, a.r.film.Media)
	p.texts[i] = out
	a.taken = append(a.taken, taken{areaOf(out.box), when.first, when.frames})
}

// people returns the presenters that are seen at some time of a span.
func (a *arranger) people(when span) (out []subject) {
	for _, s := range a.p.people {
		if overlapInTime(s.first, s.frames, when.first, when.frames) {
			out = append(out, s)
		}
	}
	return out
}

// others returns the texts that are seen at some time of a span.
func (a *arranger) others(when span) (out []area) {
	for _, t := range a.taken {
		if overlapInTime(t.first, t.frames, when.first, when.frames) {
			out = append(out, t.area)
		}
	}
	return out
}

// candidate is a region that a text may be in.
type candidate struct {
	in     area
	height float64 // where in the region's height: 0, ½ or 1
	across float64 // where in its width; 0: as the style aligns lines
	beside bool    // next to a presenter: lines begin at the left unless the style sets another alignment
	person bool    // it keeps off the complete presenter, not only the face
	chest  bool    // it is on the presenter's chest
	last   bool    // a text becomes smaller before it is taken
}

// slot chooses a place: the first region where the text fits and is free. A title without a size of its own may become
// smaller for it. Where no region is free it takes the one that covers least of a face, and warns.
func (a *arranger) slot(t *setting, text string, l manifest.Layer, when span) (*setting, block, error) {
	people, others := a.people(when), a.others(when)
	regions := a.regions(l, people, others)
	type choice struct {
		set  *setting
		out  block
		cost float64
	}
	var best *choice
	for _, k := range []float64{1, 0.86, 0.74} {
		if k < 1 && l.Style.Size.Set {
			break
		}
		for _, c := range regions {
			set, lines, at, ok := a.try(t, text, k, c)
			if !ok {
				continue
			}
			cost := a.cost(at, c, people, others)
			if best == nil || cost < best.cost {
				best = &choice{set, block{at.rect(), set.set(lines, at)}, cost}
			}
			if cost == 0 {
				return best.set, best.out, nil
			}
		}
	}
	if best == nil { // it is larger than any region
		lines, err := t.lines(text, l.Box, l.Safe)
		if err != nil {
			return t, block{}, err
		}
		box, out, err := t.place(lines, l)
		best = &choice{t, block{box, out}, 1}
		if err != nil {
			return t, block{}, err
		}
	}
	if a.onFace(areaOf(best.out.box), people) {
		a.r.warn("%s lies on a presenter's face: give it a box:, fewer words or another time", a.p.name(l))
	}
	return best.set, best.out, nil
}

// try sets a text in a region, k times as large.
func (a *arranger) try(t *setting, text string, k float64, c candidate) (*setting, []typeset.Line, area, bool) {
	set := *t
	set.size = milli(t.size * k)
	if c.beside && t.align == "" {
		set.style.Align = "start"
	}
	wide := c.in.w - 2*set.pad
	lines, err := set.balanced(text, wide)
	if err != nil || len(lines) == 0 {
		return nil, nil, area{}, false
	}
	at := set.block(lines)
	if at.h > c.in.h+0.5 || at.w > c.in.w+0.5 {
		return nil, nil, area{}, false
	}
	across := c.across
	if across == 0 {
		across = set.share(lines[0].RTL)
	}
	at.x, at.y = c.in.x+(c.in.w-at.w)*across, c.in.y+(c.in.h-at.h)*c.height
	return &set, lines, at, true
}

// cost is 0 where a text is free. Captions and other texts count most, then faces, then the rest of a presenter.
func (a *arranger) cost(at area, c candidate, people []subject, others []area) (cost float64) {
	if c.last {
		cost = 1
	}
	gap := look.Gap * float64(min(a.p.w, a.p.h))
	near := area{at.x - gap, at.y - gap, at.w + 2*gap, at.h + 2*gap}
	for _, o := range others {
		cost += 100 * overlap(at, o)
	}
	for _, s := range people {
		cost += 10 * overlap(at, s.face)
		switch {
		case c.person:
			cost += overlap(near, s.box)
		case c.beside || c.chest:
			cost += overlap(at, s.box) / 100 // a smaller text is better than one over clothes
		}
	}
	return cost
}

// overlap is the area that two rectangles share, in square pixels; less than a pixel is none.
func overlap(a, b area) float64 {
	in, ok := intersect(a, b)
	if !ok || in.w < 1 || in.h < 1 {
		return 0
	}
	return in.w * in.h
}

func (a *arranger) onFace(at area, people []subject) bool {
	for _, s := range people {
		if overlap(at, s.face) > 0 {
			return true
		}
	}
	return false
}
