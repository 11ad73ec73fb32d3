package media

import (
	"bufio"
	"context"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"greenroom/internal/fault"
	"greenroom/internal/proc"
)

// SoundInfo is what a file's first sound stream is.
type SoundInfo struct {
	Codec   string  // in ffprobe's words: mp3, pcm_s16le, aac
	Seconds float64 // from its first packet to the end of its last; headers lie about MP3s
}

// ProbeSound reads a sound file, or the sound of a video, packet by packet.
func ProbeSound(ctx context.Context, t Tools, path string) (SoundInfo, error) {
	const notSound = "it must be WAV, MP3, M4A, Ogg or a video with sound; look at it with `ffprobe FILE`"
	args := append([]string{"-v", "error", "-select_streams", "a:0", "-show_entries", "stream=codec_name:packet=pts_time,duration_time", "-of", "compact=p=0"}, inputArgs(path, "")...)
	r, w := io.Pipe()
	ran := make(chan error, 1)
	go func() {
		_, err := proc.Run(ctx, proc.Cmd{Path: t.FFprobe, Args: args, Stdout: w, Timeout: 5 * time.Minute})
		w.Close() // ends the reader below
		ran <- err
	}()
	var i SoundInfo
	first, last, packets := 0.0, 0.0, 0
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		at, long := 0.0, 0.0
		timed := false
		for _, f := range strings.Split(lines.Text(), "|") {
			k, v, _ := strings.Cut(f, "=")
			switch k {
			case "codec_name":
				i.Codec = v
			case "pts_time":
				n, err := strconv.ParseFloat(v, 64)
				at, timed = n, err == nil
			case "duration_time":
				long, _ = strconv.ParseFloat(v, 64)
			}
		}
		if !timed {
			continue
		}
		if packets == 0 || at < first {
			first = at
		}
		last, packets = max(last, at+long), packets+1
	}
	_, _ = io.Copy(io.Discard, r) // a line too long for the scanner must not hold the program
	if err := <-ran; err != nil {
		return SoundInfo{}, fault.Wrap(fault.Media, err, notSound, "read %s", filepath.Base(path))
	}
	if i.Codec == "" || packets == 0 {
		return SoundInfo{}, fault.New(fault.Media, notSound, "%s holds no sound", filepath.Base(path))
	}
	i.Seconds = last - first
	return i, nil
}
