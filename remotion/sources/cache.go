package sources

import (
	"os"
	"path/filepath"

	"greenroom/internal/filecache"
	"greenroom/remotion/project"
)

// inputsMemory is a small file in the cache that may be deleted at any time. Projects may share a cache: every entry
// has the place of its project as seen from the cache, so that a project that moves with its cache keeps it.
const inputsMemory = "inputs.json"

// Place returns the place of a project as seen from the cache.
func Place(home string, l project.Layout) string {
	if rel, err := filepath.Rel(home, l.Dir); err == nil {
		return filepath.ToSlash(rel)
	}
	return l.Dir
}

// SaveEntry writes one entry of a file in the cache. A failure costs the next run some time only.
func SaveEntry[T any](home, file, key string, v T) {
	if os.MkdirAll(home, 0o755) == nil {
		_ = filecache.SaveEntry(filepath.Join(home, file), key, v)
	}
}
