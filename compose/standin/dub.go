package standin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"greenroom/internal/proc"
	"greenroom/internal/workdir"
)

// Dub is footage with another sound. The lips stay as they are: the picture is played slower or faster, so that it is
// as long as the sound.
type Dub struct {
	Video      string // path
	Spec              // what is spoken: a script or a sound
	KeepLength bool   // the result is as long as the footage
}

// dubRate is how many pictures a second HeyGen delivers.
const dubRate = 25

// Dub makes an MP4 with the picture of a film and the sound of a spec. It fails when one of them cannot be decoded.
func (m *Maker) Dub(ctx context.Context, d Dub, out string) (Result, error) {
	workdir.Sweep(filepath.Dir(out), workPrefix)
	work, err := workdir.New(filepath.Dir(out), workPrefix)
	if err != nil {
		return Result{}, err
	}
	defer work.Close()
	v, err := m.voice(ctx, d.Spec)
	if err != nil {
		return Result{}, err
	}
	footage, err := m.filmSeconds(ctx, d.Video)
	if err != nil {
		return Result{}, fmt.Errorf("read the footage: %w", err)
	}
	seconds := v.seconds()
	if d.KeepLength {
		seconds = footage
	}
	frames := max(1, int(math.Ceil(seconds*dubRate-1e-9)))
	seconds = float64(frames) / dubRate
	wav := filepath.Join(work.Path(), "voice.wav")
	if err := v.pad(seconds).write(wav); err != nil {
		return Result{}, err
	}
	speed := fmt.Sprintf("setpts=PTS*%.6f,", seconds/footage)
	if d.KeepLength {
		speed = ""
	}
	filter := speed + fmt.Sprintf("fps=%d,tpad=stop_mode=clone:stop=%d,", dubRate, dubRate) +
		"scale=trunc(iw/2)*2:trunc(ih/2)*2,format=yuv420p"
	args := append(proc.FFmpegArgs("error"), "-y", "-protocol_whitelist", proc.Protocols, "-i", "file:"+d.Video,
		"-i", "file:"+wav, "-map", "0:v:0", "-map", "1:a:0", "-vf", filter,
		"-t", strconv.FormatFloat(seconds, 'f', 3, 64), "-c:v", "libx264", "-preset", "veryfast",
		"-crf", "16", "-c:a", "aac", "-b:a", "160k", "-movflags", "+faststart",
		"-threads", strconv.Itoa(max(1, m.Threads)), "file:"+out)
	if _, err := proc.Run(ctx, proc.Cmd{Path: m.FFmpeg, Args: args, Timeout: 10 * time.Minute}); err != nil {
		return Result{}, fmt.Errorf("dub the footage: %w", err)
	}
	words := v.words
	if len(words) == 0 {
		words = spread("The sound of the clip.", 0, min(seconds, v.seconds()))
	}
	return Result{Duration: seconds, Frames: frames, Words: words, Voice: v.name}, nil
}

// filmSeconds returns how long the picture of a film is.
func (m *Maker) filmSeconds(ctx context.Context, path string) (float64, error) {
	var out bytes.Buffer
	args := append(proc.FFmpegArgs("error"), "-protocol_whitelist", proc.Protocols, "-i", "file:"+path, "-map", "0:v:0",
		"-progress", "pipe:1", "-f", "null", "-")
	if _, err := proc.Run(ctx, proc.Cmd{Path: m.FFmpeg, Args: args, Stdout: &out, Timeout: 5 * time.Minute}); err != nil {
		return 0, err
	}
	seconds := 0.0
	for line := range strings.Lines(out.String()) {
		if v, ok := strings.CutPrefix(strings.TrimSpace(line), "out_time_us="); ok {
			if us, err := strconv.ParseFloat(v, 64); err == nil {
				seconds = us / 1e6
			}
		}
	}
	if seconds <= 0 {
		return 0, errors.New("it has no picture")
	}
	return seconds, nil
}
