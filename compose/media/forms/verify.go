package forms

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"greenroom/compose/media"
	"greenroom/internal/fault"
	"greenroom/internal/proc"
)

// soundTolerance is how far a sound file's length may be from the clip's, seconds: coders work in blocks.
const soundTolerance = 0.06

// verify decodes a file completely, and compares its pictures and its length with the clip.
func (s Spec) verify(ctx context.Context, t media.Tools, name, path string) error {
	bad := func(format string, args ...any) error {
		return fault.New(fault.Media, "run it again; if it repeats, remove "+name+" from prepare.renditions",
			"the %s that was made is wrong: %s", name, fmt.Sprintf(format, args...))
	}
	got, err := decode(ctx, t, path)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return bad("%v", err)
	}
	if math.Abs(got.seconds-s.Spec.Duration) > soundTolerance+1/s.fps {
		return bad("%.3f s instead of %.3f s", got.seconds, s.Spec.Duration)
	}
	if name == Audio || name == WAV || name == MP3 {
		return nil
	}
	if s.frames() > 0 && got.frames != s.frames() {
		return bad("%d frames instead of %d", got.frames, s.frames())
	}
	info, err := media.Probe(ctx, t, path)
	if err != nil {
		return err
	}
	if want := s.Spec.Transparent && (name == ProRes || name == HEVC || name == Proxy); want && !info.Alpha {
		return bad("it has no alpha (%s)", info.PixelFormat)
	}
	if w, h := s.size(name); info.Width != w || info.Height != h {
		return bad("%d x %d pixels instead of %d x %d", info.Width, info.Height, w, h)
	}
	return nil
}

// size is how large a form's pictures are, in pixels.
func (s Spec) size(name string) (w, h int) {
	switch name {
	case Stacked:
		return s.width, 2 * s.height
	case Proxy:
		return s.width / 4 * 2, s.height / 4 * 2
	case Preview:
		return s.width &^ 1, s.height &^ 1
	}
	return s.width, s.height
}

// decoded is what came out of a file.
type decoded struct {
	frames  int
	seconds float64
}

// decode reads the pictures and the sound of a file to their end and fails at the first damage. ffmpeg writes a line for each decoded frame: stream,
// two times, duration, bytes and a checksum.
func decode(ctx context.Context, t media.Tools, path string) (d decoded, err error) {
	args := append(proc.FFmpegArgs("error"), "-xerror", "-err_detect", "explode", "-protocol_whitelist", proc.Protocols)
	args = append(args, "-i", "file:"+path,
		"-map", "0:v?", "-map", "0:a?", "-f", "framecrc", "pipe:1")
	lines := &frameLines{base: map[string]float64{}}
	res, err := proc.Run(ctx, proc.Cmd{Path: t.FFmpeg, Args: args, Stdout: lines, Stall: 2 * time.Minute})
	if err == nil && strings.TrimSpace(res.Tail) != "" {
		return d, fmt.Errorf("ffmpeg complained: %s", firstLine(res.Tail))
	}
	return lines.d, err
}

// frameLines reads the lines of ffmpeg's framecrc.
type frameLines struct {
	d     decoded
	rest  []byte
	base  map[string]float64 // seconds of one tick of a stream
	video string             // the stream with pictures
}

func (l *frameLines) Write(b []byte) (int, error) {
	l.rest = append(l.rest, b...)
	for {
		line, rest, ok := bytes.Cut(l.rest, []byte("\n"))
		if !ok {
			return len(b), nil
		}
		l.line(string(line))
		l.rest = rest
	}
}

func (l *frameLines) line(s string) {
	if key, value, ok := strings.Cut(s, ": "); ok {
		kind, stream, _ := strings.Cut(key, " ")
		switch kind {
		case "#tb":
			num, den, _ := strings.Cut(value, "/")
			n, _ := strconv.ParseFloat(num, 64)
			d, _ := strconv.ParseFloat(den, 64)
			l.base[stream] = n / max(1, d)
		case "#media_type":
			if value == "video" {
				l.video = stream
			}
		}
		return
	}
	f := strings.Split(s, ",")
	if len(f) < 5 {
		return
	}
	at, _ := strconv.ParseFloat(strings.TrimSpace(f[2]), 64)
	length, _ := strconv.ParseFloat(strings.TrimSpace(f[3]), 64)
	if f[0] == l.video {
		l.d.frames++
	}
	l.d.seconds = max(l.d.seconds, (at+length)*l.base[f[0]])
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}
