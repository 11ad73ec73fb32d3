package media

import (
	"context"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"greenroom/internal/fault"
	"greenroom/internal/lazyregexp"
	"greenroom/internal/proc"
)

// momentaryPattern finds what ffmpeg's ebur128 prints every 0.1 s: time and momentary loudness.
var momentaryPattern = lazyregexp.New(`\bt: *([0-9.]+) .*\bM: *(\S+)`)

// loudnessRangePattern finds the loudness range in the summary of ebur128.
var loudnessRangePattern = lazyregexp.New(`LRA:\s+(\S+) LU`)

// Listened is the loudness of a file's sound by EBU R128, from one decode.
type Listened struct {
	Loudness
	Range     float64     // LU
	Momentary []Momentary // every 0.1 s
	Measured  bool        // false where the file has no sample
}

// Momentary is the loudness of the 0.4 s before a time.
type Momentary struct {
	At, LUFS float64 // seconds of the sound; -Inf below the meter
}

// Listen decodes the first sound track of a file once. It writes the samples to pcm, as little-endian 16 bits: two
// channels interleaved, or one if the file has one, at the file's own rate. One channel counts as two equal ones for
// the loudness, which is how it is played. It fails where ffmpeg cannot decode the sound.
func Listen(ctx context.Context, t Tools, path string, info Info, pcm io.Writer) (Listened, error) {
	layout := "stereo"
	if info.AudioChannels == 1 {
		layout = "mono"
	}
	const meter = "ebur128=peak=true:dualmono=true:framelog=info"
	args := append(proc.FFmpegArgs("info"), inputArgs(path, "")...)
	args = append(args, "-filter_complex", "[0:a:0]asplit[m][s];[m]"+meter+"[l];[s]aformat=sample_fmts=s16:"+
		"channel_layouts="+layout+"[o]", "-map", "[o]", "-f", "s16le", "pipe:1", "-map", "[l]", "-f", "null", "-")
	var l Listened
	res, err := proc.Run(ctx, proc.Cmd{
		Path: t.FFmpeg, Args: args, Stdout: pcm, Stall: 2 * time.Minute, Timeout: time.Hour,
		Stderr: func(line string) {
			if m := momentaryPattern.FindStringSubmatch(line); m != nil {
				at, err1 := strconv.ParseFloat(m[1], 64)
				level, err2 := strconv.ParseFloat(m[2], 64)
				if err1 == nil && err2 == nil {
					l.Momentary = append(l.Momentary, Momentary{at, level})
				}
			}
		},
	})
	if ctx.Err() != nil {
		return l, context.Cause(ctx)
	}
	if err != nil {
		return l, fault.Wrap(fault.Media, err, fault.ReadHint(err, decodeHint), "decode the sound of %s", filepath.Base(path))
	}
	l.Loudness, l.Measured = parseLoudness(res.Tail)
	if i := strings.LastIndex(res.Tail, "Summary:"); i >= 0 {
		if m := loudnessRangePattern.FindStringSubmatch(res.Tail[i:]); m != nil {
			l.Range, _ = strconv.ParseFloat(m[1], 64) // 0 where it cannot be measured
		}
	}
	return l, nil
}
