package standin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode"

	"greenroom/internal/espeak"
	"greenroom/internal/proc"
)

// utterance is one stretch of text, spoken.
type utterance struct {
	samples []int16 // 48 kHz mono
	words   []Word  // from its start
	mouths  []Mouth // from its start; none where phonemes are not known
}

// after returns the words with later times, by some seconds.
func after(words []Word, seconds float64) []Word {
	out := make([]Word, len(words))
	for i, w := range words {
		out[i] = Word{w.Text, w.Start + seconds, w.End + seconds}
	}
	return out
}

// shown returns the mouths of speech that begins at at and lasts some seconds; after it they
// are not known.
func shown(mouths []Mouth, at, seconds float64) []Mouth {
	out := make([]Mouth, 0, len(mouths)+1)
	for _, m := range mouths {
		out = append(out, Mouth{m.At + at, m.Shape})
	}
	return append(out, Mouth{At: at + seconds})
}

// Engines that speak. Which one it was is part of what is kept.
const (
	enginePlain   = "plain"
	engineProgram = "program"
	engineLibrary = "library"
)

// engine is what this Maker speaks with.
func (m *Maker) engine() string {
	if m.Espeak == "" {
		return enginePlain
	}
	if _, err := espeak.Version(); err != nil || m.NoLibrary {
		return engineProgram
	}
	return engineLibrary
}

// VoiceNote reports how espeak-ng speaks for stand-ins: inside this process, or as a
// program, with the reason.
func VoiceNote() string {
	v, err := espeak.Version()
	if err != nil {
		return "run as a program: " + err.Error()
	}
	return "libespeak-ng " + v + ", in this process"
}

// plainText is a text as both engines read it the same way: no control characters,
// which espeak-ng takes for commands, and no broken UTF-8.
func plainText(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
}

// Overflows were found in the library: text that does not look like a script is read by the program, which may crash
// without ending this process.
const (
	tameText = 5000 // bytes
	tameWord = 120
)

func tame(text string) bool {
	if len(text) > tameText {
		return false
	}
	for _, f := range strings.Fields(text) {
		if len(f) > tameWord {
			return false
		}
	}
	return true
}

// utter speaks a text. trying, when given, is a file that exists while the library is
// at work: when it exists already, this text ended a process, or its turn was cut
// short, and the program reads it.
func (m *Maker) utter(ctx context.Context, text string, s Spec, trying string) (utterance, error) {
	text = plainText(text)
	if m.Espeak == "" {
		samples := hum(text, speedOf(s))
		return utterance{samples: samples, words: spread(text, 0, float64(len(samples))/sampleRate)}, nil
	}
	if strings.TrimSpace(text) == "" {
		return utterance{}, nil
	}
	if m.engine() == engineLibrary && tame(text) {
		if u, err := m.inProcess(ctx, text, s, trying); err == nil || ctx.Err() != nil ||
			errors.Is(err, espeak.ErrLong) {
			return u, err
		}
	}
	samples, err := m.byProgram(ctx, text, s)
	return utterance{samples: samples, words: spread(text, 0, float64(len(samples))/sampleRate)}, err
}

