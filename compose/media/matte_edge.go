package media

import "math"

// Figures of the solution, chosen by the drawings of docs/guide/keying.md on green, blue and magenta.
const (
	lumaWeight  = 2    // luma against chroma when a colour is compared with the line from B to F
	trustLeast  = 5    // steps off that line that noise explains
	trustAlpha  = 10   // and more in proportion to alpha: what shading explains
	slopNeutral = 5    // neutral colours rise this far by noise
	slopSolid   = 8    // and solid neighbours vary this far
	saturation  = 0.33 // of a colour's spread: how far unknown colours are expected below neutral
	despill     = 0.4  // of the spread, when the key is taken out of the colour of such a pixel
	lumaDoubt   = 32   // luma steps between F and B at which alpha follows luma by half
	sharpest    = 4    // no pixel of a block is more than this many times clearer or denser than it
	ringing     = 12   // luma steps that H.264 leaves next to an edge
	snap        = 0.01 // alpha within this of 0 or 1 is 0 or 1
)

// blocks finds the mean alpha of every block, and what is around each.
//
//go:norace
func (m *matte) blocks(u, v []byte) {
	for at := range m.class {
		c := [3]float32{m.mean[at], float32(u[at]), float32(v[at])}
		a := float32(0)
		m.explained[at] = 0
		switch m.class[at] {
		case blockSolid:
			a = 1
		case blockEdge:
			a = m.difference(at, c[1], c[2])
			if m.known[at] {
				t, w := m.solidAlpha(at, c)
				a, m.explained[at] = w*t+(1-w)*a, w
			}
		}
		m.a[at], m.sums[0][at] = a, a
		for k := range 3 {
			m.sums[k+1][at] = c[k] - (1-a)*m.b[at][k]
		}
	}
	for k := range m.sums {
		m.box(m.sums[k])
	}
}

// difference is the difference key: alpha is one minus how far the key rises. What is saturated is
// below neutral, and so more transparent than that; how much is not known without a neighbour, so
// a third of its spread is assumed. Yellow and cyan are not below neutral, hence the limit.
//
//go:norace
func (m *matte) difference(at int, u, v float32) float32 {
	r := m.k.rise(u, v)
	if r > 0 {
		r += min(saturation*(-m.k.tint(u, v)-r), r/2)
	}
	return 1 - min(1, max(0, (r-slopNeutral)/(m.full[at]-m.screen.noise-slopNeutral)))
}

// solidAlpha is how much of its solid neighbour's colour there is in a block, and how well that
// explains the block: 1 on the line between the two colours, 0 far from it.
//
//go:norace
func (m *matte) solidAlpha(at int, c [3]float32) (a, explained float32) {
	b, f := m.b[at], m.f[at]
	along := [3]float32{lumaWeight * (f[0] - b[0]), f[1] - b[1], f[2] - b[2]}
	off := [3]float32{lumaWeight * (c[0] - b[0]), c[1] - b[1], c[2] - b[2]}
	length := dot(along, along)
	if length <= 40*40 {
		return 0, 0
	}
	t := dot(off, along) / length
	rest := max(0, dot(off, off)-t*t*length)
	clear := m.full[at] - m.screen.noise
	a = min(1, max(0, (clear-m.k.rise(c[1], c[2]))/max(1, clear-m.k.rise(f[1], f[2])-slopSolid)))
	trust := trustLeast + trustAlpha*a
	return a, float32(math.Exp(float64(-rest / (2 * trust * trust))))
}

// edge solves the four pixels of a block.
//
//go:norace
func (m *matte) edge(dst, alpha, y, u, v []byte, i, j int) {
	at := j*m.cw + i
	f, have := m.near(at)
	var a [4]float32
	sum := float32(0)
	for q := range 4 {
		dx, dy := q&1, q>>1
		a[q] = m.pixel(float32(y[(2*j+dy)*m.w+2*i+dx]), f[0], have, i, j, dx, dy)
		sum += a[q]
	}
	if m.known[at] {
		w := m.explained[at]
		if !have {
			w = 1
		}
		for k := range f {
			f[k] = w*m.f[at][k] + (1-w)*f[k]
		}
		have = true
	}
	for q := range 4 {
		p := (2*j+q>>1)*m.w + 2*i + q&1
		alpha[p] = round8(a[q] * 255)
		dst[p] = m.luma(y[p], a[q], at, f, have)
	}
	n := m.w * m.h
	dst[n+at], dst[n+m.cw*m.ch+at] = m.unmix(float32(u[at]), float32(v[at]), sum/4, at, f, have)
}

