package quality

import (
	"math"

	"greenroom/compose/media"
)

// run is the longest stretch of frames in a row, of which only one is kept.
type run struct {
	from, frames  int // the longest
	begun, length int // the current
}

func (r *run) add(frame int, in bool) {
	if !in {
		r.length = 0
		return
	}
	if r.length == 0 {
		r.begun = frame
	}
	r.length++
	if r.length > r.frames {
		r.from, r.frames = r.begun, r.length
	}
}

// stills finds black and frozen stretches, and the luma outside of the range.
type stills struct {
	frame         int
	reference     []byte // luma of the first of equal pictures, then its alpha
	blocks        []int
	black, frozen run
	dark          int // black pictures
	strayWorst    float64
	strayFrame    int
}

func (s *stills) add(p media.Picture) {
	n := p.W * p.H
	black := 0
	for _, y := range p.Y {
		if int(y) <= blackLuma {
			black++
		}
	}
	isBlack := p.A == nil && float64(black) >= blackShare*float64(n)
	s.black.add(s.frame, isBlack)
	if isBlack {
		s.dark++
	}
	moved := s.reference == nil || s.moved(p)
	s.frozen.add(s.frame, !moved && !isBlack)
	if moved {
		s.reference = append(append(s.reference[:0], p.Y...), p.A...)
	}
	stray, seen := 0, 0
	for i, y := range p.Y {
		if p.A != nil && p.A[i] < 128 {
			continue
		}
		seen++
		if int(y) < lowest-strayLuma || int(y) > highest+strayLuma {
			stray++
		}
	}
	if seen > 0 {
		if share := float64(stray) / float64(seen); share > s.strayWorst {
			s.strayWorst, s.strayFrame = share, s.frame
		}
	}
	s.frame++
}

// frozenBlock is the side of the parts that are compared, in points.
const frozenBlock = 16

// moved reports that a part of the picture differs from the reference: a mouth that speaks is small.
func (s *stills) moved(p media.Picture) bool {
	n := p.W * p.H
	across := (p.W + frozenBlock - 1) / frozenBlock
	if len(s.blocks) != across {
		s.blocks = make([]int, across)
	}
	for y := range p.H {
		row := y * p.W
		for x := range p.W {
			i := row + x
			d := int(p.Y[i]) - int(s.reference[i])
			if p.A != nil {
				alpha := int(p.A[i]) - int(s.reference[n+i])
				if p.A[i] == 0 && alpha == 0 {
					continue // what is under nothing
				}
				d = max(d, -d) + max(alpha, -alpha)
			}
			s.blocks[x/frozenBlock] += max(d, -d)
		}
		if y%frozenBlock != frozenBlock-1 && y != p.H-1 {
			continue
		}
		for i, sum := range s.blocks {
			if float64(sum) > frozenChange*255*frozenBlock*frozenBlock {
				clear(s.blocks)
				return true
			}
			s.blocks[i] = 0
		}
	}
	return false
}

// alphaMeter finds pictures whose alpha differs from that of both neighbours: a matte that fails for a frame.
type alphaMeter struct {
	frame      int
	last       [2]float64 // coverage of the last two pictures, of 1
	worst      float64    // of the visible area
	worstFrame int
}

func (a *alphaMeter) add(p media.Picture) {
	sum := 0
	for _, v := range p.A {
		sum += int(v)
	}
	now := float64(sum) / 255 / float64(len(p.A))
	if a.frame >= 2 {
		before, middle := a.last[0], a.last[1]
		// A pop is a picture above both neighbours, or below both; movement goes on in one direction.
		pop := 0.0
		if (middle-before)*(middle-now) > 0 {
			pop = min(math.Abs(middle-before), math.Abs(middle-now)) / max(before, middle, now, 0.01)
		}
		if pop > a.worst {
			a.worst, a.worstFrame = pop, a.frame-1
		}
	}
	a.last = [2]float64{a.last[1], now}
	a.frame++
}
