package pace

import (
	"math"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// espeakSeconds is how long espeak-ng speaks a text at a pace. The program is used, and
// not the library: that one crashes now and then after it changed its language often.
func espeakSeconds(t *testing.T, voice, text string, wpm int) float64 {
	t.Helper()
	const rate, header = 22050, 44 // 16 bits, mono
	c := exec.Command("espeak-ng", "-v", voice, "-s", strconv.Itoa(wpm), "--stdin", "--stdout")
	c.Stdin = strings.NewReader(text)
	b, err := c.Output()
	if err != nil || len(b) <= header {
		t.Fatalf("%s: %d bytes, %v: run make setup", voice, len(b), err)
	}
	return float64(len(b)-header) / 2 / rate
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
		slowest, actual, fastest := espeakSeconds(t, c.voice, c.text, slow), espeakSeconds(t, c.voice, c.text, mid),
			espeakSeconds(t, c.voice, c.text, fast)
		for _, locale := range []string{c.locale, ""} {
			got := Estimate(c.text, Options{Locale: locale})
			ratio := got.Likely / actual
			if locale != "" {
				worst = max(worst, math.Abs(math.Log(ratio)))
				t.Logf("| %s | %s | %.1f | %.1f | %.2f | %.1f to %.1f |", c.locale, c.kind, actual, got.Likely, ratio, got.Low,
					got.High)
			}
			if fastest < got.Low || slowest > got.High {
				t.Errorf("%s (locale %q), %s: %.1f to %.1f s is outside of %.1f to %.1f s", c.voice, locale, c.kind, fastest,
					slowest, got.Low, got.High)
			}
		}
	}
	t.Logf("worst likely length: %.0f %%", 100*(math.Exp(worst)-1))
}

// TestChineseIsAsLongAsPeopleTake: 240 to 300 characters a minute, IReST measured 255.
// espeak-ng speaks Mandarin at half of that, so it is not compared here.
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
			t.Logf("| %s | %s | %.1f to %.1f | %.1f | | %.1f to %.1f |", c.locale, c.kind, n/300*60, n/240*60, got.Likely,
				got.Low, got.High)
			if got.Low > n/300*60 || got.High < n/240*60 || got.Likely < n/300*60 || got.Likely > n/220*60 {
				t.Errorf("%v characters (locale %q): %+v, people take %.1f to %.1f s", n, locale, got, n/300*60, n/240*60)
			}
		}
	}
}
