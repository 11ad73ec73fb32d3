package standin

import (
	"fmt"
	"image"
	"math"

	"golang.org/x/image/vector"
)

// layer is a rasterised part of a presenter: premultiplied RGBA, and where its
// upper left pixel lies in the drawing's units.
type layer struct {
	w, h   int
	x0, y0 float64 // units
	k      float64 // pixels a unit
	pix    []byte
}

// raster draws a layer's shapes at k pixels a unit.
type raster struct {
	d   *drawing
	k   float64
	box image.Rectangle // pixels, relative to the drawing's origin
	pix []float32
}

// style is what groups hand down.
type style struct {
	opacity, blur float64
	clip          *node
}

func (d *drawing) layer(name string, k float64) (*layer, error) {
	n := d.layers[name]
	if n == nil {
		return nil, fmt.Errorf("no layer %q", name)
	}
	r := &raster{d: d, k: k}
	if err := r.walk(n, style{opacity: 1}, r.grow); err != nil {
		return nil, fmt.Errorf("layer %q: %w", name, err)
	}
	r.pix = make([]float32, r.box.Dx()*r.box.Dy()*4)
	if err := r.walk(n, style{opacity: 1}, r.draw); err != nil {
		return nil, fmt.Errorf("layer %q: %w", name, err)
	}
	l := &layer{w: r.box.Dx(), h: r.box.Dy(), x0: float64(r.box.Min.X) / k, y0: float64(r.box.Min.Y) / k, k: k,
		pix: make([]byte, len(r.pix))}
	for i, v := range r.pix {
		l.pix[i] = byte8(v)
	}
	return l, nil
}

func (r *raster) walk(n *node, s style, f func(*node, style) error) error {
	s.opacity *= n.num("opacity", 1)
	if b := r.d.ref(n.attr["filter"]); b != nil && len(b.kids) == 1 {
		s.blur = b.kids[0].num("stdDeviation", 0)
	}
	if c := r.d.ref(n.attr["clip-path"]); c != nil {
		s.clip = c
	}
	if n.name != "g" {
		return f(n, s)
	}
	for _, k := range n.kids {
		if err := r.walk(k, s, f); err != nil {
			return err
		}
	}
	return nil
}

func (r *raster) bounds(ss []shape, pad float64) image.Rectangle {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, s := range ss {
		for _, p := range s {
			x0, x1, y0, y1 = min(x0, p[0]), max(x1, p[0]), min(y0, p[1]), max(y1, p[1])
		}
	}
	at := func(v float64) int { return int(math.Floor(v * r.k)) }
	return image.Rect(at(x0-pad)-2, at(y0-pad)-2, at(x1+pad)+3, at(y1+pad)+3)
}

func (r *raster) grow(n *node, s style) error {
	ss, err := outline(n)
	if err != nil {
		return err
	}
	r.box = r.box.Union(r.bounds(ss, 2.5*s.blur+n.num("stroke-width", 0)))
	return nil
}

func (r *raster) draw(n *node, s style) error {
	ss, err := outline(n)
	if err != nil {
		return err
	}
	if f := n.attr["fill"]; f != "" && f != "none" {
		if err := r.fill(ss, f, s, n.num("fill-opacity", 1)); err != nil {
			return err
		}
	}
	if f := n.attr["stroke"]; f != "" && f != "none" {
		var lines []shape
		for _, c := range ss {
			lines = append(lines, stroke(c, n.num("stroke-width", 1), n.attr["data-taper"] != ""))
		}
		return r.fill(lines, f, s, n.num("stroke-opacity", 1))
	}
	return nil
}