// pixel is the alpha of one pixel, 0 to 1: that of the blocks around it, moved by its luma. Where
// the presenter is darker than the key, a darker pixel has more of the presenter. luma is the
// presenter's around the block.
//
//go:norace
func (m *matte) pixel(y, luma float32, have bool, i, j, dx, dy int) float32 {
	a, b := m.between(m.a, i, j, dx, dy), m.b[j*m.cw+i][0]
	if have {
		d := luma - b
		moved := a + d/(d*d+lumaDoubt*lumaDoubt)*(y-m.between(m.mean, i, j, dx, dy))
		a = min(max(moved, 1-sharpest*(1-a)), sharpest*a)
	}
	// No colour is darker than black or brighter than white.
	if y < b-ringing {
		a = max(a, (b-ringing-y)/(b-16))
	} else if y > b+ringing {
		a = max(a, (y-b-ringing)/(235-b))
	}
	return min(1, max(0, (a-snap)/(1-2*snap)))
}

// between is a value of the blocks at one of a block's pixels. Samples are taken as lying in
// the middle of their four pixels: that is where encoders fed with RGB put them,
// whatever the stream's siting. Half a pixel wrong shows as an olive left edge.
//
//go:norace
func (m *matte) between(s []float32, i, j, dx, dy int) float32 {
	i2 := min(max(i+2*dx-1, 0), m.cw-1)
	j2 := min(max(j+2*dy-1, 0), m.ch-1)
	return (9*s[j*m.cw+i] + 3*s[j*m.cw+i2] + 3*s[j2*m.cw+i] + s[j2*m.cw+i2]) / 16
}

// luma of the presenter alone. Where little of it shows, the colour nearby is a
// better estimate than what is left after removing the key.
//
//go:norace
func (m *matte) luma(y byte, a float32, at int, f [3]float32, have bool) byte {
	switch {
	case a >= 1:
		return y
	case a <= 0 && !have:
		return 16
	case a <= 0:
		return round8(f[0])
	}
	own := min(235, max(16, (float32(y)-(1-a)*m.b[at][0])/a))
	if have {
		own = f[0] + a*(own-f[0])
	}
	return round8(own)
}

// unmix takes the key's share out of a block's chroma. What is left of the key goes, but no pixel
// is pushed beyond neutral further than it was delivered or than a solid neighbour that explains it.
//
//go:norace
func (m *matte) unmix(u, v, a float32, at int, f [3]float32, have bool) (byte, byte) {
	beyond := m.k.tint(u, v)
	switch {
	case a >= 1:
		return round8(u), round8(v)
	case a <= 0 && !have:
		return 128, 128
	case a <= 0:
		u, v = f[1], f[2]
	default:
		u, v = (u-(1-a)*m.b[at][1])/a, (v-(1-a)*m.b[at][2])/a
		if have {
			u, v = f[1]+a*(u-f[1]), f[2]+a*(v-f[2])
		}
	}
	const green = -2 // rounding must not make a tint
	w, hi, lo := m.explained[at], float32(0), float32(green)
	if m.known[at] {
		hi = max(0, w*m.k.rise(m.f[at][1], m.f[at][2]))
		lo = w*max(0, m.k.tint(m.f[at][1], m.f[at][2])) + (1-w)*green
	}
	if hi < 1 { // see difference
		hi = despill * (1 - w) * min(1, 3*(1-a)) * (m.k.tint(u, v) + m.k.rise(u, v))
	}
	u, v = m.along(at, u, v, max(0, m.k.rise(u, v)-hi))
	u, v = m.along(at, u, v, -max(0, m.k.tint(u, v)-max(beyond, lo)))
	return round8(u), round8(v)
}

// paint sets a transparent block to the presenter's colour where that is near, so
// that scalers and the encoder's blocks blend the edge with its own colour and not
// with the key's.
//
//go:norace
func (m *matte) paint(dst []byte, at, p int) {
	f := [3]float32{16, 128, 128}
	if m.known[at] {
		f = m.f[at]
	}
	l := round8(f[0])
	dst[p], dst[p+1], dst[p+m.w], dst[p+m.w+1] = l, l, l, l
	n := m.w * m.h
	dst[n+at], dst[n+m.cw*m.ch+at] = round8(f[1]), round8(f[2])
}

//go:norace
func dot(a, b [3]float32) float32 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }

//go:norace
func round8(v float32) byte { return byte(min(255, max(0, v+0.5))) }
