package resolve

import (
	"greenroom/compose/timeline"
	"greenroom/pipeline/manifest"
)

// discColors are the background of a presenter in a circle when the manifest has no fill.
var discColors = []string{"#F3E2C6", "#B08A63"}

// behind adds what is behind a layer: a fill in the shape of its mask, and a ring around it. A presenter in a
// circle has both by default: a cut-out in a bare circle is a pair of shoulders that end in an arc. It returns the
// box of all.
func (r *resolver) behind(p *part, l manifest.Layer, c content, at placed, when span) timeline.Rect {
	disc := l.Mask.Circle && c.cutout
	fill, ring := l.Fill, l.Ring
	if fill == nil && disc {
		fill = &manifest.Fill{Colors: discColors}
	}
	if ring == nil && disc && len(fill.Colors) > 0 {
		ring = &manifest.Ring{Color: manifest.RingColor, Width: manifest.RingWidth()}
	}
	if fill == nil {
		fill = &manifest.Fill{}
	}
	width := 0
	if ring != nil && ring.Width.Set {
		width = max(1, area{w: ring.Width.Of(float64(min(p.w, p.h)))}.rect().W)
	}
	if len(fill.Colors) == 0 && width == 0 {
		return at.outer()
	}
	outer := at.outer()
	box := timeline.Rect{X: outer.X - width, Y: outer.Y - width, W: outer.W + 2*width, H: outer.H + 2*width}
	out := timeline.Layer{Kind: timeline.KindFill, Box: box, Fill: &timeline.Fill{Colors: fill.Colors}}
	if len(fill.Colors) == 0 {
		out.Fill.Colors = []string{"#00000000"}
	}
	if len(fill.Colors) > 1 {
		out.Fill.Angle = 180
	}
	if at.radius > 0 {
		out.Radius = at.radius + float64(width)
	}
	if width > 0 {
		out.Fill.Ring = &timeline.Stroke{Color: ring.Color, Width: float64(width)}
	}
	name := l
	name.Name = p.label(l) + " ground"
	r.move(p, name, out, box, when)
	return box
}
