package native

import (
	"image"
	"image/color"
	"math"
	"testing"

	"greenroom/compose/timeline"
	"greenroom/compose/timeline/timelinetest"
)

// rgba is a colour that was not multiplied by alpha; all parts are 0 to 1.
type rgba struct{ r, g, b, a float64 }

func fromNRGBA(c color.NRGBA) rgba {
	return rgba{float64(c.R) / 255, float64(c.G) / 255, float64(c.B) / 255, float64(c.A) / 255}
}

func (c rgba) over(d rgba) rgba {
	a := c.a + d.a*(1-c.a)
	if a == 0 {
		return rgba{}
	}
	mix := func(x, y float64) float64 { return (x*c.a + y*d.a*(1-c.a)) / a }
	return rgba{mix(c.r, d.r), mix(c.g, d.g), mix(c.b, d.b), a}
}

// exact is the film's colour at the middle of a pixel of a frame, worked out from the timeline's own formulas and from
// what the footage was drawn with. It knows no text.
func exact(f *timeline.Film, frame, x, y int) rgba {
	out := rgba{a: 1}
	if f.Transparent {
		out = rgba{}
	}
	for i := range f.Layers {
		l := &f.Layers[i]
		o := l.OpacityAt(frame)
		if o == 0 {
			continue
		}
		dx, dy := l.OffsetAt(frame)
		px, py := float64(x-l.Box.X-dx)+0.5, float64(y-l.Box.Y-dy)+0.5
		if px < 0 || py < 0 || px > float64(l.Box.W) || py > float64(l.Box.H) || outside(l, px, py) {
			continue
		}
		c := colorOf(f, l, frame, px, py)
		if l.Fill != nil && l.Fill.Ring != nil && inRing(l, px, py) {
			c = fromNRGBA(parseColor(l.Fill.Ring.Color)).over(c)
		}
		c.a *= o
		out = c.over(out)
	}
	return out
}

// outside reports whether a point lies in a corner that the radius takes away.
func outside(l *timeline.Layer, px, py float64) bool {
	round := l.Rounded()
	px, py = px+float64(l.Box.X-round.X), py+float64(l.Box.Y-round.Y)
	return beyond(float64(round.W), float64(round.H), l.Radius, px, py)
}

// beyond reports whether a point lies outside of a box with round corners.
func beyond(w, h, radius, px, py float64) bool {
	r := min(radius, w/2, h/2)
	cx, cy := min(max(px, r), w-r), min(max(py, r), h-r)
	return math.Hypot(px-cx, py-cy) > r && (r > 0 || px < 0 || py < 0 || px > w || py > h)
}

// inRing reports whether a point lies on the ring along a fill's edge.
func inRing(l *timeline.Layer, px, py float64) bool {
	d := l.Fill.Ring.Width
	w, h := float64(l.Box.W)-2*d, float64(l.Box.H)-2*d
	px, py = px-d, py-d
	return px < 0 || py < 0 || px > w || py > h || beyond(w, h, max(0, l.Radius-d), px, py)
}

func colorOf(f *timeline.Film, l *timeline.Layer, frame int, px, py float64) rgba {
	scaled := func(crop timeline.Rect) (int, int) {
		return crop.X + int(px*float64(crop.W)/float64(l.Box.W)), crop.Y + int(py*float64(crop.H)/float64(l.Box.H))
	}
	switch l.Kind {
	case timeline.KindFill:
		return gradient(l.Fill, float64(l.Box.W), float64(l.Box.H), px, py)
	case timeline.KindPicture:
		x, y := scaled(l.Picture.Crop)
		if l.Picture.Media == "photo" {
			return rgba{float64(x*3) / 255, float64(y*4) / 255, 128.0 / 255, 1}
		}
		return fromNRGBA(timelinetest.PictureColor(x, y))
	case timeline.KindVideo:
		x, y := scaled(l.Video.Crop)
		n, there := sourceFrame(f, l, frame)
		if !there {
			return rgba{}
		}
		if l.Video.Media == "alpha" {
			return fromNRGBA(timelinetest.AlphaColor(n, x, y))
		}
		return fromNRGBA(timelinetest.FootageColor(l.Video.Media, n, x, y))
	}
	panic("no reference for " + string(l.Kind))
}