func (m *Maker) inProcess(ctx context.Context, text string, s Spec, trying string) (utterance, error) {
	if trying != "" {
		f, err := os.OpenFile(trying, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
		if err != nil {
			return utterance{}, err
		}
		f.Close()
		defer os.Remove(trying)
	}
	speech := espeak.Speech{Text: text, Voice: language(s), WPM: int(160 * speedOf(s)), Longest: maxSeconds}
	sound, err := espeak.Say(ctx, speech)
	if errors.Is(err, espeak.ErrVoice) {
		speech.Voice = plainVoice
		sound, err = espeak.Say(ctx, speech)
	}
	if err != nil {
		return utterance{}, fmt.Errorf("speak: %w", err)
	}
	seconds := float64(len(sound.Samples)) / float64(sound.Rate)
	return utterance{samples: resample(sound.Samples, sound.Rate), words: timed(text, sound, seconds),
		mouths: mouthsOf(sound, seconds)}, nil
}

// plainVoice speaks what has no voice of its own.
const plainVoice = "en-us"

// byProgram runs espeak-ng. A double bracket would make it read phonemes.
func (m *Maker) byProgram(ctx context.Context, text string, s Spec) ([]int16, error) {
	for strings.Contains(text, "[[") {
		text = strings.ReplaceAll(text, "[[", "[") // brackets are not spoken
	}
	run := func(voice string) ([]byte, error) {
		out := limited{left: maxSeconds * 22050 * 2} // espeak-ng's rate
		args := []string{"-v", voice, "-s", strconv.Itoa(int(160 * speedOf(s))), "--stdin", "--stdout"}
		_, err := proc.Run(ctx, proc.Cmd{Path: m.Espeak, Args: args, Stdin: strings.NewReader(text), Stdout: &out,
			Timeout: 5 * time.Minute})
		if out.left < 0 {
			err = fmt.Errorf("speak: %w", espeak.ErrLong)
		}
		return out.Bytes(), err
	}
	b, err := run(language(s))
	var exit *proc.ExitError
	if errors.As(err, &exit) && strings.Contains(exit.Tail, "voice does not exist") {
		b, err = run(plainVoice)
	}
	if err != nil {
		return nil, fmt.Errorf("speak: %w", err)
	}
	samples, rate, err := readWAV(b)
	if err != nil {
		return nil, fmt.Errorf("speak: %w", err)
	}
	return resample(samples, rate), nil
}

// limited accepts a number of bytes and no more.
type limited struct {
	bytes.Buffer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	l.left -= len(p)
	if l.left < 0 {
		return 0, espeak.ErrLong
	}
	return l.Buffer.Write(p)
}

// timed sets the times of a text's words, seconds: those that the engine reported, and a
// share by letters for other words. A word ends before the pause after it.
func timed(text string, sound *espeak.Sound, seconds float64) []Word {
	type field struct{ from, to int } // runes
	var fields []field
	var words []string
	in := false
	for i, r := range []rune(text) {
		switch space := unicode.IsSpace(r); {
		case space:
			in = false
		case !in:
			in, fields, words = true, append(fields, field{i, i + 1}), append(words, string(r))
		default:
			fields[len(fields)-1].to, words[len(words)-1] = i+1, words[len(words)-1]+string(r)
		}
	}
	if len(words) == 0 {
		return nil
	}
	// Anchors are words whose start is known; between them the rest share.
	type anchor struct {
		word int
		at   float64
	}
	at := func(sample int) float64 { return min(float64(sample)/float64(sound.Rate), seconds) }
	anchors := []anchor{{0, 0}}
	k := 0
	for _, w := range sound.Words {
		f := k
		for f < len(fields) && fields[f].to <= w.Rune {
			f++
		}
		if f == len(fields) || fields[f].from > w.Rune || f < k {
			continue
		}
		if last := &anchors[len(anchors)-1]; f > last.word && at(w.Sample) > last.at {
			anchors = append(anchors, anchor{f, at(w.Sample)})
		} else if f == 0 && len(anchors) == 1 && last.at == 0 {
			last.at = at(w.Sample)
		}
		k = f
	}
	var out []Word
	for i, a := range anchors {
		end, until := len(words), seconds
		if i+1 < len(anchors) {
			end, until = anchors[i+1].word, anchors[i+1].at
		}
		out = append(out, spread(strings.Join(words[a.word:end], " "), a.at, lastSound(sound, a.at, until))...)
	}
	return out
}

// lastSound is where the pause that reaches until begins; until itself without one.
func lastSound(sound *espeak.Sound, from, until float64) float64 {
	end := until
	for i := len(sound.Phones) - 1; i >= 0; i-- {
		at := float64(sound.Phones[i].Sample) / float64(sound.Rate)
		if at >= until {
			continue
		}
		if sound.Phones[i].IPA != "" || at <= from {
			break
		}
		end = at
	}
	return end
}
