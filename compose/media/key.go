package media

import (
	"strconv"
	"strings"

	"greenroom/internal/fault"
)

// KeyAuto is the key colour that is measured at the borders of the picture.
const KeyAuto = "auto"

// leastRise is how far a key's channels must be above the others, of 255. The green cloth of real
// studios measures 90 to 140; skin, hair and grey are below 0.
const leastRise = 48

// keyColor is a colour that a clip can be keyed on: green, blue, or red and blue together are above
// the other channels.
type keyColor struct {
	yuv   [3]float32 // BT.709, limited range
	pairs []pair     // each high channel minus each low one, by chroma alone
}

// pair returns the difference of two channels as u*(Cb-128) + v*(Cr-128): in
// YCbCr it does not depend on luma.
type pair struct{ u, v float32 }

// keyNames are the three pure key colours; one of them is requested from a provider.
var keyNames = []string{"#00FF00", "#0000FF", "#FF00FF"}

// KeyColors lists the pure key colours.
func KeyColors() []string { return append([]string(nil), keyNames...) }

// CanKey reports why a colour cannot be keyed: it must be #RRGGBB and rise like green, blue or
// magenta, by 48 of 255 over the other channels.
func CanKey(color string) error {
	_, err := newKeyColor(color)
	return err
}

// BT.709 from limited-range chroma to full-range red, green, blue (ITU-R BT.709-6,
// items 3.2 to 3.5): rgb = 255/219*(Y-16) + cb[c]*(Cb-128) + cr[c]*(Cr-128).
var (
	cb = [3]float32{0, -0.2132486, 2.1124018}
	cr = [3]float32{1.7927411, -0.5329093, 0}
	kr = [3]float32{0.2126, 0.7152, 0.0722}
)

// newKeyColor reads #RRGGBB, in upper or lower case.
func newKeyColor(color string) (keyColor, error) {
	v, err := strconv.ParseUint(strings.TrimPrefix(color, "#"), 16, 32)
	if err != nil || len(color) != 7 || color[0] != '#' {
		return keyColor{}, fault.New(fault.Media, "write it as #RRGGBB, for example #00FF00, or as auto",
			"the key colour %q is not a colour", color)
	}
	k := keyColor{}
	rgb := [3]float32{float32(v >> 16 & 255), float32(v >> 8 & 255), float32(v & 255)}
	y := kr[0]*rgb[0] + kr[1]*rgb[1] + kr[2]*rgb[2]
	k.yuv = [3]float32{16 + y*219/255, 128 + (rgb[2]-y)/cb[2], 128 + (rgb[0]-y)/cr[0]}
	for _, f := range keyFamilies {
		k.pairs = f
		if k.rise(k.yuv[1], k.yuv[2]) >= leastRise-1 {
			return k, nil
		}
	}
	return k, fault.New(fault.Media, "use a green, blue or magenta, for example "+strings.Join(keyNames, ", "),
		"the key colour %s cannot be keyed: no channel is %d of 255 above the others", color, leastRise)
}

// keyFamilies are the pairs of green, blue and magenta.
var keyFamilies = [3][]pair{
	{channels(1, 0), channels(1, 2)},
	{channels(2, 0), channels(2, 1)},
	{channels(0, 1), channels(2, 1)},
}

func channels(high, low int) pair { return pair{cb[high] - cb[low], cr[high] - cr[low]} }

// rise is how far the key's channels are above the others, 0 to 255: the least of
// all differences, negative for most of what a presenter wears.
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

// tint is how far a colour is beyond neutral, towards the complement of the key: positive for
// magenta when the key is green. The negated tint is the greatest of the differences.
//
//go:norace
func (k *keyColor) tint(u, v float32) float32 {
	u, v = u-128, v-128
	d := float32(-255)
	for _, p := range k.pairs {
		d = max(d, p.u*u+p.v*v)
	}
	return -d
}

//go:norace
func abs(v float32) float32 { return max(v, -v) }
