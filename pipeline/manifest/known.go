package manifest

import (
	"slices"
	"strings"
)

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

// allClips is what a captions layer is of when it names no clip: all clips of its composition that have captions.
const allClips = "all"

// allCaptions puts a layer for each clip in the place of a captions layer of all clips.
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
			if c.Kind != LayerClip || slices.Contains(shown,
				c.Of) || !d.known.clip(c.Of) || !d.known.clips[c.Of].Captions {
				continue
			}
			shown = append(shown, c.Of)
			l.Of = c.Of
			out = append(out, l)
		}
		if len(shown) == 0 {
			d.faultAt(l.Place.Line, l.Place.Column,
				"write captions: true under defaults: or in a clip that the composition shows",
				"%s: none of its clips has captions", path)
		}
	}
	return out
}

// captionsOf reports a captions layer of a clip that has none: a fault where it cannot have any, and a warning where they are
// not asked for, as stand-ins show the script.
func (d *doc) captionsOf(l Layer, c *Clip, composition string) {
	const message = "%s shows captions of clip %q, which has none"
	switch {
	case c.Captions || c.Draft == DraftVoice:
	case c.Source == SourceAvatar && c.AudioFile != "":
		d.faultAt(l.Place.Line, l.Place.Column, "leave the layer out: HeyGen makes no captions of own sound",
			message, composition, l.Of)
	case c.Source == SourceFile:
		d.faultAt(l.Place.Line, l.Place.Column, "leave the layer out: a file has no captions", message,
			composition, l.Of)
	default:
		d.warnAt(l.Place.Line, l.Place.Column, "write captions: true in the clip, or under defaults:", message,
			composition, l.Of)
	}
}

// placing is the hint for a place that is given in words: where a box has it.
func placing(words string) string {
	var sides []string
	for _, side := range []string{"left", "right", "top", "bottom"} {
		if strings.Contains(plainWord(words), side) {
			sides = append(sides, side+": 4%")
		}
	}
	if len(sides) == 0 {
		sides = append(sides, "left: 4%", "bottom: 4%")
	}
	return "write box: {" + strings.Join(sides, ", ") + "}"
}
