package media

// matte pulls a clip off its key colour, one 4:2:0 picture at a time.
//
// A mixed pixel is C = a·F + (1-a)·B in any linear space, and YCbCr is one. B, the
// key colour, is measured in the picture. F, the presenter's colour, is carried
// outwards from the nearest solid blocks, so that a is found by projecting C-B on
// F-B. Where that does not explain the pixel (a translucent scarf, a strand that
// touches nothing solid) the difference key decides: a is one minus how far the key
// channels rise over the others, which needs chroma alone.
//
// Solid pixels pass through untouched. The difference key alone made the edge of
// anything saturated up to half again too opaque, and so too dark: a red jumper
// got an olive rim.
//
// A matte is one goroutine's own. The race detector does not watch its pixels, which
// took it ten times as long as the work.
type matte struct {
	k          keyColor
	w, h       int // of the picture, pixels, even
	cw, ch     int // of a chroma plane
	class      []byte
	before     []byte // the classes before the edge was widened
	known      []bool
	f          [][3]float32 // the presenter's colour near each block
	front, out []int32
	b          [3]float32 // the key colour as this picture has it
}

// Classes of a block of four pixels.
const (
	blockEdge byte = iota
	blockSolid
	blockClear
	blockTinted // a little key in it; settled before anything is solved
)

// Figures of the matte, in 8-bit steps unless said otherwise.
const (
	keyNoise  = 10 // H.264 leaves flat key colour within this of itself
	solidSlop = 2  // and grey this far from grey
	erode     = 3  // blocks around a mixed one that are looked at closely
	reach     = 12 // blocks that the presenter's colour is carried outwards
	trust     = 40 // how far from the line B-F a pixel may lie to be explained by it
	snap      = 0.02
	tinted    = 0.25 // of the key's own rise: as much as cloth may lean towards it

	// Luma has twice the chroma's resolution in 4:2:0, so it knows better where an
	// edge runs. Two and 40 gave the least error over drawn presenters at 640 and
	// 1920 px: colour over grey off by 4 to 6 of 255 on edge pixels, where the
	// difference key was off by 8 to 12.
	lumaWeight = 2
)

func newMatte(color string, w, h int) (*matte, error) {
	k, err := newKeyColor(color)
	if err != nil {
		return nil, err
	}
	n := w / 2 * (h / 2)
	return &matte{k: k, w: w, h: h, cw: w / 2, ch: h / 2, class: make([]byte, n), before: make([]byte, n), known: make([]bool, n), f: make([][3]float32, n)}, nil
}

// frame turns a yuv420p picture into a straight yuva420p one. dst has room for it.
//
//go:norace
func (m *matte) frame(dst, src []byte) {
	n, c := m.w*m.h, m.cw*m.ch
	y, u, v := src[:n], src[n:n+c], src[n+c:n+2*c]
	copy(dst, src[:n+2*c])
	alpha := dst[n+2*c : 2*n+2*c]
	m.measure(y, u, v)
	m.classify(u, v)
	m.carry(y, u, v)
	for j := range m.ch {
		for i := range m.cw {
			at := j*m.cw + i
			p := 2*j*m.w + 2*i
			switch m.class[at] {
			case blockSolid:
				alpha[p], alpha[p+1], alpha[p+m.w], alpha[p+m.w+1] = 255, 255, 255, 255
			case blockClear:
				alpha[p], alpha[p+1], alpha[p+m.w], alpha[p+m.w+1] = 0, 0, 0, 0
				m.paint(dst, at, p)
			default:
				m.edge(dst, alpha, y, u, v, i, j)
			}
		}
	}
}

