package media

import (
	"fmt"
	"math"
)

// mixture measures what colour soft edges are mixed with. Colours that were blended with a matte M
// are C = a·F + (1-a)·M. Two points of one surface, of alpha a1 < a2, give
// M = (a2·C1 - a1·C2) / (a2 - a1). Over all alphas
//
//   - premultiplied colour results in black: C scales with alpha,
//   - a white or green matte results in white or green,
//   - straight colour results in C1 itself, and where the two points are not one surface (a shadow under
//     something bright, hair next to skin) the result differs with alpha.
//
// Only one colour at low and at high alpha is evidence. Black next to black is none.
type mixture struct {
	w, h   int
	count  [mixBands]int
	matte  [mixBands][mixBins]int // luma of M
	inside [mixBands][mixBins]int // luma of C2
	colour [3][mixBins]int        // red, green and blue of M
}

const (
	mixBands = 3
	mixBins  = 96
	mixLow   = -256. // the value of the first bin; bins are 8 wide
	mixWide  = 8.

	mixLeast  = 60   // pixels of a band that are enough for a median
	mixFrame  = 4000 // pixels of a frame that are measured at most
	mixSearch = 64   // steps to the other point at most
	mixApart  = 112  // difference of alpha between the points
	mixDark   = 48   // one of them must be brighter, of 255, to be distinguished from black
)

// mixBand is the band of an alpha, or -1. Close to 0 the colour is noise, close to 255 M is.
func mixBand(a byte) int {
	switch {
	case a < 40 || a > 216:
		return -1
	case a < 96:
		return 0
	case a < 156:
		return 1
	}
	return 2
}

// add measures one yuva444p picture whose pixels are points of the original: a scaler that
// averages would mix edges with what lies under transparent pixels.
//
//go:norace
func (m *mixture) add(b []byte) {
	n := m.w * m.h
	y, u, v, alpha := b[:n], b[n:2*n], b[2*n:3*n], b[3*n:4*n]
	left := mixFrame
	for at, a := range alpha {
		band := mixBand(a)
		if band < 0 {
			continue
		}
		in := m.denser(alpha, at)
		if in < 0 {
			continue
		}
		l1, l2 := level(y[at]), level(y[in])
		if max(l1, l2) < mixDark || l1 < mixDark/4 && l2 >= mixDark {
			continue // nothing to measure, or black next to something bright: two surfaces
		}
		left--
		if left < 0 {
			return
		}
		a1, a2 := float32(a), float32(alpha[in])
		c1, c2 := rgbOf(y[at], u[at], v[at]), rgbOf(y[in], u[in], v[in])
		m.count[band]++
		m.matte[band][mixBin((a2*l1-a1*l2)/(a2-a1))]++
		m.inside[band][mixBin(l2)]++
		for k := range c1 {
			m.colour[k][mixBin((a2*c1[k]-a1*c2[k])/(a2-a1))]++
		}
	}
}

// denser follows alpha uphill to a point that is denser by mixApart, or solid. It returns -1 where
// alpha does not rise that far.
//
//go:norace
func (m *mixture) denser(alpha []byte, at int) int {
	from := int(alpha[at])
	for walked := range mixSearch {
		x, y := at%m.w, at/m.w
		best, step := alpha[at], 0
		for j := max(0, y-1); j <= min(m.h-1, y+1); j++ {
			for i := max(0, x-1); i <= min(m.w-1, x+1); i++ {
				if a := alpha[j*m.w+i]; a > best {
					best, step = a, j*m.w+i-at
				}
			}
		}
		if step == 0 {
			return -1
		}
		at += step
		if best < 250 && (walked < 2 || int(best) < from+mixApart) {
			continue
		}
		// A hard edge is blurred by 4:2:0 and by the encoder: one step further is clean.
		if next := at + step; walked < 2 && best >= 250 && next >= 0 && next < len(alpha) && alpha[next] >= 250 {
			return next
		}
		if int(best) < from+mixApart/2 {
			return -1
		}
		return at
	}
	return -1
}

// level turns limited-range luma (16 to 235) into 0 to 255.
//
//go:norace
func level(y byte) float32 { return max(0, (float32(y)-16)*255/219) }

//go:norace
func mixBin(v float32) int { return min(mixBins-1, max(0, int((v-mixLow)/mixWide))) }

//go:norace
func rgbOf(y, u, v byte) (c [3]float32) {
	for k := range c {
		c[k] = min(255, max(0, (float32(y)-16)*255/219+cb[k]*(float32(u)-128)+cr[k]*(float32(v)-128)))
	}
	return c
}

// median of a histogram of n values.
func median(h *[mixBins]int, n int) float64 {
	seen := 0
	for i, k := range h {
		seen += k
		if 2*seen >= n {
			return mixLow + (float64(i)+0.5)*mixWide
		}
	}
	return 0
}

// mixed is what the edges of a clip are mixed with.
type mixed struct {
	enough bool
	matte  bool       // one colour at all alphas, and not the presenter's
	black  bool       // that colour is black
	colour [3]float64 // 0 to 255
}

func (m mixed) String() string {
	var c [3]int
	for k, v := range m.colour {
		c[k] = int(min(255, max(0, v)))
	}
	return fmt.Sprintf("#%02X%02X%02X", c[0], c[1], c[2])
}

// result of all frames.
func (m *mixture) result() (r mixed) {
	lo, hi, matte, inside, bands, all := 1e3, -1e3, 0., 0., 0., 0
	for b, n := range m.count {
		all += n
		if n < mixLeast {
			continue
		}
		v := median(&m.matte[b], n)
		lo, hi, bands = min(lo, v), max(hi, v), bands+1
		matte += v
		inside += median(&m.inside[b], n)
	}
	r.enough = bands >= 2
	if !r.enough {
		return r
	}
	matte, inside = matte/bands, inside/bands
	for k := range r.colour {
		r.colour[k] = median(&m.colour[k], all)
	}
	// Straight colour that the encoder blurred with the black under it is half of inside.
	r.black = math.Abs(matte) < 0.3*inside
	r.matte = hi-lo <= 0.4*max(inside, matte) && (r.black || matte > inside+40)
	return r
}
