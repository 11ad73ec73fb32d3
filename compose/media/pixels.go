package media

import (
	"math"
)

// lookWidth is the width of the frames that are looked at, pixels: enough for a
// box within 8 px of a 1080p frame, and small enough that the look costs 4 % of
// the decode.
const lookWidth = 480

// visible is the alpha above which a pixel counts as the presenter, of 255.
const visible = 8

// pixels gathers what all frames of a clip show.
type pixels struct {
	w, h               int
	frames             int
	minCov, maxCov     float64
	sumCov             float64
	opaque, clear, all int64
	x0, y0, x1, y1     int    // union of all boxes, inclusive
	touch              [4]int // frames touching top, bottom, left, right
	ratio              [3]float64
	samples            [3]int
	candidates, bright int
	spill              int64 // opaque pixels of the key colour inside the presenter
}

func newPixels(w, h int) *pixels {
	return &pixels{w: w, h: h, minCov: math.Inf(1), x0: w, y0: h, x1: -1, y1: -1}
}

// add looks at one straight RGBA frame.
func (p *pixels) add(b []byte) {
	p.frames++
	var sum int64
	var touch [4]bool
	for y := 0; y < p.h; y++ {
		row := b[y*p.w*4 : (y+1)*p.w*4]
		for x := 0; x < p.w; x++ {
			a := row[x*4+3]
			if a == 0 {
				p.clear++
				continue
			}
			sum += int64(a)
			switch {
			case a >= 250:
				p.opaque++
			case a <= 5:
				p.clear++
			}
			if a > visible {
				p.x0, p.x1 = min(p.x0, x), max(p.x1, x)
				p.y0, p.y1 = min(p.y0, y), max(p.y1, y)
				touch[0] = touch[0] || y == 0
				touch[1] = touch[1] || y == p.h-1
				touch[2] = touch[2] || x == 0
				touch[3] = touch[3] || x == p.w-1
			}
			if a >= 40 && a <= 215 {
				p.edge(b, x, y)
			}
		}
	}
	for i, t := range touch {
		if t {
			p.touch[i]++
		}
	}
	p.all += int64(p.w * p.h)
	c := float64(sum) / 255 / float64(p.w*p.h)
	p.minCov, p.maxCov, p.sumCov = math.Min(p.minCov, c), math.Max(p.maxCov, c), p.sumCov+c
}

// edge compares a half-transparent pixel with the nearest solid one: straight
// colour is about as bright, premultiplied darker, a white or green matte brighter.
func (p *pixels) edge(b []byte, x, y int) {
	i := (y*p.w + x) * 4
	a := int(b[i+3])
	p.candidates++
	if int(max(b[i], b[i+1], b[i+2])) > a+16 {
		p.bright++
	}
	solid := p.solid(b, x, y)
	if solid < 0 {
		return
	}
	inside := luma(b[solid:])
	if inside <= 40 {
		return
	}
	band := 0
	if a > 160 {
		band = 2
	} else if a > 100 {
		band = 1
	}
	p.ratio[band] += luma(b[i:]) / inside
	p.samples[band]++
}

// solid finds the nearest opaque pixel within six, or -1.
func (p *pixels) solid(b []byte, x, y int) int {
	for d := 1; d <= 6; d++ {
		for _, at := range [4][2]int{{x + d, y}, {x - d, y}, {x, y + d}, {x, y - d}} {
			if at[0] < 0 || at[1] < 0 || at[0] >= p.w || at[1] >= p.h {
				continue
			}
			if i := (at[1]*p.w + at[0]) * 4; b[i+3] >= 250 {
				return i
			}
		}
	}
	return -1
}

func luma(b []byte) float64 {
	return 0.2126*float64(b[0]) + 0.7152*float64(b[1]) + 0.0722*float64(b[2])
}

// edgeRatio is the brightness of soft edges against solid neighbours, in the band
// where alpha is 40 to 100; ok is false with too few samples to judge.
func (p *pixels) edgeRatio() (ratio float64, ok bool) {
	n := p.samples[0]
	if n < 500 {
		return 1, false
	}
	return p.ratio[0] / float64(n), true
}

func (p *pixels) opaqueShare() float64 { return float64(p.opaque) / math.Max(1, float64(p.all)) }

// box scales the union to the full frame, grown by 8 px against the coarse grid,
// with even sides; empty when nothing was visible.
func (p *pixels) box(w, h int) Box {
	if p.x1 < 0 {
		return Box{}
	}
	sx, sy := float64(w)/float64(p.w), float64(h)/float64(p.h)
	x0 := max(0, int(float64(p.x0)*sx)-8) &^ 1
	y0 := max(0, int(float64(p.y0)*sy)-8) &^ 1
	x1 := min(w, (int(math.Ceil(float64(p.x1+1)*sx))+9)&^1)
	y1 := min(h, (int(math.Ceil(float64(p.y1+1)*sy))+9)&^1)
	return Box{x0, y0, (x1 - x0) &^ 1, (y1 - y0) &^ 1}
}
