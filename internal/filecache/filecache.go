// Package filecache keeps small JSON files that may be deleted at any time: what they hold can be
// found out again.
//
// A file that is missing, corrupt or of another version is treated as an empty one. A file that
// cannot be written costs the next run some time, so callers ignore errors of Save.
package filecache

import (
	"encoding/json"
	"os"
	"sync"

	"greenroom/internal/atomicfile"
)

// Load returns the value of a file, and whether there is one.
func Load[T any](path string) (v T, ok bool) {
	b, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(b, &v) != nil {
		var none T
		return none, false
	}
	return v, true
}

// Save replaces the file, readable by its owner only. It does not make the folder, and does not
// touch a file with equal content.
func Save(path string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = atomicfile.WriteBytes(path, 0o600, b)
	return err
}

// entries makes reading and replacing one entry a single step within this process.
var entries sync.Mutex

// LoadEntry returns one value of a file that holds a value for each of several keys.
func LoadEntry[T any](path, key string) (v T, ok bool) {
	entries.Lock()
	defer entries.Unlock()
	all, _ := Load[map[string]T](path)
	v, ok = all[key]
	return v, ok
}

// SaveEntry replaces one value of such a file. The other values stay.
func SaveEntry[T any](path, key string, v T) error {
	entries.Lock()
	defer entries.Unlock()
	all, _ := Load[map[string]T](path)
	if all == nil {
		all = map[string]T{}
	}
	all[key] = v
	return Save(path, all)
}
