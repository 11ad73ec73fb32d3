package manifest

import (
	"fmt"
	"slices"
	"strings"

	"greenroom/internal/fault"
)

// Composition returns the film of a name: "tour-9x16", or "tour" when it has no formats.
func (m *Manifest) Composition(name string) (Composition, bool) {
	for _, c := range m.Compositions {
		if c.Name == name {
			return c, true
		}
	}
	return Composition{}, false
}

// Variants returns the films of a composition, one for each format; for the name of a film, that film.
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

// Nested returns the film that is used for a composition inside of another one: that of the same format, else its
// first.
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

// Nests returns the compositions that a film contains directly.
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

// references are the names to which compositions may refer.
type references struct {
	clips, films []string
	byName       map[string]*Clip
}

func newReferences(m *Manifest) *references {
	r := &references{byName: make(map[string]*Clip, len(m.Clips))}
	for i := range m.Clips {
		c := &m.Clips[i]
		r.clips, r.byName[c.Name] = append(r.clips, c.Name), c
	}
	for _, c := range m.Compositions {
		r.films = append(r.films, c.Base, c.Name)
	}
	for _, c := range m.RowCompositions {
		r.films = append(r.films, c.Name)
	}
	return r
}

// references checks the clips and compositions that a composition names, and that it does not contain itself.
func (d *doc) references(m *Manifest, c Composition, refs *references) {
	missing := func(p fault.Place, what, name string, known []string) {
		hint := "name " + what + " of this manifest"
		if d.row == nil || d.row.bad <= maxRowFaults { // a search for each of thousands of rows takes time
			if near := fault.Nearest(name, known); near != "" {
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
		case refs.byName[l.Of] == nil:
			missing(l.Place, "a clip", l.Of, refs.clips)
		case l.Kind == LayerCaptions && !shown[l.Of]:
			d.FaultAt(l.Place.Line, l.Place.Column, "add a layer {clip: "+l.Of+"}",
				"captions of clip %q, which %s does not show", l.Of, c.Base)
		case l.Kind == LayerCaptions:
			d.captionsOf(l, refs.byName[l.Of], c.Base)
		}
	}
	for _, r := range c.Nests() {
		if len(m.Variants(r.Name)) == 0 {
			if other, ok := m.RowComposition(r.Name); ok {
				d.reportOtherRows(c, r, other)
				continue
			}
			missing(r.Place, "a composition", r.Name, refs.films)
		} else if trail := m.cycle(c, r.Name); trail != nil {
			d.FaultAt(r.Place.Line, r.Place.Column, "leave one of them out", "%s contains itself: %s", c.Base,
				strings.Join(trail, " → "))
		}
	}
}

// cycle returns the names from a film through one that it nests back to itself, or nil.
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

// known are the names that a composition may use, while compositions are read.
type known struct {
	clips map[string]*Clip
	films map[string]bool
}

// newKnown collects the names of a manifest whose clips are read and whose compositions are about to be.
func newKnown(m *Manifest, compositions []string) *known {
	k := &known{clips: make(map[string]*Clip, len(m.Clips)), films: map[string]bool{}}
	for i := range m.Clips {
		k.clips[m.Clips[i].Name] = &m.Clips[i]
	}
	for _, name := range compositions {
		k.films[name] = true
	}
	return k
}

func (k *known) clip(name string) bool { return k != nil && k.clips[name] != nil }

func (k *known) composition(name string) bool { return k != nil && k.films[name] }

func (k *known) names() (out []string) {
	if k == nil {
		return nil
	}
	for name := range k.films {
		out = append(out, name)
	}
	for name, c := range k.clips {
		if c.Row == nil {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// allClips is the value of a captions layer that names no clip: all clips of its composition that have captions.
const allClips = "all"

// allCaptions replaces a captions layer of all clips by one for each clip that is shown and has captions.
func (d *doc) allCaptions(layers []Layer, path string) []Layer {
	all := func(l Layer) bool { return l.Kind == LayerCaptions && l.Of == allClips && !d.known.clip(allClips) }
	if d.known == nil || !slices.ContainsFunc(layers, all) {
		return layers
	}
	var out []Layer
	for _, l := range layers {
		if !all(l) {
			out = append(out, l)
			continue
		}
		var shown []string
		for _, c := range layers {
			isNew := c.Kind == LayerClip && !slices.Contains(shown, c.Of)
			if !isNew || !d.known.clip(c.Of) || !d.known.clips[c.Of].HasCaptions() || d.known.clips[c.Of].Burned.On {
				continue
			}
			shown = append(shown, c.Of)
			l.Of = c.Of
			out = append(out, l)
		}
		if len(shown) == 0 {
			d.FaultAt(l.Place.Line, l.Place.Column,
				"write captions: true under defaults: or in a clip that the composition shows",
				"%s: none of its clips has captions", path)
		}
	}
	return out
}

// HasCaptions reports that captions are made of the clip, by HeyGen or here.
func (c Clip) HasCaptions() bool { return c.Captions || c.CaptionWords() != "" }

// captionsOf reports a captions layer of a clip without captions: a fault where the clip cannot have any, and a
// warning where they are not requested, because stand-ins show the script.
func (d *doc) captionsOf(l Layer, c *Clip, composition string) {
	const message = "%s shows captions of clip %q, which has none"
	switch {
	case c.Burned.On:
		d.WarnAt(l.Place.Line, l.Place.Column, "remove the layer, or write captions: true in the clip", "%s shows captions of clip %q, "+
			"which has them in its picture", composition, l.Of)
	case c.HasCaptions() || c.Draft == DraftVoice:
	case c.Source == SourceAvatar && c.AudioFile != "":
		d.FaultAt(l.Place.Line, l.Place.Column, "write the words as prepare.captions of the clip: HeyGen makes no captions of own sound",
			message, composition, l.Of)
	case c.Source == SourceFile:
		d.FaultAt(l.Place.Line, l.Place.Column, "write the words as prepare.captions of the clip", message,
			composition, l.Of)
	default:
		d.WarnAt(l.Place.Line, l.Place.Column, "write captions: true in the clip, or under defaults:", message,
			composition, l.Of)
	}
}
