package media

import (
	"context"
	"strconv"
	"strings"
	"time"

	"greenroom/internal/fault"
	"greenroom/internal/proc"
)

// SoundTrack is the first sound track of a video as ffmpeg decodes it. Times are seconds on the file's own
// clock. Samples that a codec adds at the start are not counted: players discard them.
type SoundTrack struct {
	Codec    string  `json:"codec"` // ffprobe's name: aac, opus, pcm_s16le
	Rate     int     `json:"rate"`  // samples a second
	Channels int     `json:"channels"`
	Layout   string  `json:"layout"` // ffprobe's name, such as 5.1; empty when the file does not say
	Tracks   int     `json:"tracks"` // sound tracks in the file; only the first is used
	Start    float64 `json:"start"`  // first sample
	End      float64 `json:"end"`    // end of the last sample
	Gaps     int     `json:"gaps"`   // places without samples, longer than jumpSeconds
	Gap      float64 `json:"gap"`    // seconds of all gaps

	fileStart float64 // ffmpeg subtracts it from every timestamp of the file
	complaint string  // the first line that ffmpeg printed while it decoded the sound
}

// jumpSeconds is how far the timestamps of sound may be off before samples are moved: more than the rounding
// and jitter of containers (a millisecond in Matroska), and less than one lost packet (20 ms of Opus, 21 of AAC).
const jumpSeconds = 0.012

// readSound decodes the first sound track of a file. It returns nil when the file has no sound. 20 s of AAC take 0.13
// s of processor time.
func readSound(ctx context.Context, t Tools, path string, i Info) (*SoundTrack, error) {
	if i.AudioTracks == 0 {
		return nil, nil
	}
	s := &SoundTrack{
		Codec: i.AudioCodec, Rate: i.AudioRate, Channels: i.AudioChannels, Layout: i.audioLayout, Tracks: i.AudioTracks,
		fileStart: i.start,
	}
	return s, s.decode(ctx, t, path)
}

// decode finds when the sound begins and ends. Packet times cannot tell: they include what a codec adds and
// what edit lists cut.
func (s *SoundTrack) decode(ctx context.Context, t Tools, path string) error {
	args := append(append(proc.FFmpegArgs(logLevel), "-copyts", "-threads", "1"), inputArgs(path, "")...)
	args = append(args, "-vn", "-map", "0:a:0", "-c:a", "pcm_s16le", "-f", "framecrc", "pipe:1")
	cmd := proc.Cmd{Path: t.FFmpeg, Args: args, Stall: time.Minute, Timeout: time.Hour}
	res, err := runLines(ctx, cmd, s.frameTimes())
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if fault.MachineHint(err) != "" {
		return err
	}
	if w := notices(res.Tail); len(w) > 0 {
		s.complaint = w[0].text
	} else if err != nil {
		s.complaint = err.Error()
	}
	return nil
}

// frameTimes returns a function that adds one line of ffmpeg's framecrc format to the times of the sound:
// "stream, dts, pts, duration, size, sum" for each decoded frame.
func (s *SoundTrack) frameTimes() func(line string) {
	base, frames := 0.0, 0
	return func(line string) {
		if tb, ok := strings.CutPrefix(line, "#tb 0: "); ok {
			if num, den, ok := fraction(tb, "/"); ok {
				base = float64(num) / float64(den)
			}
			return
		}
		f := strings.Split(line, ",")
		if strings.HasPrefix(line, "#") || len(f) < 4 || base == 0 {
			return
		}
		pts, err := strconv.ParseFloat(strings.TrimSpace(f[2]), 64)
		long, err2 := strconv.ParseFloat(strings.TrimSpace(f[3]), 64)
		if err != nil || err2 != nil {
			return
		}
		at := pts * base
		if frames == 0 {
			s.Start, s.End = at, at
		}
		if gap := at - s.End; gap > jumpSeconds {
			s.Gaps++
			s.Gap += gap
		}
		s.Start, s.End = min(s.Start, at), max(s.End, at+long*base)
		frames++
	}
}

// audible reports that some of the sound is played while pictures are shown, from start on, for length seconds.
func (s *SoundTrack) audible(start, length float64) bool {
	return s != nil && s.End > s.Start && s.Start < start+length && s.End > start
}
