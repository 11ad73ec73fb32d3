// Package pace estimates how long a text takes to speak.
//
// It returns a range in seconds, never a single number: voices speak at 130 to 180 words
// a minute, and no table knows how a voice reads a number or a name. The likely length is
// for a voice at 150 words a minute. The same text and options always return the same
// range. It reads no file and starts no process.
package pace

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"greenroom/internal/lazyregexp"
)

// Length is a range in seconds. Low is at most Likely, Likely at most High.
type Length struct{ Low, Likely, High float64 }

// Exactly returns a length that was measured.
func Exactly(seconds float64) Length { return Length{seconds, seconds, seconds} }

// Plus returns the length of both, one after the other.
func (l Length) Plus(m Length) Length {
	return Length{l.Low + m.Low, l.Likely + m.Likely, l.High + m.High}
}

// Times scales all ends.
func (l Length) Times(f float64) Length { return Length{l.Low * f, l.Likely * f, l.High * f} }

// Options are what is known about the voice.
type Options struct {
	Locale string  // of the voice, such as ja-JP; empty: taken from the text's script
	Speed  float64 // 1 is the voice as it is; 0 counts as 1
}

// breakTag is a pause as HeyGen reads it; the manifest accepts no other.
var breakTag = lazyregexp.New(`<break\s+time="([0-9.]+)s"\s*/?>`)

// longestBreak bounds what a single tag can add, seconds: a day.
const longestBreak = 86400

// Estimate returns how long a text takes to speak: its words at the pace of their
// language, and the breaks as written, which the speed of the voice does not change.
func Estimate(text string, o Options) Length {
	if o.Speed <= 0 {
		o.Speed = 1
	}
	pauses := 0.0
	for _, m := range breakTag.FindAllStringSubmatch(text, -1) {
		s, _ := strconv.ParseFloat(m[1], 64)
		pauses += min(s, longestBreak)
	}
	r := newReader(norm.NFKC.String(breakTag.ReplaceAllString(text, " ")), o.Locale)
	return r.read().Times(1 / o.Speed).Plus(Exactly(pauses))
}

// Words counts the words of a text without its break tags. Where words are written
// without spaces every letter counts, as word processors count Chinese.
func Words(text string) (n int) {
	for _, f := range strings.Fields(breakTag.ReplaceAllString(text, " ")) {
		signs, spaced := 0, false
		for _, c := range f {
			of, known := rates[scriptOf(c)]
			switch {
			case !unicode.IsLetter(c):
			case known && of.word > 0:
				spaced = true
			default:
				signs++ // kana has no row of its own
			}
		}
		n += signs
		if spaced || signs == 0 {
			n++
		}
	}
	return n
}
