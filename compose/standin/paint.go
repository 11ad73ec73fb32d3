package standin

import (
	"image"
	"math"
)

// rgb is a colour, each 0 to 255.
type rgb struct{ r, g, b float64 }

func mix(a, b rgb, t float64) rgb {
	t = max(0, min(1, t))
	return rgb{a.r + (b.r-a.r)*t, a.g + (b.g-a.g)*t, a.b + (b.b-a.b)*t}
}

func flat(c rgb, alpha float64) brush {
	return func(float64, float64) (rgb, float64) { return c, alpha }
}

// canvas is one frame, premultiplied RGBA while layers are laid over one another.
type canvas struct {
	w, h int
	pix  []byte
	out  []byte
	back []byte             // the opaque background, made once
	bg   func(x, y int) rgb // nil: transparent
}

func newCanvas(w, h int) *canvas {
	return &canvas{w: w, h: h, pix: make([]byte, w*h*4), out: make([]byte, w*h*4)}
}

// at maps the drawing's units to pixels: its origin, pixels a unit, radians.
type at struct{ x, y, k, tilt float64 }

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

// draw lays a layer over the frame, moved, turned and scaled, between its pixels.
// Its frame is one goroutine's own, as in finish and planes: the race detector,
// which made a presenter ten times slower to draw, does not watch their pixels.
//
//go:norace
func (c *canvas) draw(l *layer, p at) {
	sin, cos := math.Sin(p.tilt), math.Cos(p.tilt)
	// The frame's pixels that the layer may touch.
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, q := range [4][2]float64{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
		ux, uy := l.x0+q[0]*float64(l.w)/l.k, l.y0+q[1]*float64(l.h)/l.k
		x, y := p.x+p.k*(ux*cos-uy*sin), p.y+p.k*(ux*sin+uy*cos)
		x0, x1, y0, y1 = min(x0, x), max(x1, x), min(y0, y), max(y1, y)
	}
	r := image.Rect(int(x0)-1, int(y0)-1, int(x1)+2, int(y1)+2).Intersect(image.Rect(0, 0, c.w, c.h))
	// One step right in the frame is this step in the layer, in 1/65536 pixels.
	const one = 1 << 16
	f := l.k / p.k
	du, dv := int(math.Round(cos*f*one)), int(math.Round(-sin*f*one))
	for y := r.Min.Y; y < r.Max.Y; y++ {
		px, py := (float64(r.Min.X)+0.5-p.x)/p.k, (float64(y)+0.5-p.y)/p.k
		u := int(math.Round(((px*cos+py*sin-l.x0)*l.k - 0.5) * one))
		v := int(math.Round(((-px*sin+py*cos-l.y0)*l.k - 0.5) * one))
		dst := c.pix[(y*c.w+r.Min.X)*4:]
		for x := 0; x < r.Dx(); x, u, v = x+1, u+du, v+dv {
			ix, iy := u>>16, v>>16
			if ix < 0 || iy < 0 || ix+1 >= l.w || iy+1 >= l.h {
				continue // layers have an empty border of two pixels
			}
			s := l.pix[(iy*l.w+ix)*4:]
			t := l.pix[((iy+1)*l.w+ix)*4:]
			if s[3]|s[7]|t[3]|t[7] == 0 {
				continue
			}
			fx, fy := uint32(u>>8&255), uint32(v>>8&255)
			d := dst[x*4 : x*4+4 : x*4+4]
			a := lerp(s[3], s[7], t[3], t[7], fx, fy)
			k := 255 - a
			d[0] = byte(lerp(s[0], s[4], t[0], t[4], fx, fy) + (uint32(d[0])*k+127)/255)
			d[1] = byte(lerp(s[1], s[5], t[1], t[5], fx, fy) + (uint32(d[1])*k+127)/255)
			d[2] = byte(lerp(s[2], s[6], t[2], t[6], fx, fy) + (uint32(d[2])*k+127)/255)
			d[3] = byte(a + (uint32(d[3])*k+127)/255)
		}
	}
}

// lerp mixes four neighbours by a place between them, in 1/256.
//
//go:norace
func lerp(a, b, c, d byte, fx, fy uint32) uint32 {
	top := uint32(a)*(256-fx) + uint32(b)*fx
	low := uint32(c)*(256-fx) + uint32(d)*fx
	return min(255, (top*(256-fy)+low*fy+1<<15)>>16)
}

// blur is a box blur of n pixels each way.
//
//go:norace
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

// finish returns straight RGBA bytes, over the background when there is one. The
// slice is used again by the next frame.
//
//go:norace
func (c *canvas) finish() []byte {
	if c.bg != nil && c.back == nil {
		c.back = make([]byte, len(c.pix))
		for i := 0; i < len(c.back); i += 4 {
			b := c.bg(i/4%c.w, i/4/c.w)
			c.back[i], c.back[i+1], c.back[i+2] = byte8(float32(b.r)), byte8(float32(b.g)), byte8(float32(b.b))
		}
	}
	for i := 0; i < len(c.pix); i += 4 {
		s, d := c.pix[i:i+4:i+4], c.out[i:i+4:i+4]
		a := uint32(s[3])
		switch {
		case c.back != nil:
			b, k := c.back[i:i+4:i+4], 255-a
			d[0], d[1], d[2], d[3] = byte(uint32(s[0])+uint32(b[0])*k/255), byte(uint32(s[1])+uint32(b[1])*k/255),
				byte(uint32(s[2])+uint32(b[2])*k/255), 255
		case a == 0:
			d[0], d[1], d[2], d[3] = 0, 0, 0, 0
		case a == 255:
			copy(d, s)
		default:
			d[0], d[1], d[2], d[3] = straight(s[0], a), straight(s[1], a), straight(s[2], a), s[3]
		}
	}
	clear(c.pix)
	return c.out
}

//go:norace
func straight(v byte, a uint32) byte { return byte(min(255, (uint32(v)*255+a/2)/a)) }

//go:norace
func byte8(v float32) byte { return byte(max(0, min(255, v+0.5))) }
