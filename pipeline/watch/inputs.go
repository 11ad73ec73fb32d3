package watch

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"greenroom/internal/regular"
	"greenroom/pipeline/films"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/rows"
)

// A media file that is being written is read every growingEvery, and counts as complete when it
// has not changed for completeAfter.
const (
	growingEvery  = 300 * time.Millisecond
	completeAfter = 2 * growingEvery
)

// sample is the state of a media file at one time.
type sample struct {
	size  int64
	mtime time.Time
	since time.Time
}

// inputs is what a run would read.
type inputs struct {
	hash    [32]byte          // of everything; a file that is being written counts as that
	films   [32]byte          // of what films are made of besides clips
	clips   []string          // of the manifest
	growing map[string]string // clips to the file that is still being written
	footage string            // a composition's file that is still being written
	broken  bool              // the manifest cannot be read
	paths   []string          // of all files
}

// complete reports whether a media file is no longer being written: its size and time have been
// the same for completeAfter. The first time only the file's own time counts.
func (s *Session) complete(path string, fi fs.FileInfo) bool {
	now := time.Now()
	was, known := s.samples[path]
	if known && was.size == fi.Size() && was.mtime.Equal(fi.ModTime()) {
		return now.Sub(was.since) >= completeAfter
	}
	next := sample{fi.Size(), fi.ModTime(), now}
	if !known && now.Sub(fi.ModTime()) >= completeAfter {
		next.since = time.Time{}
	}
	s.samples[path] = next
	return next.since.IsZero()
}

// read hashes what a run would read: texts by content, media by size and time. A file that
// cannot be read counts as unreadable. Only the goroutine of Run may call it.
func (s *Session) read() inputs {
	all, ofFilms := sha256.New(), sha256.New()
	in := inputs{growing: map[string]string{}}
	b := hashText(all, s.o.Project.ManifestPath)
	ofFilms.Write(b)
	m, err := manifest.ParseContext(cmp.Or(s.o.Project.Context, context.Background()), s.o.Project.ManifestPath, b)
	if err != nil { // the remaining faults change when a script is fixed
		fmt.Fprintf(all, "%+v\n", faultsOf(err))
		in.broken = true
		all.Sum(in.hash[:0])
		s.seen = in
		return in
	}
	var paths []string
	for _, e := range m.Each {
		hashTable(all, e.File)
		paths = append(paths, e.File)
	}
	grows := map[string]bool{} // every media file
	media := func(h hash.Hash, path string) bool {
		if grown, ok := grows[path]; ok {
			return grown
		}
		paths = append(paths, path)
		fi, err := os.Stat(path)
		if err != nil {
			grows[path] = false
			return false
		}
		grows[path] = !s.complete(path, fi)
		if grows[path] {
			fmt.Fprintf(h, "%s grows\n", path)
		} else {
			fmt.Fprintf(h, "%s %d %d\n", path, fi.Size(), fi.ModTime().UnixNano())
		}
		return grows[path]
	}
	texts := map[string]bool{}
	for _, c := range m.Clips {
		in.clips = append(in.clips, c.Name)
		for _, f := range c.Inputs() {
			if ext := strings.ToLower(filepath.Ext(f)); ext != ".md" && ext != ".txt" {
				if media(all, f) {
					in.growing[c.Name] = filepath.Base(f)
				}
			} else if !texts[f] {
				texts[f] = true
				hashText(all, f)
				paths = append(paths, f)
			}
		}
	}
	for _, f := range films.Inputs(m) {
		if fi, err := os.Stat(f); err == nil { // a clip may read it too
			fmt.Fprintf(ofFilms, "%s %d %d\n", f, fi.Size(), fi.ModTime().UnixNano())
		}
		if media(all, f) {
			in.footage = filepath.Base(f)
		}
	}
	all.Sum(in.hash[:0])
	ofFilms.Sum(in.films[:0])
	in.paths = paths
	s.seen = in
	return in
}

func hashText(h hash.Hash, path string) []byte {
	b, err := regular.Read(path, manifest.MaxBytes+1) // one more byte is reported as too many
	fmt.Fprintf(h, "%s %v %d\n", path, err != nil, len(b))
	h.Write(b)
	return b
}

// hashTable adds a table, which may be larger than what should be in memory.
func hashTable(h hash.Hash, path string) {
	f, err := regular.Open(path)
	if err != nil {
		fmt.Fprintf(h, "%s %v\n", path, false)
		return
	}
	defer f.Close()
	n, err := io.Copy(h, io.LimitReader(f, rows.MaxBytes+1))
	fmt.Fprintf(h, "%s %d %v\n", path, n, err == nil)
}

// fingerprint is the hash of what a run would read.
func (s *Session) fingerprint() [32]byte { return s.read().hash }

// recheck returns when to read files without an event: while one is being written, and while
// the manifest cannot be read, because then the files to watch are unknown.
func (s *Session) recheck() <-chan time.Time {
	switch {
	case len(s.seen.growing) > 0 || s.seen.footage != "":
		return time.After(growingEvery)
	case s.seen.broken:
		return time.After(time.Second)
	}
	return nil
}

// completeClips returns the names of the clips whose files are not being written: nil for all.
func (in inputs) completeClips(names []string) (out []string, none bool) {
	if len(in.growing) == 0 {
		return names, false
	}
	if len(names) == 0 {
		names = in.clips
	}
	for _, n := range names {
		if in.growing[n] == "" {
			out = append(out, n)
		}
	}
	return out, len(out) == 0
}
