package remotion

import (
	"path/filepath"

	"greenroom/internal/filecache"
	"greenroom/remotion/project"
	"greenroom/remotion/sources"
)

// ConfigMemory is what was read of projects' configurations, in the cache.
const ConfigMemory = "config.json"

// stamped is a configuration with the stamp that it had.
type stamped struct {
	Stamp  string        `json:"stamp"`
	Config configuration `json:"config"`
}

// remembered returns the cached configuration, if nothing that it depends on has changed.
func (r Renderer) remembered(home string, l project.Layout, file string) (configuration, bool) {
	was, ok := filecache.LoadEntry[stamped](filepath.Join(home, ConfigMemory), sources.Place(home, l)+" "+file)
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
	sources.SaveEntry(home, ConfigMemory, sources.Place(home, l)+" "+c.file, stamped{c.stamp, kept})
}
