package align

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"greenroom/internal/espeak"
)

// script is what all voices speak: numbers and abbreviations are read differently by different programs, so there are
// none.
const script = "Welcome to the spring release of our little program. It makes films from scripts, and it never buys a clip twice. " +
	"In this film we show three new things. First, every clip can be delivered as a file for an editor. " +
	"Second, captions follow the sound that was delivered, and not the one that was planned. " +
	"Third, a person can read what a film will cost before anything is spent. " +
	"When something fails, the program shows you where, why, and what you can do about it. " +
	"Thank you for watching, and have a good day."

// distances are how far the words' starts are from the truth, milliseconds, in rising order.
func distances(t *testing.T, got []Word, want []truth) []float64 {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d words, %d spoken", len(got), len(want))
	}
	var out []float64
	for i, w := range got {
		if w.Text != want[i].word {
			t.Fatalf("word %d is %q, not %q", i, w.Text, want[i].word)
		}
		out = append(out, 1000*math.Abs(w.From-want[i].at))
	}
	slices.Sort(out)
	return out
}

func share(sorted []float64, limit float64) float64 {
	n, _ := slices.BinarySearchFunc(sorted, limit, cmp.Compare[float64])
	return float64(n) / float64(len(sorted))
}

// figures are the cells of a row: words, median, 90th percentile, within 100 ms.
func figures(sorted []float64) string {
	return fmt.Sprintf("%d | %.0f ms | %.0f ms | %.0f %% |", len(sorted), sorted[len(sorted)/2],
		sorted[len(sorted)*9/10], 100*share(sorted, 100))
}

// goal is 40 ms in the middle, and 9 of 10 words within 100 ms.
var goal = limits{median: 40, share: 0.9}

type limits struct{ median, share float64 }

// TestWordsAreFoundInOtherVoices: each voice is within the goal, also with pauses between sentences, with music under the
// voice, and quietly. GREENROOM_TEST_ALL has all voices.
func TestWordsAreFoundInOtherVoices(t *testing.T) {
	t.Parallel()
	for _, v := range voices() {
		t.Run(v.language+"/"+v.name, func(t *testing.T) {
			t.Parallel()
			s := v.speak(t)
			aligned(t, v.name, s.text(), v.language, s.sound, s.words, v.limits)
			t.Logf("| %s | %s | by letters | %s", v.name, v.language, figures(distances(t, s.letters(), s.words)))
			if v.name != "flite rms" {
				return
			}
			aligned(t, "rms, music under it", script, "en-us", mixed(s.sound, music(len(s.sound))), s.words, goal)
			paused, later := pauses(s.sound, s.words)
			aligned(t, "rms, pauses of 1.5 s", script, "en-us", paused, later, goal)
			aligned(t, "rms, quiet, after 3 s of silence", script, "en-us", quiet(s.sound, 3*Rate), shifted(s.words, 3), goal)
		})
	}
}

func aligned(t *testing.T, how, text, language string, sound []int16, want []truth, within limits) {
	t.Helper()
	start := time.Now()
	r, err := Align(t.Context(), text, language, sound)
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(start).Seconds() / (float64(len(sound)) / Rate)
	d := distances(t, r.Words, want)
	t.Logf("| %s | %s | measured | %s uneven %.2f, distance %.2f, %.3f s per second", how, language, figures(d), r.Uneven,
		r.Distance, took)
	if d[len(d)/2] > within.median || share(d, 100) < within.share || r.Unlike() {
		t.Errorf("%s: %s uneven %.2f, distance %.2f", how, figures(d), r.Uneven, r.Distance)
	}
	for i := 1; i < len(r.Words); i++ {
		if r.Words[i].From < r.Words[i-1].From || r.Words[i-1].To > r.Words[i].From+0.02 {
			t.Errorf("%s: %v overlaps %v", how, r.Words[i-1], r.Words[i])
		}
	}
}

// music is a chord whose notes come and go, at a quarter of the scale.
func music(n int) []int16 {
	out := make([]int16, n)
	for i := range out {
		at := float64(i) / Rate
		v := 0.0
		for k, f := range []float64{220, 277.18, 329.63, 440} {
			v += math.Sin(2*math.Pi*f*at) * (0.5 + 0.5*math.Sin(2*math.Pi*at*(0.5+0.2*float64(k))))
		}
		out[i] = int16(v / 4 * 2500)
	}
	return out
}

func mixed(a, b []int16) []int16 {
	out := make([]int16, len(a))
	for i := range out {
		out[i] = int16(max(-32768, min(32767, int(a[i])+int(b[i]))))
	}
	return out
}

