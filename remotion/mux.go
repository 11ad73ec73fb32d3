package remotion

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/internal/proc"
	"greenroom/remotion/sound"
)

// mux joins picture and bare samples into the film and puts it in its place. pcm is "" for a film without sound.
func (r Renderer) mux(ctx context.Context, picture, pcm, out string, f format, emit func(Event)) error {
	emit(Event{Stage: StageMux, Total: 100})
	tmp := hidden(out)
	defer os.Remove(tmp)
	args := append(proc.FFmpegArgs("error"), "-y", "-protocol_whitelist", proc.Protocols, "-i", picture)
	streams := []string{"-map", "0:v"}
	if pcm != "" {
		args = append(
			args, "-protocol_whitelist", proc.Protocols, "-f", "s16le", "-ar", strconv.Itoa(sound.Rate), "-ac", "2",
			"-i", pcm,
		)
		streams = append(append(streams, "-map", "1:a"), f.sound...)
	}
	args = slices.Concat(args, streams, []string{"-c:v", "copy"}, f.mux, []string{tmp})
	if _, err := proc.Run(ctx, proc.Cmd{
		Path: r.FFmpeg, Args: args, Env: r.Env, Timeout: 30 * time.Minute,
	}); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		var exit *proc.ExitError
		if errors.As(err, &exit) && proc.DiskFull(err, exit.Tail) {
			return fault.Wrap(fault.Failed, err, diskHint, "write %s: the disk is full", filepath.Base(out))
		}
		return fault.Wrap(fault.Failed, err, "check that the disk has room", "join picture and sound")
	}
	if err := atomicfile.Commit(tmp, out); err != nil {
		return fault.Wrap(fault.Failed, err, "make the folder writable", "put %s in place", filepath.Base(out))
	}
	emit(Event{Stage: StageMux, Done: 100, Total: 100})
	return nil
}

// hidden returns the name of an incomplete file: in the folder of the complete one, and with its extension, by which
// programs choose the format.
func hidden(out string) string {
	return filepath.Join(
		filepath.Dir(out), "."+filepath.Base(out)+"."+strconv.Itoa(os.Getpid())+".tmp"+filepath.Ext(out),
	)
}
