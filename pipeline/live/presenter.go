package live

import (
	"context"
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"time"

	"greenroom/compose/standin"
	"greenroom/internal/fault"
	"greenroom/internal/proc"
	"greenroom/internal/workdir"
)

// Presenter is a drawn presenter who speaks in a session on this machine, to anyone who connects.
type Presenter struct {
	Script, Dir     string // Dir is a folder for the film
	Program, FFmpeg string
	Espeak          string
	Listen, Fault   string
	Token           string
}

// Serve makes the film and serves it until ctx ends. ready is called with the address of the session.
func (p Presenter) Serve(ctx context.Context, ready func(url string)) error {
	work, err := workdir.New(p.Dir, workPrefix)
	if err != nil {
		return fault.Wrap(fault.Failed, err, "make the folder writable", "draw a presenter in %s", p.Dir)
	}
	defer work.Close()
	dir := work.Path()
	if err := p.draw(ctx, dir); err != nil {
		return err
	}
	listen := p.Listen
	if listen == "" {
		listen = "127.0.0.1:0"
	}
	served, cancel := context.WithCancel(ctx)
	defer cancel()
	file := filepath.Join(dir, "url")
	told := make(chan struct{})
	go func() {
		defer close(told)
		if url := waitFor(served, file); url != "" {
			ready(url)
		}
	}()
	_, err = proc.Run(ctx, proc.Cmd{
		Path: p.Program, Env: environment(p.Token),
		Args: []string{
			"serve", "--video", filepath.Join(dir, "video.ivf"), "--audio", filepath.Join(dir, "audio.ogg"),
			"--listen", listen, "--url-file", file, "--fault", p.Fault,
		},
	})
	cancel()
	<-told
	if ctx.Err() != nil {
		return nil // the end that was requested
	}
	return explain(ctx, err)
}

// draw makes the film as the streams that a session sends: VP8 with a key frame every second, and Opus.
func (p Presenter) draw(ctx context.Context, dir string) error {
	film := filepath.Join(dir, "presenter.mp4")
	maker := standin.Maker{FFmpeg: p.FFmpeg, Espeak: p.Espeak, Threads: 2}
	spec := standin.Spec{
		Script: p.Script, Width: 640, Height: 360, FPS: 25, Presenter: "live", Format: standin.MP4,
		Background: color.RGBA{0x22, 0x33, 0x44, 0xff},
	}
	if _, err := maker.Make(ctx, spec, film); err != nil {
		return fault.Wrap(fault.Failed, err, "", "draw the presenter")
	}
	args := append(proc.FFmpegArgs("error"), "-y", "-protocol_whitelist", proc.Protocols, "-i", film,
		"-map", "0:v:0", "-c:v", "libvpx", "-g", "25", "-b:v", "1M", "-deadline", "realtime", "-cpu-used", "8",
		filepath.Join(dir, "video.ivf"),
		"-map", "0:a:0", "-c:a", "libopus", "-ac", "2", "-ar", "48000",
		"-frame_duration", "20", "-page_duration", "20000",
		filepath.Join(dir, "audio.ogg"))
	if _, err := proc.Run(ctx, proc.Cmd{Path: p.FFmpeg, Args: args, Stall: time.Minute}); err != nil {
		return fault.Wrap(fault.Failed, err, "", "encode the presenter")
	}
	return nil
}

// waitFor returns the content of a file once it exists, and "" when ctx ends first.
func waitFor(ctx context.Context, file string) string {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if b, err := os.ReadFile(file); err == nil {
			return strings.TrimSpace(string(b))
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ""
		}
	}
}
