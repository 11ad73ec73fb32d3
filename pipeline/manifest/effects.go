package manifest

import (
	"fmt"
	"path/filepath"
	"strings"

	"greenroom/internal/fault"
)

// warnUnusedFit warns of `anchor` and `fit` of layers whose box does not have both sizes: they place a picture in a box of
// another shape, and a box with one size has the shape of its picture. They have an effect when the layer has both
// sizes in at least one format of the composition.
func (d *doc) warnUnusedFit(films []Composition, base string) {
	type use struct {
		used bool
		kind string
		key  string
	}
	found := map[fault.Place]*use{}
	var order []fault.Place
	for _, c := range films {
		for _, l := range c.Layers {
			if l.Kind == LayerText || l.Kind == LayerCaptions {
				continue // their anchor is where the lines are
			}
			for i, value := range [...]string{l.Anchor, l.Fit} {
				if value == "" {
					continue
				}
				key := [...]string{"anchor", "fit"}[i]
				at := l.Places[key]
				if found[at] == nil {
					found[at] = &use{kind: l.Kind, key: key}
					order = append(order, at)
				}
				noBox := key == "fit" && l.Box == (Box{}) // it decides whether the layer covers the canvas
				found[at].used = found[at].used || l.Mask.Circle || noBox || l.Box.bothSizes()
			}
		}
	}
	for _, at := range order {
		u := found[at]
		if u.used {
			continue
		}
		hint := "give the box both sizes, such as box: {left: 0, right: 0, top: 0, bottom: 0}"
		if u.key == "anchor" {
			hint = "to place the layer write box: {right: 4%}, with the side it is at; " + hint
		}
		d.WarnAt(at.Line, at.Column, hint, "%s: %s of %s has no effect, as its box does not have both sizes", base,
			u.key, withArticle(u.kind))
	}
}

// bothSizes reports whether a box has a width and a height of its own.
func (b Box) bothSizes() bool {
	return (b.Width.Set || b.Left.Set && b.Right.Set) && (b.Height.Set || b.Top.Set && b.Bottom.Set)
}

// everywhere reports whether a box covers the canvas.
func (b Box) everywhere() bool {
	at := func(d Dim, least float64) bool { return d.Set && d.V <= least }
	full := func(d Dim) bool { return d.Set && d.Percent && d.V >= 1 }
	across := at(b.Left, 0) && at(b.Right, 0) || full(b.Width)
	down := at(b.Top, 0) && at(b.Bottom, 0) || full(b.Height)
	return across && down
}

// coverCanvas sets the box of a layer with fit: cover and without a box: the canvas.
func coverCanvas(l *Layer) {
	if l.Fit == "cover" && l.Box == (Box{}) && (l.Kind == LayerClip || l.Kind == LayerImage || l.Kind == LayerVideo) {
		edge := Dim{Percent: true, Set: true}
		l.Box = Box{Left: edge, Right: edge, Top: edge, Bottom: edge}
	}
}

// warnHidden warns of clips that an opaque picture covers completely: one that is later in the list, does not begin later
// and has no end of its own. Files are not read here, so only kinds of files that have no alpha count.
func (d *doc) warnHidden(c Composition) {
	for i, l := range c.Layers {
		if l.Kind != LayerClip || l.After != "" {
			continue
		}
		for j := i + 1; j < len(c.Layers); j++ {
			over := c.Layers[j]
			if !d.covers(over) || over.At > l.At || over.After != "" {
				continue
			}
			name := over.Kind + " " + filepath.Base(over.Of)
			if over.Kind == LayerClip {
				name = fmt.Sprintf("opaque clip %q", over.Of)
			}
			hint := fmt.Sprintf("move %s before the clip in the list, or give it a box: the first layer lies at the bottom",
				over.Kind)
			d.WarnAt(l.Place.Line, l.Place.Column, hint, "%s: clip %q is not seen, as the %s lies over it",
				c.Base, l.Of, name)
			break
		}
	}
}

// warnUnusedDuck warns of a sound that is lowered while clips speak, in a composition without clips.
func (d *doc) warnUnusedDuck(c Composition) {
	for _, l := range c.Layers {
		if l.Kind == LayerClip || l.Kind == LayerComposition {
			return
		}
	}
	for _, l := range c.Layers {
		if at, written := l.Places["duck"]; written && l.Duck != nil {
			d.WarnAt(at.Line, at.Column, "leave it out, or add a layer with a clip",
				"%s: duck has no effect, as no clip speaks", c.Base)
		}
	}
}

// covers reports whether a layer is opaque and covers the canvas until the film or its file ends.
func (d *doc) covers(l Layer) bool {
	if l.For != 0 || l.Opacity < 1 || l.Mask.Circle || l.Safe > 0 || l.Mask.Radius.Set && l.Mask.Radius.V > 0 {
		return false
	}
	switch ext := strings.ToLower(filepath.Ext(l.Of)); l.Kind {
	case LayerImage:
		if ext != ".jpg" && ext != ".jpeg" {
			return false
		}
	case LayerVideo:
		if ext != ".mp4" && ext != ".m4v" {
			return false
		}
	case LayerClip:
		if !d.known.clip(l.Of) || d.known.clips[l.Of].Transparent {
			return false
		}
	default:
		return false
	}
	return l.Box == (Box{}) || l.Box.everywhere()
}
