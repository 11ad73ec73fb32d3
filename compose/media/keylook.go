package media

import "fmt"

// noise is how far H.264 leaves a flat key colour from itself, of 255.
const noise = 12

// keyLook keys small frames in Go: enough to find where the presenter is.
type keyLook struct {
	color     string
	w, h, n   int
	rgb       [3]int // where each plane of a gbrp picture begins
	key, p, q int    // the key's plane and the other two, as indices of rgb
	alpha     []byte
}

func newKeyLook(color string, w, h int) (*keyLook, error) {
	n := w * h
	k := &keyLook{color: color, w: w, h: h, n: n, rgb: [3]int{2 * n, 0, n}, alpha: make([]byte, n)}
	switch color {
	case "#00FF00":
		k.key, k.p, k.q = 1, 0, 2
	case "#0000FF":
		k.key, k.p, k.q = 2, 0, 1
	default:
		return nil, errKeyColor(color)
	}
	return k, nil
}

// frame keys one raw gbrp picture: alpha is how little the key channel rises over
// the other two. Colour is not judged before the clip is really keyed.
func (k *keyLook) frame(b []byte) frame {
	key, p, q := b[k.rgb[k.key]:], b[k.rgb[k.p]:], b[k.rgb[k.q]:]
	for i := range k.alpha {
		a := 255 - max(0, int(key[i])-int(max(p[i], q[i])))
		if a <= noise {
			a = 0
		}
		k.alpha[i] = byte(a)
	}
	return frame{alpha: k.alpha}
}

// corners samples the upper corners of one raw gbrp picture. The worst frame counts.
func (l *look) corners(k *keyLook, b []byte) {
	const side = 8
	n, hit := 0, 0
	var sum [3]int
	for y := range min(side, k.h) {
		for i := range 2 * min(side, k.w/2) {
			x := i
			if i >= side {
				x = k.w - 1 - (i - side)
			}
			var px [3]byte
			for c, at := range k.rgb {
				px[c] = b[at+y*k.w+x]
				sum[c] += int(px[c])
			}
			n++
			if keyDistance(px[:], k.color) <= 60 {
				hit++
			}
		}
	}
	if share := float64(hit) / float64(n); l.frames == 1 || share < l.cornerOK {
		l.cornerOK = share
		l.corner = fmt.Sprintf("#%02X%02X%02X", sum[0]/n, sum[1]/n, sum[2]/n)
	}
}

// holes counts see-through pixels that have solid ones on all four sides close
// by: a presenter who wears the key colour.
func (l *look) holes(alpha []byte) {
	const reach, step = 12, 4
	for y := reach; y < l.h-reach; y += step {
		for x := reach; x < l.w-reach; x += step {
			i := y*l.w + x
			if alpha[i] <= 128 && alpha[i-reach] >= 250 && alpha[i+reach] >= 250 && alpha[i-reach*l.w] >= 250 && alpha[i+reach*l.w] >= 250 {
				l.spill++
			}
		}
	}
}
