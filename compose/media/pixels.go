package media

import (
	"encoding/binary"
	"math"
)

// lookWidth is the width of the frames that are checked, pixels: enough for a
// box within 8 px of a 1080p frame, and small enough that the look costs 4 % of
// the decode.
const lookWidth = 480

// visible is the alpha above which a pixel counts as the presenter, of 255.
const visible = 8

// pixels gathers what all frames of a clip show.
//
// size: one field for each running figure.
type pixels struct {
	w, h               int
	frames             int
	minCov, maxCov     float64
	sumCov             float64
	opaque, clear, all int64
	x0, y0, x1, y1     int    // union of all boxes, inclusive
	touch              [4]int // frames touching top, bottom, left, right
	spill              int64  // see-through pixels inside the presenter
}

func newPixels(w, h int) *pixels {
	return &pixels{w: w, h: h, minCov: math.Inf(1), x0: w, y0: h, x1: -1, y1: -1}
}

// add reads the alpha of one small picture, a byte a pixel. Most of every picture is either empty or solid, so
// eight pixels of one kind are counted at a time. The frame is this goroutine's
// own; the race detector does not watch its bytes one by one.
//
//go:norace
func (p *pixels) add(alpha []byte) {
	p.frames++
	var sum int64
	var touch [4]bool
	for y := range p.h {
		row := alpha[y*p.w : (y+1)*p.w]
		first, last := -1, -1
		see := func(x int) {
			if first < 0 {
				first = x
			}
			last = x
		}
		for x := 0; x < p.w; {
			if x+8 <= p.w {
				switch binary.NativeEndian.Uint64(row[x:]) {
				case 0:
					p.clear += 8
					x += 8
					continue
				case math.MaxUint64:
					p.opaque, sum = p.opaque+8, sum+8*255
					see(x)
					see(x + 7)
					x += 8
					continue
				}
			}
			a := row[x]
			sum += int64(a)
			switch {
			case a >= 250:
				p.opaque++
			case a <= 5:
				p.clear++
			}
			if a > visible {
				see(x)
			}
			x++
		}
		if first < 0 {
			continue
		}
		p.x0, p.x1 = min(p.x0, first), max(p.x1, last)
		p.y0, p.y1 = min(p.y0, y), max(p.y1, y)
		touch[0] = touch[0] || y == 0
		touch[1] = touch[1] || y == p.h-1
		touch[2] = touch[2] || first == 0
		touch[3] = touch[3] || last == p.w-1
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
