package media

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"greenroom/internal/proc"
)

// WriteSound writes the prepared sound of a clip as a WAV file of 48 kHz and 16 bits to s.Out. It lasts as long as the
// clip, s.Duration seconds: what ends early is followed by silence, and a clip without sound is silent.
func WriteSound(ctx context.Context, t Tools, s PrepareSpec) error {
	info, err := s.info(ctx, t)
	if err != nil {
		return err
	}
	chain, err := s.sound(ctx, t, info)
	if err != nil {
		return err
	}
	samples := int64(math.Round(s.Duration * soundRate))
	args := append(append(proc.FFmpegArgs(logLevel), proc.ProgressArgs()...), "-y")
	if chain == "" {
		args = append(args, "-f", "lavfi", "-i", fmt.Sprintf("anullsrc=r=%d:cl=mono", soundRate))
		chain = "atrim=end_sample=" + strconv.FormatInt(samples, 10)
	} else {
		args = append(args, inputArgs(s.In, "")...)
		args = append(args, "-vn", "-map", "0:a:0")
		chain = strings.Join([]string{chain, fmt.Sprintf("apad=whole_len=%d", samples)}, ",")
	}
	args = append(args, "-af", chain, "-c:a", "pcm_s16le", "-map_metadata", "-1", "-fflags", "+bitexact", "file:"+s.Out)
	return run(ctx, t, args, nil, s.Duration, nil)
}
