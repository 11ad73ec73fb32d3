package media

import (
	"context"
	"fmt"
	"io"
	"time"

	"golang.org/x/sync/errgroup"

	"greenroom/internal/fault"
	"greenroom/internal/proc"
)

// keyed decodes the master, pulls each picture off its key colour and hands it to
// the encoder: two ffmpeg runs with the matte between them.
func (s PrepareSpec) keyed(ctx context.Context, t Tools, info Info, encode []string, progress func(float64)) error {
	w, h := s.pictureSize(info)
	m, err := newMatte(s.Key, w, h)
	if err != nil {
		return err
	}
	chain, err := s.upright(info)
	if err != nil {
		return err
	}
	if s.Crop == nil {
		chain += fmt.Sprintf(",crop=%d:%d:0:0", w, h)
	}
	decode := append(proc.FFmpegArgs(logLevel), info.pictureArgs(s.In)...)
	decode = append(decode, "-filter_complex", info.pictures()+chain+",format=yuv420p[v]", "-map", "[v]",
		"-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1")

	frames, sink := io.Pipe()
	out := make([]byte, w*h*5/2)
	var broken error // the encoder went away
	cut := &frameSink{buf: make([]byte, w*h*3/2), each: func(b []byte) {
		if broken == nil {
			m.frame(out, b)
			_, broken = sink.Write(out)
		}
	}}
	// Each side's failure ends the other: the group's context stops both programs.
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		res, err := proc.Run(ctx, proc.Cmd{Path: t.FFmpeg, Args: decode, Stdout: cut, Stall: 2 * time.Minute})
		if err == nil {
			if w := serious(res.Tail); len(w) > 0 {
				err = fault.New(fault.Media, "run `greenroom check` on the file", "ffmpeg complained: %s", w[0])
			}
		}
		sink.CloseWithError(err) // nil is the end of the clip
		return err
	})
	g.Go(func() error {
		err := run(ctx, t, encode, frames, s.Duration, progress)
		frames.CloseWithError(io.ErrClosedPipe) // frees the matte when the encoder ended early
		return err
	})
	return g.Wait()
}
