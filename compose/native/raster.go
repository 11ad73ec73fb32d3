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

// paintFill draws the part of a fill that lies in view; both rectangles are on the canvas. It is CSS's linear-gradient:
// the line through the middle is as long as it takes for the corners to have the outer colours, pixels are looked at in
// their middle, and colours are mixed after being multiplied by their alpha.
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
	for y := range view.H {
		for x := range view.W {
			dx := float64(view.X+x-box.X) + 0.5 - float64(box.W)/2
			dy := float64(view.Y+y-box.Y) + 0.5 - float64(box.H)/2
			p := ((dx*sin-dy*cos)/length + 0.5) * float64(len(stops)-1)
			i := min(max(int(math.Floor(p)), 0), len(stops)-2)
			t := min(max(p-float64(i), 0), 1)
			var c [4]float64
			for k := range c {
				c[k] = stops[i][k] + (stops[i+1][k]-stops[i][k])*t
			}
			img.SetNRGBA(x, y, straight(c))
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

// coverage is how much of each pixel in view a rounded box covers, 0 to 255; nil when it is all of it.
func coverage(box, view timeline.Rect, radius float64) *image.Alpha {
	radius = min(radius, float64(box.W)/2, float64(box.H)/2) // CSS shrinks corners that do not fit
	if radius <= 0 {
		return nil
	}
	const k = 0.5522847498307936 // a quarter of a circle as one curve
	z := vector.NewRasterizer(view.W, view.H)
	x0, y0 := float64(box.X-view.X), float64(box.Y-view.Y)
	x1, y1, r := x0+float64(box.W), y0+float64(box.H), radius
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
	mask := image.NewAlpha(image.Rect(0, 0, view.W, view.H))
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

// writePlanar writes the picture as ffmpeg's gbrap, or gbrp without alpha: nothing has to be decoded or converted.
func writePlanar(path string, img *image.NRGBA, alpha bool) error {
	planes := []int{1, 2, 0}
	if alpha {
		planes = append(planes, 3)
	}
	return writeFile(path, func(w *bufio.Writer) error {
		for _, p := range planes {
			for i := p; i < len(img.Pix); i += 4 {
				if err := w.WriteByte(img.Pix[i]); err != nil {
					return err
				}
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
