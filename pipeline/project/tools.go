package project

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"greenroom/compose/media"
	"greenroom/internal/filecache"
)

// toolsFile records which ffmpeg was found, so that a run with nothing to do starts no process. The version counts as
// unchanged while path, size and time of the program are.
const toolsFile = "tools.json"

type toolsRecord struct {
	Tools media.Tools `json:"tools"`
	Stamp string      `json:"stamp"`
}

// Stamp returns path, size and time of files, as text that changes when one of them does.
func Stamp(paths ...string) (string, error) {
	s := ""
	for _, p := range paths {
		fi, err := os.Stat(p)
		if err != nil {
			return "", err
		}
		s += fmt.Sprintf("%s %d %d;", p, fi.Size(), fi.ModTime().UnixNano())
	}
	return s, nil
}

// Tools finds ffmpeg and ffprobe.
type Tools struct {
	path     string // of the record
	lookPath func(string) (string, error)

	mu    sync.Mutex
	found media.Tools
}

// Find returns the programs, from the record when both are unchanged. It fails when one is missing or too old.
func (t *Tools) Find(ctx context.Context) (media.Tools, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.found.FFmpeg != "" {
		return t.found, nil
	}
	if rec, ok := filecache.Load[toolsRecord](t.path); ok && t.same(rec) {
		t.found = rec.Tools
		return rec.Tools, nil
	}
	found, err := media.FindTools(ctx, t.lookPath)
	if err != nil {
		return media.Tools{}, err
	}
	t.found = found
	if s, err := Stamp(found.FFmpeg, found.FFprobe); err == nil {
		_ = filecache.Save(t.path, toolsRecord{found, s}) // a cache: the next run searches again
	}
	return found, nil
}

// same reports that the search path still leads to the recorded programs, and that they are the same files.
func (t *Tools) same(rec toolsRecord) bool {
	for name, want := range map[string]string{"ffmpeg": rec.Tools.FFmpeg, "ffprobe": rec.Tools.FFprobe} {
		got, err := t.lookPath(name)
		if err != nil {
			return false
		}
		if abs, err := filepath.Abs(got); err != nil || abs != want {
			return false
		}
	}
	s, err := Stamp(rec.Tools.FFmpeg, rec.Tools.FFprobe)
	return err == nil && s == rec.Stamp
}
