package standin

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"greenroom/internal/lazyregexp"
	"greenroom/internal/proc"
)

// sampleRate of every voice, Hz.
const sampleRate = 48000

// speech is mono sound with its words.
type speech struct {
	name    string
	samples []int16
	words   []Word
	mouths  []Mouth
}

func (v *speech) seconds() float64 { return float64(len(v.samples)) / sampleRate }

// pad adds silence up to a length in seconds.
func (v *speech) pad(seconds float64) *speech {
	if n := int(math.Round(seconds*sampleRate)) - len(v.samples); n > 0 {
		v.samples = append(v.samples, make([]int16, n)...)
	}
	return v
}

var breakTag = lazyregexp.New(`<break\s[^>]*>`)

// restSeconds is the quiet at both ends, while the presenter is in its rest pose.
const restSeconds = 0.24

// voice speaks the script, or reads the given sound.
func (m *Maker) voice(ctx context.Context, s Spec) (*speech, error) {
	v := &speech{name: "silence"}
	switch {
	case s.AudioPath != "":
		v.name = "audio"
		b, err := m.decode(ctx, s.AudioPath)
		if err != nil {
			return nil, fmt.Errorf("read the audio: %w", err)
		}
		v.samples = b
	case s.Script != "":
		v.quiet(restSeconds)
		texts := breakTag.Split(s.Script, -1)
		tags := breakTag.FindAllString(s.Script, -1)
		for i, text := range texts {
			if strings.TrimSpace(text) != "" {
				if err := m.say(ctx, s, v, text); err != nil {
					return nil, err
				}
			}
			if i < len(tags) {
				v.quiet(parseBreak(tags[i]))
			}
		}
		v.quiet(restSeconds)
	default:
		v.quiet(s.Silence)
	}
	if v.seconds() > maxSeconds {
		return nil, fmt.Errorf("%.0f s of sound, at most %d s", v.seconds(), maxSeconds)
	}
	if len(v.samples) == 0 {
		return nil, errors.New("the sound is empty")
	}
	return v, nil
}

func (v *speech) quiet(seconds float64) {
	v.samples = append(v.samples, make([]int16, int(seconds*sampleRate))...)
}

// say appends one stretch of text.
func (m *Maker) say(ctx context.Context, s Spec, v *speech, text string) error {
	v.name = "espeak-ng"
	if m.Espeak == "" {
		v.name = "synthetic"
	}
	u, err := m.utter(ctx, text, s, "")
	if err != nil {
		return err
	}
	at := v.seconds()
	v.words, v.mouths = append(v.words, after(u.words, at)...),
		append(v.mouths, shown(u.mouths, at, float64(len(u.samples))/sampleRate)...)
	v.samples = append(v.samples, u.samples...)
	return nil
}

func speedOf(s Spec) float64 {
	if s.Speed <= 0 {
		return 1
	}
	return min(max(s.Speed, 0.5), 1.5)
}

// decode returns any sound file as mono samples.
func (m *Maker) decode(ctx context.Context, path string) ([]int16, error) {
	var out bytes.Buffer
	args := append(proc.FFmpegArgs("error"), "-protocol_whitelist", proc.Protocols,
		"-format_whitelist", "wav,mp3,ogg,mov,mp4,m4a,matroska,webm", "-i", "file:"+path, "-vn", "-ac", "1",
		"-ar", strconv.Itoa(sampleRate), "-t", strconv.Itoa(maxSeconds), "-f", "s16le", "pipe:1")
	if _, err := proc.Run(ctx, proc.Cmd{
		Path: m.FFmpeg, Args: args, Stdout: &out, Timeout: 5 * time.Minute,
	}); err != nil {
		return nil, err
	}
	b := make([]int16, out.Len()/2)
	return b, binary.Read(&out, binary.LittleEndian, b)
}

// spread divides the time between the words by their letters.
func spread(text string, from, to float64) []Word {
	fields := strings.Fields(text)
	total := 0
	for _, f := range fields {
		total += len(f) + 2
	}
	var out []Word
	at := from
	for _, f := range fields {
		end := at + (to-from)*float64(len(f)+2)/float64(max(1, total))
		out = append(out, Word{f, at, end})
		at = end
	}
	return out
}

// hum is the voice without espeak-ng: a soft vowel-like tone for each word, with
// a fall at the end of a sentence.
func hum(text string, speed float64) []int16 {
	var out []int16
	for i, w := range strings.Fields(text) {
		n := int((0.12 + 0.045*float64(len(w))) / speed * sampleRate)
		base := 118 + 14*math.Sin(float64(i)*1.7)
		last := strings.ContainsAny(w[len(w)-1:], ".!?")
		phase := 0.0
		for k := range n {
			t := float64(k) / float64(n)
			f := base
			if last {
				f -= 22 * t
			}
			phase += 2 * math.Pi * f / sampleRate
			env := math.Sin(math.Pi*t) * (0.75 + 0.25*math.Sin(2*math.Pi*t*float64(max(1, len(w)/3))))
			v := math.Sin(phase) + 0.5*math.Sin(2*phase) + 0.33*math.Sin(5*phase) + 0.12*math.Sin(9*phase)
			out = append(out, int16(6500*env*v/1.6))
		}
		gap := 0.05
		if last {
			gap = 0.28
		}
		out = append(out, make([]int16, int(gap/speed*sampleRate))...)
	}
	return out
}

// loudness is how loud each frame is, 0 to 1 against the loudest.
func (v *speech) loudness(frames, fps int) []float64 {
	out := make([]float64, frames)
	top := 1.0
	step := sampleRate / fps
	for i := range out {
		sum, n := 0.0, 0
		for k := i * step; k < min((i+1)*step, len(v.samples)); k++ {
			s := float64(v.samples[k])
			sum += s * s
			n++
		}
		if n > 0 {
			out[i] = math.Sqrt(sum / float64(n))
		}
		top = max(top, out[i])
	}
	for i := range out {
		out[i] /= top
		if top < 50 || out[i] < 0.06 {
			out[i] = 0
		}
	}
	return out
}

// write saves 16-bit mono PCM.
func (v *speech) write(path string) error {
	var b bytes.Buffer
	n := uint32(len(v.samples) * 2)
	b.WriteString("RIFF")
	for _, x := range []any{36 + n, []byte("WAVEfmt "), uint32(16), uint16(1), uint16(1), uint32(sampleRate),
		uint32(sampleRate * 2), uint16(2), uint16(16), []byte("data"), n, v.samples} {
		if err := binary.Write(&b, binary.LittleEndian, x); err != nil {
			return err
		}
	}
	return os.WriteFile(path, b.Bytes(), 0o600)
}
