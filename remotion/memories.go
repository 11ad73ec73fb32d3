package remotion

import (
	"os"
	"path/filepath"

	"greenroom/internal/filecache"
	"greenroom/remotion/project"
)

// Small files in the cache that may be deleted at any time. Projects may share a cache: every entry has the place of
// its project as seen from the cache, so that a project that moves with its cache keeps them.
const (
	// ConfigMemory is what was read of projects' configurations, in the cache.
	ConfigMemory = "config.json"
	inputsMemory = "inputs.json"
)

func place(home string, l project.Layout) string {
	if rel, err := filepath.Rel(home, l.Dir); err == nil {
		return filepath.ToSlash(rel)
	}
	return l.Dir
}

// saveEntry writes one entry of a file in the cache. A failure costs the next run some time only.
func saveEntry[T any](home, file, key string, v T) {
	if os.MkdirAll(home, 0o755) == nil {
		_ = filecache.SaveEntry(filepath.Join(home, file), key, v)
	}
}

// stamped is a configuration with the stamp that it had.
type stamped struct {
	Stamp  string        `json:"stamp"`
	Config configuration `json:"config"`
}

// remembered returns the cached configuration, if nothing that it depends on has changed.
func (r Renderer) remembered(home string, l project.Layout, file string) (configuration, bool) {
	was, ok := filecache.LoadEntry[stamped](filepath.Join(home, ConfigMemory), place(home, l)+" "+file)
	if !ok {
		return configuration{}, false
	}
	c := was.Config
	c.file = file
	for i, input := range c.Inputs {
		if !filepath.IsAbs(input) {
			c.Inputs[i] = l.Path(input)
		}
	}
	c.stamp = r.stamp(l, c)
	return c, c.stamp == was.Stamp
}

func (r Renderer) remember(home string, l project.Layout, c configuration) {
	kept := c
	kept.Inputs = nil
	for _, input := range c.Inputs {
		if rel, err := filepath.Rel(l.Dir, input); err == nil {
			input = filepath.ToSlash(rel)
		}
		kept.Inputs = append(kept.Inputs, input)
	}
	saveEntry(home, ConfigMemory, place(home, l)+" "+c.file, stamped{c.stamp, kept})
}
