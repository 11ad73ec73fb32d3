package media

// carry spreads the colour of solid blocks outwards, layer by layer: each block
// takes the mean of its neighbours in the layers before.
//
//go:norace
func (m *matte) carry(u, v []byte) {
	clear(m.known)
	m.front = m.front[:0]
	for j := range m.ch {
		for i := range m.cw {
			if m.class[j*m.cw+i] == blockEdge {
				m.seed(u, v, i, j)
			}
		}
	}
	for layer := 0; layer < reach && len(m.front) > 0; layer++ {
		m.out = m.out[:0]
		for _, at := range m.front {
			x, y := int(at)%m.cw, int(at)/m.cw
			m.around(x, y, func(n int) {
				if !m.known[n] && m.class[n] != blockSolid {
					m.out = append(m.out, int32(n))
				}
			})
		}
		next := m.out[:0]
		for _, at := range m.out {
			if m.known[at] || m.f[at][0] < 0 {
				continue
			}
			var sum [3]float32
			k := float32(0)
			m.around(int(at)%m.cw, int(at)/m.cw, func(n int) {
				if m.known[n] {
					for c := range sum {
						sum[c] += m.f[n][c]
					}
					k++
				}
			})
			m.f[at] = [3]float32{-sum[0] / k, sum[1] / k, sum[2] / k} // negative: not known to its own layer
			next = append(next, at)
		}
		for _, at := range next {
			m.f[at][0] = -m.f[at][0]
			m.known[at] = true
		}
		m.front, m.out = next, m.front
	}
}

// seed takes the colours of the solid blocks around an edge block.
//
//go:norace
func (m *matte) seed(u, v []byte, i, j int) {
	m.around(i, j, func(n int) {
		if m.class[n] != blockSolid || m.known[n] {
			return
		}
		m.f[n], m.known[n] = [3]float32{m.mean[n], float32(u[n]), float32(v[n])}, true
		m.front = append(m.front, int32(n))
	})
}

//go:norace
func (m *matte) around(x, y int, f func(n int)) {
	for j := max(0, y-1); j <= min(m.ch-1, y+1); j++ {
		for i := max(0, x-1); i <= min(m.cw-1, x+1); i++ {
			if i != x || j != y {
				f(j*m.cw + i)
			}
		}
	}
}

// boxReach is how many blocks on each side count as around a block.
const boxReach = 2

// box replaces each value of a block by the sum of all within boxReach.
//
//go:norace
func (m *matte) box(s []float32) {
	const r = boxReach
	for j := range m.ch {
		line, out := s[j*m.cw:(j+1)*m.cw], m.line[j*m.cw:(j+1)*m.cw]
		sum := float32(0)
		for i := range min(r, m.cw) {
			sum += line[i]
		}
		for i := range line {
			if i+r < m.cw {
				sum += line[i+r]
			}
			if i-r-1 >= 0 {
				sum -= line[i-r-1]
			}
			out[i] = sum
		}
	}
	clear(m.column)
	for j := range min(r, m.ch) {
		m.addRow(j, 1)
	}
	for j := range m.ch {
		if j+r < m.ch {
			m.addRow(j+r, 1)
		}
		if j-r-1 >= 0 {
			m.addRow(j-r-1, -1)
		}
		copy(s[j*m.cw:(j+1)*m.cw], m.column)
	}
}

//go:norace
func (m *matte) addRow(j int, sign float32) {
	for i, v := range m.line[j*m.cw : (j+1)*m.cw] {
		m.column[i] += sign * v
	}
}

// near is the presenter's colour around a block: what is left there when the key's share is taken
// out, weighted by alpha, and kept between key and complement. False when there is nothing.
//
//go:norace
func (m *matte) near(at int) (f [3]float32, ok bool) {
	const least = 0.3 // blocks
	a := m.sums[0][at]
	if a < least {
		return f, false
	}
	u, v := m.sums[2][at]/a, m.sums[3][at]/a
	u, v = m.along(at, u, v, max(0, m.k.rise(u, v)))
	u, v = m.along(at, u, v, -max(0, m.k.tint(u, v)))
	return [3]float32{min(235, max(16, m.sums[1][at]/a)), u, v}, true
}

// along takes an amount of the key out of a chroma pair, or adds it when it is negative.
//
//go:norace
func (m *matte) along(at int, u, v, amount float32) (float32, float32) {
	s := amount / m.full[at]
	return u - s*(m.b[at][1]-128), v - s*(m.b[at][2]-128)
}