// pauses puts 1.5 s of silence before each word that begins a sentence but the first.
func pauses(sound []int16, words []truth) (out []int16, later []truth) {
	from, added := 0, 0.0
	for i, w := range words {
		if i > 0 && strings.HasSuffix(words[i-1].word, ".") {
			at := int((w.at - 0.03) * Rate)
			out = append(append(out, sound[from:at]...), make([]int16, Rate*3/2)...)
			from, added = at, added+1.5
		}
		later = append(later, truth{w.word, w.at + added})
	}
	return append(out, sound[from:]...), later
}

func quiet(sound []int16, silence int) []int16 {
	out := make([]int16, silence, silence+len(sound))
	for _, v := range sound {
		out = append(out, v/12)
	}
	return out
}

func shifted(words []truth, by float64) (out []truth) {
	for _, w := range words {
		out = append(out, truth{w.word, w.at + by})
	}
	return out
}

// TestOtherLanguages: another voice of espeak-ng, slower and with another pitch, has known times in every language,
// also where words have no spaces.
func TestOtherLanguages(t *testing.T) {
	t.Parallel()
	for language, text := range map[string]string{
		"de":    "Guten Tag und willkommen. Heute zeigen wir drei neue Dinge, und alle sind sehr nützlich.",
		"fr-fr": "Bonjour et bienvenue. Aujourd'hui nous montrons trois nouvelles choses, et toutes sont utiles.",
		"es":    "Hola y bienvenidos. Hoy mostramos tres cosas nuevas, y todas son muy útiles.",
		"hi":    "नमस्ते और स्वागत है। आज हम तीन नई चीजें दिखाते हैं।",
		"cmn":   "大家好，欢迎观看。今天我们展示三个新功能，它们都很有用。",
		"ja":    "こんにちは、ようこそ。きょうは、みっつの、あたらしいものを、みせます。",
	} {
		spoken, err := espeak.Say(t.Context(), espeak.Speech{Text: text, Voice: language + "+f3", WPM: 130, Longest: 60})
		if err != nil {
			t.Errorf("%s: %v", language, err)
			continue
		}
		var want []truth
		for _, w := range tokens(text, spoken) {
			want = append(want, truth{w.text, float64(w.sample) / Rate})
		}
		if len(want) < 5 {
			t.Errorf("%s: %d words", language, len(want))
		}
		t.Run(language, func(t *testing.T) { aligned(t, "espeak-ng "+language, text, language, spoken.Samples, want, goal) })
	}
}

// TestASoundOfOtherWords: other words, another language, music and noise are not taken for the script.
func TestASoundOfOtherWords(t *testing.T) {
	t.Parallel()
	sound := flite(t, "slt", script).sound
	noise := make([]int16, 20*Rate)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = int16(r.IntN(8000) - 4000)
	}
	const other = "The weather in the mountains is changing quickly, and no one knows if it will rain. Dogs and cats are sleeping " +
		"under the old table near the window, while the children play football outside in the garden until dinner."
	for name, c := range map[string]struct {
		text, language string
		sound          []int16
	}{
		"other words":      {other, "en-us", sound},
		"another language": {"Guten Tag und willkommen zu unserem kleinen Programm. Es macht Filme aus Texten, und kauft nie zweimal.", "de", sound},
		"a translation":    {spoken(t, "it"), "it", sound},
		"music":            {script, "en-us", music(20 * Rate)},
		"noise":            {script, "en-us", noise},
	} {
		got, err := Align(t.Context(), c.text, c.language, c.sound)
		if err != nil || !got.Unlike() {
			t.Errorf("%s: uneven %.2f, distance %.2f, %v", name, got.Uneven, got.Distance, err)
		}
		t.Logf("%s: uneven %.2f, distance %.2f", name, got.Uneven, got.Distance)
	}
	for name, silent := range map[string][]int16{"silence": make([]int16, Rate), "nothing": nil, "a click": {9000, -9000}} {
		if _, err := Align(t.Context(), script, "en-us", silent); !errors.Is(err, ErrSilent) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Align(t.Context(), script, "xx", sound); !errors.Is(err, espeak.ErrVoice) {
		t.Errorf("an unknown language: %v", err)
	}
}

// TestLongSoundsStayNear: the coarse comparison of a long sound finds the same times as the complete one.
func TestLongSoundsStayNear(t *testing.T) {
	t.Parallel()
	s := flite(t, "slt", script)
	sound, want := s.sound, s.words
	text := strings.Repeat(script+" ", 4)
	var long []int16
	var all []truth
	for i := range 4 {
		long, all = append(long, sound...), append(all, shifted(want, float64(i)*float64(len(sound))/Rate)...)
	}
	aligned(t, "slt, two minutes", text, "en-us", long, all, goal)
}
