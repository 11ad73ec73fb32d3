package resolve

import (
	"math"

	"greenroom/compose/timeline"
	"greenroom/pipeline/manifest"
)

// area is a rectangle before it is rounded.
type area struct{ x, y, w, h float64 }

func (a area) rect() timeline.Rect {
	x0, y0 := math.Round(a.x), math.Round(a.y)
	return timeline.Rect{
		X: int(x0), Y: int(y0), W: max(1, int(math.Round(a.x+a.w)-x0)), H: max(1, int(math.Round(a.y+a.h)-y0)),
	}
}

// safeArea is the canvas without the share of each side that stays free. Edges and per cents of a box count from it.
func safeArea(w, h int, safe float64) area {
	fw, fh := float64(w), float64(h)
	return area{safe * fw, safe * fh, fw * (1 - 2*safe), fh * (1 - 2*safe)}
}

// axis is one direction of a box: its two edges and its size, nil where the manifest has none.
type axis struct {
	near, far, size *float64
	start, side     float64
}

func axes(b manifest.Box, in area) (h, v axis) {
	get := func(d manifest.Dim, side float64) *float64 {
		if !d.Set {
			return nil
		}
		n := d.Of(side)
		return &n
	}
	h = axis{get(b.Left, in.w), get(b.Right, in.w), get(b.Width, in.w), in.x, in.w}
	v = axis{get(b.Top, in.h), get(b.Bottom, in.h), get(b.Height, in.h), in.y, in.h}
	for _, a := range []*axis{&h, &v} {
		if a.size == nil && a.near != nil && a.far != nil {
			n := a.side - *a.near - *a.far
			a.size = &n
		}
	}
	return h, v
}

// room is what the edges leave.
func (a axis) room() float64 {
	r := a.side
	for _, e := range []*float64{a.near, a.far} {
		if e != nil {
			r -= *e
		}
	}
	return r
}

// at is where something of the given size starts; share is where it is without an edge: 0, ½ or 1.
func (a axis) at(size, share float64) float64 {
	switch {
	case a.near != nil:
		return a.start + *a.near
	case a.far != nil:
		return a.start + a.side - *a.far - size
	}
	return a.start + (a.side-size)*share
}

// frameOf works out a box for content of an aspect (width over height). fixed reports that both sizes were given, so
// that the content has to be fitted.
func frameOf(b manifest.Box, in area, aspect float64, vertical float64) (out area, fixed bool) {
	h, v := axes(b, in)
	switch {
	case h.size != nil && v.size != nil:
		out.w, out.h, fixed = *h.size, *v.size, true
	case h.size != nil:
		out.w, out.h = *h.size, *h.size/aspect
	case v.size != nil:
		out.w, out.h = *v.size*aspect, *v.size
	default:
		out.w = min(h.room(), v.room()*aspect)
		out.h = out.w / aspect
	}
	out.x, out.y = h.at(out.w, 0.5), v.at(out.h, vertical)
	return out, fixed
}

// shares of a box that an anchor leaves before the content, and of the content that it leaves before the crop.
func anchorShares(anchor string) (x, y float64) {
	switch anchor {
	case "top":
		return 0.5, 0
	case "bottom":
		return 0.5, 1
	case "left":
		return 0, 0.5
	case "right":
		return 1, 0.5
	}
	return 0.5, 0.5
}

// contain is where content of an aspect lies inside of a box.
func contain(box area, aspect float64, anchor string) area {
	w := min(box.w, box.h*aspect)
	h := w / aspect
	ax, ay := anchorShares(anchor)
	return area{box.x + (box.w-w)*ax, box.y + (box.h-h)*ay, w, h}
}

// cover is the part of content (in its own pixels) that fills a box.
func cover(box area, w, h float64, anchor string) area {
	cw, ch := w, w*box.h/box.w
	if ch > h {
		cw, ch = h*box.w/box.h, h
	}
	ax, ay := anchorShares(anchor)
	return area{(w - cw) * ax, (h - ch) * ay, cw, ch}
}

func intersect(a, b area) (area, bool) {
	x0, y0 := max(a.x, b.x), max(a.y, b.y)
	x1, y1 := min(a.x+a.w, b.x+b.w), min(a.y+a.h, b.y+b.h)
	return area{x0, y0, x1 - x0, y1 - y0}, x1 > x0 && y1 > y0
}

// through maps a part of `from` to where it lies in `to`.
func through(part, from, to area) area {
	sx, sy := to.w/from.w, to.h/from.h
	return area{to.x + (part.x-from.x)*sx, to.y + (part.y-from.y)*sy, part.w * sx, part.h * sy}
}

// crop rounds a part of a file to whole pixels inside of it.
func crop(a area, w, h int) timeline.Rect {
	r := a.rect()
	r.X, r.Y = min(max(r.X, 0), w-1), min(max(r.Y, 0), h-1)
	r.W, r.H = min(r.W, w-r.X), min(r.H, h-r.Y)
	return r
}

// content is a picture that is put into a box: its own size, and the part of that which the file has.
type content struct {
	w, h      float64 // of the complete frame
	seen      area    // what the file shows of it
	fileW     int
	fileH     int
	fit       string // without a word in the manifest
	onEdge    bool   // at the bottom, without a place in the manifest
	coverAt   string // the anchor of a cover
	containAt string
	fills     bool // it covers the canvas, without a place in the manifest
	person    area // where its presenter is; empty without one
	cutout    bool // it is a presenter without a ground
}

