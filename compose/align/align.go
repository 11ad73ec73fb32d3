// Package align finds when the words of a script are spoken in a sound: espeak-ng speaks the script and reports when
// each word begins, and its sound is warped onto the delivered one by dynamic time warping over spectral features.
package align

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"greenroom/internal/espeak"
)

// Rate is that of the sounds, samples a second: espeak-ng's own.
const Rate = 22050

// maxSeconds bounds a sound.
const maxSeconds = 3600

// Word is a word of the script, with its punctuation, and when it is spoken, seconds.
type Word struct {
	Text     string
	From, To float64
}

// Result are the words of a script in their order.
type Result struct {
	Words []Word
	// Uneven is how different the words' lengths are from espeak-ng's: the median of the logarithms of their ratios,
	// each compared with the median ratio. It is about 0.1 for a voice that speaks the script, up to 0.17 for a person,
	// and 0.3 where the sound is much longer or shorter than the script would be.
	Uneven float64
	// Distance is the mean distance of the paired frames that are louder than the average. It is 5.4 to 6.3 for voices
	// that speak the script, and 6.4 to 6.8 for other words, another language, music and noise.
	Distance float64
}

// Limits of Uneven and Distance.
const (
	mostUneven  = 0.2
	mostDistant = 6.4
)

// Unlike reports that the sound hardly holds the script.
func (r Result) Unlike() bool { return r.Uneven > mostUneven || r.Distance > mostDistant }

// ErrSilent is the answer to a sound without speech.
var ErrSilent = errors.New("the sound is silent")

// Align returns when the words of a script are spoken in a sound of one channel. Language is one of espeak-ng's, such
// as en-us, de or zh; espeak.ErrVoice is the answer to one that it does not have.
func Align(ctx context.Context, text, language string, sound []int16) (Result, error) {
	text = strings.Join(strings.Fields(text), " ")
	if text == "" {
		return Result{}, nil
	}
	spoken, err := espeak.Say(ctx, espeak.Speech{Text: text, Voice: language, WPM: 160, Longest: maxSeconds})
	if err != nil {
		return Result{}, err
	}
	from, to := loud(sound)
	if to <= from {
		return Result{}, ErrSilent
	}
	first, last := loud(spoken.Samples)
	said, heard := features(spoken.Samples[first:last], background), features(sound[from:to], background)
	if len(said) == 0 || len(heard) == 0 {
		return Result{}, ErrSilent
	}
	warped := warp(said, heard)
	if ctx.Err() != nil {
		return Result{}, context.Cause(ctx)
	}
	at := func(sample int) float64 {
		i := min(max(0, (sample-first)/hop), len(warped)-1)
		return (float64(from) + float64(warped[i])*hop) / Rate
	}
	words := tokens(text, spoken)
	out := Result{Uneven: uneven(words, at), Distance: distance(spoken.Samples[first:last], sound[from:to], warped)}
	for i, w := range words {
		end := float64(to) / Rate
		if i+1 < len(words) {
			end = at(pauseBefore(spoken, w.sample, words[i+1].sample))
		}
		begin := at(w.sample)
		out.Words = append(out.Words, Word{w.text, begin, max(begin+0.01, end)})
	}
	return out, nil
}

// distance is the mean distance of the paired frames that are louder than espeak-ng's average, without noise: in pauses
// all voices are alike, and in noise as well.
func distance(spoken, sound []int16, warped []int) float64 {
	said, heard := features(spoken, 0), features(sound, 0)
	sum, n := 0.0, 0
	for i := range said {
		if said[i][0] > 0 {
			sum, n = sum+float64(apart(&said[i], &heard[warped[i]])), n+1
		}
	}
	return sum / float64(max(1, n))
}

// pauseBefore returns where the pause before a word begins; the word itself if there is none.
func pauseBefore(s *espeak.Sound, after, word int) int {
	for _, p := range s.Phones {
		if p.Sample > after && p.Sample < word && p.IPA == "" {
			return p.Sample
		}
	}
	return word
}

// loud returns the samples between the silence at both ends: what is louder than a fiftieth of the loudest 10 ms.
func loud(samples []int16) (from, to int) {
	n := len(samples) / hop
	energy := make([]int64, n)
	most := int64(0)
	for i := range energy {
		for _, v := range samples[i*hop : i*hop+hop] {
			energy[i] += int64(v) * int64(v)
		}
		most = max(most, energy[i])
	}
	least := max(most/2500, hop*16*16)
	for i := range energy {
		if energy[i] >= least {
			if to == 0 {
				from = i * hop
			}
			to = (i + 1) * hop
		}
	}
	return max(0, from-2*hop), min(len(samples), to+2*hop)
}

// token is a word of the script and the sample of espeak-ng's sound at which it begins.
type token struct {
	text   string
	sample int
}

// tokens cuts a text at spaces, and scripts without spaces where espeak-ng's words begin. A dash or a bullet belongs to
// the word before it.
func tokens(text string, s *espeak.Sound) (out []token) {
	starts := map[int]int{} // samples by rune
	for _, w := range s.Words {
		if _, ok := starts[w.Rune]; !ok {
			starts[w.Rune] = w.Sample
		}
	}
	field, sample, spoken := "", -1, false
	end := func() {
		switch {
		case field == "":
		case spoken || len(out) == 0:
			out = append(out, token{field, sample})
		default:
			out[len(out)-1].text += " " + field
		}
		field, sample, spoken = "", -1, false
	}
	for i, r := range []rune(text) {
		at, begins := starts[i]
		if unicode.IsSpace(r) {
			end()
			continue
		}
		if begins && sample >= 0 && unspaced(r) {
			end()
		}
		if begins && sample < 0 {
			sample = at
		}
		field += string(r)
		spoken = spoken || unicode.IsLetter(r) || unicode.IsNumber(r)
	}
	end()
	fill(out, len(s.Samples))
	return out
}

// fill sets words that espeak-ng joined with the word before them ("of the") their share of its time, by letters.
func fill(list []token, end int) {
	if len(list) > 0 && list[0].sample < 0 {
		list[0].sample = 0
	}
	for i := 0; i < len(list); {
		next, letters := i+1, utf8.RuneCountInString(list[i].text)
		for next < len(list) && list[next].sample < 0 {
			letters += utf8.RuneCountInString(list[next].text)
			next++
		}
		from, until := list[i].sample, end
		if next < len(list) {
			until = list[next].sample
		}
		before := 0
		for k := i; k < next; k++ {
			list[k].sample = from + (until-from)*before/max(1, letters)
			before += utf8.RuneCountInString(list[k].text)
		}
		i = next
	}
}

// unspaced reports scripts that are written without spaces between words.
func unspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer,
		unicode.Myanmar)
}

// uneven compares the lengths of words with espeak-ng's. Very short ones decide little: 20 ms are added to each.
func uneven(words []token, at func(sample int) float64) float64 {
	const least = 0.02
	var ratios []float64
	for i := 0; i+1 < len(words); i++ {
		said := float64(words[i+1].sample-words[i].sample) / Rate
		heard := at(words[i+1].sample) - at(words[i].sample)
		ratios = append(ratios, math.Log((heard+least)/(said+least)))
	}
	if len(ratios) < 5 { // too few to tell
		return 0
	}
	slices.Sort(ratios)
	middle := ratios[len(ratios)/2]
	for i, r := range ratios {
		ratios[i] = math.Abs(r - middle)
	}
	slices.Sort(ratios)
	return ratios[len(ratios)/2]
}
