package pipeline

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"greenroom/internal/fault"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/shard"
)

// Shard is one of several machines that split the clips and films of a project.
type Shard = shard.Shard

// Select gives the names of the clips that a build is about: those named, all without
// names, less what only leaves out and what other machines have. A name is a clip's, a
// family's or a pattern such as welcome-a*. The result is nil when that is all clips.
func (p *Project) Select(names, only []string, machine Shard) ([]string, error) {
	if len(names) == 0 && len(only) == 0 && machine.Of <= 1 {
		return nil, nil
	}
	clips, err := p.clips(names)
	if err != nil {
		return nil, err
	}
	filter, err := p.matcher(only)
	if err != nil {
		return nil, err
	}
	out := []string{}
	for _, c := range clips {
		if filter(c) && machine.Has(c.Name) {
			out = append(out, c.Name)
		}
	}
	if len(out) == 0 {
		if machine.Of > 1 {
			return nil, fault.New(fault.Usage, "use fewer machines", "shard %d/%d of %d clips is empty", machine.Index, machine.Of, len(clips))
		}
		return nil, fault.New(fault.Usage, "`greenroom status` lists the clips", "nothing is left to build")
	}
	return out, nil
}

// clips gives the manifest's clips named, in manifest order; no names: all.
func (p *Project) clips(names []string) ([]manifest.Clip, error) {
	if len(names) == 0 {
		return p.Manifest.Clips, nil
	}
	if len(names) == 1 { // the common case, asked for often
		if i, ok := p.clipIndex()[names[0]]; ok {
			return p.Manifest.Clips[i : i+1 : i+1], nil
		}
	}
	match, err := p.matcher(names)
	if err != nil {
		return nil, err
	}
	var out []manifest.Clip
	for _, c := range p.Manifest.Clips {
		if match(c) {
			out = append(out, c)
		}
	}
	return out, nil
}

// matcher makes one test of several names; a name that no clip answers to is a fault.
func (p *Project) matcher(names []string) (func(manifest.Clip) bool, error) {
	want := map[string]bool{}
	var patterns []string
	index := p.clipIndex()
	for _, n := range names {
		_, isClip := index[n]
		switch {
		case isClip || p.family(n):
			want[n] = true
		case strings.ContainsAny(n, "*?["):
			if err := p.anyMatch(n); err != nil {
				return nil, err
			}
			patterns = append(patterns, n)
		default:
			return nil, p.noClip(n)
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

func (p *Project) anyMatch(pattern string) error {
	for _, c := range p.Manifest.Clips {
		ok, err := path.Match(pattern, c.Name)
		if err != nil {
			return fault.New(fault.Usage, "write it like 'welcome-a*'", "%q is no pattern", pattern)
		}
		if ok {
			return nil
		}
	}
	return fault.New(fault.Usage, "`greenroom status` lists the clips", "no clip is named like %q in %s", pattern, filepath.Base(p.Manifest.Path))
}

func (p *Project) family(name string) bool {
	for _, e := range p.Manifest.Each {
		if e.Name == name {
			return true
		}
	}
	return false
}

func (p *Project) noClip(name string) error {
	known := make([]string, 0, len(p.Manifest.Clips))
	for _, c := range p.Manifest.Clips {
		known = append(known, c.Name)
	}
	hint := "`greenroom status` lists the clips"
	if near := manifest.Nearest(name, known); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return fault.New(fault.Usage, hint, "no clip %q in %s", name, filepath.Base(p.Manifest.Path))
}

// clipIndex finds a clip by its name.
func (p *Project) clipIndex() map[string]int {
	p.indexOnce.Do(func() {
		p.index, p.onKeyColor = make(map[string]int, len(p.Manifest.Clips)), map[string]bool{}
		for i, c := range p.Manifest.Clips {
			p.index[c.Name] = i
			if c.Translate != nil && c.Transparent {
				p.onKeyColor[c.Translate.Clip] = true
			}
		}
	})
	return p.index
}
