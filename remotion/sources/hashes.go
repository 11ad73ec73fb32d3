package sources

import (
	"os"
	"path/filepath"
	"time"

	"greenroom/internal/filecache"
)

// young is the age below which a file's size and time do not identify its content: a second save
// within one tick of the file system's clock would not show.
const young = 50 * time.Millisecond

// Hashes caches the SHA-256 of files by their size and time, so that nothing is read of a large
// public/ that did not change.
type Hashes struct {
	file, project string
	cache         *filecache.Files[hashed]
}

type hashed struct {
	filecache.Stamp
	Sum []byte `json:"sha256"`
}

// OpenHashes reads the cache in a file. A missing or corrupt file is an empty cache.
func OpenHashes(file, project string) *Hashes {
	return &Hashes{file, project, filecache.OpenFiles[hashed](file)}
}

// name returns a file's name in the cache. In the project it is relative, so that a project that
// moves keeps its cache.
func (h *Hashes) name(path string) string {
	if rel, err := filepath.Rel(h.project, path); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return path
}

// Unreadable is the sum of a file that may not be read.
const Unreadable = "unreadable"

// Sum returns a file's SHA-256, or Unreadable without the permission to read it: a browser
// cannot read it either.
func (h *Hashes) Sum(path string) (string, error) {
	st, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	name, now := h.name(path), filecache.StampOf(st)
	if was, ok := h.cache.Get(name, now); ok {
		return string(was.Sum), nil
	}
	began := time.Now()
	sum, err := Sum(path)
	if os.IsPermission(err) {
		return Unreadable, nil
	}
	if err != nil {
		return "", err
	}
	if began.Sub(st.ModTime()) > young {
		h.cache.Edit(name, hashed{Stamp: now}, func(r *hashed) { r.Sum = []byte(sum) })
	}
	return sum, nil
}

// Save writes the cache for the next run, without files that no longer exist.
func (h *Hashes) Save() {
	if !h.cache.Changed() || os.MkdirAll(filepath.Dir(h.file), 0o755) != nil {
		return
	}
	_ = h.cache.Save(func(name string) bool {
		path := filepath.FromSlash(name)
		if !filepath.IsAbs(path) {
			path = filepath.Join(h.project, path)
		}
		_, err := os.Stat(path)
		return !os.IsNotExist(err)
	})
}
