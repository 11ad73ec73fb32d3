package standin

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"

	"greenroom/internal/atomicfile"
)

// Quick is what a quick clip turned out to be.
type Quick struct {
	Result
	Width, Height int // of the file: the box
	Box           Box // its place in the complete frame
	Frame         [2]int
}

// Quick puts a transparent WebM together from a library's pieces and the script's
// sentences, spoken before or now: no picture is encoded. The same request has the
// same bytes. cache holds spoken sentences.
func (m *Maker) Quick(ctx context.Context, l *Library, s Spec, cache, out string) (Quick, error) {
	if err := s.validate(); err != nil {
		return Quick{}, err
	}
	track, err := m.track(ctx, cache, s)
	if err != nil {
		return Quick{}, err
	}
	frames := max(1, int(math.Ceil(track.length()*float64(l.FPS)-1e-9)))
	seconds := float64(frames) / float64(l.FPS)
	track.pad(int(math.Ceil(seconds*1000/opusFrame - 1e-9)))
	file := muxed{width: l.Box.W, height: l.Box.H, fps: l.FPS, opus: track.opus, seconds: seconds}
	words, err := m.keysWithWords(ctx, l, s, track.words, frames)
	if err != nil {
		return Quick{}, err
	}
	mouth, eyes := track.mouths(frames, l.FPS), blinks(frames, l.FPS, s)
	for i := range frames {
		p := l.Poses[words.pose(i, mouth[i], eyes[i])]
		key := i%l.FPS == 0 || words.begins(i)
		if key {
			p = words.key(i)
		}
		file.frames, file.keys = append(file.frames, p), append(file.keys, key)
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return Quick{}, err
	}
	if err := atomicfile.WriteQuick(out, file.bytes()); err != nil {
		return Quick{}, err
	}
	voice := "espeak-ng"
	if m.Espeak == "" {
		voice = "synthetic"
	}
	return Quick{Result: Result{Duration: seconds, Frames: frames, Words: track.words, Voice: voice}, Width: l.Box.W,
		Height: l.Box.H, Box: l.Box, Frame: [2]int{l.Width, l.Height}}, nil
}

// track is a script's complete sound, coded.
type track struct {
	opus   [][]byte
	loud   []float64
	words  []Word
	shapes []Mouth
	quiet  []byte  // a packet of silence
	exact  float64 // seconds of own sound, whose packets run a little longer; 0: the packets tell
}

// length is how long the clip is: as long as its sound, whoever draws it.
func (t *track) length() float64 {
	if t.exact > 0 {
		return t.exact
	}
	return t.seconds()
}

func (t *track) seconds() float64 { return float64(len(t.opus)) * opusFrame / 1000 }

// pad brings the sound to a number of packets with silence.
func (t *track) pad(packets int) {
	for len(t.opus) < packets {
		t.opus, t.loud = append(t.opus, t.quiet), append(t.loud, 0)
	}
}

// silence is an Opus packet without sound: CELT, 20 ms, mono, one frame of zeros
// (RFC 6716, section 3.1: config 31, code 0).
var silence = []byte{0xF8, 0xFF, 0xFE}

func (m *Maker) track(ctx context.Context, cache string, s Spec) (*track, error) {
	t := &track{quiet: silence}
	rest := func(seconds float64) { t.pad(len(t.opus) + int(math.Round(seconds*1000/opusFrame))) }
	switch {
	case s.AudioPath != "":
		return t, m.ownSound(ctx, cache, s, t)
	case s.Script == "":
		rest(s.Silence)
		return t, nil
	}
	list := parts(s.Script)
	spoken, err := m.sentences(ctx, cache, list, s)
	if err != nil {
		return nil, err
	}
	rest(restSeconds)
	for _, p := range list {
		if p.text == "" {
			rest(p.pause)
			continue
		}
		one, at := spoken[p.text], t.seconds()
		t.opus, t.loud = append(t.opus, one.Opus...), append(t.loud, one.Loud...)
		t.words, t.shapes = append(t.words, after(one.Words, at)...),
			append(t.shapes, shown(one.Mouths, at, float64(one.Samples)/sampleRate)...)
	}
	rest(restSeconds)
	return t, nil
}

// ownSound is a recording instead of a script, coded once and kept.
func (m *Maker) ownSound(ctx context.Context, cache string, s Spec, t *track) error {
	fi, err := os.Stat(s.AudioPath)
	if err != nil {
		return err
	}
	path := filepath.Join(cache, contentID(voiceVersion, "own sound", s.AudioPath,
		fmt.Sprint(fi.Size(), fi.ModTime().UnixNano()))+".say")
	var one sentence
	if b, err := os.ReadFile(path); err != nil || gob.NewDecoder(bytes.NewReader(b)).Decode(&one) != nil ||
		len(one.Opus) == 0 {
		samples, err := m.decode(ctx, s.AudioPath)
		if err != nil {
			return fmt.Errorf("read the audio: %w", err)
		}
		whole := len(samples)
		n := (whole + preSkip + packetSamples - 1) / packetSamples * packetSamples
		samples = append(samples, make([]int16, n-whole)...)
		var raw bytes.Buffer
		if err := binary.Write(&raw, binary.LittleEndian, samples); err != nil {
			return err
		}
		packets, err := m.opus(ctx, &raw)
		if err != nil {
			return err
		}
		one = sentence{Opus: packets[:min(len(packets), n/packetSamples)], Loud: rms(samples), Samples: whole}
		var b bytes.Buffer
		if err := errors.Join(gob.NewEncoder(&b).Encode(one), os.MkdirAll(cache, 0o755)); err != nil {
			return err
		}
		if err := atomicfile.WriteQuick(path, b.Bytes()); err != nil {
			return err
		}
	}
	t.opus, t.loud, t.words, t.exact = one.Opus, one.Loud, s.Words, float64(one.Samples)/sampleRate
	return nil
}

// mouths follow the words and the loudness, as in a drawn clip.
func (t *track) mouths(frames, fps int) []string {
	top := 50.0
	for _, l := range t.loud {
		top = max(top, l)
	}
	loud := make([]float64, frames)
	for i := range loud {
		if k := int(float64(i) / float64(fps) * 1000 / opusFrame); k < len(t.loud) && t.loud[k]/top >= 0.06 {
			loud[i] = t.loud[k] / top
		}
	}
	return mouths(&speech{words: t.words, mouths: t.shapes}, loud, float64(fps))
}

// blinks are the eyes of each frame; a key frame has them open, so that a blink never
// falls on one.
func blinks(frames, fps int, s Spec) []string {
	rnd := rand.New(rand.NewPCG(uint64(seed(s.Presenter)), uint64(seed(s.Script))))
	out := make([]string, frames)
	for i := range out {
		out[i] = "eyes-open"
	}
	for at := 0.8 + 2*rnd.Float64(); ; at += 2 + 4*rnd.Float64() {
		from := int(at * float64(fps))
		if from%fps+len(blinking) >= fps {
			from += fps - from%fps + 1
		}
		if from+len(blinking) >= frames {
			return out
		}
		copy(out[from:], blinking)
	}
}
