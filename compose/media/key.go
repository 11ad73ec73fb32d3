package media

import (
	"strconv"

	"greenroom/internal/fault"
)

// keyColor is a colour that a clip can be keyed on: one or two of red, green and
// blue full, the others none, so that it rises over everything a presenter wears.
type keyColor struct {
	yuv   [3]float32 // BT.709, limited range
	pairs []pair     // each full channel minus each empty one, by chroma alone
}

// pair gives the difference of two channels as u*(Cb-128) + v*(Cr-128): in
// YCbCr it does not depend on luma.
type pair struct{ u, v float32 }

var keyNames = []string{"#00FF00", "#0000FF", "#FF00FF"}

// KeyColors lists the colours Prepare can key.
func KeyColors() []string { return append([]string(nil), keyNames...) }

// BT.709 from limited-range chroma to full-range red, green, blue (ITU-R BT.709-6,
// items 3.2 to 3.5): rgb = 255/219*(Y-16) + cb[c]*(Cb-128) + cr[c]*(Cr-128).
var (
	cb = [3]float32{0, -0.2132486, 2.1124018}
	cr = [3]float32{1.7927411, -0.5329093, 0}
	kr = [3]float32{0.2126, 0.7152, 0.0722}
)

func newKeyColor(color string) (keyColor, error) {
	var k keyColor
	known := false
	for _, n := range keyNames {
		known = known || n == color
	}
	v, err := strconv.ParseUint(color[min(1, len(color)):], 16, 32)
	if err != nil || !known {
		return k, fault.New(fault.Media, "use #00FF00, #0000FF or #FF00FF", "the key colour %s cannot be keyed", color)
	}
	rgb := [3]float32{float32(v >> 16 & 255), float32(v >> 8 & 255), float32(v & 255)}
	y := kr[0]*rgb[0] + kr[1]*rgb[1] + kr[2]*rgb[2]
	k.yuv = [3]float32{16 + y*219/255, 128 + (rgb[2]-y)/cb[2], 128 + (rgb[0]-y)/cr[0]}
	for i := range rgb {
		for j := range rgb {
			if rgb[i] > rgb[j] {
				k.pairs = append(k.pairs, pair{cb[i] - cb[j], cr[i] - cr[j]})
			}
		}
	}
	return k, nil
}

// rise is how far the key's channels stand above the others, 0 to 255: the least of
// all differences, negative for anything a presenter may wear.
//
//go:norace
func (k *keyColor) rise(u, v float32) float32 {
	u, v = u-128, v-128
	d := float32(255)
	for _, p := range k.pairs {
		d = min(d, p.u*u+p.v*v)
	}
	return d
}

// distance is how far a chroma pair lies from the key's, the larger of the two.
//
//go:norace
func (k *keyColor) distance(u, v byte) float32 {
	return max(abs(float32(u)-k.yuv[1]), abs(float32(v)-k.yuv[2]))
}

//go:norace
func abs(v float32) float32 { return max(v, -v) }
