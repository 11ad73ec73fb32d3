package quality

import (
	"context"
	"encoding/binary"
	"math"

	"greenroom/compose/media"
)

// Sound is what was measured of a sound.
type Sound struct {
	media.Listened
	Seconds float64
	// Peaks are the loudest samples of 10 ms each, 0 to 255 of full scale.
	Peaks []byte

	begins  float64 // after the first picture, seconds
	silence run     // in steps
	level   float64 // of everything, mean square of 1
	clipped int     // runs of samples at full scale
	firstAt float64 // of the first clipped run, seconds
	// Of two channels:
	stereo      bool
	correlation float64
	apart       run        // steps in opposite phase
	sides       [2]float64 // mean square of 1
}

// stepSeconds is the length of a step: the parts that silence and phase are measured on.
const stepSeconds = 0.1

// Listen measures the file's sound, in one decode. A file without sound is not an error.
func (m *Meter) Listen(ctx context.Context, t media.Tools, path string) error {
	if m.Info.AudioTracks == 0 || m.Info.AudioRate <= 0 {
		return nil
	}
	pcm := newPCM(m.Info.AudioRate, m.Info.AudioChannels != 1)
	l, err := media.Listen(ctx, t, path, m.Info, pcm)
	if err != nil {
		return err
	}
	m.sound = pcm.result()
	m.sound.Listened = l
	m.sound.begins = m.Info.FirstAudioPTS - m.Info.FirstVideoPTS
	return nil
}

// pcm measures little-endian samples of 16 bits, of one channel or two interleaved ones.
//
// size: one field for each running figure.
type pcm struct {
	rate, step, tenMS int
	stereo            bool
	rest              []byte // of an incomplete sample

	n              int // samples of each channel
	peaks          []byte
	loudest        int
	held           [2]int // samples at full scale in a row, of each channel
	sum            sums   // of the step
	all            sums
	clipped        int
	firstClip      int
	steps          int
	silence, apart run
}

// sums are of squares and of products.
type sums struct{ left, right, both float64 }

func newPCM(rate int, stereo bool) *pcm {
	return &pcm{rate: rate, stereo: stereo, step: max(1, int(stepSeconds*float64(rate))), tenMS: max(1, rate/100)}
}

// Write takes samples in any portions.
func (p *pcm) Write(b []byte) (int, error) {
	n := len(b)
	size := 2
	if p.stereo {
		size = 4
	}
	if len(p.rest) > 0 {
		take := min(size-len(p.rest), len(b))
		p.rest, b = append(p.rest, b[:take]...), b[take:]
		if len(p.rest) < size {
			return n, nil
		}
		p.samples(p.rest)
		p.rest = p.rest[:0]
	}
	for ; len(b) >= size; b = b[size:] {
		p.samples(b)
	}
	p.rest = append(p.rest, b...)
	return n, nil
}

// samples measures one sample of each channel.
func (p *pcm) samples(b []byte) {
	left := int(int16(binary.LittleEndian.Uint16(b)))
	right := left
	if p.stereo {
		right = int(int16(binary.LittleEndian.Uint16(b[2:])))
	}
	p.loudest = max(p.loudest, left, -left, right, -right)
	p.hold(0, left)
	if p.stereo {
		p.hold(1, right)
	}
	l, r := float64(left), float64(right)
	p.sum.left, p.sum.right, p.sum.both = p.sum.left+l*l, p.sum.right+r*r, p.sum.both+l*r
	p.n++
	if p.n%p.tenMS == 0 {
		p.peaks = append(p.peaks, byte(min(255, p.loudest>>7)))
		p.loudest = 0
	}
	if p.n%p.step == 0 {
		p.endStep()
	}
}

// hold counts samples at full scale.
func (p *pcm) hold(side, v int) {
	if v < fullScale && v > -fullScale {
		p.held[side] = 0
		return
	}
	p.held[side]++
	if p.held[side] == clippedRun {
		if p.clipped == 0 {
			p.firstClip = p.n
		}
		p.clipped++
	}
}

func (p *pcm) endStep() {
	floor := math.Pow(10, silent/10) * math.MaxInt16 * math.MaxInt16 * float64(p.step)
	loud := max(p.sum.left, p.sum.right) > floor
	p.silence.add(p.steps, !loud)
	p.apart.add(p.steps, loud && p.sum.correlation() < opposite)
	p.all.left, p.all.right, p.all.both = p.all.left+p.sum.left, p.all.right+p.sum.right, p.all.both+p.sum.both
	p.sum = sums{}
	p.steps++
}

// correlation returns that of left and right, from -1 to 1; 0 where one of them is silent.
func (s sums) correlation() float64 {
	if s.left == 0 || s.right == 0 {
		return 0
	}
	return s.both / math.Sqrt(s.left*s.right)
}

func (p *pcm) result() Sound {
	if p.n%p.step != 0 {
		p.endStep()
	}
	of := math.MaxInt16 * math.MaxInt16 * max(1, float64(p.n))
	return Sound{
		Seconds: float64(p.n) / float64(p.rate), Peaks: p.peaks, silence: p.silence,
		level: max(p.all.left, p.all.right) / of, clipped: p.clipped, firstAt: float64(p.firstClip) / float64(p.rate),
		stereo: p.stereo, correlation: p.all.correlation(), apart: p.apart,
		sides: [2]float64{p.all.left / of, p.all.right / of},
	}
}

// decibels returns a mean square in dBFS.
func decibels(square float64) float64 {
	if square <= 0 {
		return math.Inf(-1)
	}
	return 10 * math.Log10(square)
}