// still is a picture or a video that shows no presenter.
func still(m timeline.Media, fit string) content {
	whole := area{0, 0, float64(m.Width), float64(m.Height)}
	return content{w: whole.w, h: whole.h, seen: whole, fileW: m.Width, fileH: m.Height, fit: fit, fills: !m.Alpha}
}

// presenter is a clip. Its box means the visible presenter, or the full frame as HeyGen delivered it.
func presenter(c Clip, of string) content {
	b := area{float64(c.Box.X), float64(c.Box.Y), float64(c.Box.W), float64(c.Box.H)}
	out := content{
		w: float64(c.Width), h: float64(c.Height), seen: b, fileW: c.Media.Width, fileH: c.Media.Height,
		fit: "contain", onEdge: true, coverAt: "top", containAt: "bottom",
	}
	if of == "presenter" {
		out.w, out.h, out.seen = b.w, b.h, area{0, 0, b.w, b.h}
	}
	out.fills = fullFrame(c)
	out.cutout = !out.fills
	out.person = personIn(out.seen, out.fills)
	return out
}

// placed is where content is shown, and which part of its file.
type placed struct {
	box    timeline.Rect
	crop   timeline.Rect
	radius float64
	round  *timeline.Rect // what the radius rounds, where that is not the box
	whole  bool           // the file fills all of the box
	moves  timeline.Rect  // the box that decides how far it slides: with the ring
	person area           // where the presenter is on the canvas, and the face
	face   area
}

// outer is the rectangle that a mask cuts: that of a fill and a ring.
func (p placed) outer() timeline.Rect {
	if p.round != nil {
		return *p.round
	}
	return p.box
}

// put places content; ok is false when nothing of the file lies inside of the box.
func put(l manifest.Layer, c content, w, h int) (p placed, ok bool) {
	in := safeArea(w, h, l.Safe)
	aspect, fit := c.w/c.h, c.fit
	if l.Mask.Circle {
		aspect, fit = 1, "cover"
	}
	vertical := 0.5
	if c.onEdge {
		vertical = 1
	}
	box, fixed := frameOf(l.Box, in, aspect, vertical)
	if box.w <= 0 || box.h <= 0 {
		return p, false
	}
	if l.Fit != "" {
		fit = l.Fit
	}
	if l.Mask.Circle { // a circle is round, whatever the box
		box, fixed = contain(box, 1, l.Anchor), true
	}
	whole := area{0, 0, c.w, c.h}
	dest, part := box, whole
	switch {
	case !fixed:
	case l.Mask.Circle && c.cutout && l.Fit == "" && l.Anchor == "" && l.BoxOf == "presenter":
		part = headAndShoulders(c.seen)
		r := dest.rect()
		p.round = &r
	case fit == "cover":
		part = cover(box, c.w, c.h, or(l.Anchor, c.coverAt))
	default:
		dest = contain(box, c.w/c.h, or(l.Anchor, c.containAt))
	}
	seen, ok := intersect(part, c.seen)
	if !ok {
		return p, false
	}
	p.whole = p.round != nil || math.Abs(seen.w-part.w) < 0.5 && math.Abs(seen.h-part.h) < 0.5
	p.box = through(seen, part, dest).rect()
	p.crop = crop(through(seen, c.seen, area{0, 0, float64(c.fileW), float64(c.fileH)}), c.fileW, c.fileH)
	outer := p.outer()
	short := float64(min(outer.W, outer.H))
	p.radius = min(l.Mask.Radius.Of(short), short/2)
	switch {
	case c.person.w <= 0:
	case l.Mask.Circle: // all of it is the face
		p.person = areaOf(outer)
		p.face = p.person
	default:
		p.person, _ = intersect(through(c.person, part, dest), dest)
		p.face, _ = intersect(through(faceOf(c.person), part, dest), dest)
	}
	return p, true
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// outside reports that a box shows nothing on the canvas.
func outside(r timeline.Rect, w, h int) bool {
	return r.X >= w || r.Y >= h || r.X+r.W <= 0 || r.Y+r.H <= 0
}

// motion resolves a way to come (enter) or go. A slide has a direction.
func motion(m manifest.Motion, box timeline.Rect, w, h int, rate timeline.Rate, enter bool) timeline.Motion {
	if !m.Fade && m.Slide == "" {
		return timeline.Motion{}
	}
	out := timeline.Motion{Frames: max(1, rate.FrameAt(m.Time.Seconds())), Fade: m.Fade}
	far := func(beyond int, side int) int {
		switch {
		case m.Distance.Set:
			return int(math.Round(m.Distance.Of(float64(side))))
		case m.Fade:
			return int(math.Round(0.06 * float64(min(w, h))))
		}
		return max(beyond, 0)
	}
	// Where it is at the outer end: coming it has yet to move that way, going it has moved that way.
	switch m.Slide {
	case "right":
		out.DX = far(w-box.X, w)
		if enter {
			out.DX = -far(box.X+box.W, w)
		}
	case "left":
		out.DX = -far(box.X+box.W, w)
		if enter {
			out.DX = far(w-box.X, w)
		}
	case "down":
		out.DY = far(h-box.Y, h)
		if enter {
			out.DY = -far(box.Y+box.H, h)
		}
	case "up":
		out.DY = -far(box.Y+box.H, h)
		if enter {
			out.DY = far(h-box.Y, h)
		}
	}
	return out
}
