package standin

import (
	"math"

	"greenroom/internal/espeak"
)

// Mouth is a mouth's shape from a moment on, seconds.
type Mouth struct {
	At    float64
	Shape string
}

// shapeOf returns the mouth for a sign of the International Phonetic Alphabet, whatever
// the language; empty for signs that only change the one before: stress, length,
// palatalisation, tone.
func shapeOf(r rune) string {
	switch r {
	case 'm', 'b', 'p', 'ɓ', 'ʙ', 'ɸ', 'β':
		return "mbp"
	case 'f', 'v', 'ɱ', 'ʋ':
		return "fv"
	case 'l', 't', 'd', 'n', 'ɾ', 'r', 'θ', 'ð', 'ɫ', 'ɭ', 'ʈ', 'ɖ', 'ɳ', 'ɬ', 'ɮ', 'ɗ', 'ʎ', 'ɺ', 'ɽ', 'ɻ', 'ǀ', 'ǃ':
		return "l"
	case 's', 'z', 'k', 'g', 'ɡ', 'ŋ', 'x', 'ɣ', 'c', 'ɟ', 'ç', 'ɕ', 'ʑ', 'ʂ', 'ʐ', 'ɲ', 'q', 'ɢ', 'χ', 'ʁ', 'ʀ', 'ɪ',
		'ɨ', 'ɯ', 'ɰ', 'ᵻ', 'ʝ', 'ɠ', 'ɴ':
		return "ih"
	case 'i', 'j', 'ɥ':
		return "ee"
	case 'e', 'ɛ', 'ə', 'ɜ', 'ɘ', 'ɚ', 'ɝ', 'ɐ', 'h', 'ɦ', 'ħ', 'ʕ', 'ɤ', 'ɞ':
		return "eh"
	case 'a', 'æ', 'ɑ', 'ʌ', 'ɶ':
		return "aa"
	case 'o', 'ɔ', 'ɒ', 'ø', 'œ', 'ɵ', 'ɹ', 'ʃ', 'ʒ':
		return "oh"
	case 'u', 'ʊ', 'w', 'ʍ', 'y', 'ʏ', 'ʉ':
		return "oo"
	}
	return ""
}

// mouthsOf turns phonemes into shapes: a diphthong or an affricate has one after the
// other, a pause has the mouth at rest.
func mouthsOf(sound *espeak.Sound, seconds float64) []Mouth {
	var out []Mouth
	add := func(at float64, shape string) {
		if n := len(out); n > 0 && out[n-1].Shape == shape {
			return
		}
		out = append(out, Mouth{at, shape})
	}
	at := func(sample int) float64 { return float64(sample) / float64(sound.Rate) }
	for i, p := range sound.Phones {
		from, to := at(p.Sample), seconds
		if i+1 < len(sound.Phones) {
			to = at(sound.Phones[i+1].Sample)
		}
		if to <= from {
			continue
		}
		if p.IPA == "" {
			add(from, "rest")
			continue
		}
		var shapes []string
		for _, r := range p.IPA {
			if s := shapeOf(r); s != "" {
				shapes = append(shapes, s)
			}
		}
		for k, s := range shapes {
			add(from+(to-from)*float64(k)/float64(len(shapes)), s)
		}
	}
	return out
}

// follow writes the shapes over frames: each frame shows the sound at its middle,
// and lips that close are seen in one frame at least. A shape without a name leaves
// frames as they are.
func follow(out []string, loud []float64, shapes []Mouth, fps float64) {
	frame := func(at float64) int { return int(math.Round(at * fps)) } // the first whose middle is not before
	until := func(i int) int {
		if i+1 < len(shapes) {
			return min(frame(shapes[i+1].At), len(out))
		}
		return len(out)
	}
	for i, m := range shapes {
		for f := max(0, frame(m.At)); f < until(i) && m.Shape != ""; f++ {
			if out[f] = m.Shape; m.Shape == "aa" && loud[f] < 0.3 { // a quiet sound opens the mouth less
				out[f] = "eh"
			}
		}
	}
	for i, m := range shapes {
		if f := int(m.At * fps); m.Shape == "mbp" && frame(m.At) >= until(i) && f < len(out) {
			out[f] = m.Shape
		}
	}
}
