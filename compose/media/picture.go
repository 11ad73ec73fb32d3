package media

import (
	"context"
	"path/filepath"
	"time"

	"greenroom/internal/fault"
	"greenroom/internal/proc"
)

// Picture is one decoded picture of a file: upright, with square pixels, at most lookWidth pixels wide, in BT.709 of
// limited range. Its planes have one byte a pixel, averages of the full-size picture, and are valid during the call that
// gets them.
type Picture struct {
	W, H       int
	Y, U, V, A []byte // A is nil where the file has no alpha
}

// pictureTwice returns the averages of four planes that each have averages above points, see Info.smallTwice.
func pictureTwice(b []byte, w, h int) Picture {
	plane := func(n int) []byte { return b[n*2*w*h : (n*2+1)*w*h] }
	return Picture{W: w, H: h, Y: plane(0), U: plane(1), V: plane(2), A: plane(3)}
}

// Pictures decodes a file without its alpha and calls each for every picture, in order. It fails where ffmpeg cannot
// decode the file.
func Pictures(ctx context.Context, t Tools, path string, info Info, each func(Picture)) error {
	w := max(2, min(lookWidth, info.ShownWidth)&^1)
	h := max(2, int(float64(info.ShownHeight)*float64(w)/float64(info.ShownWidth))&^1)
	size := w * h
	sink := &frameSink{buf: make([]byte, size*3), each: func(b []byte) {
		each(Picture{W: w, H: h, Y: b[:size], U: b[size : 2*size], V: b[2*size:]})
	}}
	args := append(proc.FFmpegArgs("error"), "-filter_complex_threads", "1", "-threads", "1")
	args = append(args, info.pictureArgs(path)...)
	args = append(args, "-filter_complex", info.pictures()+info.small(w, h, "yuv444p")+"[v]", "-map", "[v]",
		"-fps_mode", "passthrough", "-enc_time_base", "1/25", "-f", "rawvideo", "pipe:1")
	_, err := proc.Run(ctx, proc.Cmd{Path: t.FFmpeg, Args: args, Stdout: sink, Stall: time.Minute, Timeout: time.Hour})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return fault.Wrap(fault.Media, err, fault.ReadHint(err, decodeHint), "decode the pictures of %s", filepath.Base(path))
	}
	return nil
}
