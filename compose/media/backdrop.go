package media

import "math"

// backdrop is the key colour as one picture has it: a surface of the second degree over the
// picture for each of Y, Cb and Cr, since real screens are lit unevenly. It is fitted to the
// samples that are the key, in rounds that drop what is far from the surface, so that a veil or a
// glow in front of the screen is not taken for the screen.
type backdrop struct {
	k      *keyColor
	coef   [3][6]float32
	lo, hi [3]float32 // of the fitted samples: the surface does not leave them
	noise  float32    // of the rise: samples of the screen are within this of the surface
	start  [3]float32 // the key colour before the fit
}

const (
	backdropStep = 3  // every third sample along each side is fitted
	leastSamples = 60 // with fewer the asked colour is used everywhere
	keyNoise     = 8  // the least noise: H.264 leaves flat key colour within this of itself
)

// terms of the surface at a place, each coordinate from -1 to 1.
//
//go:norace
func terms(i, j, w, h int) [6]float32 {
	x, y := 2*float32(i)/float32(max(1, w-1))-1, 2*float32(j)/float32(max(1, h-1))-1
	return [6]float32{1, x, y, x * x, x * y, y * y}
}

// fit measures a picture of w by h samples.
//
//go:norace
func (b *backdrop) fit(y, u, v []byte, w, h int) {
	b.coef, b.noise = [3][6]float32{}, keyNoise
	b.begin(y, u, v, w, h)
	for c := range 3 {
		b.coef[c][0], b.lo[c], b.hi[c] = b.start[c], 0, 255
	}
	for _, within := range []float32{40, 16, 10} {
		if !b.round(y, u, v, w, h, within) {
			break
		}
	}
}

// begin takes the median of what rises like the key along the upper border and the sides.
//
//go:norace
func (b *backdrop) begin(y, u, v []byte, w, h int) {
	b.start = b.k.yuv
	least := max(leastRise/2, b.k.rise(b.k.yuv[1], b.k.yuv[2])/3)
	var count [3][256]int
	n := 0
	border(w, h, func(at int) {
		if b.k.rise(float32(u[at]), float32(v[at])) >= least {
			count[0][y[at]]++
			count[1][u[at]]++
			count[2][v[at]]++
			n++
		}
	})
	if n < 8 {
		return
	}
	for c := range count {
		seen := 0
		for value, k := range count[c] {
			seen += k
			if 2*seen >= n {
				b.start[c] = float32(value)
				break
			}
		}
	}
}

// border visits the samples of the two upper rows and of the two outer columns of the upper three
// quarters of each side. The lower border belongs to the presenter.
//
//go:norace
func border(w, h int, visit func(at int)) {
	for j := range max(1, h*3/4) {
		for i := range w {
			if j < 2 || i < 2 || i >= w-2 {
				visit(j*w + i)
			}
		}
	}
}

// round fits the surface again to the samples within a distance of it. False when there are too few.
//
//go:norace
func (b *backdrop) round(y, u, v []byte, w, h int, within float32) bool {
	var ata [6][6]float64
	var atb [3][6]float64
	lo, hi := [3]float32{255, 255, 255}, [3]float32{}
	n, square := 0, float64(0)
	for j := 0; j < h; j += backdropStep {
		for i := 0; i < w; i += backdropStep {
			at := j*w + i
			c := [3]float32{float32(y[at]), float32(u[at]), float32(v[at])}
			p := b.at(i, j, w, h)
			if abs(c[1]-p[1]) > within || abs(c[2]-p[2]) > within || abs(c[0]-p[0]) > 1.5*within {
				continue
			}
			n++
			d := float64(b.k.rise(c[1], c[2]) - b.k.rise(p[1], p[2]))
			square += d * d
			t := terms(i, j, w, h)
			for r := range 6 {
				for s := range 6 {
					ata[r][s] += float64(t[r] * t[s])
				}
				for k := range 3 {
					atb[k][r] += float64(t[r] * c[k])
				}
			}
			for k := range 3 {
				lo[k], hi[k] = min(lo[k], c[k]), max(hi[k], c[k])
			}
		}
	}
	if n < leastSamples {
		return false
	}
	for r := range 6 { // keeps the surface flat where there is nothing to fit it to
		ata[r][r] += 1e-3 * float64(n) * float64(min(1, r))
	}
	for k := range 3 {
		b.coef[k] = solve(ata, atb[k])
	}
	b.lo, b.hi = lo, hi
	b.noise = max(keyNoise, float32(3*math.Sqrt(square/float64(n))))
	return true
}

// at is the screen's colour at a sample.
//
//go:norace
func (b *backdrop) at(i, j, w, h int) [3]float32 {
	r := b.row(j, h)
	return b.along(&r, i, w)
}

// row returns the parabolas of one row: the constant, and the factors of x and of x*x.
//
//go:norace
func (b *backdrop) row(j, h int) (q [3][3]float32) {
	y := 2*float32(j)/float32(max(1, h-1)) - 1
	for k := range q {
		c := &b.coef[k]
		q[k] = [3]float32{c[0] + y*(c[2]+y*c[5]), c[1] + y*c[4], c[3]}
	}
	return q
}

// along is the screen's colour at a sample of a row.
//
//go:norace
func (b *backdrop) along(q *[3][3]float32, i, w int) (c [3]float32) {
	x := 2*float32(i)/float32(max(1, w-1)) - 1
	for k := range q {
		c[k] = min(b.hi[k], max(b.lo[k], q[k][0]+x*(q[k][1]+x*q[k][2])))
	}
	return c
}

// solve is Gaussian elimination with pivots.
func solve(a [6][6]float64, b [6]float64) (x [6]float32) {
	for i := range 6 {
		p := i
		for r := i + 1; r < 6; r++ {
			if math.Abs(a[r][i]) > math.Abs(a[p][i]) {
				p = r
			}
		}
		a[i], a[p], b[i], b[p] = a[p], a[i], b[p], b[i]
		if math.Abs(a[i][i]) < 1e-9 {
			continue
		}
		for r := i + 1; r < 6; r++ {
			f := a[r][i] / a[i][i]
			for c := i; c < 6; c++ {
				a[r][c] -= f * a[i][c]
			}
			b[r] -= f * b[i]
		}
	}
	for i := 5; i >= 0; i-- {
		s := b[i]
		for c := i + 1; c < 6; c++ {
			s -= a[i][c] * float64(x[c])
		}
		if math.Abs(a[i][i]) >= 1e-9 {
			x[i] = float32(s / a[i][i])
		}
	}
	return x
}
