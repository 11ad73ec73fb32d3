package media

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"

	"greenroom/internal/fault"
	"greenroom/internal/regular"
)

// maxSeconds is longer than any recording that is measured: a week.
const maxSeconds = 7 * 24 * 3600

const convertHint = "convert it: ffmpeg -i FILE take.wav"

// decodeHint is the advice for a file that ffmpeg cannot decode to its end.
const decodeHint = "`ffmpeg -v error -i FILE -f null -` shows what is wrong with it"

// Seconds returns how long a sound or a film lasts. Headers lie, so what the file holds
// counts as well, and the longer of both is returned. Uncompressed sound and WebM are
// read here; for the rest tools is called, and ffprobe reads every packet. The error is
// a *fault.Error with the reason why the length is not known.
func Seconds(ctx context.Context, tools func() (Tools, error), path string) (float64, error) {
	name := filepath.Base(path)
	f, err := regular.Open(path)
	switch {
	case errors.Is(err, regular.ErrNotFile), errors.Is(err, regular.ErrFolder):
		return 0, fault.New(fault.Media, "name a file", "%s is not a file", name)
	case err != nil:
		return 0, unreadable(err, name, "make it readable")
	}
	defer f.Close()
	fi, err := f.Stat()
	switch {
	case err != nil:
		return 0, fault.Wrap(fault.Media, err, "make it readable", "measure %s", name)
	case fi.Size() == 0:
		return 0, fault.New(fault.Media, "save or record it again", "%s is empty", name)
	}
	s, err := pcmSeconds(f, fi.Size())
	if err != nil {
		s, err = packedSeconds(ctx, tools, f, fi.Size(), path)
		if err != nil {
			return 0, err
		}
	}
	if !(s > 0) || s > maxSeconds || math.IsInf(s, 0) {
		return 0, fault.New(fault.Media, convertHint, "%s does not tell its length", name)
	}
	return s, nil
}

// packedSeconds measures a file of packets: a film, an MP3, any other sound.
func packedSeconds(
	ctx context.Context, tools func() (Tools, error), f *os.File, size int64, path string,
) (float64, error) {
	start := make([]byte, 512)
	n, _ := f.ReadAt(start, 0)
	kind := sniff(start[:n])
	if kind == "webm" {
		scan, err := ScanWebM(f, size)
		switch {
		case err == nil:
			return scan.seconds(), nil
		case fault.MachineHint(err) != "":
			return 0, unreadable(err, filepath.Base(path), convertHint)
		}
	}
	t, err := tools()
	if err != nil {
		return 0, err
	}
	sound, err := ProbeSound(ctx, t, path)
	if kind != "mp4" {
		if err != nil {
			err = fault.Wrap(fault.Media, err, fault.ReadHint(err, convertHint), "ffprobe finds no sound in it")
		}
		return sound.Seconds, err
	}
	film, err := Probe(ctx, t, path)
	if err != nil {
		return 0, fault.Wrap(fault.Media, err, fault.ReadHint(err, convertHint), "ffprobe cannot read it")
	}
	return max(film.Announced, sound.Seconds, film.Duration), nil
}

// seconds is the length by the last packet of any track, or as announced if that is more.
func (s *WebMScan) seconds() float64 {
	length := s.Duration
	for _, t := range s.Tracks {
		length = max(length, t.length())
	}
	return length
}
