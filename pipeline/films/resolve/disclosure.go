package resolve

import (
	"time"

	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/pipeline/films/typeset"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/manifest/disclose"
)

// disclose adds the label of a film over everything else, intro and outro included. Labels of nested compositions are
// not added: the film's own is over them.
func (r *resolver) disclose(p *part, l manifest.Layer) {
	when, ok := r.labelled(p, l)
	if !ok {
		return
	}
	t, err := r.setting(l.Style, p.w, p.h)
	if err != nil {
		r.fault(l.Place, "", "%s: %v", labelName, err)
		return
	}
	lines, err := t.lines(typeset.Clean(l.Of), l.Box, l.Safe)
	if err == nil && len(lines) == 0 {
		err = errNarrow
	}
	var out block
	if err == nil && l.Style.Slot == "" {
		out.box, out.text, err = t.place(lines, l)
	} else if err == nil {
		out, err = r.corner(p, t, lines, l, when)
	}
	if err == nil && !within(areaOf(out.box), area{0, 0, float64(p.w), float64(p.h)}) {
		err = errBeyond
	}
	if err != nil {
		l.Name = "disclosure of " + p.c.Name // one that fits into 16:9 may not fit into 9:16
		r.textFault(p, l, err)
		return
	}
	t.faces(out.text, r.film.Media)
	r.add(p, l, timeline.Layer{Kind: timeline.KindText, Box: out.box, Text: out.text}, when)
}

// labelSlot is the slot of the built-in style of labels: a corner of the film.
const labelSlot = "disclosure"

// labelName names the label in messages.
const labelName = "disclose.label"

// labelled returns when a label is visible: the complete film, unless the manifest has other times.
func (r *resolver) labelled(p *part, l manifest.Layer) (when span, ok bool) {
	first, frames := r.rate.FrameAt(l.At.Seconds()), p.frames
	at := func(key string) fault.Place {
		place, ok := l.Places[key]
		if !ok {
			place = l.Place
		}
		return place
	}
	length := clock(r.rate.Seconds(frames))
	if first >= frames {
		r.fault(at("at"), "begin earlier", "%s: it begins at %s, the film %s ends at %s", labelName,
			clock(l.At.Seconds()), p.c.Name, length)
		return span{}, false
	}
	last := frames
	if l.For > 0 {
		last = r.rate.FrameAt((l.At + l.For).Seconds())
	}
	if last > frames {
		r.fault(at("for"), "shorten it, or leave for: out", "%s: it ends at %s, the film %s at %s", labelName,
			clock((l.At + l.For).Seconds()), p.c.Name, length)
		return span{}, false
	}
	when = span{first: first, frames: last - first, ok: true}
	least := disclose.LeastTime(l.Of)
	switch shown := time.Duration(r.rate.Seconds(when.frames) * float64(time.Second)); {
	case shown >= least-time.Millisecond:
	case when.frames == frames:
		r.warn("%s is visible for %s, the complete film: too short to be read", labelName, length)
	default:
		r.fault(at("at"), "begin earlier",
			"%s: in the film %s it is visible for %s, too short to be read: %s are needed",
			labelName, p.c.Name, clock(shown.Seconds()), clock(least.Seconds()))
		return span{}, false
	}
	return when, true
}

// corner chooses the first corner of the safe area in which a label lies on no text and no face. If there is none it
// takes the one that covers least, and warns.
func (r *resolver) corner(
	p *part, t *setting, lines []typeset.Line, l manifest.Layer, when span,
) (block, error) {
	in := safeArea(p.w, p.h, l.Safe)
	at := t.block(lines)
	switch {
	case at.h > in.h+1:
		return block{}, &overflowError{len(lines), t.fitting(in.h)}
	case at.w > in.w+1:
		return block{}, errNarrow
	}
	best, least := at, -1.0
	for _, corner := range [][2]float64{{0, 0}, {1, 0}, {0, 1}, {1, 1}, {0.5, 0}, {0.5, 1}} {
		at.x, at.y = in.x+corner[0]*(in.w-at.w), in.y+corner[1]*(in.h-at.h)
		cost := 0.0
		for _, o := range p.layers {
			if o.Kind == timeline.KindText && overlapInTime(o.From, o.Frames, when.first, when.frames) {
				cost += overlap(at, ink(o))
			}
		}
		for _, s := range p.people {
			if overlapInTime(s.first, s.frames, when.first, when.frames) {
				cost += overlap(at, s.face)
			}
		}
		if least < 0 || cost < least {
			best, least = at, cost
		}
		if cost == 0 {
			break
		}
	}
	if least > 0 {
		r.warn("%s covers a text or a face in %s: give it a box: or a smaller size:", labelName, p.c.Name)
	}
	return block{best.rect(), t.set(lines, best)}, nil
}

// spacing is the share of a size that is empty above and below letters in their line.
const spacing = 0.12

// ink returns the area of a text that has a plate or letters.
func ink(l timeline.Layer) area {
	a := areaOf(l.Box)
	if l.Text.Plate == nil {
		a.y, a.h = a.y+spacing*l.Text.Size, a.h-2*spacing*l.Text.Size
	}
	return a
}

// within reports whether an area is inside of another, up to a pixel.
func within(a, in area) bool {
	return a.x >= in.x-1 && a.y >= in.y-1 && a.x+a.w <= in.x+in.w+1 && a.y+a.h <= in.y+in.h+1
}
