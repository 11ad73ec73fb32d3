// Package live records sessions of live avatars. WebRTC is spoken by a program of its own, greenroom-live (module
// pipeline/live/webrtc), which writes streams and a report into a folder; this package starts it and makes one file of
// them. A recording is footage: a clip names it with `file:`.
package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/internal/proc"
	"greenroom/internal/regular"
	"greenroom/internal/workdir"
)

// Program is the name of the program that speaks WebRTC.
const Program = "greenroom-live"

const (
	workPrefix = ".live-"
	maxReport  = 64 << 10 // bytes

	// MaxLength is the longest recording.
	MaxLength = time.Hour
	// maxBytes is the largest recording: an hour at 8 Mbit/s has 3.6 GB.
	maxBytes = 4 << 30
)

// Options describe a recording.
type Options struct {
	URL, Token string // of a WHEP endpoint
	Out        string // a .mkv file
	Length     time.Duration
	Wait       time.Duration // until the first picture, and of silence in the middle
	Program    string        // of greenroom-live, see Find
	FFmpeg     string
	Started    func() // is called when the first picture has arrived
}

// Recording is what was recorded.
type Recording struct {
	File  string  `json:"file"`
	Ended string  `json:"ended"` // time, interrupted, session, silent, size, files
	Video *Stream `json:"video"`
	Audio *Stream `json:"audio,omitempty"`
	// Offset is how much later the sound begins than the picture, seconds; it is in the file.
	Offset float64 `json:"offset"`
	Sync   string  `json:"sync,omitempty"` // reports: by the sender's clock; arrival: by the time of arrival
}

// Stream is one stream of a recording.
type Stream struct {
	File    string `json:"-"`
	Codec   string `json:"codec"`
	Packets int64  `json:"packets"`
	Lost    int64  `json:"lost"`
	Frames  int    `json:"frames,omitempty"`
	Skipped int    `json:"skipped,omitempty"` // pictures that could not be shown after a loss
}

// UnmarshalJSON reads a stream of the report, where it has a file.
func (s *Stream) UnmarshalJSON(b []byte) error {
	type plain Stream
	in := struct {
		*plain
		File string `json:"file"`
	}{plain: (*plain)(s)}
	err := json.Unmarshal(b, &in)
	s.File = in.File
	return err
}

// Find returns the path of greenroom-live: next to this program, or on the path.
func Find(lookPath func(string) (string, error)) (string, error) {
	path, here, err := proc.Sibling(Program, lookPath)
	if err == nil {
		return path, nil
	}
	return "", fault.New(fault.Tool,
		"in greenroom's source: go build -C pipeline/live/webrtc -o "+strconv.Quote(here)+" .", "%s is not installed", Program)
}

// Record records a session. When ctx ends after the first picture, the recording is completed all the same.
func Record(ctx context.Context, o Options) (Recording, error) {
	workdir.Sweep(filepath.Dir(o.Out), workPrefix)
	work, err := workdir.New(filepath.Dir(o.Out), workPrefix)
	if err != nil {
		return Recording{}, fault.Wrap(
			fault.Failed, err, "make the folder writable", "record into %s", filepath.Dir(o.Out),
		)
	}
	defer work.Close()
	_, err = proc.Run(ctx, proc.Cmd{
		Path: o.Program, Env: environment(o.Token),
		Args: []string{
			"record", "--url", o.URL, "--out", work.Path(), "--for", o.Length.String(), "--wait", o.Wait.String(),
			"--max-bytes", strconv.FormatInt(maxBytes, 10),
		},
		Stderr: func(line string) {
			if line == "recording" && o.Started != nil {
				o.Started()
			}
		},
		Timeout: o.Length + 2*o.Wait + time.Minute,
	})
	rec, rerr := readReport(work.Path())
	switch {
	case rerr == nil: // complete, whatever ended it
	case err != nil:
		return Recording{}, explain(ctx, err)
	default:
		return Recording{}, fault.Wrap(fault.Failed, rerr, "", "read the report of the recording")
	}
	finish, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Minute)
	defer cancel()
	if err := join(finish, o.FFmpeg, work.Path(), rec, o.Out); err != nil {
		return Recording{}, err
	}
	rec.File = o.Out
	return rec, nil
}

// environment returns the environment of greenroom-live: a token is not on its command line, which others can read.
func environment(token string) []string {
	env := proc.Inherited()
	if token != "" {
		env = append(env, "GREENROOM_LIVE_TOKEN="+token)
	}
	return env
}

// explain returns why nothing was recorded.
func explain(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	var exit *proc.ExitError
	if errors.As(err, &exit) && exit.Reason == nil {
		lines := strings.Split(strings.TrimSpace(exit.Tail), "\n")
		return fault.New(fault.Provider, "check the address of the session, its token, and that it is open",
			"nothing was recorded: %s", lines[len(lines)-1])
	}
	return fault.Wrap(fault.Failed, err, fault.ReadHint(err, "run the same command again"), "record the session")
}

// readReport reads what greenroom-live writes last. Its files must be in the folder.
func readReport(dir string) (Recording, error) {
	var r Recording
	b, err := regular.Read(filepath.Join(dir, "report.json"), maxReport)
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	if err != nil {
		return r, err
	}
	for _, s := range []*Stream{r.Video, r.Audio} {
		if s != nil && !fs.ValidPath(s.File) || r.Video == nil {
			return r, errors.New("the report names no picture, or a file elsewhere")
		}
	}
	return r, nil
}

// join makes one file of the streams. The picture is copied with its own times: this is the master, and a clip that is
// prepared from it has a constant frame rate. The sound is decoded, because ffmpeg places a copy of Opus in Matroska
// 80 ms off; it begins with the picture.
func join(ctx context.Context, ffmpeg, dir string, r Recording, out string) error {
	args := append(proc.FFmpegArgs("error"), "-y",
		"-protocol_whitelist", proc.Protocols, "-i", filepath.Join(dir, r.Video.File))
	if r.Audio != nil {
		args = append(args, "-itsoffset", fmt.Sprintf("%.6f", r.Offset),
			"-protocol_whitelist", proc.Protocols, "-i", filepath.Join(dir, r.Audio.File),
			"-map", "0:v:0", "-map", "1:a:0", "-af", "aresample=async=1:first_pts=0", "-c:a", "flac")
	}
	tmp := filepath.Join(dir, "joined.mkv")
	res, err := proc.Run(ctx, proc.Cmd{Path: ffmpeg, Args: append(args, "-c:v", "copy", tmp), Stall: 2 * time.Minute})
	if proc.DiskFull(err, res.Tail) {
		return fault.Wrap(fault.Failed, err, "free space and record again", "the disk is full")
	}
	if err != nil {
		return fault.Wrap(
			fault.Media, err, "record again; another codec may help", "join picture and sound of the recording",
		)
	}
	return atomicfile.Commit(tmp, out)
}
