package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"path/filepath"
	"strconv"
	"time"

	"greenroom/internal/fault"
	"greenroom/internal/proc"
)

// Mono returns the first sound track of a file as one channel of 16 bits at rate samples a second, at most the given
// seconds of it. It returns nothing for a file without sound.
func Mono(ctx context.Context, t Tools, path string, rate int, seconds float64) ([]int16, error) {
	info, err := Probe(ctx, t, path)
	if err != nil || info.AudioCodec == "" {
		return nil, err
	}
	args := append(proc.FFmpegArgs("error"), inputArgs(path, "")...)
	args = append(args, "-t", strconv.FormatFloat(seconds, 'f', 3, 64), "-map", "0:a:0", "-vn", "-ac", "1",
		"-ar", strconv.Itoa(rate), "-f", "s16le", "pipe:1")
	var raw bytes.Buffer
	_, err = proc.Run(ctx, proc.Cmd{Path: t.FFmpeg, Args: args, Stdout: &raw, Stall: 2 * time.Minute})
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Media, err, fault.ReadHint(err, decodeHint), "read the sound of %s", filepath.Base(path))
	}
	out := make([]int16, raw.Len()/2)
	b := raw.Bytes()
	for i := range out {
		out[i] = int16(binary.LittleEndian.Uint16(b[2*i:]))
	}
	return out, nil
}
