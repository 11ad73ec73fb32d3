// Package media checks clips and prepares them: our own WebM reader, one decode
// with small frames into Go, keying, cropping and transcoding.
//
// It promises a verdict with a number, a limit and an advice for everything it
// checks, and that a file it prepared passed the same checks as the file it came
// from. It relies on packets and pixels, never on tags or exit codes. It lets ffmpeg
// read local files only.
package media

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"greenroom/internal/fault"
	"greenroom/internal/lazyregexp"
	"greenroom/internal/proc"
)

// Tools are the programs of one ffmpeg installation.
type Tools struct {
	FFmpeg  string `json:"ffmpeg"`
	FFprobe string `json:"ffprobe"`
	Version string `json:"version"`
}

var versionPattern = lazyregexp.New(`^ffmpeg version n?(\d+)\.(\d+)(\S*)`)

const installHint = "apt-get install ffmpeg (macOS: brew install ffmpeg); `greenroom doctor` checks again"

// FindTools finds ffmpeg and ffprobe 5.1 or newer with the encoders we use.
func FindTools(ctx context.Context, lookPath func(string) (string, error)) (Tools, error) {
	var t Tools
	for _, program := range []struct {
		name string
		to   *string
	}{{"ffmpeg", &t.FFmpeg}, {"ffprobe", &t.FFprobe}} {
		p, err := lookPath(program.name)
		if err != nil {
			return t, fault.New(fault.Tool, installHint, "%s is not installed", program.name)
		}
		*program.to, err = filepath.Abs(p)
		if err != nil {
			return t, err
		}
	}
	var out bytes.Buffer
	if _, err := proc.Run(ctx, proc.Cmd{Path: t.FFmpeg, Args: []string{"-hide_banner", "-version"}, Stdout: &out,
		Timeout: time.Minute}); err != nil {
		return t, fault.Wrap(fault.Tool, err, fault.ReadHint(err, installHint), "ffmpeg does not run")
	}
	m := versionPattern.FindStringSubmatch(out.String())
	if m == nil {
		t.Version, _, _ = strings.Cut(out.String(), "\n") // a build from git has no number
	} else {
		major, _ := strconv.Atoi(m[1])
		minor, _ := strconv.Atoi(m[2])
		if major < 5 || major == 5 && minor < 1 {
			return t, fault.New(fault.Tool, installHint, "ffmpeg %s.%s is too old, 5.1 or newer is needed", m[1], m[2])
		}
		t.Version = m[1] + "." + m[2] + m[3]
	}
	out.Reset()
	if _, err := proc.Run(ctx, proc.Cmd{Path: t.FFmpeg, Args: []string{"-hide_banner", "-encoders"}, Stdout: &out,
		Timeout: time.Minute}); err != nil {
		return t, fault.Wrap(fault.Tool, err, fault.ReadHint(err, installHint), "ffmpeg does not run")
	}
	for _, enc := range []string{"libvpx-vp9", "libopus", "libwebp", "libx264"} {
		if !strings.Contains(out.String(), " "+enc+" ") {
			return t, fault.New(fault.Tool, "install a full build of ffmpeg", "this ffmpeg has no %s", enc)
		}
	}
	return t, nil
}

// formats are the only ones that ffmpeg may open: they hold footage or sound. Without the list it reads a text
// file named .mp4 as a concat script.
const formats = "matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,avi,gif,apng,mpegts,mpeg,flv,asf,mxf,wav,mp3,ogg"

// inputArgs are what is before -i for a file. It is turned by our own filters: ffmpeg's differ between versions.
func inputArgs(path, decoder string) []string {
	a := []string{"-protocol_whitelist", proc.Protocols, "-format_whitelist", formats}
	if decoder != "" {
		a = append(a, "-c:v", decoder)
	}
	return append(a, "-i", "file:"+path)
}

// pictureArgs are inputArgs for ffmpeg, which turns pictures by default; ffprobe has no such option.
func (i Info) pictureArgs(path string) []string {
	a := []string{"-noautorotate"}
	if i.resized { // else the filters begin again with every size, and count from 0
		a = append(a, "-reinit_filter", "0")
	}
	return append(a, inputArgs(path, i.decoder())...)
}

func seconds(v float64) string { return fmt.Sprintf("%.3f s", v) }