// sourceFrame is the footage's frame that is shown: the last one that has begun.
func sourceFrame(f *timeline.Film, l *timeline.Layer, frame int) (int, bool) {
	rate, count := 25.0, timelinetest.ClipFrames
	switch l.Video.Media {
	case "alpha":
		count = timelinetest.AlphaFrames
	case "cinema", "fast":
		rate = f.FPS.FPS()
	}
	n := int(math.Floor((f.FPS.Seconds(frame-l.From)+l.Video.Skip)*rate + 0.02))
	if l.Video.Loop {
		return n % count, true
	}
	return n, n < count
}

// gradient is CSS Images 3, 3.1: the gradient line goes through the middle; colours are interpolated premultiplied.
func gradient(fill *timeline.Fill, w, h, px, py float64) rgba {
	var stops []rgba
	for _, s := range fill.Colors {
		stops = append(stops, fromNRGBA(parseColor(s)))
	}
	if len(stops) == 1 {
		return stops[0]
	}
	a := fill.Angle * math.Pi / 180
	dirX, dirY := math.Sin(a), -math.Cos(a)
	half := (math.Abs(w*dirX) + math.Abs(h*dirY)) / 2
	p := ((px-w/2)*dirX + (py-h/2)*dirY + half) / (2 * half) * float64(len(stops)-1)
	i := min(max(int(p), 0), len(stops)-2)
	t := min(max(p-float64(i), 0), 1)
	c, d := stops[i], stops[i+1]
	alpha := c.a*(1-t) + d.a*t
	if alpha == 0 {
		return rgba{}
	}
	mix := func(x, y float64) float64 { return (x*c.a*(1-t) + y*d.a*t) / alpha }
	return rgba{mix(c.r, d.r), mix(c.g, d.g), mix(c.b, d.b), alpha}
}

// compare holds every picture against the exact one, in 1/255. Pixels next to an edge are omitted: scaling and chroma
// smooth those, and how they do it is not ours. It returns how many pixels were compared.
func compare(t *testing.T, f *timeline.Film, got []*image.NRGBA, limit float64) {
	t.Helper()
	const jump = 8.0 / 255
	looked, bad := 0, 0
	for n, img := range got {
		want := make([]rgba, f.Width*f.Height)
		for y := range f.Height {
			for x := range f.Width {
				want[y*f.Width+x] = exact(f, n, x, y)
			}
		}
		for y := 0; y < f.Height; y += 2 {
			for x := 0; x < f.Width; x += 3 {
				w := want[y*f.Width+x]
				if nearEdge(want, f.Width, f.Height, x, y, jump) {
					continue
				}
				looked++
				c := fromNRGBA(img.NRGBAAt(x, y))
				if off := distance(c, w) * 255; off > limit {
					if bad++; bad <= 5 {
						t.Errorf("frame %d, pixel %d,%d: %v, want %v (off by %.1f/255)", n, x, y, img.NRGBAAt(x, y), w.nrgba(), off)
					}
				}
			}
		}
	}
	if bad > 0 {
		t.Errorf("%d of %d pixels are off by more than %v/255", bad, looked, limit)
	}
	if looked < f.Width*f.Height*f.Frames/20 {
		t.Errorf("only %d pixels were compared", looked)
	}
}

func (c rgba) nrgba() color.NRGBA {
	b := func(v float64) uint8 { return uint8(math.Round(v * 255)) }
	return color.NRGBA{b(c.r), b(c.g), b(c.b), b(c.a)}
}

// distance is the largest difference of what is seen: colour counts as much as it is opaque.
func distance(a, b rgba) float64 {
	return max(math.Abs(a.r*a.a-b.r*b.a), math.Abs(a.g*a.a-b.g*b.a), math.Abs(a.b*a.a-b.b*b.a), math.Abs(a.a-b.a))
}

// nearEdge looks around a pixel, as far as a chroma sample that was scaled to twice its size rings.
func nearEdge(img []rgba, w, h, x, y int, jump float64) bool {
	c := img[y*w+x]
	for _, reach := range []int{1, 3, 6, 10} {
		for _, d := range [][2]int{{-1, 0}, {1, 0}, {0, -1}, {0, 1}, {-1, -1}, {1, 1}, {-1, 1}, {1, -1}} {
			nx, ny := x+d[0]*reach, y+d[1]*reach
			// A slope changes more the farther one looks: a step does not.
			if nx >= 0 && ny >= 0 && nx < w && ny < h && distance(c, img[ny*w+nx]) > jump*float64(2+reach)/3 {
				return true
			}
		}
	}
	return false
}
