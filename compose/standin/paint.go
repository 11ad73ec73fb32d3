package standin

import (
	"image"
	"math"

	"golang.org/x/image/vector"
)

// rgb is a colour, each 0 to 255.
type rgb struct{ r, g, b float64 }

func mix(a, b rgb, t float64) rgb {
	t = max(0, min(1, t))
	return rgb{a.r + (b.r-a.r)*t, a.g + (b.g-a.g)*t, a.b + (b.b-a.b)*t}
}

// canvas is premultiplied RGBA in floats of 0 to 255 while painting.
type canvas struct {
	w, h int
	pix  []float32
	mask *image.Alpha
	ras  *vector.Rasterizer
	out  []byte
	bg   func(x, y int) rgb // nil: transparent
}

func newCanvas(w, h int) *canvas {
	return &canvas{w: w, h: h, pix: make([]float32, w*h*4), out: make([]byte, w*h*4),
		mask: image.NewAlpha(image.Rect(0, 0, w, h)), ras: vector.NewRasterizer(w, h)}
}

// at maps the drawing's units to pixels: the drawing is 1000 high, centred.
type at struct{ x, y, k, tilt float64 }

func (a at) pt(x, y float64) (float32, float32) {
	s, c := math.Sin(a.tilt), math.Cos(a.tilt)
	return float32(a.x + a.k*(x*c-y*s)), float32(a.y + a.k*(x*s+y*c))
}

// shape is a closed path of cubic curves: a start and then triples of points.
type shape [][2]float64

// ellipse as four cubics.
func ellipse(cx, cy, rx, ry float64) shape {
	const k = 0.5522847498
	return shape{{cx + rx, cy},
		{cx + rx, cy + k*ry}, {cx + k*rx, cy + ry}, {cx, cy + ry},
		{cx - k*rx, cy + ry}, {cx - rx, cy + k*ry}, {cx - rx, cy},
		{cx - rx, cy - k*ry}, {cx - k*rx, cy - ry}, {cx, cy - ry},
		{cx + k*rx, cy - ry}, {cx + rx, cy - k*ry}, {cx + rx, cy}}
}

// fill paints a shape; paint gives colour and alpha (0 to 1) in drawing units.
func (c *canvas) fill(a at, s shape, soft float64, paint func(x, y float64) (rgb, float64)) {
	x0, y0, x1, y1 := float32(c.w), float32(c.h), float32(0), float32(0)
	for _, p := range s {
		x, y := a.pt(p[0], p[1])
		x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x), max(y1, y)
	}
	pad := float32(soft*a.k) + 2
	r := image.Rect(int(x0-pad), int(y0-pad), int(x1+pad)+1, int(y1+pad)+1).Intersect(image.Rect(0, 0, c.w, c.h))
	if r.Empty() {
		return
	}
	c.ras.Reset(r.Dx(), r.Dy())
	move := func(i int) (float32, float32) {
		x, y := a.pt(s[i][0], s[i][1])
		return x - float32(r.Min.X), y - float32(r.Min.Y)
	}
	x, y := move(0)
	c.ras.MoveTo(x, y)
	for i := 1; i+2 < len(s); i += 3 {
		bx, by := move(i)
		cx, cy := move(i + 1)
		dx, dy := move(i + 2)
		c.ras.CubeTo(bx, by, cx, cy, dx, dy)
	}
	c.ras.ClosePath()
	m := image.NewAlpha(image.Rect(0, 0, r.Dx(), r.Dy()))
	c.ras.Draw(m, m.Rect, image.Opaque, image.Point{})
	if n := int(soft * a.k / 2); n > 0 {
		blur(m, n)
		blur(m, n)
	}
	sin, cos := math.Sin(a.tilt)/a.k, math.Cos(a.tilt)/a.k
	for yy := r.Min.Y; yy < r.Max.Y; yy++ {
		row := m.Pix[(yy-r.Min.Y)*m.Stride:]
		for xx := r.Min.X; xx < r.Max.X; xx++ {
			cov := row[xx-r.Min.X]
			if cov == 0 {
				continue
			}
			px, py := float64(xx)+0.5-a.x, float64(yy)+0.5-a.y
			col, alpha := paint(px*cos+py*sin, -px*sin+py*cos)
			c.over(xx, yy, col, alpha*float64(cov)/255)
		}
	}
}

func (c *canvas) over(x, y int, col rgb, alpha float64) {
	i := (y*c.w + x) * 4
	k := float32(1 - alpha)
	c.pix[i] = c.pix[i]*k + float32(col.r*alpha)
	c.pix[i+1] = c.pix[i+1]*k + float32(col.g*alpha)
	c.pix[i+2] = c.pix[i+2]*k + float32(col.b*alpha)
	c.pix[i+3] = c.pix[i+3]*k + float32(255*alpha)
}

// blur is a box blur of n pixels each way.
func blur(m *image.Alpha, n int) {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	pass := func(count, length, step, stride int) {
		line := make([]uint8, length)
		for j := range count {
			base, sum := j*stride, 0
			for i := range length {
				line[i] = m.Pix[base+i*step]
			}
			for i := -n; i < length; i++ {
				if i+n < length {
					sum += int(line[i+n])
				}
				if i-n-1 >= 0 {
					sum -= int(line[i-n-1])
				}
				if i >= 0 {
					m.Pix[base+i*step] = uint8(sum / (2*n + 1))
				}
			}
		}
	}
	pass(h, w, 1, m.Stride)
	pass(w, h, m.Stride, 1)
}

// finish gives straight RGBA bytes, over the background when there is one. The
// slice is used again by the next frame.
func (c *canvas) finish() []byte {
	for i := 0; i < len(c.pix); i += 4 {
		a := c.pix[i+3]
		switch {
		case c.bg != nil:
			p := i / 4
			b := c.bg(p%c.w, p/c.w)
			k := 1 - a/255
			c.out[i], c.out[i+1], c.out[i+2], c.out[i+3] = byte8(c.pix[i]+float32(b.r)*k), byte8(c.pix[i+1]+float32(b.g)*k), byte8(c.pix[i+2]+float32(b.b)*k), 255
		case a < 0.5:
			c.out[i], c.out[i+1], c.out[i+2], c.out[i+3] = 0, 0, 0, 0
		default:
			k := 255 / a
			c.out[i], c.out[i+1], c.out[i+2], c.out[i+3] = byte8(c.pix[i]*k), byte8(c.pix[i+1]*k), byte8(c.pix[i+2]*k), byte8(a)
		}
	}
	clear(c.pix)
	return c.out
}

func byte8(v float32) byte { return byte(max(0, min(255, v+0.5))) }
