package media

import (
	"math"
	"sync"
)

// The tests of the key draw their own presenters, so that the alpha of every pixel is known. A
// picture is drawn at 4 by 4 samples a pixel, from straight colours and coverage, in the order of
// its shapes.

// rgb is a colour, 0 to 255 each.
type rgb [3]float64

// shape is one thing that is drawn: at returns its colour and its coverage (0 to 1) at a point, and
// is compared only inside the rectangle.
type shape struct {
	x0, y0, x1, y1 float64
	at             func(x, y float64) (rgb, float64)
}

// drawing is a picture with straight alpha: four bytes a pixel, red, green, blue, alpha.
type drawing struct {
	w, h int
	px   []byte
}

const fine = 4 // samples a pixel, along each side

// draw composites the shapes, the first one at the back.
func draw(w, h int, shapes []shape) drawing {
	d := drawing{w, h, make([]byte, w*h*4)}
	var rows sync.WaitGroup
	for part := range 2 {
		rows.Go(func() {
			line := make([][4]float64, w*fine*fine)
			for y := part; y < h; y += 2 {
				d.row(line, y, shapes)
			}
		})
	}
	rows.Wait()
	return d
}

func (d drawing) row(line [][4]float64, y int, shapes []shape) {
	clear(line)
	for _, s := range shapes {
		if s.y1 < float64(y) || s.y0 > float64(y+1) {
			continue
		}
		x0, x1 := max(0, int(s.x0)), min(d.w-1, int(s.x1))
		for j := range fine {
			py := float64(y) + (float64(j)+0.5)/fine
			for i := x0 * fine; i < (x1+1)*fine; i++ {
				c, a := s.at((float64(i)+0.5)/fine, py)
				if a <= 0 {
					continue
				}
				p := &line[j*d.w*fine+i]
				for k := range c {
					p[k] = c[k]*a + p[k]*(1-a)
				}
				p[3] = a + p[3]*(1-a)
			}
		}
	}
	for x := range d.w {
		var sum [4]float64
		for j := range fine {
			for i := range fine {
				for k, v := range line[(j*d.w+x)*fine+i] {
					sum[k] += v
				}
			}
		}
		if sum[3] == 0 {
			continue
		}
		out := d.px[(y*d.w+x)*4:]
		for k := range 3 {
			out[k] = byte(math.Round(min(255, sum[k]/sum[3])))
		}
		out[3] = byte(math.Round(sum[3] / fine / fine * 255))
	}
}

// over returns the picture on a colour, three bytes a pixel.
func (d drawing) over(c rgb) []byte {
	out := make([]byte, d.w*d.h*3)
	for i := range d.w * d.h {
		a := float64(d.px[4*i+3]) / 255
		for k := range 3 {
			out[3*i+k] = byte(math.Round(a*float64(d.px[4*i+k]) + (1-a)*c[k]))
		}
	}
	return out
}

// ellipse is a filled ellipse of one colour.
func ellipse(cx, cy, rx, ry float64, c rgb) shape {
	return painted(cx, cy, rx, ry, func(float64, float64) (rgb, float64) { return c, 1 })
}

// painted is an ellipse whose colour and coverage depend on the place.
func painted(cx, cy, rx, ry float64, paint func(x, y float64) (rgb, float64)) shape {
	return shape{cx - rx, cy - ry, cx + rx, cy + ry, func(x, y float64) (rgb, float64) {
		if dx, dy := (x-cx)/rx, (y-cy)/ry; dx*dx+dy*dy > 1 {
			return rgb{}, 0
		}
		return paint(x, y)
	}}
}

// ring is the outline of an ellipse, wide pixels wide.
func ring(cx, cy, rx, ry, wide float64, c rgb) shape {
	return shape{cx - rx - wide, cy - ry - wide, cx + rx + wide, cy + ry + wide, func(x, y float64) (rgb, float64) {
		d := math.Hypot((x-cx)/rx, (y-cy)/ry)
		if math.Abs(d-1)*min(rx, ry) > wide/2 {
			return rgb{}, 0
		}
		return c, 1
	}}
}

// line is a straight stroke with round ends, from a to b, w0 pixels wide at a and w1 at b.
func line(ax, ay, bx, by, w0, w1 float64, c rgb) shape {
	w := max(w0, w1)
	return shape{min(ax, bx) - w, min(ay, by) - w, max(ax, bx) + w, max(ay, by) + w, func(x, y float64) (rgb, float64) {
		dx, dy := bx-ax, by-ay
		t := min(1, max(0, ((x-ax)*dx+(y-ay)*dy)/(dx*dx+dy*dy)))
		if math.Hypot(x-ax-t*dx, y-ay-t*dy) > (w0+t*(w1-w0))/2 {
			return rgb{}, 0
		}
		return c, 1
	}}
}

// strand is a curved hair: it leaves (x, y) at an angle, bends, and gets thinner.
func strand(x, y, angle, bend, length, wide float64, c rgb) []shape {
	const pieces = 8
	var out []shape
	for i := range pieces {
		a := angle + bend*float64(i)/pieces
		nx, ny := x+math.Cos(a)*length/pieces, y+math.Sin(a)*length/pieces
		w0, w1 := wide*(1-0.7*float64(i)/pieces), wide*(1-0.7*float64(i+1)/pieces)
		out = append(out, line(x, y, nx, ny, w0, w1, c))
		x, y = nx, ny
	}
	return out
}

// moved is a shape that moves by (dx, dy) while the shutter is open.
func moved(s shape, dx, dy float64) shape {
	const steps = 24
	return shape{min(s.x0, s.x0+dx), min(s.y0, s.y0+dy), max(s.x1, s.x1+dx), max(s.y1, s.y1+dy),
		func(x, y float64) (rgb, float64) {
			var sum rgb
			cover := 0.0
			for i := range steps {
				f := float64(i) / (steps - 1)
				px, py := x-f*dx, y-f*dy
				if px < s.x0 || px > s.x1 || py < s.y0 || py > s.y1 {
					continue
				}
				c, a := s.at(px, py)
				for k := range sum {
					sum[k] += c[k] * a
				}
				cover += a
			}
			if cover == 0 {
				return sum, 0
			}
			for k := range sum {
				sum[k] /= cover
			}
			return sum, cover / steps
		}}
}

// grain is a fixed noise, -1 to 1, a value for every pixel.
func grain(x, y float64) float64 {
	h := uint32(int(math.Floor(x))*374761393 + int(math.Floor(y))*668265263)
	h = (h ^ h>>13) * 1274126177
	return float64(h>>8&0xffff)/32767.5 - 1
}

// smooth rises from 0 at a to 1 at b.
func smooth(a, b, x float64) float64 {
	t := min(1, max(0, (x-a)/(b-a)))
	return t * t * (3 - 2*t)
}

func shade(c rgb, by float64) rgb {
	return rgb{min(255, max(0, c[0]+by)), min(255, max(0, c[1]+by)), min(255, max(0, c[2]+by))}
}
