package project

import (
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"greenroom/internal/fault"
	"greenroom/internal/filecache"
	"greenroom/internal/hashkey"
)

// Inputs hashes and measures the user's media files. A file whose size and time did not
// change keeps its record, so that a run with nothing to do reads no media and starts no
// process.
type Inputs struct {
	path    string
	mu      sync.Mutex
	known   map[string]InputRecord
	changed bool
}

// InputRecord is what is known of one file.
type InputRecord struct {
	Size  int64  `json:"size"`
	MTime int64  `json:"mtime"` // nanoseconds
	Hash  string `json:"sha256,omitempty"`
	// Seconds is how long the file lasts, once it was measured; Unmeasured is the
	// reason when it could not be measured.
	Seconds    float64 `json:"seconds,omitempty"`
	Unmeasured string  `json:"unmeasured,omitempty"`
}

// Record returns what is known about the file at path, and its state on disk as a record
// without a hash. known is false when the file changed since it was read.
func (in *Inputs) Record(path string) (rec InputRecord, known bool, err error) {
	fi, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return rec, false, fault.New(
			fault.Manifest, "check the path; it is relative to greenroom.yaml", "%s does not exist", path,
		)
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
	return InputRecord{Size: fi.Size(), MTime: fi.ModTime().UnixNano()}, false, nil
}

// Edit changes the record of a file in the state that rec describes.
func (in *Inputs) Edit(path string, rec InputRecord, change func(*InputRecord)) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if old, ok := in.known[path]; ok && old.Size == rec.Size && old.MTime == rec.MTime {
		rec = old
	}
	change(&rec)
	in.known[path], in.changed = rec, true
}

func openInputs(state string) *Inputs {
	in := &Inputs{path: filepath.Join(state, "inputs.json"), known: map[string]InputRecord{}}
	if known, ok := filecache.Load[map[string]InputRecord](in.path); ok && known != nil {
		in.known = known
	}
	return in
}

// Hash returns the SHA-256 of a file, in hex.
func (in *Inputs) Hash(path string) (string, error) {
	rec, known, err := in.Record(path)
	if err != nil {
		return "", err
	}
	if known && rec.Hash != "" {
		return rec.Hash, nil
	}
	sum, _, err := hashkey.File(path)
	if err != nil {
		return "", err
	}
	hash := hex.EncodeToString(sum[:])
	in.Edit(path, rec, func(r *InputRecord) { r.Hash = hash })
	return hash, nil
}

// Save writes the records when one has changed.
func (in *Inputs) Save() {
	in.mu.Lock()
	defer in.mu.Unlock()
	if !in.changed {
		return
	}
	_ = filecache.Save(in.path, in.known) // a cache: the next run reads the files again
	in.changed = false
}
