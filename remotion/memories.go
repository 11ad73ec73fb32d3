package remotion

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sync"

	"greenroom/internal/atomicfile"
	"greenroom/remotion/project"
)

// Small files in the cache that may be deleted at any time. Projects may share a cache: every entry has the place of
// its project as seen from the cache, so that a project that moves with its cache keeps them.
const (
	// ConfigMemory is what was read of projects' configurations, in the cache.
	ConfigMemory = "config.json"
	inputsMemory = "inputs.json"
)

var memories sync.Mutex // one process reads and writes them one after another

func place(home string, l project.Layout) string {
	if rel, err := filepath.Rel(home, l.Dir); err == nil {
		return filepath.ToSlash(rel)
	}
	return l.Dir
}

func recall[T any](home, file, key string) (v T, ok bool) {
	memories.Lock()
	defer memories.Unlock()
	all := map[string]T{}
	b, err := os.ReadFile(filepath.Join(home, file))
	if err != nil || json.Unmarshal(b, &all) != nil {
		return v, false
	}
	v, ok = all[key]
	return v, ok
}

// keep writes one entry. A failure costs the next run some time only.
func keep[T any](home, file, key string, v T) {
	memories.Lock()
	defer memories.Unlock()
	all := map[string]T{}
	at := filepath.Join(home, file)
	if b, err := os.ReadFile(at); err != nil || json.Unmarshal(b, &all) != nil || all == nil {
		all = map[string]T{}
	}
	all[key] = v
	if b, err := json.Marshal(all); err == nil && os.MkdirAll(home, 0o755) == nil {
		_, _ = atomicfile.WriteBytes(at, 0o600, b)
	}
}

// stamped is a configuration with the stamp that it had.
type stamped struct {
	Stamp  string        `json:"stamp"`
	Config configuration `json:"config"`
}

// remembered returns the cached configuration, if nothing that it depends on has changed.
func (r Renderer) remembered(home string, l project.Layout, file string) (configuration, bool) {
	was, ok := recall[stamped](home, ConfigMemory, place(home, l)+" "+file)
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
	keep(home, ConfigMemory, place(home, l)+" "+c.file, stamped{c.stamp, kept})
}
