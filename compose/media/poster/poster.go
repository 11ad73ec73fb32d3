// Package poster chooses the picture that represents a clip: a sharp one in which the presenter looks as in most pictures.
//
// Up to 64 pictures, evenly spread, are compared with their median, block by block, in the upper half of what is visible.
// Eyes are open in most pictures, so the median has open eyes; a blink, a wide mouth or a hand before the face departs
// from it in some block. How much a block departs counts in proportion to how much it usually does: where the head moves,
// all pictures depart a little. Of the quarter that departs least, the sharpest picture is chosen.
//
// The choice depends on the pictures alone: equal pictures have equal choices.
package poster

import (
	"cmp"
	"math"
	"slices"
)

// Rule names this way of choosing. It is raised when another picture would be chosen.
const Rule = "poster/2"

const (
	most     = 64       // candidates
	least    = 16       // candidates at least, however large the pictures are
	memory   = 16 << 20 // bytes that candidates may take, down to the least number of them
	visible  = 8        // weighted luma from which a pixel is visible, of 255
	across   = 24       // blocks side by side in what is visible
	smallest = 4        // side of a block, pixels
	noise    = 1.5      // departure of a block that coding makes, levels of luma
)

// Chooser receives the pictures of a clip in order. Its zero value is ready.
type Chooser struct {
	w, h int
	n    int // pictures so far
	step int // every which picture is a candidate
	kept []candidate
}

// candidate is a picture that may be chosen.
type candidate struct {
	index     int
	luma      []byte  // weighted with alpha
	departure float64 // of its worst block
	sharpness float64
}

// Add receives the next picture: luma and alpha of w x h pixels, a byte each. No alpha means that all is visible.
func (c *Chooser) Add(w, h int, luma, alpha []byte) {
	if c.n == 0 {
		c.w, c.h, c.step = w, h, 1
	}
	index := c.n
	c.n++
	if index%c.step > 0 {
		return
	}
	if len(c.kept) == c.room() {
		c.step *= 2
		c.kept = slices.DeleteFunc(c.kept, func(k candidate) bool { return k.index%c.step > 0 })
		if index%c.step > 0 {
			return
		}
	}
	c.kept = append(c.kept, candidate{index: index, luma: weighted(luma[:w*h], alpha)})
}

// room is how many candidates there may be.
func (c *Chooser) room() int { return max(least, min(most, memory/max(1, c.w*c.h))) }

//go:norace
func weighted(luma, alpha []byte) []byte {
	out := slices.Clone(luma)
	for i := range alpha {
		out[i] = byte(int(luma[i]) * int(alpha[i]) / 255)
	}
	return out
}

// Best returns the number of the chosen picture, from 0; -1 if there were none. Pictures of the first and of the last half
// second, at most a tenth of all, are not chosen: presenters start and end in a pose, and footage with a fade. A
// second has fps pictures.
func (c *Chooser) Best(fps float64) int {
	edge := min(c.n/10, int(math.Ceil(fps/2)))
	list := slices.DeleteFunc(slices.Clone(c.kept), func(k candidate) bool { return k.index < edge || k.index >= c.n-edge })
	if len(list) == 0 {
		list = c.kept // few, and far from each other
	}
	if len(list) == 0 {
		return -1
	}
	median := medianOf(list, c.w*c.h)
	seen := visiblePart(median, c.w, c.h)
	compare(list, median, upper(seen), c.w)
	slices.SortStableFunc(list, func(a, b candidate) int { return cmp.Compare(a.departure, b.departure) })
	list = list[:(len(list)+3)/4]
	for i := range list {
		list[i].sharpness = sharpness(list[i].luma, seen, c.w)
	}
	return slices.MaxFunc(list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.sharpness, b.sharpness), b.index-a.index)
	}).index
}

// medianOf returns the median of each pixel, the lower one of an even number.
//
//go:norace
func medianOf(list []candidate, size int) []byte {
	out := make([]byte, size)
	var counts [256]int
	for i := range out {
		lo, hi := byte(255), byte(0)
		for n := range list {
			v := list[n].luma[i]
			counts[v]++
			lo, hi = min(lo, v), max(hi, v)
		}
		v := lo
		for below := counts[v]; below <= (len(list)-1)/2; below += counts[v] {
			v++
		}
		out[i] = v
		clear(counts[lo : int(hi)+1])
	}
	return out
}

// part is a part of a picture, pixels; x1 and y1 are outside.
type part struct{ x0, y0, x1, y1 int }

// visiblePart returns where a picture is visible; all of it if nothing is.
//
//go:norace
func visiblePart(luma []byte, w, h int) part {
	p := part{w, h, 0, 0}
	for i, v := range luma {
		if v >= visible {
			x, y := i%w, i/w
			p = part{min(p.x0, x), min(p.y0, y), max(p.x1, x+1), max(p.y1, y+1)}
		}
	}
	if p.x1 == 0 {
		return part{0, 0, w, h}
	}
	return p
}

// upper returns the upper half, where the face of a presenter is.
func upper(p part) part { return part{p.x0, p.y0, p.x1, (p.y0 + p.y1 + 1) / 2} }

// compare sets how much each candidate departs from the median in its worst block.
func compare(list []candidate, median []byte, p part, w int) {
	side := max(smallest, (p.x1-p.x0)/across)
	departures := make([]float64, len(list))
	for y := p.y0; y < p.y1; y += side {
		for x := p.x0; x < p.x1; x += side {
			block := part{x, y, min(x+side, p.x1), min(y+side, p.y1)}
			for i := range list {
				departures[i] = difference(list[i].luma, median, block, w)
			}
			usual := slices.Sorted(slices.Values(departures))[len(list)/2]
			for i, d := range departures {
				list[i].departure = max(list[i].departure, d/(usual+noise))
			}
		}
	}
}

// difference is the mean difference of two pictures in a part of them, levels.
//
//go:norace
func difference(a, b []byte, p part, w int) float64 {
	sum := 0
	for y := p.y0; y < p.y1; y++ {
		for i := y*w + p.x0; i < y*w+p.x1; i++ {
			sum += max(int(a[i])-int(b[i]), int(b[i])-int(a[i]))
		}
	}
	return float64(sum) / float64((p.x1-p.x0)*(p.y1-p.y0))
}

// sharpness is the energy of the Laplacian in a part of a picture.
//
//go:norace
func sharpness(luma []byte, p part, w int) float64 {
	sum := 0
	for y := p.y0 + 1; y < p.y1-1; y++ {
		for i := y*w + p.x0 + 1; i < y*w+p.x1-1; i++ {
			d := 4*int(luma[i]) - int(luma[i-1]) - int(luma[i+1]) - int(luma[i-w]) - int(luma[i+w])
			sum += d * d
		}
	}
	return float64(sum)
}
