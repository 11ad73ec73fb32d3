package media

// matte pulls a clip off its key colour, one 4:2:0 picture at a time.
//
// A mixed pixel is C = a·F + (1-a)·B in any linear space, and YCbCr is one. B, the key colour, is
// measured in the picture (backdrop). Alpha is found in two steps, because 4:2:0 has a quarter of
// the chroma:
//
//  1. For a block of four pixels, from chroma alone (blocks). The difference key is right for
//     neutral colours such as hair: a is one minus how far the key rises. Where the colour of solid
//     blocks nearby explains the block, a is measured from that colour instead; the difference key
//     makes the edge of anything saturated too opaque.
//  2. For a pixel, from luma (edge): alpha follows luma as the colours around the block say.
//
// Then the key's share is taken out of the colour (unmix), never beyond neutral unless a solid
// neighbour is beyond neutral too: otherwise dark hair on green becomes magenta.
//
// Solid pixels pass through untouched. A matte belongs to one goroutine; the race detector does not
// watch its pixels, which took ten times as long as the work.
//
// size: one buffer for each plane, kept from picture to picture; one method for each step over them.
type matte struct {
	k      keyColor
	screen backdrop
	w, h   int // of the picture, pixels, even
	cw, ch int // of a chroma plane

	b      [][3]float32 // the key colour at each block
	full   []float32    // its rise
	luma8  []byte       // mean luma of each block
	class  []byte
	before []byte // the classes before the edge was widened

	known      []bool
	f          [][3]float32 // the presenter's colour, carried from the nearest solid blocks
	front, out []int32

	a, explained, mean []float32    // of each block: alpha, how well f explains it, luma
	sums               [4][]float32 // of the blocks around each: alpha, and alpha times Y, Cb, Cr
	line, column       []float32
}

// Classes of a block of four pixels.
const (
	blockEdge byte = iota
	blockSolid
	blockClear
	blockTinted // a little key in it; resolved before anything is solved
)

// Figures of the matte, in 8-bit steps unless another unit is named.
const (
	solidSlop = 10   // a solid colour leans this far to the key by noise alone
	erode     = 3    // blocks around a mixed one that are solved too
	reach     = 12   // blocks that the presenter's colour is carried outwards
	tinted    = 0.25 // of the key's own rise: as much as cloth may lean towards it
)

func newMatte(color string, w, h int) (*matte, error) {
	k, err := newKeyColor(color)
	if err != nil {
		return nil, err
	}
	n := w / 2 * (h / 2)
	m := &matte{k: k, w: w, h: h, cw: w / 2, ch: h / 2, b: make([][3]float32, n), luma8: make([]byte, n),
		class:  make([]byte, n),
		before: make([]byte, n), known: make([]bool, n), f: make([][3]float32, n), column: make([]float32, w/2)}
	m.screen.k = &m.k
	for _, s := range []*[]float32{&m.full, &m.a, &m.explained, &m.mean, &m.line, &m.sums[0], &m.sums[1], &m.sums[2],
		&m.sums[3]} {
		*s = make([]float32, n)
	}
	return m, nil
}

// frame turns a yuv420p picture into a straight yuva420p one: BT.709, limited range, w*h*3/2 bytes
// in and w*h*5/2 bytes out.
//
//go:norace
func (m *matte) frame(dst, src []byte) {
	n, c := m.w*m.h, m.cw*m.ch
	y, u, v := src[:n], src[n:n+c], src[n+c:n+2*c]
	copy(dst, src[:n+2*c])
	alpha := dst[n+2*c : 2*n+2*c]
	m.measure(y, u, v)
	m.classify(u, v)
	m.carry(u, v)
	m.blocks(u, v)
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

// measure takes the luma of every block and fits the screen.
//
//go:norace
func (m *matte) measure(y, u, v []byte) {
	for j := range m.ch {
		for i := range m.cw {
			p := 2*j*m.w + 2*i
			l := int(y[p]) + int(y[p+1]) + int(y[p+m.w]) + int(y[p+m.w+1])
			m.mean[j*m.cw+i], m.luma8[j*m.cw+i] = float32(l)/4, byte((l+2)/4)
		}
	}
	m.screen.fit(m.luma8, u, v, m.cw, m.ch)
	for j := range m.ch {
		row := m.screen.row(j, m.ch)
		for i := range m.cw {
			b := m.screen.along(&row, i, m.cw)
			m.b[j*m.cw+i], m.full[j*m.cw+i] = b, max(1, m.k.rise(b[1], b[2]))
		}
	}
}

// classify distinguishes solid, clear and edge blocks by chroma, then widens the
// edge: next to a mixed block even a plain one is solved.
//
//go:norace
func (m *matte) classify(u, v []byte) {
	for i := range m.class {
		switch d := m.k.rise(float32(u[i]), float32(v[i])); {
		case d >= m.full[i]-m.screen.noise:
			m.class[i] = blockClear
		case d <= solidSlop:
			m.class[i] = blockSolid
		case d < m.full[i]*tinted:
			m.class[i] = blockTinted
		default:
			m.class[i] = blockEdge
		}
	}
	m.resolveTinted()
	m.widen()
}

// resolveTinted decides about tinted blocks: near the key they are its edge, elsewhere
// the presenter wears a colour that leans towards it.
//
//go:norace
func (m *matte) resolveTinted() {
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
