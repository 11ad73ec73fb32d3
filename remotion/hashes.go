package remotion

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"time"

	"greenroom/internal/atomicfile"
)

// young is how new a file may not be for its size and time to stand for its content: a
// second save within one tick of the file system's clock could go unseen.
const young = 50 * time.Millisecond

// hashes caches the SHA-256 of files by their size and time, so that only changed files of a large public/ are read.
type hashes struct {
	file, project string
	mu            sync.Mutex
	known         map[string]hashed // by path, below the project relative to it
	changed       bool
}

type hashed struct {
	Size  int64  `json:"size"`
	MTime int64  `json:"mtime"` // nanoseconds
	Sum   []byte `json:"sha256"`
}

func openHashes(file, project string) *hashes {
	h := &hashes{file: file, project: project, known: map[string]hashed{}}
	if b, err := os.ReadFile(file); err != nil || json.Unmarshal(b, &h.known) != nil || h.known == nil {
		h.known = map[string]hashed{}
	}
	return h
}

// name is how a file is remembered; a project that moves keeps its memory.
func (h *hashes) name(path string) string {
	if rel, err := filepath.Rel(h.project, path); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return path
}

// sum is a file's SHA-256. A file that may not be read has none that is true: a browser
// cannot read it either.
func (h *hashes) sum(path string) (string, error) {
	st, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	name := h.name(path)
	h.mu.Lock()
	was, ok := h.known[name]
	h.mu.Unlock()
	now := hashed{Size: st.Size(), MTime: st.ModTime().UnixNano()}
	if ok && was.Size == now.Size && was.MTime == now.MTime {
		return string(was.Sum), nil
	}
	looked := time.Now()
	sum, err := sumOf(path)
	if os.IsPermission(err) {
		return "unreadable", nil
	}
	if err != nil {
		return "", err
	}
	now.Sum = []byte(sum)
	h.mu.Lock()
	defer h.mu.Unlock()
	if looked.Sub(st.ModTime()) > young {
		h.known[name], h.changed = now, true
	}
	return sum, nil
}

// save keeps the memory for the next run, without files that are gone.
func (h *hashes) save() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.changed {
		return
	}
	for name := range h.known {
		path := filepath.FromSlash(name)
		if !filepath.IsAbs(path) {
			path = filepath.Join(h.project, path)
		}
		if _, err := os.Stat(path); os.IsNotExist(err) {
			delete(h.known, name)
		}
	}
	if b, err := json.Marshal(h.known); err == nil && os.MkdirAll(filepath.Dir(h.file), 0o755) == nil {
		_, _ = atomicfile.WriteBytes(h.file, 0o600, b)
	}
	h.changed = false
}
