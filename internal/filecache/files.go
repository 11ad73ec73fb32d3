package filecache

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"sync"
)

// Stamp is the state of a file that its record is valid for. A record embeds it.
type Stamp struct {
	Size  int64 `json:"size"`
	MTime int64 `json:"mtime"` // nanoseconds since 1970
}

// StampOf returns the stamp of a file that was just inspected.
func StampOf(fi fs.FileInfo) Stamp { return Stamp{Size: fi.Size(), MTime: fi.ModTime().UnixNano()} }

// FileStamp returns the stamp itself; records have this method because they embed a Stamp.
func (s Stamp) FileStamp() Stamp { return s }

// Files is a cache with one record for each of many files, valid while the file has the same size
// and modification time. Its methods may be called from many goroutines.
type Files[T interface{ FileStamp() Stamp }] struct {
	path    string
	mu      sync.Mutex
	records map[string]T
	changed bool
}

// OpenFiles reads the cache at path.
func OpenFiles[T interface{ FileStamp() Stamp }](path string) *Files[T] {
	f := &Files[T]{path: path}
	f.records, _ = Load[map[string]T](path)
	if f.records == nil {
		f.records = map[string]T{}
	}
	return f
}

// Get returns the record of a file that has the given stamp now, and whether there is one.
func (f *Files[T]) Get(name string, now Stamp) (T, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r, ok := f.records[name]
	if !ok || r.FileStamp() != now {
		var none T
		return none, false
	}
	return r, true
}

// Edit changes the record of a file whose stamp is that of fresh. Without such a record it changes
// and keeps fresh.
func (f *Files[T]) Edit(name string, fresh T, change func(*T)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r, ok := f.records[name]
	if !ok || r.FileStamp() != fresh.FileStamp() {
		r = fresh
	}
	change(&r)
	f.records[name], f.changed = r, true
}

// Changed reports that there is something to save.
func (f *Files[T]) Changed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.changed
}

// Save writes the cache if it has changed, without the records that keep refuses; a nil keep keeps all.
func (f *Files[T]) Save(keep func(name string) bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.changed {
		return nil
	}
	if keep != nil {
		maps.DeleteFunc(f.records, func(name string, _ T) bool { return !keep(name) })
	}
	f.changed = false
	return Save(f.path, f.records)
}

// StampText returns path, size and time of files, as text that changes when one of them does.
func StampText(paths ...string) (string, error) {
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
