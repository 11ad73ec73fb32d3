package align

import "math"

// stay is what it costs to stay in one frame while the other sound goes on: pauses are stretched, words rather not.
const stay = 0.3

// coarse is the number of frames up to which all pairs of frames are compared: 4 million pairs.
const coarse = 2000

// warp returns for each frame of a the frame of b that it is paired with, rising. Long sounds are first compared with
// fewer frames; the finer comparison stays near the coarser one.
func warp(a, b []vector) []int {
	if len(a) <= coarse && len(b) <= coarse {
		return path(a, b, func(int) (int, int) { return 0, len(b) - 1 })
	}
	const half = 2
	rough := warp(shrink(a, half), shrink(b, half))
	const reach = 60 // frames to each side: 0.6 s at the finest level
	near := func(i int) (int, int) {
		k := min(i/half, len(rough)-1)
		from, until := rough[k], rough[min(k+1, len(rough)-1)]
		return max(0, from*half-reach), min(len(b)-1, until*half+half+reach)
	}
	return path(a, b, near)
}

// shrink returns the means of n frames each.
func shrink(v []vector, n int) []vector {
	out := make([]vector, (len(v)+n-1)/n)
	for i := range out {
		part := v[i*n : min(len(v), i*n+n)]
		for j := range width {
			sum := float32(0)
			for k := range part {
				sum += part[k][j]
			}
			out[i][j] = sum / float32(len(part))
		}
	}
	return out
}

// Steps of a path, backwards.
const (
	both = iota
	inA
	inB
)

// path is dynamic time warping (Sakoe and Chiba 1978) within a band: allowed returns the frames of b that a frame of a
// may be paired with, both rising.
func path(a, b []vector, allowed func(i int) (from, to int)) []int {
	type row struct {
		from  int
		steps []uint8
	}
	infinite := float32(math.Inf(1))
	rows := make([]row, len(a))
	prev, cur := make([]float32, len(b)), make([]float32, len(b))
	for j := range prev {
		prev[j], cur[j] = infinite, infinite
	}
	for i := range a {
		from, until := allowed(i)
		if i == len(a)-1 {
			until = len(b) - 1
		}
		rows[i] = row{from, make([]uint8, until-from+1)}
		for j := from; j <= until; j++ {
			best, step := infinite, uint8(both)
			switch {
			case i == 0 && j == 0:
				best = 0
			default:
				if i > 0 && j > 0 && prev[j-1] < best {
					best = prev[j-1]
				}
				if i > 0 && prev[j]+stay < best {
					best, step = prev[j]+stay, inA
				}
				if j > from && cur[j-1]+stay < best {
					best, step = cur[j-1]+stay, inB
				}
			}
			cur[j] = best + apart(&a[i], &b[j])
			rows[i].steps[j-from] = step
		}
		prev, cur = cur, prev
		if i > 0 { // only the cells that the row before set: all of them would cost more than the band
			old := rows[i-1]
			for j := old.from; j < old.from+len(old.steps); j++ {
				cur[j] = infinite
			}
		}
	}
	to := make([]int, len(a))
	for i, j := len(a)-1, len(b)-1; ; {
		to[i] = j
		if i == 0 && j == 0 {
			return to
		}
		switch rows[i].steps[j-rows[i].from] {
		case both:
			i, j = i-1, j-1
		case inA:
			i--
		default:
			j--
		}
	}
}

func apart(a, b *vector) float32 {
	sum := float32(0)
	for i := range a {
		d := a[i] - b[i]
		sum += d * d
	}
	return float32(math.Sqrt(float64(sum)))
}
