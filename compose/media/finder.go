package media

import (
	"context"
	"os"
	"path/filepath"
	"sync"

	"greenroom/internal/filecache"
)

// Finder finds ffmpeg and ffprobe. It records their version in a folder of this machine, so that later runs of all
// projects start no process for it. The version counts as unchanged while path, size and time of both programs are.
type Finder struct {
	Folder   string // of the record; "" for none
	LookPath func(string) (string, error)

	mu    sync.Mutex
	found Tools
}

// Find returns the programs. It fails when one is missing or too old.
func (f *Finder) Find(ctx context.Context) (Tools, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.found.FFmpeg != "" {
		return f.found, nil
	}
	record := filepath.Join(f.Folder, "tools.json")
	t, key := f.installed()
	if key != "" {
		if version, ok := filecache.LoadEntry[string](record, key); ok {
			t.Version = version
			f.found = t
			return t, nil
		}
	}
	t, err := FindTools(ctx, f.LookPath)
	if err != nil {
		return Tools{}, err
	}
	f.found = t
	if key != "" && os.MkdirAll(f.Folder, 0o700) == nil {
		_ = filecache.SaveEntry(record, key, t.Version) // a cache: the next run asks again
	}
	return t, nil
}

// installed returns the programs without their version, and the key of their record; no key where the version must be
// asked.
func (f *Finder) installed() (t Tools, key string) {
	var err error
	if t.FFmpeg, err = f.path("ffmpeg"); err != nil {
		return t, ""
	}
	if t.FFprobe, err = f.path("ffprobe"); err != nil {
		return t, ""
	}
	if f.Folder == "" || isShim(t.FFmpeg) {
		return t, ""
	}
	// The files that links lead to: some systems give every file the same time.
	var files [2]string
	for i, p := range []string{t.FFmpeg, t.FFprobe} {
		if files[i], err = filepath.EvalSymlinks(p); err != nil {
			return t, ""
		}
	}
	if key, err = filecache.StampText(files[:]...); err != nil {
		return t, ""
	}
	return t, key
}

func (f *Finder) path(name string) (string, error) {
	p, err := f.LookPath(name)
	if err != nil {
		return "", err
	}
	return filepath.Abs(p)
}

// isShim reports that a file is not the program itself, and may start another version tomorrow without being changed: a
// script, or a link to a program of another name, as version managers and package managers install them.
func isShim(path string) bool {
	target, err := filepath.EvalSymlinks(path)
	if err != nil || filepath.Base(target) != filepath.Base(path) {
		return true
	}
	file, err := os.Open(target)
	if err != nil {
		return true
	}
	defer file.Close()
	var head [2]byte
	n, _ := file.Read(head[:])
	return n < len(head) || string(head[:]) == "#!"
}
