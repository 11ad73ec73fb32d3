package media

import "math"

// paint gives a see-through block the presenter's colour where that is near, so
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

// edge solves the four pixels of a block.
//
//go:norace
func (m *matte) edge(dst, alpha, y, u, v []byte, i, j int) {
	at := j*m.cw + i
	f, known := m.f[at], m.known[at]
	sum := float32(0)
	for q := range 4 {
		dx, dy := q&1, q>>1
		p := (2*j+dy)*m.w + 2*i + dx
		cu, cv := m.chroma(u, v, i, j, dx, dy)
		a := m.alpha(float32(y[p]), cu, cv, f, known)
		sum += a
		alpha[p] = round8(a * 255)
		dst[p] = m.luma(y[p], a, f, known)
	}
	cu, cv := m.unmix(float32(u[at]), float32(v[at]), sum/4, f, known)
	n := m.w * m.h
	dst[n+at], dst[n+m.cw*m.ch+at] = cu, cv
}

// chroma is the block's chroma at one of its pixels. Samples are taken as lying in
// the middle of their four pixels: that is where encoders fed with RGB put them,
// whatever the stream's siting says. Half a pixel wrong shows as an olive left edge.
//
//go:norace
func (m *matte) chroma(u, v []byte, i, j, dx, dy int) (float32, float32) {
	i2 := min(max(i+2*dx-1, 0), m.cw-1)
	j2 := min(max(j+2*dy-1, 0), m.ch-1)
	a, b, c, d := j*m.cw+i, j*m.cw+i2, j2*m.cw+i, j2*m.cw+i2
	mix := func(s []byte) float32 {
		return (9*float32(s[a]) + 3*float32(s[b]) + 3*float32(s[c]) + float32(s[d])) / 16
	}
	return mix(u), mix(v)
}

// alpha of one pixel, 0 to 1.
//
//go:norace
func (m *matte) alpha(y, u, v float32, f [3]float32, known bool) float32 {
	full := m.k.rise(m.b[1], m.b[2])
	a := 1 - min(1, max(0, (m.k.rise(u, v)-solidSlop)/(full-keyNoise-solidSlop)))
	if known {
		along := [3]float32{lumaWeight * (f[0] - m.b[0]), f[1] - m.b[1], f[2] - m.b[2]}
		off := [3]float32{lumaWeight * (y - m.b[0]), u - m.b[1], v - m.b[2]}
		if length := dot(along, along); length > 40*40 {
			t := dot(off, along) / length
			rest := dot(off, off) - t*t*length
			w := float32(math.Exp(float64(-max(0, rest) / (2 * trust * trust))))
			a = w*min(1, max(0, t)) + (1-w)*a
		}
	}
	return min(1, max(0, (a-snap)/(1-2*snap)))
}

// luma of the presenter alone. Where little of it shows, the colour nearby says
// more than what is left after taking the key away.
//
//go:norace
func (m *matte) luma(y byte, a float32, f [3]float32, known bool) byte {
	switch {
	case a >= 1:
		return y
	case a <= 0 && !known:
		return 16
	case a <= 0:
		return round8(f[0])
	}
	own := (float32(y) - (1-a)*m.b[0]) / a
	if known {
		own = f[0] + a*(own-f[0])
	}
	return round8(min(235, max(16, own)))
}

// unmix takes the key's share out of a block's chroma and whatever tint stays.
//
//go:norace
func (m *matte) unmix(u, v, a float32, f [3]float32, known bool) (byte, byte) {
	switch {
	case a <= 0 && !known:
		return 128, 128
	case a <= 0:
		return round8(f[1]), round8(f[2])
	}
	if a < 1 {
		u, v = (u-(1-a)*m.b[1])/a, (v-(1-a)*m.b[2])/a
		if known {
			u, v = f[1]+a*(u-f[1]), f[2]+a*(v-f[2])
		}
	}
	// What is left of the key, or was taken too much, goes along the key's direction.
	lo, hi := float32(-60), float32(0)
	if known {
		d := m.k.rise(f[1], f[2])
		lo, hi = d-6, max(d, min(0, d+8))
	}
	if d := m.k.rise(u, v); d > hi || d < lo {
		s := (d - min(hi, max(lo, d))) / m.k.rise(m.b[1], m.b[2])
		u, v = u-s*(m.b[1]-128), v-s*(m.b[2]-128)
	}
	return round8(u), round8(v)
}

//go:norace
func dot(a, b [3]float32) float32 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }

//go:norace
func round8(v float32) byte { return byte(min(255, max(0, v+0.5))) }
