package pace

import (
	"math"
	"testing"
	"unicode"

	"greenroom/internal/espeak"
)

// espeakSeconds is how long espeak-ng speaks a text at a pace.
func espeakSeconds(t *testing.T, voice, text string, wpm int) float64 {
	t.Helper()
	s, err := espeak.Say(t.Context(), espeak.Speech{Text: text, Voice: voice, WPM: wpm, Longest: 600})
	if err != nil {
		t.Fatalf("%s: %v: run make setup", voice, err)
	}
	return float64(len(s.Samples)) / float64(s.Rate)
}

// Paces for espeak-ng's -s. Of the narration in English, 40 words, it takes 13.3 s at 150:
// 180 words a minute. Speech engines lie between 130 and 180.
const slow, mid, fast = 110, 125, 150

// TestTheRangeHoldsSpeechAtEveryUsualPace compares estimates with espeak-ng, in each
// language and kind of text, at the slow, middle and fast end of what speech engines do.
func TestTheRangeHoldsSpeechAtEveryUsualPace(t *testing.T) {
	worst := 0.0
	for _, c := range corpus {
		if c.voice == "cmn" {
			continue // espeak-ng takes 0.43 s for a syllable, twice what people do: see below
		}
		for _, locale := range []string{c.locale, ""} {
			got := Estimate(c.text, Options{Locale: locale})
			actual := espeakSeconds(t, c.voice, c.text, mid)
			ratio := got.Likely / actual
			if locale != "" {
				worst = max(worst, math.Abs(math.Log(ratio)))
				t.Logf("| %s | %s | %.1f | %.1f | %.2f | %.1f to %.1f |", c.locale, c.kind, actual, got.Likely, ratio, got.Low, got.High)
			}
			for _, wpm := range []int{slow, fast} {
				if at := espeakSeconds(t, c.voice, c.text, wpm); at < got.Low || at > got.High {
					t.Errorf("%s (locale %q), %s, at %d: %.1f s is outside of %.1f to %.1f s", c.voice, locale, c.kind, wpm, at, got.Low, got.High)
				}
			}
		}
	}
	t.Logf("worst likely length: %.0f %%", 100*(math.Exp(worst)-1))
}

// TestChineseIsAsLongAsPeopleTake: 240 to 300 characters a minute, IReST measured 255.
// espeak-ng speaks Mandarin at half of that, so it is no measure here.
func TestChineseIsAsLongAsPeopleTake(t *testing.T) {
	for _, c := range corpus {
		if c.voice != "cmn" || c.kind != "narration" {
			continue
		}
		n := 0.0
		for _, r := range c.text {
			if unicode.Is(unicode.Han, r) {
				n++
			}
		}
		for _, locale := range []string{c.locale, ""} {
			got := Estimate(c.text, Options{Locale: locale})
			t.Logf("| %s | %s | %.1f to %.1f | %.1f | | %.1f to %.1f |", c.locale, c.kind, n/300*60, n/240*60, got.Likely, got.Low, got.High)
			if got.Low > n/300*60 || got.High < n/240*60 || got.Likely < n/300*60 || got.Likely > n/220*60 {
				t.Errorf("%v characters (locale %q): %+v, people take %.1f to %.1f s", n, locale, got, n/300*60, n/240*60)
			}
		}
	}
}
