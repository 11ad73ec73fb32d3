package native

import (
	"bufio"
	"image"
	"image/color"
	"image/draw"
	"math"
	"os"
	"strconv"

	"golang.org/x/image/vector"

	"greenroom/compose/timeline"
)

// parseColor reads "#RRGGBB" or "#RRGGBBAA", which Validate has checked.
func parseColor(s string) color.NRGBA {
	v, _ := strconv.ParseUint(s[1:], 16, 32)
	if len(s) == 7 {
		v = v<<8 | 0xFF
	}
	return color.NRGBA{uint8(v >> 24), uint8(v >> 16), uint8(v >> 8), uint8(v)}
}

// paintFill draws the part of a fill that lies in view; both rectangles are on the canvas. It is CSS's
// linear-gradient: the line through the middle is as long as it takes for the corners to have the outer colours,
// pixels are sampled in their middle, and colours are mixed after being multiplied by their alpha.
func paintFill(f *timeline.Fill, box, view timeline.Rect) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, view.W, view.H))
	stops := make([][4]float64, len(f.Colors))
	for i, c := range f.Colors {
		n := parseColor(c)
		a := float64(n.A) / 255
		stops[i] = [4]float64{float64(n.R) * a, float64(n.G) * a, float64(n.B) * a, a}
	}
	if len(stops) == 1 {
		draw.Draw(img, img.Bounds(), image.NewUniform(parseColor(f.Colors[0])), image.Point{}, draw.Src)
		return img
	}
	sin, cos := math.Sincos(f.Angle * math.Pi / 180)
	length := math.Abs(float64(box.W)*sin) + math.Abs(float64(box.H)*cos)
	last := float64(len(stops) - 1)
	step := sin / length * last // of the place between the colours, from pixel to pixel
	for y := range view.H {
		row := img.Pix[y*img.Stride:]
		dx := float64(view.X-box.X) + 0.5 - float64(box.W)/2
		dy := float64(view.Y+y-box.Y) + 0.5 - float64(box.H)/2
		start := ((dx*sin-dy*cos)/length + 0.5) * last
		width := view.W
		if step == 0 { // from top to bottom: a row has one colour
			width = 1
		}
		for x := range width {
			p := start + float64(x)*step
			i := min(max(int(p), 0), len(stops)-2)
			t := min(max(p-float64(i), 0), 1)
			a, b := &stops[i], &stops[i+1]
			mix := func(k int) float64 { return a[k] + (b[k]-a[k])*t }
			c := row[4*x : 4*x+4 : 4*x+4]
			if a[3] == 1 && b[3] == 1 {
				c[0], c[1], c[2], c[3] = uint8(mix(0)+0.5), uint8(mix(1)+0.5), uint8(mix(2)+0.5), 255
				continue
			}
			n := straight([4]float64{mix(0), mix(1), mix(2), mix(3)})
			c[0], c[1], c[2], c[3] = n.R, n.G, n.B, n.A
		}
		if step == 0 {
			for x := 4; x < 4*view.W; x *= 2 {
				copy(row[x:4*view.W], row[:x])
			}
		}
	}
	return img
}

// straight divides by alpha again; alpha is 0 to 1, the colours up to 255 times it.
func straight(c [4]float64) color.NRGBA {
	if c[3] <= 0 {
		return color.NRGBA{}
	}
	b := func(v float64) uint8 { return uint8(math.Round(min(max(v, 0), 255))) }
	return color.NRGBA{b(c[0] / c[3]), b(c[1] / c[3]), b(c[2] / c[3]), b(c[3] * 255)}
}

// paintRing draws the ring of a fill over its colours.
func paintRing(img *image.NRGBA, l *timeline.Layer, view timeline.Rect) {
	width := min(l.Fill.Ring.Width, float64(min(l.Box.W, l.Box.H))/2)
	color := parseColor(l.Fill.Ring.Color)
	x, y := float64(l.Box.X-view.X), float64(l.Box.Y-view.Y)
	radius := max(0, min(l.Radius, float64(l.Box.W)/2, float64(l.Box.H)/2)-width)
	inner := rounded(view.W, view.H, x+width, y+width, x+float64(l.Box.W)-width, y+float64(l.Box.H)-width, radius)
	ring := image.NewNRGBA(img.Bounds())
	for i, free := range inner.Pix {
		c := ring.Pix[4*i : 4*i+4]
		c[0], c[1], c[2], c[3] = color.R, color.G, color.B, uint8(int(color.A)*(255-int(free))/255)
	}
	over(img, ring, 0, 0)
}

