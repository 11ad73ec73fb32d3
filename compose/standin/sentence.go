package standin

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/gob"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"greenroom/internal/atomicfile"
	"greenroom/internal/lazyregexp"
	"greenroom/internal/proc"
)

// A spoken sentence is kept as sound that is coded already, so that editing one
// sentence speaks and codes one.

// sentence is a stretch of text between full stops and breaks.
type sentence struct {
	Text    string
	Opus    [][]byte  // 20 ms each
	Loud    []float64 // RMS of each 20 ms
	Words   []Word    // from the sentence's start
	Mouths  []Mouth   // from the sentence's start; none where sounds are not known
	Samples int       // of a script, a multiple of a packet's; of own sound, as many as there are
}

const packetSamples = sampleRate * opusFrame / 1000

var sentenceEnd = lazyregexp.New(`[.!?…]+["')\]]*\s+`)

// part is a sentence or a pause.
type part struct {
	text  string
	pause float64 // seconds
}

// parts cuts a script at breaks and at the ends of sentences.
func parts(script string) (out []part) {
	texts := breakTag.Split(script, -1)
	tags := breakTag.FindAllString(script, -1)
	for i, text := range texts {
		for from := 0; from < len(text); {
			end := len(text)
			if m := sentenceEnd.FindStringIndex(text[from:]); m != nil {
				end = from + m[1]
			}
			if s := strings.Join(strings.Fields(text[from:end]), " "); s != "" {
				out = append(out, part{text: s})
			}
			from = end
		}
		if i < len(tags) {
			out = append(out, part{pause: parseBreak(tags[i])})
		}
	}
	return out
}

// contentID returns a short hash of texts. Its layout is not that of package hashkey: files in projects
// are named by it.
func contentID(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// voiceVersion changes when the way sentences sound or are kept changes.
const voiceVersion = "5"

func (m *Maker) sentenceFile(dir, text string, s Spec) string {
	return filepath.Join(dir, contentID(voiceVersion, m.engine(), language(s),
		strconv.FormatFloat(speedOf(s), 'g', -1, 64), text)+".say")
}

func language(s Spec) string {
	if l := strings.ToLower(s.Locale); localePattern.MatchString(l) {
		return l[:2]
	}
	return plainVoice
}

var localePattern = lazyregexp.New(`^[a-z]{2}(-[a-z0-9]+)?$`)

// sentences returns every sentence spoken, from dir where it was spoken before.
func (m *Maker) sentences(ctx context.Context, dir string, list []part, s Spec) (map[string]*sentence, error) {
	out := map[string]*sentence{}
	var fresh []*sentence
	for _, p := range list {
		if p.text == "" || out[p.text] != nil {
			continue
		}
		one := &sentence{Text: p.text}
		if b, err := os.ReadFile(m.sentenceFile(dir, p.text, s)); err != nil ||
			gob.NewDecoder(bytes.NewReader(b)).Decode(one) != nil || len(one.Opus) == 0 {
			*one = sentence{Text: p.text}
			fresh = append(fresh, one)
		}
		out[p.text] = one
	}
	if len(fresh) == 0 {
		return out, nil
	}
	return out, m.speakAll(ctx, dir, fresh, s)
}

// speakAll speaks new sentences and codes them, in runs side by side: while one is being
// coded, which takes twice as long, the next is spoken.
func (m *Maker) speakAll(ctx context.Context, dir string, fresh []*sentence, s Spec) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	cores := max(2, runtime.NumCPU())
	each := (len(fresh) + 2*cores - 1) / (2 * cores)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(cores)
	for run := range slices.Chunk(fresh, each) {
		g.Go(func() error { return m.speakRun(ctx, dir, run, s) })
	}
	return g.Wait()
}