// mask is how much of each pixel a shape covers, blurred.
func (r *raster) mask(ss []shape, area image.Rectangle, blurBy float64) *image.Alpha {
	v := vector.NewRasterizer(area.Dx(), area.Dy())
	at := func(p [2]float64) (float32, float32) {
		return float32(p[0]*r.k - float64(area.Min.X)), float32(p[1]*r.k - float64(area.Min.Y))
	}
	for _, s := range ss {
		x, y := at(s[0])
		v.MoveTo(x, y)
		for i := 1; i+2 < len(s); i += 3 {
			bx, by := at(s[i])
			cx, cy := at(s[i+1])
			dx, dy := at(s[i+2])
			v.CubeTo(bx, by, cx, cy, dx, dy)
		}
		v.ClosePath()
	}
	m := image.NewAlpha(image.Rect(0, 0, area.Dx(), area.Dy()))
	v.Draw(m, m.Rect, image.Opaque, image.Point{})
	// Two box blurs of this radius are close to the Gaussian.
	if n := int(math.Round(blurBy * r.k * 1.2)); n > 0 {
		blur(m, n)
		blur(m, n)
	}
	return m
}

//go:norace
func (r *raster) fill(ss []shape, with string, s style, alpha float64) error {
	b, err := r.d.paint(with)
	if err != nil {
		return err
	}
	area := r.bounds(ss, 2.5*s.blur).Intersect(r.box)
	if area.Empty() {
		return nil
	}
	m := r.mask(ss, area, s.blur)
	if s.clip != nil {
		var cs []shape
		for _, k := range s.clip.kids {
			c, err := outline(k)
			if err != nil {
				return err
			}
			cs = append(cs, c...)
		}
		c := r.mask(cs, area, 0)
		for i := range m.Pix {
			m.Pix[i] = uint8(int(m.Pix[i]) * int(c.Pix[i]) / 255)
		}
	}
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			cov := m.Pix[(y-area.Min.Y)*m.Stride+x-area.Min.X]
			if cov == 0 {
				continue
			}
			c, a := b((float64(x)+0.5)/r.k, (float64(y)+0.5)/r.k)
			a *= alpha * s.opacity * float64(cov) / 255
			i := ((y-r.box.Min.Y)*r.box.Dx() + x - r.box.Min.X) * 4
			k := float32(1 - a)
			r.pix[i] = r.pix[i]*k + float32(c.r*a)
			r.pix[i+1] = r.pix[i+1]*k + float32(c.g*a)
			r.pix[i+2] = r.pix[i+2]*k + float32(c.b*a)
			r.pix[i+3] = r.pix[i+3]*k + float32(255*a)
		}
	}
	return nil
}

// stroke is the outline of a line along a curve; a tapered one ends in a point.
func stroke(c shape, width float64, taper bool) shape {
	var pts [][2]float64
	for i := 1; i+2 < len(c); i += 3 {
		a := c[i-1]
		for k := range 12 {
			t := float64(k) / 12
			u := 1 - t
			var p [2]float64
			for d := range 2 {
				p[d] = u*u*u*a[d] + 3*u*u*t*c[i][d] + 3*u*t*t*c[i+1][d] + t*t*t*c[i+2][d]
			}
			pts = append(pts, p)
		}
	}
	pts = append(pts, c[len(c)-1])
	side := func(i int, sign float64) [2]float64 {
		a, b := pts[max(0, i-1)], pts[min(len(pts)-1, i+1)]
		dx, dy := b[0]-a[0], b[1]-a[1]
		l := math.Max(1e-9, math.Hypot(dx, dy))
		w := width / 2 * sign
		if taper {
			w *= 1 - math.Pow(float64(i)/float64(len(pts)-1), 1.5)
		}
		return [2]float64{pts[i][0] - dy/l*w, pts[i][1] + dx/l*w}
	}
	out := shape{side(0, 1)}
	line := func(p [2]float64) { out = append(out, out[len(out)-1], p, p) }
	for i := 1; i < len(pts); i++ {
		line(side(i, 1))
	}
	for i := len(pts) - 1; i >= 0; i-- {
		line(side(i, -1))
	}
	return out
}
