package media

import "fmt"

// keyLook reads small frames of a clip that is still on its key colour: where the
// presenter is, whether the borders are the key, whether the presenter wears it.
type keyLook struct {
	k      keyColor
	screen backdrop
	w, h   int
	alpha  []byte
}

func newKeyLook(color string, w, h int) (*keyLook, error) {
	k, err := newKeyColor(color)
	l := &keyLook{k: k, w: w, h: h, alpha: make([]byte, w*h)}
	l.screen.k = &l.k
	return l, err
}

// frame keys one raw yuv444p picture: alpha is how little the key rises over the
// other channels. Colour is not checked before the clip is really keyed.
//
//go:norace
func (k *keyLook) frame(b []byte) []byte {
	n := k.w * k.h
	y, u, v := b[:n], b[n:2*n], b[2*n:3*n]
	k.screen.fit(y, u, v, k.w, k.h)
	for j := range k.h {
		row := k.screen.row(j, k.h)
		for i := range k.w {
			at := j*k.w + i
			p := k.screen.along(&row, i, k.w)
			full := max(1, k.k.rise(p[1], p[2]))
			a := full - max(0, k.k.rise(float32(u[at]), float32(v[at])))
			if a <= k.screen.noise {
				a = 0
			}
			k.alpha[at] = round8(a * 255 / full)
		}
	}
	return k.alpha
}

// corners samples the upper corners of one raw yuv444p picture: they are the key colour when its
// channels rise there. The worst frame counts.
//
//go:norace
func (l *look) corners(k *keyLook, b []byte) {
	const side = 8
	n, size, hit := 0, k.w*k.h, 0
	var sum [3]float32
	for y := range min(side, k.h) {
		for i := range 2 * min(side, k.w/2) {
			x := i
			if i >= side {
				x = k.w - 1 - (i - side)
			}
			at := y*k.w + x
			px := [3]float32{float32(b[at]), float32(b[size+at]), float32(b[2*size+at])}
			n++
			if k.k.rise(px[1], px[2]) >= leastRise {
				hit++
			}
			for c := range sum {
				sum[c] += px[c]
			}
		}
	}
	if share := float64(hit) / float64(n); l.frames == 1 || share < l.cornerOK {
		l.cornerOK = share
		l.corner = hexRGB(sum[0]/float32(n), sum[1]/float32(n), sum[2]/float32(n))
	}
}

// hexRGB is a BT.709 limited-range colour as #RRGGBB.
func hexRGB(y, u, v float32) string {
	var c [3]byte
	for i := range c {
		c[i] = round8((y-16)*255/219 + cb[i]*(u-128) + cr[i]*(v-128))
	}
	return fmt.Sprintf("#%02X%02X%02X", c[0], c[1], c[2])
}

// holes counts see-through pixels that have solid ones on all four sides close
// by: a presenter who wears the key colour.
//
//go:norace
func (l *look) holes(alpha []byte) {
	const near, step = 12, 4
	for y := near; y < l.h-near; y += step {
		for x := near; x < l.w-near; x += step {
			i := y*l.w + x
			if alpha[i] <= 128 && alpha[i-near] >= 250 && alpha[i+near] >= 250 && alpha[i-near*l.w] >= 250 &&
				alpha[i+near*l.w] >= 250 {
				l.spill++
			}
		}
	}
}
