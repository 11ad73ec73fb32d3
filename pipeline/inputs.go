package pipeline

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/internal/hashkey"
)

// inputs hashes and measures the user's media files. A file whose size and time did not
// change keeps its record, so that a run with nothing to do reads no media and starts no
// process.
type inputs struct {
	path    string
	mu      sync.Mutex
	known   map[string]inputRecord
	changed bool
}

type inputRecord struct {
	Size  int64  `json:"size"`
	MTime int64  `json:"mtime"` // nanoseconds
	Hash  string `json:"sha256,omitempty"`
	// Seconds is how long the file lasts, once it was measured; Unmeasured says why it
	// could not be.
	Seconds    float64 `json:"seconds,omitempty"`
	Unmeasured string  `json:"unmeasured,omitempty"`
}

// record returns what is known about the file at path, and its state on disk as a record
// without a hash. known is false when the file changed since it was read.
func (in *inputs) record(path string) (rec inputRecord, known bool, err error) {
	fi, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return rec, false, fault.New(fault.Manifest, "check the path; it is relative to greenroom.yaml", "%s does not exist", path)
	case err != nil:
		return rec, false, err
	case !fi.Mode().IsRegular():
		return rec, false, fault.New(fault.Manifest, "name a file", "%s is not a file", path)
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	rec, known = in.known[path]
	if known && rec.Size == fi.Size() && rec.MTime == fi.ModTime().UnixNano() {
		return rec, true, nil
	}
	return inputRecord{Size: fi.Size(), MTime: fi.ModTime().UnixNano()}, false, nil
}

// edit changes the record of a file in the state that rec describes.
func (in *inputs) edit(path string, rec inputRecord, change func(*inputRecord)) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if old, ok := in.known[path]; ok && old.Size == rec.Size && old.MTime == rec.MTime {
		rec = old
	}
	change(&rec)
	in.known[path], in.changed = rec, true
}

func openInputs(state string) *inputs {
	in := &inputs{path: filepath.Join(state, "inputs.json"), known: map[string]inputRecord{}}
	if b, err := os.ReadFile(in.path); err == nil {
		_ = json.Unmarshal(b, &in.known) // a spoiled memory only costs a second look
	}
	return in
}

// hash returns the SHA-256 of a file, in hex.
func (in *inputs) hash(path string) (string, error) {
	rec, known, err := in.record(path)
	if err != nil {
		return "", err
	}
	if known && rec.Hash != "" {
		return rec.Hash, nil
	}
	hash, err := hashFile(path)
	if err != nil {
		return "", err
	}
	in.edit(path, rec, func(r *inputRecord) { r.Hash = hash })
	return hash, nil
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

// hashFile returns the SHA-256 of a file, in hex.
func hashFile(path string) (string, error) {
	sum, _, err := hashkey.File(path)
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(sum[:]), nil
}
