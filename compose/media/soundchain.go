package media

import (
	"context"
	"fmt"
	"math"
	"strings"
)

// soundRate is the rate of prepared sound and of films, samples a second.
const soundRate = 48000

// FirstSample is the zero of a SoundClock that starts with the first sample of a sound.
const FirstSample = "STARTPTS"

// ClockAt is the zero of a SoundClock at a time of the input, in seconds.
func ClockAt(zero float64) string { return fmt.Sprintf("(%.6f)/TB", zero) }

// SoundClock returns the filters that put a decoded sound on a clock of 48 kHz whose sample 0 is at zero. What is
// earlier is cut. A late start and gaps become silence, so that what follows stays where it is. Jitter of less than
// jumpSeconds moves nothing, and after the filters every timestamp is a count of samples: an encoder stops with "Queue
// input is backward in time" at timestamps that jump back.
//
// Length is where to stop, in seconds; 0 is the end of the sound. Without it one packet with a damaged timestamp would
// ask for hours of silence.
func SoundClock(zero string, length float64) []string {
	const rounding = 0.0006 // half a millisecond is what Matroska rounds to: no reason to move a start
	c := []string{"asetpts=PTS-" + zero}
	if length > 0 {
		c = append(c, fmt.Sprintf("atrim=end=%.6f", length))
	}
	c = append(c, fmt.Sprintf("aresample=%d:async=1:min_comp=%g:min_hard_comp=%g:first_pts=0", soundRate, rounding,
		jumpSeconds), "asetpts=N")
	if length > 0 {
		c = append(c, fmt.Sprintf("atrim=end_sample=%d", int64(math.Round(length*soundRate))))
	}
	return c
}

// opusDelayLimit is up to which offset, in seconds, Opus is on time. ffmpeg 5.1 writes WebM files without the codec's
// delay of 6.5 ms in their timestamps, so that sound and picture that began together are 7 ms apart.
const opusDelayLimit = 0.008

// clockZero is the time on the file's clock, in seconds, at which the first picture is shown.
func (s SoundTrack) clockZero(pictureStart float64) float64 {
	if s.Codec == "opus" && math.Abs(s.Start-pictureStart) < opusDelayLimit {
		return s.Start
	}
	return pictureStart
}

// Downmix returns the filters that bring any channel layout to one or two channels. One channel stays one. More than
// two follow ITU-R BS.775: centre and surround at -3 dB, without the effects channel, and then all of it made quieter
// until no sum can exceed full scale, by 7.7 dB for 5.1. ffmpeg does the same to integer samples, and so does Remotion
// with its own files; floating-point samples, as of AAC, it would only do so with an option.
//
// Files without a layout follow ffmpeg's guess, but for three channels: ffmpeg takes the third for effects
// and drops it. Here it is the centre, as in WAV and FLAC.
func (s SoundTrack) Downmix() []string {
	switch {
	case s.Channels == 1:
		return []string{"aformat=sample_fmts=fltp", "pan=mono|c0=c0"}
	case s.Channels == 2:
		return []string{"aformat=sample_fmts=fltp", "pan=stereo|c0=c0|c1=c1"}
	case s.Channels == 3 && s.unnamed():
		return []string{"aformat=sample_fmts=fltp", "pan=stereo|c0<c0+0.7071*c2|c1<c1+0.7071*c2"}
	case s.Channels > 8:
		return []string{"aformat=sample_fmts=fltp", s.sides()}
	}
	return []string{"aformat=sample_fmts=fltp", "aresample=rematrix_maxval=1",
		"aformat=sample_fmts=fltp:channel_layouts=stereo"}
}

// unnamed reports that the file does not say what its channels are.
func (s SoundTrack) unnamed() bool {
	return s.Layout == "" || s.Layout == "unknown" || strings.HasSuffix(s.Layout, " channels")
}

// sides mixes even channels to the left and odd ones to the right. ffmpeg has no downmix for more than eight.
func (s SoundTrack) sides() string {
	var left, right []string
	for i := range s.Channels {
		name := fmt.Sprintf("c%d", i)
		if i%2 == 0 {
			left = append(left, name)
		} else {
			right = append(right, name)
		}
	}
	return "pan=stereo|c0<" + strings.Join(left, "+") + "|c1<" + strings.Join(right, "+")
}

// gain is what is done to the level of a sound.
type gain struct {
	dB      float64
	twoEars bool    // one channel becomes two equal ones
	ceiling float64 // dBTP, 0: not limited
}

// filters are the gain and a limiter for true peaks. The limiter reads samples, so it works at four times
// the rate, where samples are close to the true peaks.
func (g gain) filters() (c []string) {
	dB := g.dB
	if g.twoEars {
		// ffmpeg's way from one channel to two takes 3 dB off. Others have faults: channelmap makes both channels
		// one buffer, to which filters apply a gain twice, and pan prints a warning.
		c = append(c, "aformat=channel_layouts=stereo")
		dB += 10 * math.Log10(2)
	}
	if dB != 0 {
		c = append(c, fmt.Sprintf("volume=volume=%.2fdB:precision=float", dB))
	}
	if g.ceiling < 0 {
		c = append(c, fmt.Sprintf("aresample=%d", 4*soundRate),
			fmt.Sprintf("alimiter=limit=%.6f:attack=5:release=50:level=false:latency=true", math.Pow(10, g.ceiling/20)),
			fmt.Sprintf("aresample=%d", soundRate))
	}
	return c
}

// soundChain is everything that is done to a sound before it is encoded: its place under a picture that starts at
// pictureStart and lasts length seconds, its channels, its level.
func soundChain(s SoundTrack, pictureStart, length float64, g gain) string {
	c := SoundClock(ClockAt(pictureStart-s.fileStart), length)
	c = append(c, s.Downmix()...)
	if filters := g.filters(); len(filters) > 0 {
		// A resampler may add or drop a sample at the end.
		c = append(append(c, filters...), "asetpts=N", fmt.Sprintf("atrim=end_sample=%d",
			int64(math.Round(length*soundRate))))
	}
	return strings.Join(c, ",")
}

// readSound returns the first sound track of the take.
func (s PrepareSpec) readSound(ctx context.Context, t Tools, info Info) (*SoundTrack, error) {
	if s.Checked != nil {
		return s.Checked.Sound, nil
	}
	return readSound(ctx, t, s.In, info)
}

// sound returns the filters of the prepared sound; empty for a clip without sound, or whose sound is not audible while
// its pictures are shown.
func (s PrepareSpec) sound(ctx context.Context, t Tools, info Info) (string, error) {
	track, err := s.readSound(ctx, t, info)
	if err != nil || track == nil {
		return "", err
	}
	length := s.Duration
	if length <= 0 {
		length = info.Duration
	}
	if !track.audible(info.FirstVideoPTS, length) {
		return "", nil
	}
	start := track.clockZero(info.FirstVideoPTS)
	g, err := s.level(ctx, t, *track, start, length)
	if err != nil {
		return "", err
	}
	return soundChain(*track, start, length, g), nil
}
