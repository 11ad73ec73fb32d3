package manifest

import (
	"fmt"
	"slices"
	"strings"

	"greenroom/internal/fault"
)

// Composition gives the film of a name: "tour-9x16", or "tour" when it has no formats.
func (m *Manifest) Composition(name string) (Composition, bool) {
	for _, c := range m.Compositions {
		if c.Name == name {
			return c, true
		}
	}
	return Composition{}, false
}

// Variants gives the films of a composition, one for each format; of a film's own name, that film.
func (m *Manifest) Variants(name string) (out []Composition) {
	for _, c := range m.Compositions {
		if c.Base == name {
			out = append(out, c)
		}
	}
	if c, ok := m.Composition(name); ok && len(out) == 0 {
		out = append(out, c)
	}
	return out
}

// Nested is the film that stands for a composition inside of another: the one of the same format, else its first.
func (m *Manifest) Nested(name, format string) (Composition, bool) {
	all := m.Variants(name)
	if len(all) == 0 {
		return Composition{}, false
	}
	for _, c := range all {
		if c.Format == format {
			return c, true
		}
	}
	return all[0], true
}

// Nests are the compositions that a film contains directly.
func (c Composition) Nests() (out []Reference) {
	for _, r := range []*Reference{c.Intro, c.Outro} {
		if r != nil {
			out = append(out, *r)
		}
	}
	for _, l := range c.Layers {
		if l.Kind == LayerComposition {
			out = append(out, Reference{l.Of, l.Place})
		}
	}
	return out
}

// references are the names that compositions may name.
type references struct {
	clips, films []string
	isClip       map[string]*Clip
}

func newReferences(m *Manifest) *references {
	r := &references{isClip: make(map[string]*Clip, len(m.Clips))}
	for i := range m.Clips {
		c := &m.Clips[i]
		r.clips, r.isClip[c.Name] = append(r.clips, c.Name), c
	}
	for _, c := range m.Compositions {
		r.films = append(r.films, c.Base, c.Name)
	}
	for _, c := range m.RowCompositions {
		r.films = append(r.films, c.Name)
	}
	return r
}

// references holds what a composition names against what there is: clips, compositions, cycles.
func (d *doc) references(m *Manifest, c Composition, refs *references) {
	miss := func(p fault.Place, what, name string, known []string) {
		hint := "name " + what + " of this manifest"
		if near := ""; d.row == nil || d.row.bad <= maxRowFaults {
			if near = fault.Nearest(name, known); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
		}
		if d.row != nil && name == d.row.family {
			hint = `write {clip: "{{clip}}"} for the row's own clip`
		}
		d.FaultAt(p.Line, p.Column, hint, "no %s %q", strings.TrimPrefix(strings.TrimPrefix(what, "a "), "an "), name)
	}
	shown := map[string]bool{}
	for _, l := range c.Layers {
		shown[l.Of] = shown[l.Of] || l.Kind == LayerClip
	}
	for _, l := range c.Layers {
		switch {
		case l.Kind != LayerClip && l.Kind != LayerCaptions || l.Of == "":
		case refs.isClip[l.Of] == nil:
			miss(l.Place, "a clip", l.Of, refs.clips)
		case l.Kind == LayerCaptions && !shown[l.Of]:
			d.FaultAt(l.Place.Line, l.Place.Column, "add a layer {clip: "+l.Of+"}", "captions of clip %q, which %s does not show", l.Of, c.Base)
		case l.Kind == LayerCaptions:
			d.captionsOf(l, refs.isClip[l.Of], c.Base)
		}
	}
	for _, r := range c.Nests() {
		if len(m.Variants(r.Name)) == 0 {
			if other, ok := m.RowComposition(r.Name); ok {
				d.otherRows(c, r, other)
				continue
			}
			miss(r.Place, "a composition", r.Name, refs.films)
		} else if trail := m.cycle(c, r.Name); trail != nil {
			d.FaultAt(r.Place.Line, r.Place.Column, "leave one of them out", "%s contains itself: %s", c.Base, strings.Join(trail, " → "))
		}
	}
}

// cycle is the way from a film through one that it nests back to itself, or nil.
func (m *Manifest) cycle(c Composition, first string) []string {
	seen := map[string]bool{}
	var walk func(name string, trail []string) []string
	walk = func(name string, trail []string) []string {
		n, ok := m.Nested(name, c.Format)
		if !ok || seen[n.Name] && n.Name != c.Name {
			return nil
		}
		trail = append(slices.Clone(trail), n.Base)
		if n.Name == c.Name {
			return trail
		}
		seen[n.Name] = true
		for _, r := range n.Nests() {
			if t := walk(r.Name, trail); t != nil {
				return t
			}
		}
		return nil
	}
	return walk(first, []string{c.Base})
}
