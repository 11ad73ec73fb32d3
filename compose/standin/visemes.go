package standin

import (
	"math"
	"strings"
)

// visemeOf returns the mouth for a letter, where sounds are not known. English spelling
// is a rough guide to sound; at 25 frames a second and with the loudness opening and closing the lips
// it is close enough to read.
func visemeOf(r rune) string {
	switch r {
	case 'm', 'b', 'p':
		return "mbp"
	case 'a', 'á', 'à', 'ä', 'h':
		return "aa"
	case 'e', 'é', 'è', 'r':
		return "eh"
	case 'i', 'y', 'í':
		return "ee"
	case 'o', 'ó', 'ö':
		return "oh"
	case 'u', 'w', 'q', 'ü', 'ú':
		return "oo"
	case 'f', 'v':
		return "fv"
	case 'l', 't', 'd', 'n':
		return "l"
	case 's', 'z', 'c', 'x', 'g', 'k', 'j':
		return "ih"
	}
	return ""
}

// quietMouth is the loudness, of 1, below which lips rest.
const quietMouth = 0.07

// mouths returns each frame's mouth: from the sounds of speech where they are known, from
// the words' letters where those are, from the loudness alone otherwise; closed in pauses
// and at both ends, as HeyGen's footage is.
func mouths(v *speech, loud []float64, fps float64) []string {
	out := make([]string, len(loud))
	for i, l := range loud {
		switch {
		case l < quietMouth:
			out[i] = "rest"
		case l < 0.25:
			out[i] = "ih"
		case l < 0.5:
			out[i] = "eh"
		default:
			out[i] = "aa"
		}
	}
	for _, w := range v.words {
		var shapes []string
		for _, r := range strings.ToLower(w.Text) {
			if s := visemeOf(r); s != "" && (len(shapes) == 0 || shapes[len(shapes)-1] != s) {
				shapes = append(shapes, s)
			}
		}
		if len(shapes) == 0 {
			continue
		}
		from, to := int(math.Round(w.Start*fps)), int(math.Round(w.End*fps))
		for i := max(0, from); i < min(to, len(out)); i++ {
			if loud[i] < quietMouth {
				continue
			}
			s := shapes[min(len(shapes)-1, (i-from)*len(shapes)/max(1, to-from))]
			if s == "aa" && loud[i] < 0.3 { // a quiet sound opens the mouth less
				s = "eh"
			}
			out[i] = s
		}
	}
	follow(out, loud, v.mouths, fps)
	// A shape that lasts a single frame flickers; lips closing for m, b and p may.
	for i := 1; i+1 < len(out); i++ {
		if out[i-1] == out[i+1] && out[i] != "mbp" {
			out[i] = out[i-1]
		}
	}
	for i := range min(2, len(out)) {
		out[i], out[len(out)-1-i] = "rest", "rest"
	}
	return out
}
