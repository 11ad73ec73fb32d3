package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"greenroom/remotion"
)

// take is the clip as it was published after a save.
type take struct {
	Clip  remotion.Clip `json:"clip"`
	Line  string        `json:"line"`  // what watch printed of it
	Peaks []float64     `json:"peaks"` // of its sound, 0 to 1, one for each frame
}

// film is what the composition shows.
type film struct {
	Script  string  `json:"script"`
	Typed   string  `json:"typed"`
	Before  take    `json:"before"`
	After   take    `json:"after"`
	Seconds float64 `json:"seconds"` // from the save to the publish
}

// record edits the script of a project while greenroom watches it.
func record(ctx context.Context, bin, project string) (film, error) {
	f := film{Script: before, Typed: typed}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	script := filepath.Join(project, "scripts", "intro.md")
	if err := os.WriteFile(script, []byte(before), 0o644); err != nil {
		return f, err
	}
	cmd := exec.CommandContext(ctx, bin, "watch")
	cmd.Dir = project
	// Nothing is spoken or drawn before: the seconds are those of words that are new.
	cmd.Env = append(os.Environ(), "GREENROOM_CACHE="+filepath.Join(project, ".greenroom", "new-cache"))
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return f, err
	}
	keys, err := cmd.StdinPipe()
	if err != nil {
		return f, err
	}
	if err := cmd.Start(); err != nil {
		return f, err
	}
	lines := bufio.NewScanner(stderr)
	f, err = edit(ctx, project, script, lines, f)
	_, quit := io.WriteString(keys, "q\n")
	for lines.Scan() { // until watch has ended
	}
	return f, errors.Join(err, quit, cmd.Wait())
}

// edit waits for the first stand-in, saves the second script, and waits for that one.
func edit(ctx context.Context, project, script string, lines *bufio.Scanner, f film) (film, error) {
	var err error
	f.Before, err = published(ctx, project, lines, "before")
	if err != nil {
		return f, err
	}
	select { // as long as the film types, for the times in the lines to be those of a person
	case <-ctx.Done():
		return f, ctx.Err()
	case <-time.After(4 * time.Second):
	}
	if err := os.WriteFile(script, []byte(before+typed+"\n"), 0o644); err != nil {
		return f, err
	}
	f.After, err = published(ctx, project, lines, "after")
	if err != nil {
		return f, err
	}
	saved, err := os.Stat(script)
	if err != nil {
		return f, err
	}
	props, err := os.Stat(filepath.Join(project, "public", "greenroom", "props.json")) // what Studio follows
	if err != nil {
		return f, err
	}
	f.Seconds = props.ModTime().Sub(saved.ModTime()).Seconds()
	return f, nil
}

// published waits until watch reports the stand-in of intro, and copies the clip to a name that no later publish
// removes.
func published(ctx context.Context, project string, lines *bufio.Scanner, name string) (take, error) {
	for lines.Scan() {
		line := lines.Text()
		if !strings.Contains(line, " intro: stand-in, ") {
			fmt.Fprintln(os.Stderr, line)
			continue
		}
		b, err := os.ReadFile(filepath.Join(project, "public", "greenroom", "props.json"))
		if err != nil {
			return take{}, err
		}
		p, err := remotion.DecodeProps(b)
		if err != nil {
			return take{}, err
		}
		t := take{Clip: p.Clips["intro"], Line: line}
		webm, err := os.ReadFile(filepath.Join(project, "public", t.Clip.Src))
		if err != nil {
			return take{}, err
		}
		t.Clip.Src = "gallery/" + name + ".webm"
		kept := filepath.Join(project, "public", t.Clip.Src)
		if err := errors.Join(os.MkdirAll(filepath.Dir(kept), 0o755), os.WriteFile(kept, webm, 0o644)); err != nil {
			return take{}, err
		}
		t.Peaks, err = peaks(ctx, kept, t.Clip.DurationInFrames, t.Clip.FPS)
		return t, err
	}
	return take{}, errors.Join(lines.Err(), ctx.Err(), errors.New("greenroom watch ended before it published"))
}

// peaks returns the loudest sample of each frame, relative to the loudest of all.
func peaks(ctx context.Context, clip string, frames int, fps float64) ([]float64, error) {
	const rate = 16000
	pcm, err := exec.CommandContext(ctx, "ffmpeg", "-v", "error", "-i", clip, "-f", "s16le", "-ac", "1", "-ar",
		fmt.Sprint(rate), "-").Output()
	if err != nil {
		return nil, fmt.Errorf("read the sound of %s: %w", clip, err)
	}
	all, loudest := make([]float64, frames), 1.0
	for i := 0; i+1 < len(pcm); i += 2 {
		at := min(frames-1, int(float64(i/2)*fps/rate))
		v := float64(int16(binary.LittleEndian.Uint16(pcm[i:])))
		all[at] = max(all[at], v, -v)
		loudest = max(loudest, all[at])
	}
	for i := range all {
		all[i] /= loudest
	}
	return all, nil
}
