package media

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"greenroom/internal/fault"
	"greenroom/internal/lazyregexp"
	"greenroom/internal/proc"
)

// Loudness is how loud a sound is by EBU R128.
type Loudness struct {
	Integrated float64 // LUFS; -Inf when less than a block of 0.4 s is above -70 LUFS
	Peak       float64 // true peak, dBTP; -Inf for digital silence
}

const (
	// quietest is the integrated loudness, LUFS, below which a sound is not made louder: speech and music are 10 LU
	// or more above it even in bad recordings, the noise of an empty room is 10 LU below it.
	quietest = -50.0
	// maxPeak is what EBU R128 allows in a file, dBTP.
	maxPeak = -1.0
	// firstCeiling is where peaks are limited at first, dBTP. Opus adds to peaks; how much is measured then.
	firstCeiling = -1.5
	// mostLimited is how much louder than the ceiling a peak may be before it is limited, dB. More would distort
	// speech, so the sound stays quieter than requested.
	mostLimited = 12.0
	// loudnessTolerance is how far prepared sound may be off before a check warns, LU.
	loudnessTolerance = 1.0
	// trials is how often the encoded sound is measured and corrected. In the last half of them only peaks are: what
	// a limiter takes from the loudness and what Opus adds to the peaks would else chase each other.
	trials = 6
)

// block reports that there was enough sound to measure.
func (l Loudness) block() bool { return !math.IsInf(l.Integrated, 0) }

// raisable reports that the sound is loud and long enough for prepare.loudness.
func (l Loudness) raisable() bool { return l.block() && l.Integrated >= quietest }

func (l Loudness) String() string {
	if !l.block() {
		return "no loudness that can be measured"
	}
	return fmt.Sprintf("%.1f LUFS, %.1f dBTP", l.Integrated, l.Peak)
}

// MarshalJSON writes null for what is not finite.
func (l Loudness) MarshalJSON() ([]byte, error) {
	finite := func(v float64) *float64 {
		if math.IsInf(v, 0) {
			return nil
		}
		return &v
	}
	return json.Marshal(map[string]*float64{"lufs": finite(l.Integrated), "dbtp": finite(l.Peak)})
}

// UnmarshalJSON reads what MarshalJSON writes: null is minus infinity.
func (l *Loudness) UnmarshalJSON(b []byte) error {
	var in struct{ LUFS, DBTP *float64 }
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	*l = Loudness{math.Inf(-1), math.Inf(-1)}
	if in.LUFS != nil {
		l.Integrated = *in.LUFS
	}
	if in.DBTP != nil {
		l.Peak = *in.DBTP
	}
	return nil
}

var (
	integratedPattern = lazyregexp.New(`I:\s+(\S+) LUFS`)
	peakPattern       = lazyregexp.New(`Peak:\s+(\S+) dBFS`)
)

// parseLoudness reads the summary that ffmpeg's filter ebur128 prints at its end.
func parseLoudness(text string) (Loudness, bool) {
	i := strings.LastIndex(text, "Summary:")
	if i < 0 {
		return Loudness{}, false
	}
	level, peak := integratedPattern.FindStringSubmatch(text[i:]), peakPattern.FindStringSubmatch(text[i:])
	if level == nil || peak == nil {
		return Loudness{}, false
	}
	l := Loudness{}
	var err, err2 error
	l.Integrated, err = strconv.ParseFloat(level[1], 64)
	l.Peak, err2 = strconv.ParseFloat(peak[1], 64)
	if err != nil || err2 != nil || math.IsNaN(l.Integrated) {
		return Loudness{}, false
	}
	if l.Integrated <= -70 { // the filter's way to say that no block counted
		l.Integrated = math.Inf(-1)
	}
	return l, true
}

// measureLoudness measures the first sound track of a file after a chain of filters. One channel counts as two
// equal ones, which is how it is played.
func measureLoudness(ctx context.Context, t Tools, path, chain string) (Loudness, error) {
	const meter = "ebur128=peak=true:dualmono=true:framelog=verbose"
	if chain != "" {
		chain += ","
	}
	args := append(proc.FFmpegArgs("info"), inputArgs(path, "")...)
	args = append(args, "-vn", "-map", "0:a:0", "-af", chain+meter, "-f", "null", "-")
	res, err := proc.Run(ctx, proc.Cmd{Path: t.FFmpeg, Args: args, Stall: 2 * time.Minute, Timeout: time.Hour})
	if err != nil {
		return Loudness{}, err
	}
	l, ok := parseLoudness(res.Tail)
	if !ok {
		return l, fault.New(fault.Media, "remove prepare.loudness for this clip", "ffmpeg measured no loudness")
	}
	return l, nil
}

// level decides the gain of a sound: towards s.Loudness, and never above maxPeak. What it decides is encoded as
// the prepared file will be, and measured: Opus changes peaks by up to a few decibels.
func (s PrepareSpec) level(ctx context.Context, t Tools, sound SoundTrack, pictureStart, length float64) (gain,
	error) {
	var g gain
	if s.Loudness == nil {
		return g, nil
	}
	chain := func() string { return soundChain(sound, pictureStart, length, g) }
	now, err := measureLoudness(ctx, t, s.In, chain())
	if err != nil || !now.raisable() {
		return g, err
	}
	g.twoEars = sound.Channels == 1
	most := firstCeiling + mostLimited - now.Peak
	g.dB = min(*s.Loudness-now.Integrated, most)
	if now.Peak+g.dB > firstCeiling {
		g.ceiling = firstCeiling
	}
	for i := range trials {
		got, err := s.trial(ctx, t, chain())
		if err != nil {
			return g, err
		}
		over, miss := got.Peak-maxPeak, *s.Loudness-got.Integrated
		peaksOnly := i >= trials/2
		if over <= 0 && (math.Abs(miss) < 0.2 || peaksOnly || miss > 0 && g.dB >= most) {
			break
		}
		if over > 0 {
			g.ceiling = min(g.ceiling, firstCeiling) - over - 0.1
		}
		if !peaksOnly {
			g.dB = min(g.dB+miss, most)
		}
	}
	return g, nil
}

// trial encodes the sound alone as the prepared file has it and measures that: 0.6 s of processor time for 20 s of
// stereo, where the pictures took 68 (testsrc2, 1280x720).
func (s PrepareSpec) trial(ctx context.Context, t Tools, chain string) (Loudness, error) {
	out := s.Out + ".sound.webm"
	defer os.Remove(out)
	args := append(append(proc.FFmpegArgs("error"), "-y"), inputArgs(s.In, "")...)
	args = append(append(args, "-vn", "-map", "0:a:0", "-af", chain), soundEncoder()...)
	if err := run(ctx, t, append(args, "-fflags", "+bitexact", "file:"+out), nil, 0, nil); err != nil {
		return Loudness{}, err
	}
	return measureLoudness(ctx, t, out, "")
}

func soundEncoder() []string { return []string{"-c:a", "libopus", "-b:a", "128k"} }

// soundRecipe lists what changes the sound of a prepared file.
func (s PrepareSpec) soundRecipe() string {
	recipe := "sound/2"
	if s.Loudness != nil {
		recipe += fmt.Sprintf(" %g LUFS", *s.Loudness)
	}
	if s.Hold {
		recipe += " hold"
	}
	return recipe
}
