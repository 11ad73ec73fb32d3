package project

import (
	"fmt"
	"hash/fnv"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"greenroom/internal/fault"
	"greenroom/pipeline/manifest"
)

// Clips finds the clips of a manifest by name, family or pattern.
type Clips struct {
	m *manifest.Manifest

	once       sync.Once
	byName     map[string]int
	translated map[string]bool // with a transparent translation, by name
}

// Shard is one of several machines that split the clips between them. The zero Shard has all clips.
type Shard struct{ Index, Of int } // Index from 1

// ParseShard reads "2/5".
func ParseShard(s string) (Shard, error) {
	i, n, ok := strings.Cut(s, "/")
	index, e1 := strconv.Atoi(i)
	of, e2 := strconv.Atoi(n)
	if !ok || e1 != nil || e2 != nil || index < 1 || of < 1 || index > of {
		return Shard{}, fault.New(
			fault.Usage, "write --shard 2/5 for the second of five machines", "invalid shard %q", s,
		)
	}
	return Shard{index, of}, nil
}

// Holds reports that a clip is this machine's. It depends on the name alone: rows that are added or removed do not move
// the others from one machine to another.
func (s Shard) Holds(clip string) bool {
	if s.Of <= 1 {
		return true
	}
	h := fnv.New32a()
	h.Write([]byte(clip))
	return int(h.Sum32()%uint32(s.Of)) == s.Index-1
}

// Select returns the names of the clips of a build: those named, or all without names, of these the ones that only
// names, and of these the ones of this machine. A name is a clip's, a family's or a pattern such as welcome-a*. The
// result is nil when it is all clips.
func (c *Clips) Select(names, only []string, shard Shard) ([]string, error) {
	if len(names) == 0 && len(only) == 0 && shard.Of <= 1 {
		return nil, nil
	}
	clips, err := c.Named(names)
	if err != nil {
		return nil, err
	}
	filter, err := c.matcher(only)
	if err != nil {
		return nil, err
	}
	out := []string{}
	for _, x := range clips {
		if filter(x) && shard.Holds(x.Name) {
			out = append(out, x.Name)
		}
	}
	if len(out) == 0 {
		if shard.Of > 1 {
			return nil, fault.New(
				fault.Usage, "use fewer machines", "shard %d/%d of %d clips is empty", shard.Index, shard.Of,
				len(clips),
			)
		}
		return nil, fault.New(fault.Usage, "`greenroom status` lists the clips", "nothing is left to build")
	}
	return out, nil
}

// Named returns the clips with names, in the order of the manifest; all without names. It fails for a name that no clip
// has.
func (c *Clips) Named(names []string) ([]manifest.Clip, error) {
	if len(names) == 0 {
		return c.m.Clips, nil
	}
	if len(names) == 1 { // the common case
		if i, ok := c.all()[names[0]]; ok {
			return c.m.Clips[i : i+1 : i+1], nil
		}
	}
	match, err := c.matcher(names)
	if err != nil {
		return nil, err
	}
	var out []manifest.Clip
	for _, x := range c.m.Clips {
		if match(x) {
			out = append(out, x)
		}
	}
	return out, nil
}

// matcher returns a test for several names. It fails for a name that matches no clip.
func (c *Clips) matcher(names []string) (func(manifest.Clip) bool, error) {
	want := map[string]bool{}
	var patterns []string
	index := c.all()
	for _, n := range names {
		_, isClip := index[n]
		switch {
		case isClip || c.family(n):
			want[n] = true
		case strings.ContainsAny(n, "*?["):
			if err := c.anyMatch(n); err != nil {
				return nil, err
			}
			patterns = append(patterns, n)
		default:
			return nil, c.Missing(n)
		}
	}
	return func(c manifest.Clip) bool {
		if len(names) == 0 || want[c.Name] || c.Row != nil && want[c.Row.Each] {
			return true
		}
		for _, pattern := range patterns {
			if ok, _ := path.Match(pattern, c.Name); ok {
				return true
			}
		}
		return false
	}, nil
}

func (c *Clips) anyMatch(pattern string) error {
	for _, x := range c.m.Clips {
		ok, err := path.Match(pattern, x.Name)
		if err != nil {
			return fault.New(fault.Usage, "write it like 'welcome-a*'", "invalid pattern %q", pattern)
		}
		if ok {
			return nil
		}
	}
	return fault.New(
		fault.Usage, "`greenroom status` lists the clips", "no clip is named like %q in %s", pattern,
		filepath.Base(c.m.Path),
	)
}

func (c *Clips) family(name string) bool {
	for _, e := range c.m.Each {
		if e.Name == name {
			return true
		}
	}
	return false
}

// Missing returns the fault of a name that no clip has, with the nearest name.
func (c *Clips) Missing(name string) error {
	known := make([]string, 0, len(c.m.Clips))
	for _, x := range c.m.Clips {
		known = append(known, x.Name)
	}
	hint := "`greenroom status` lists the clips"
	if near := fault.Nearest(name, known); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return fault.New(fault.Usage, hint, "no clip %q in %s", name, filepath.Base(c.m.Path))
}

// all returns the positions of the clips by name.
func (c *Clips) all() map[string]int {
	c.once.Do(func() {
		c.byName = make(map[string]int, len(c.m.Clips))
		c.translated = map[string]bool{}
		for i, x := range c.m.Clips {
			c.byName[x.Name] = i
			if x.Translate != nil && x.Transparent {
				c.translated[x.Translate.Clip] = true
			}
		}
	})
	return c.byName
}

// Index returns the position of a clip in the manifest.
func (c *Clips) Index(name string) (i int, ok bool) {
	i, ok = c.all()[name]
	return i, ok
}

// Translated reports a clip that has a transparent translation: it is made on the key color, because alpha is lost in a
// translation and the color is not.
func (c *Clips) Translated(name string) bool {
	c.all()
	return c.translated[name]
}

// WithSources adds the clips that given ones are translations of.
func (c *Clips) WithSources(clips []manifest.Clip) ([]manifest.Clip, error) {
	want := map[string]bool{}
	for _, x := range clips {
		want[x.Name] = true
	}
	for i := 0; i < len(clips); i++ {
		t := clips[i].Translate
		if t == nil || t.Clip == "" || want[t.Clip] {
			continue
		}
		src, err := c.Named([]string{t.Clip})
		if err != nil {
			return nil, err
		}
		want[t.Clip] = true
		clips = append(slices.Clip(clips), src...)
	}
	return clips, nil
}