// speakRun speaks sentences and codes them in one run of the coder, which takes longer
// to start than a sentence to speak: it starts first.
func (m *Maker) speakRun(ctx context.Context, dir string, fresh []*sentence, s Spec) error {
	var packets [][]byte
	var spoken error
	g, ctx := errgroup.WithContext(ctx)
	sound, say := io.Pipe()
	g.Go(func() (err error) {
		packets, err = m.opus(ctx, sound)
		sound.CloseWithError(errors.Join(err, io.ErrClosedPipe)) // no goroutine waits for a coder that has ended
		return err
	})
	g.Go(func() error {
		for _, one := range fresh {
			spoken = m.speakOne(ctx, one, s, m.sentenceFile(dir, one.Text, s)+".trying", say)
			if spoken != nil {
				break
			}
		}
		return say.CloseWithError(spoken)
	})
	if err := g.Wait(); err != nil || spoken != nil {
		return cmp.Or(spoken, err)
	}
	for _, one := range fresh {
		n := one.Samples / packetSamples
		if len(packets) < n {
			return errors.New("the encoder gave too little sound")
		}
		one.Opus, packets = packets[:n:n], packets[n:]
		var b bytes.Buffer
		if err := gob.NewEncoder(&b).Encode(one); err != nil {
			return err
		}
		if err := atomicfile.WriteQuick(m.sentenceFile(dir, one.Text, s), b.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// speakOne speaks a sentence to the coder.
func (m *Maker) speakOne(ctx context.Context, one *sentence, s Spec, trying string, to io.Writer) error {
	u, err := m.utter(ctx, one.Text, s, trying)
	if err != nil {
		return err
	}
	samples := u.samples
	// The coder's delay pushes the end back: leave it room in silence.
	n := (len(samples) + preSkip + packetSamples - 1) / packetSamples * packetSamples
	samples = append(samples, make([]int16, n-len(samples))...)
	one.Samples, one.Loud = n, rms(samples)
	one.Words, one.Mouths = u.words, u.mouths
	return binary.Write(to, binary.LittleEndian, samples)
}

// readWAV reads 16-bit mono PCM; a stream's header does not know its length.
func readWAV(b []byte) ([]int16, int, error) {
	at := bytes.Index(b[:min(len(b), 256)], []byte("data"))
	if len(b) < 44 || string(b[:4]) != "RIFF" || at < 0 || len(b) < at+8 {
		return nil, 0, errors.New("no WAV came")
	}
	rate := int(binary.LittleEndian.Uint32(b[24:]))
	if binary.LittleEndian.Uint16(b[22:]) != 1 || binary.LittleEndian.Uint16(b[34:]) != 16 || rate < 8000 ||
		rate > 48000 {
		return nil, 0, errors.New("the WAV is not 16-bit mono")
	}
	raw := b[at+8:]
	out := make([]int16, len(raw)/2)
	for i := range out {
		out[i] = int16(binary.LittleEndian.Uint16(raw[2*i:]))
	}
	return out, rate, nil
}

// resample brings samples to 48 kHz along cubic curves.
//
//go:norace
func resample(in []int16, rate int) []int16 {
	if rate == sampleRate || len(in) == 0 {
		return in
	}
	n := len(in) * sampleRate / rate
	out := make([]int16, n)
	at := func(i int) float64 { return float64(in[max(0, min(len(in)-1, i))]) }
	for i := range out {
		p := float64(i) * float64(rate) / sampleRate
		k, t := int(p), p-math.Floor(p)
		a, b, c, d := at(k-1), at(k), at(k+1), at(k+2)
		v := b + 0.5*t*(c-a+t*(2*a-5*b+4*c-d+t*(3*(b-c)+d-a)))
		out[i] = int16(max(-32768, min(32767, math.Round(v))))
	}
	return out
}

func rms(samples []int16) []float64 {
	out := make([]float64, len(samples)/packetSamples)
	for i := range out {
		sum := 0.0
		for _, v := range samples[i*packetSamples : (i+1)*packetSamples] {
			sum += float64(v) * float64(v)
		}
		out[i] = math.Sqrt(sum / packetSamples)
	}
	return out
}

// opus codes 48 kHz mono samples, 16 bits, little-endian, and returns their packets, with as little effort
// as the coder knows: a stand-in's voice is not better for more.
func (m *Maker) opus(ctx context.Context, sound io.Reader) ([][]byte, error) {
	var out bytes.Buffer
	args := append(proc.FFmpegArgs("error"), "-f", "s16le", "-ar", strconv.Itoa(sampleRate), "-ac", "1", "-i", "pipe:0",
		"-c:a", "libopus", "-b:a", "48k", "-frame_duration", strconv.Itoa(opusFrame), "-application", "voip",
		"-compression_level", "0", "-f", "ogg", "pipe:1")
	if _, err := proc.Run(ctx, proc.Cmd{Path: m.FFmpeg, Args: args, Stdin: sound, Stdout: &out,
		Timeout: 5 * time.Minute}); err != nil {
		return nil, fmt.Errorf("encode the voice: %w", err)
	}
	packets, err := ogg(out.Bytes())
	if err != nil || len(packets) < 2 {
		return nil, errors.Join(errors.New("the encoder gave no Opus"), err)
	}
	return packets[2:], nil // after the two heads
}

// ogg takes a stream apart into packets.
func ogg(b []byte) (packets [][]byte, err error) {
	var open []byte
	for len(b) >= 27 {
		if string(b[:4]) != "OggS" {
			return nil, errors.New("a page does not begin where it should")
		}
		n := int(b[26])
		if len(b) < 27+n {
			return nil, errors.New("a page is cut short")
		}
		table, body := b[27:27+n], b[27+n:]
		for _, lace := range table {
			if int(lace) > len(body) {
				return nil, errors.New("a page is cut short")
			}
			open = append(open, body[:lace]...)
			body = body[lace:]
			if lace < 255 {
				packets, open = append(packets, open), nil
			}
		}
		b = body
	}
	return packets, nil
}
