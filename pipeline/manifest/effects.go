package manifest

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/fault"
	"greenroom/pipeline/manifest/disclose"
	"greenroom/pipeline/manifest/yamldoc"
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

// disclose reads how films say that they are made by AI.
func (d *doc) disclose(n ast.Node, m *Manifest) {
	set := disclose.Read(d.Reader, &m.Disclose, d.input)
	set["label"] = func(n ast.Node) { m.Label = d.label(n, "disclose.label") }
	d.Object(n, "disclose", set)
}

// label reads the text that is over every film: true, the words, or a text layer. It returns nil for none.
func (d *doc) label(n ast.Node, path string) *Layer {
	l := &Layer{
		Kind: LayerText, Of: disclose.DefaultLabel, Name: "disclosure", StyleName: "disclosure", Place: d.At(n),
		Places: map[string]fault.Place{}, Opacity: 1, BoxOf: "presenter",
	}
	on, isBool := d.ReadBool(n, path)
	var fields []yamldoc.Field
	switch {
	case isBool && !on, d.IsNone(n):
		return nil
	case isBool:
	case d.IsScalar(n):
		fields = []yamldoc.Field{{Key: LayerText, Node: n, Value: n}}
	default:
		fields = d.layerFields(n, path)
	}
	before := d.Count()
	d.layerStyle(fields, path, l)
	var style yamldoc.Setters
	known := LabelKeys()
	for _, f := range fields {
		l.Places[f.Key] = d.At(f.Node)
		if slices.Contains(known, f.Key) {
			d.layerSetter(path, f.Key, l, &style)(f.Value)
		} else {
			d.Unknown(f, path, known)
		}
	}
	l.Box, l.Safe, l.Enter, l.Leave = l.Style.Box, l.Style.Safe, l.Style.Enter, l.Style.Leave
	if d.Count() == before {
		d.readableLabel(n, path, *l)
	}
	return l
}

// LabelKeys returns the keys of the label, sorted: those of a text layer, with their other names, that a text over the
// complete film can have.
func LabelKeys() []string {
	return slices.DeleteFunc(LayerKeys(LayerText), func(key string) bool {
		return key == "name" || key == "after" || key == "opacity"
	})
}

// readableLabel reports a label that is too long, too short or too faint to be read.
func (d *doc) readableLabel(n ast.Node, path string, l Layer) {
	at := func(keys ...string) fault.Place {
		for _, key := range keys {
			if p, ok := l.Places[key]; ok {
				return p
			}
		}
		return l.Place
	}
	faultAt := func(p fault.Place, hint, format string, args ...any) {
		d.FaultAt(p.Line, p.Column, hint, format, args...)
	}
	size, least := utf8.RuneCountInString(l.Of), disclose.LeastTime(l.Of)
	ground, where := l.Style.StrokeColor, "line around its letters"
	if !l.Style.StrokeWidth.Set || l.Style.StrokeWidth.V <= 0 {
		ground = ""
	}
	if p := l.Style.Plate; p != nil {
		ground, where = p.Color, "plate"
	}
	switch contrast := disclose.Contrast(l.Style.Color, ground); {
	case size > disclose.MaxLabel:
		faultAt(at("text"), "write it as short as "+disclose.DefaultLabel,
			"%s has %d characters, at most %d are read in passing", path, size, disclose.MaxLabel)
	case strings.Contains(l.Of, "{{"):
		faultAt(at("text"), "write the same words for all films",
			"%s belongs to no row, and cannot have cells of a table", path)
	case l.At < 0:
		faultAt(at("at"), "a film starts at 0s", "%s: at is before 0", path)
	case l.For > 0 && l.For < least:
		faultAt(at("for"), "show it for "+least.String()+" or longer, or leave for: out",
			"%s is visible for %s, too short to be read", path, l.For)
	case ground == "":
		faultAt(at("plate", "style"), `give it plate: "#10140FD9"`,
			"%s has no plate: over a bright picture it cannot be read", path)
	case contrast < disclose.LeastContrast:
		faultAt(at("color", "plate", "stroke", "style"), "choose a lighter or darker colour, or a more opaque plate",
			"%s: its letters %s on their %s %s have a contrast of %.1f at worst, and need %.1f", path, l.Style.Color,
			where, ground, contrast, disclose.LeastContrast)
	}
}
