package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"greenroom/internal/excerpt"
	"greenroom/internal/fault"
	"greenroom/internal/proc"
	"greenroom/internal/regular"
)

// ErrNotVideo reports a file that is neither WebM nor MP4.
var ErrNotVideo = errors.New("not a video")

// Complete reports why a file cannot be a complete WebM or MP4 video: another kind of file,
// a cut or damaged one, or one with more than a video in it. It reads the container and
// decodes nothing; a clip of 1 MB takes about 2 ms.
func Complete(path string) error { return complete(path, true) }

// Playable is Complete for a file that is here already: an MP4 file may have bytes after its end, which players skip,
// and other kinds of videos are left to ffmpeg.
func Playable(path string) error { return complete(path, false) }

func complete(path string, exact bool) error {
	f, size, start, err := openStart(path)
	if err != nil {
		return err
	}
	defer f.Close()
	switch sniff(start) {
	case "webm":
		s, err := ScanWebM(f, size)
		if err != nil {
			return fmt.Errorf("%s: %w", excerpt.Size(size), err)
		}
		if len(s.Issues) > 0 {
			return damaged(size, "WebM", s.Issues)
		}
		v := s.Video()
		if v == nil || v.Packets == 0 {
			return fmt.Errorf("%s of WebM without pictures: %w", excerpt.Size(size), ErrNotVideo)
		}
		if why := s.endsEarly(); why != "" {
			return damaged(size, "WebM", []string{why})
		}
	case "mp4":
		s, err := ScanMP4(f, size)
		if err != nil {
			return fmt.Errorf("%s: %w", excerpt.Size(size), err)
		}
		if len(s.Issues) > 0 {
			return damaged(size, "MP4", s.Issues)
		}
		if exact && s.Trailing > 0 {
			return damaged(size, "MP4", []string{fmt.Sprintf("%d bytes follow the end", s.Trailing)})
		}
		if s.Video == 0 {
			return fmt.Errorf("%s of MP4 without pictures: %w", excerpt.Size(size), ErrNotVideo)
		}
	case "avi", "gif", "apng", "mpegts", "mpeg", "flv", "ogg", "asf", "mxf":
		if exact { // HeyGen delivers none of them
			return fmt.Errorf("%w but %s", ErrNotVideo, describe(start, size))
		}
	default:
		return fmt.Errorf("%w but %s", ErrNotVideo, describe(start, size))
	}
	return nil
}

// endsEarly reports that a file announces more than it holds. A stream without sizes that
// was cut between two clusters shows it in no other way.
func (s *WebMScan) endsEarly() string {
	last := 0.0
	for _, t := range s.Tracks {
		for _, at := range t.times {
			last = max(last, at)
		}
	}
	if !s.Piped || last >= s.Duration-max(1, s.Duration/10) {
		return ""
	}
	return fmt.Sprintf("cut: it ends at %.2f s and announces %.2f s", last, s.Duration)
}

// IsVideo reports that a file begins as a WebM or MP4 video. It reads 512 bytes.
func IsVideo(path string) error {
	f, size, start, err := openStart(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if kind := sniff(start); kind != "webm" && kind != "mp4" {
		return fmt.Errorf("%w but %s", ErrNotVideo, describe(start, size))
	}
	return nil
}

func openStart(path string) (f *os.File, size int64, start []byte, err error) {
	f, err = regular.Open(path)
	if err != nil {
		return nil, 0, nil, err
	}
	fi, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, 0, nil, err
	}
	start = make([]byte, 512)
	n, err := io.ReadFull(f, start)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		f.Close()
		return nil, 0, nil, err
	}
	return f, fi.Size(), start[:n], nil
}

// describe names what a file is, with the beginning of a text.
func describe(start []byte, size int64) string {
	kind := sniff(start)
	if size == 0 {
		return "an empty file"
	}
	if text := excerpt.Of(start); text != "" && kind != "webm" && kind != "mp4" {
		return fmt.Sprintf("%s of %s: %s", excerpt.Size(size), strings.TrimPrefix(kind, "a "), text)
	}
	return fmt.Sprintf("%s %s", excerpt.Size(size), kind)
}

func damaged(size int64, kind string, issues []string) error {
	return fmt.Errorf(
		"%s of damaged %s: %s", excerpt.Size(size), kind, strings.Join(issues[:min(3, len(issues))], "; "),
	)
}

// Decodes reports why no picture of a video can be decoded. It decodes the first one.
func Decodes(ctx context.Context, t Tools, path string) error {
	var info Info
	f, size, start, err := openStart(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if sniff(start) == "webm" {
		s, err := ScanWebM(f, size)
		if err != nil {
			return err
		}
		info = walked(s)
	}
	const side = 16 // of the picture that comes out, pixels
	var out bytes.Buffer
	args := append(proc.FFmpegArgs("error"), "-threads", "1")
	args = append(args, inputArgs(path, info.decoder())...)
	args = append(args, "-map", "0:V:0", "-frames:v", "1", "-vf", fmt.Sprintf("scale=%d:%d,format=gray", side, side),
		"-f", "rawvideo", "pipe:1")
	res, err := proc.Run(ctx, proc.Cmd{Path: t.FFmpeg, Args: args, Stdout: &out, Timeout: 2 * time.Minute})
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err == nil && out.Len() == side*side:
		return nil
	case fault.MachineHint(err) != "":
		return err
	}
	why := "no picture came out"
	if w := notices(res.Tail); len(w) > 0 {
		why = w[0].text
	}
	return fmt.Errorf("%s whose first picture cannot be decoded: %s", excerpt.Size(size), why)
}
