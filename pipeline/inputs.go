package pipeline

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
)

// inputs hashes the user's media files. A file whose size and time are those of
// the last look keeps its hash, so that a run with nothing to do reads no media.
type inputs struct {
	path    string
	mu      sync.Mutex
	known   map[string]inputRecord
	changed bool
}

type inputRecord struct {
	Size  int64  `json:"size"`
	MTime int64  `json:"mtime"` // nanoseconds
	Hash  string `json:"sha256"`
}

func openInputs(state string) *inputs {
	in := &inputs{path: filepath.Join(state, "inputs.json"), known: map[string]inputRecord{}}
	if b, err := os.ReadFile(in.path); err == nil {
		_ = json.Unmarshal(b, &in.known) // a spoiled memory only costs a second look
	}
	return in
}

// hash gives the SHA-256 of a file, in hex.
func (in *inputs) hash(path string) (string, error) {
	fi, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fault.New(fault.Manifest, "check the path; it is relative to greenroom.yaml", "%s does not exist", path)
	case err != nil:
		return "", err
	case !fi.Mode().IsRegular():
		return "", fault.New(fault.Manifest, "name a file", "%s is not a file", path)
	}
	in.mu.Lock()
	rec, ok := in.known[path]
	in.mu.Unlock()
	if ok && rec.Size == fi.Size() && rec.MTime == fi.ModTime().UnixNano() {
		return rec.Hash, nil
	}
	hash, err := hashFile(path)
	if err != nil {
		return "", err
	}
	rec = inputRecord{fi.Size(), fi.ModTime().UnixNano(), hash}
	in.mu.Lock()
	in.known[path], in.changed = rec, true
	in.mu.Unlock()
	return rec.Hash, nil
}

func (in *inputs) save() {
	in.mu.Lock()
	defer in.mu.Unlock()
	if !in.changed {
		return
	}
	if b, err := json.Marshal(in.known); err == nil {
		_, _ = atomicfile.WriteBytes(in.path, 0o600, b) // only a memory
	}
	in.changed = false
}