// coverage is how much of each pixel in view a rounded box covers, 0 to 255; nil when it is all of it.
func coverage(box, view timeline.Rect, radius float64) *image.Alpha {
	radius = min(radius, float64(box.W)/2, float64(box.H)/2) // CSS shrinks corners that do not fit
	within := box.X <= view.X && box.Y <= view.Y && box.X+box.W >= view.X+view.W && box.Y+box.H >= view.Y+view.H
	if radius <= 0 && within {
		return nil
	}
	x, y := float64(box.X-view.X), float64(box.Y-view.Y)
	return rounded(view.W, view.H, x, y, x+float64(box.W), y+float64(box.H), max(0, radius))
}

// rounded draws a box with rounded corners onto a mask of w x h pixels.
func rounded(w, h int, x0, y0, x1, y1, r float64) *image.Alpha {
	const k = 0.5522847498307936 // a quarter of a circle as one curve
	z := vector.NewRasterizer(w, h)
	p := func(v float64) float32 { return float32(v) }
	z.MoveTo(p(x0+r), p(y0))
	z.LineTo(p(x1-r), p(y0))
	z.CubeTo(p(x1-r+k*r), p(y0), p(x1), p(y0+r-k*r), p(x1), p(y0+r))
	z.LineTo(p(x1), p(y1-r))
	z.CubeTo(p(x1), p(y1-r+k*r), p(x1-r+k*r), p(y1), p(x1-r), p(y1))
	z.LineTo(p(x0+r), p(y1))
	z.CubeTo(p(x0+r-k*r), p(y1), p(x0), p(y1-r+k*r), p(x0), p(y1-r))
	z.LineTo(p(x0), p(y0+r))
	z.CubeTo(p(x0), p(y0+r-k*r), p(x0+r-k*r), p(y0), p(x0+r), p(y0))
	z.ClosePath()
	mask := image.NewAlpha(image.Rect(0, 0, w, h))
	z.Draw(mask, mask.Bounds(), image.Opaque, image.Point{})
	return mask
}

// weaken multiplies alpha by a mask and by an opacity.
func weaken(img *image.NRGBA, mask *image.Alpha, opacity float64) {
	if mask == nil && opacity == 1 {
		return
	}
	for i := 3; i < len(img.Pix); i += 4 {
		a := float64(img.Pix[i]) * opacity
		if mask != nil {
			a *= float64(mask.Pix[i/4]) / 255
		}
		img.Pix[i] = uint8(math.Round(a))
	}
}

// over puts src with its corner at (x, y) over dst, both with straight alpha.
func over(dst, src *image.NRGBA, x, y int) {
	area := src.Bounds().Add(image.Pt(x, y)).Intersect(dst.Bounds())
	for py := area.Min.Y; py < area.Max.Y; py++ {
		d := dst.Pix[dst.PixOffset(area.Min.X, py):]
		s := src.Pix[src.PixOffset(area.Min.X-x, py-y):]
		if opaque(s[:4*area.Dx()]) {
			copy(d, s[:4*area.Dx()])
			continue
		}
		for i := 0; i < 4*area.Dx(); i += 4 {
			sa, da := float64(s[i+3])/255, float64(d[i+3])/255
			switch {
			case s[i+3] == 0:
				continue
			case s[i+3] == 255 || d[i+3] == 0:
				copy(d[i:i+4], s[i:i+4])
				continue
			}
			a := sa + da*(1-sa)
			for k := range 3 {
				d[i+k] = uint8(math.Round((float64(s[i+k])*sa + float64(d[i+k])*da*(1-sa)) / a))
			}
			d[i+3] = uint8(math.Round(a * 255))
		}
	}
}

func opaque(row []byte) bool {
	for i := 3; i < len(row); i += 4 {
		if row[i] != 255 {
			return false
		}
	}
	return true
}

// writePlanar writes the picture as ffmpeg's gbrap, or gbrp without alpha: nothing has to be decoded or converted.
func writePlanar(path string, img *image.NRGBA, alpha bool) error {
	planes := []int{1, 2, 0}
	if alpha {
		planes = append(planes, 3)
	}
	return writeFile(path, func(w *bufio.Writer) error {
		plane := make([]byte, len(img.Pix)/4)
		for _, p := range planes {
			for i := range plane {
				plane[i] = img.Pix[4*i+p]
			}
			if _, err := w.Write(plane); err != nil {
				return err
			}
		}
		return nil
	})
}

// writeMask writes a picture that multiplies: colours are kept, alpha is the mask's times the opacity.
func writeMask(path string, mask *image.Alpha, w, h int, opacity float64) error {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	weaken(img, mask, opacity)
	return writePlanar(path, img, true)
}

func writeFile(path string, write func(*bufio.Writer) error) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<16)
	if err := write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}