// measure takes the key colour from the upper corners; what lies far from the
// asked colour is not it.
//
//go:norace
func (m *matte) measure(y, u, v []byte) {
	const side = 4 // blocks
	var sum [3]float32
	n := float32(0)
	for j := range min(side, m.ch) {
		for i := range min(2*side, m.cw) {
			x := i
			if i >= side {
				x = m.cw - 1 - (i - side)
			}
			at := j*m.cw + x
			if m.k.distance(u[at], v[at]) > 40 {
				continue
			}
			sum[0] += float32(y[2*j*m.w+2*x])
			sum[1] += float32(u[at])
			sum[2] += float32(v[at])
			n++
		}
	}
	m.b = m.k.yuv
	if n > 0 {
		m.b = [3]float32{sum[0] / n, sum[1] / n, sum[2] / n}
	}
}

// classify tells solid, clear and edge blocks apart by chroma, then widens the
// edge: next to a mixed block even a plain one is looked at closely.
//
//go:norace
func (m *matte) classify(u, v []byte) {
	full := m.k.rise(m.b[1], m.b[2])
	for i := range m.class {
		switch d := m.k.rise(float32(u[i]), float32(v[i])); {
		case d >= full-keyNoise:
			m.class[i] = blockClear
		case d <= solidSlop:
			m.class[i] = blockSolid
		case d < full*tinted:
			m.class[i] = blockTinted
		default:
			m.class[i] = blockEdge
		}
	}
	m.settle()
	m.widen()
}

// settle decides about tinted blocks: near the key they are its edge, elsewhere the
// presenter wears a colour that leans towards it.
//
//go:norace
func (m *matte) settle() {
	copy(m.before, m.class)
	for j := range m.ch {
		for i := range m.cw {
			at := j*m.cw + i
			if m.before[at] != blockTinted {
				continue
			}
			m.class[at] = blockSolid
			if m.nearKey(i, j) {
				m.class[at] = blockEdge
			}
		}
	}
}

// nearKey looks along eight rays for a block that is mostly key.
//
//go:norace
func (m *matte) nearKey(x, y int) bool {
	for _, d := range [8][2]int{{1, 0}, {-1, 0}, {0, 1}, {0, -1}, {1, 1}, {1, -1}, {-1, 1}, {-1, -1}} {
		for k := 1; k <= reach; k++ {
			i, j := x+k*d[0], y+k*d[1]
			if i < 0 || j < 0 || i >= m.cw || j >= m.ch {
				break
			}
			if c := m.before[j*m.cw+i]; c == blockClear || c == blockEdge {
				return true
			}
		}
	}
	return false
}

// widen makes an edge of every block within erode of one that differs from it.
//
//go:norace
func (m *matte) widen() {
	copy(m.before, m.class)
	for j := range m.ch {
		line := m.before[j*m.cw : (j+1)*m.cw]
		for i := range m.cw {
			c := line[i]
			if c == blockEdge || i+1 < m.cw && c != line[i+1] || j+1 < m.ch && c != m.before[(j+1)*m.cw+i] {
				m.mark(i, j)
			}
		}
	}
}

//go:norace
func (m *matte) mark(x, y int) {
	for j := max(0, y-erode); j <= min(m.ch-1, y+erode); j++ {
		line := m.class[j*m.cw : (j+1)*m.cw]
		for i := max(0, x-erode); i <= min(m.cw-1, x+erode); i++ {
			line[i] = blockEdge
		}
	}
}

// carry spreads the colour of solid blocks outwards, layer by layer: each block
// takes the mean of its neighbours in the layers before.
//
//go:norace
func (m *matte) carry(y, u, v []byte) {
	clear(m.known)
	m.front = m.front[:0]
	for j := range m.ch {
		for i := range m.cw {
			if m.class[j*m.cw+i] == blockEdge {
				m.seed(y, u, v, i, j)
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
func (m *matte) seed(y, u, v []byte, i, j int) {
	m.around(i, j, func(n int) {
		if m.class[n] != blockSolid || m.known[n] {
			return
		}
		p := 2*(n/m.cw)*m.w + 2*(n%m.cw)
		l := float32(int(y[p])+int(y[p+1])+int(y[p+m.w])+int(y[p+m.w+1])) / 4
		m.f[n], m.known[n] = [3]float32{l, float32(u[n]), float32(v[n])}, true
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
