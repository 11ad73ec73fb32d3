package resolve

import (
	"greenroom/compose/look"
	"greenroom/compose/timeline"
	"greenroom/pipeline/manifest"
)

// frameShare is the least share of each side of its frame that a clip's file shows when the clip has a ground: a
// presenter without one is cropped to what is visible.
const frameShare = 0.98

// fullFrame reports that a clip shows its complete frame.
func fullFrame(c Clip) bool {
	return float64(c.Box.W) >= frameShare*float64(c.Width) && float64(c.Box.H) >= frameShare*float64(c.Height)
}

// personIn returns where the presenter is in the part of a frame that a file shows. In a complete frame this
// is not known: it is assumed to be the middle half, below some head-room, as HeyGen frames avatars.
func personIn(seen area, full bool) area {
	if full {
		return area{seen.x + seen.w/4, seen.y + seen.h*0.08, seen.w / 2, seen.h * 0.92}
	}
	return seen
}

// faceOf returns the face in the box of a presenter; look has the source of the figures.
func faceOf(person area) area {
	h := min(look.FaceHigh*person.h, look.FaceTall*person.w)
	w := look.FaceWide * person.w
	return area{person.x + (person.w-w)/2, person.y, w, h}
}

// scene is what else a composition has: presenters leave space for a title whose place is chosen, and are in a corner
// of footage when they are in a circle.
type scene struct{ titled, footage bool }

func sceneOf(c manifest.Composition) (s scene) {
	s.footage = c.Background != nil && c.Background.Image+c.Background.Video != ""
	for _, l := range c.Layers {
		s.titled = s.titled || l.Kind == manifest.LayerText && l.Style.Slot == "title"
		s.footage = s.footage || l.Kind == manifest.LayerVideo || l.Kind == manifest.LayerImage
	}
	return s
}

// withBox returns a layer that has no place in the manifest with its default box. The box depends on the canvas and
// the layer's own shape, not on times, so that a clip is prepared in the size in which it is shown.
func withBox(l manifest.Layer, c content, w, h int, in scene) manifest.Layer {
	if l.Box != (manifest.Box{}) || l.Safe != 0 || l.Mask.Radius.Set && !l.Mask.Circle || l.Fit != "" {
		return l
	}
	switch {
	case l.Mask.Circle:
		if c.person.w > 0 && l.Anchor == "" && l.BoxOf == "presenter" {
			l.Box = circle(float64(w), float64(h), in.footage)
		}
	case c.fills:
		full := manifest.Dim{V: 1, Percent: true, Set: true}
		l.Box, l.Fit = manifest.Box{Width: full, Height: full}, "cover"
	case c.onEdge && l.Anchor == "" && l.BoxOf == "presenter":
		l.Box = presenterBox(c.w/c.h, float64(w), float64(h), in.titled)
	}
	return l
}

// place is the default place of a presenter, in shares of the canvas.
type place struct{ high, wide, centre float64 }

// places by shape, without and with a title. With one the presenter is in the right part of a wide or square film and
// leaves the upper part of a tall one. Shoulders may go beyond the sides of a tall film.
var places = map[look.Shape][2]place{
	look.Wide:   {{0.92, 1, 0.5}, {0.86, 0.56, 0.7}},
	look.Square: {{0.88, 1, 0.5}, {0.72, 0.82, 0.6}},
	look.Tall:   {{0.78, 1.45, 0.5}, {0.66, 1.45, 0.5}},
}

// presenterBox returns the box of a presenter on the lower edge.
func presenterBox(aspect, w, h float64, titled bool) manifest.Box {
	at := places[look.ShapeOf(int(w), int(h))][0]
	if titled {
		at = places[look.ShapeOf(int(w), int(h))][1]
	}
	wide := min(at.wide*w, at.high*h*aspect)
	px := func(v float64) manifest.Dim { return manifest.Dim{V: v, Set: true} }
	return manifest.Box{Left: px(at.centre*w - wide/2), Width: px(wide), Bottom: px(0)}
}

// Figures of a circle that has no place in the manifest, as shares of the shorter side: its size in the middle of a
// canvas, its size in the corner of footage, and its distance from the edges there.
const (
	circleAlone  = 0.6
	circleCorner = 0.34
	circleTall   = 0.4
	circleEdge   = 0.06
)

// circle returns the box of a presenter in a circle: the lower left corner of footage, else the middle.
func circle(w, h float64, footage bool) manifest.Box {
	px := func(v float64) manifest.Dim { return manifest.Dim{V: v, Set: true} }
	short := min(w, h)
	if !footage {
		return manifest.Box{Width: px(circleAlone * short), Top: px((h - circleAlone*short) / 2)}
	}
	size := circleCorner
	if look.ShapeOf(int(w), int(h)) == look.Tall {
		size = circleTall
	}
	return manifest.Box{Left: px(circleEdge * short), Bottom: px(circleEdge * short), Width: px(size * short)}
}

// Figures of a presenter in a disc: how much of the box's width the disc shows at most, and how much of the disc is
// free above the head.
const (
	discWide = 0.8
	discHead = 0.1
)

// headAndShoulders returns the square part of a presenter's box, beyond its upper edge, that fills a disc.
func headAndShoulders(seen area) area {
	side := min(discWide*seen.w, seen.h/(1-discHead))
	return area{seen.x + (seen.w-side)/2, seen.y - discHead*side, side, side}
}

// subject is a presenter on a canvas, while it is seen.
type subject struct {
	box, face     area
	first, frames int
}

// subjects adds the presenters that a part's own layers and those of nested compositions show.
func (r *resolver) subjects(p *part) {
	for i, l := range p.c.Layers {
		when := p.spans[i]
		if !when.ok {
			continue
		}
		switch l.Kind {
		case manifest.LayerClip:
			c := presenter(r.facts.Clips[l.Of], l.BoxOf)
			at, ok := put(withBox(l, c, p.w, p.h, sceneOf(p.c)), c, p.w, p.h)
			if ok && !outside(at.box, p.w, p.h) {
				p.people = append(p.people, subject{at.person, at.face, when.first, when.frames})
			}
		case manifest.LayerComposition:
			n, ok := r.m.Nested(l.Of, p.c.Format)
			if !ok {
				continue
			}
			inner := r.build(n)
			box := nestedBox(l.Box, l.Safe, l.Anchor, p.w, p.h, n.Width, n.Height)
			skip := r.rate.FrameAt(l.Skip.Seconds())
			for _, s := range inner.people {
				from, to := max(s.first, skip), min(s.first+s.frames, skip+when.frames)
				if to <= from || box.w < 2 || box.h < 2 {
					continue
				}
				canvas := area{0, 0, float64(inner.w), float64(inner.h)}
				p.people = append(p.people, subject{
					through(s.box, canvas, box), through(s.face, canvas, box), from - skip + when.first, to - from,
				})
			}
		}
	}
}

func overlapInTime(a, n, b, m int) bool { return a < b+m && b < a+n }

// areaOf is a rectangle of whole pixels as an area.
func areaOf(r timeline.Rect) area {
	return area{float64(r.X), float64(r.Y), float64(r.W), float64(r.H)}
}
