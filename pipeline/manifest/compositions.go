package manifest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/fault"
	"greenroom/internal/lazyregexp"
	"greenroom/pipeline/manifest/value"
	"greenroom/pipeline/manifest/yamldoc"
)

var compositionName = lazyregexp.New(`^[A-Za-z0-9][A-Za-z0-9-]*$`)

// compositions reads all compositions, each in all of its formats.
func (d *doc) compositions(n ast.Node, m *Manifest) {
	fs := d.Fields(n, "compositions")
	if len(fs) > MaxCompositions {
		d.Fault(n, "split the project", "%d compositions, at most %d are read", len(fs), MaxCompositions)
		return
	}
	var films []string
	for _, f := range fs {
		films = append(films, f.Key)
	}
	d.known = newKnown(m, films)
	taken := map[string]Composition{}
	names := map[string]string{} // of all films and of compositions with rows, to who has them
	for _, f := range fs {
		if len(f.Key) > MaxName || !compositionName.MatchString(f.Key) || deviceName.MatchString(f.Key) {
			d.Fault(f.Node, "use up to "+strconv.Itoa(MaxName)+" letters, digits and dashes",
				"%q cannot name a composition",
				f.Key)
			continue
		}
		if each := eachOf(f); each != nil {
			d.rowComposition(f, each, m)
			continue
		}
		for _, c := range d.composition(f, m) {
			// Films become files, and some systems do not tell Tour from tour.
			if other, ok := taken[strings.ToLower(c.Name)]; ok {
				d.Fault(
					f.Node, "rename one of them", "two compositions would be %s: %s and %s", c.Name, other.Base, c.Base,
				)
				continue
			}
			taken[strings.ToLower(c.Name)] = c
			names[strings.ToLower(c.Name)] = "composition " + c.Base
			m.Compositions = append(m.Compositions, c)
		}
	}
	refs := newReferences(m)
	for _, c := range m.Compositions {
		d.references(m, c, refs)
	}
	d.checkRows(m, names, refs)
}

func (d *doc) composition(f yamldoc.Field, m *Manifest) (out []Composition) {
	path := "compositions." + f.Key
	var formats []value.Format
	given := false
	for _, k := range d.Fields(f.Value, path) {
		if k.Key == "formats" {
			formats, given = d.Formats(k.Value, path+".formats"), true
		}
	}
	if !given {
		formats = []value.Format{{}}
	}
	for _, v := range formats {
		out = append(out, d.variant(f, path, m, v))
		d.warnHidden(out[len(out)-1])
		d.warnUnusedDuck(out[len(out)-1])
	}
	d.warnUnusedFit(out, f.Key)
	return out
}

// variant reads a composition in one format.
func (d *doc) variant(f yamldoc.Field, path string, m *Manifest, v value.Format) Composition {
	c := Composition{Name: f.Key, Base: f.Key, Format: v.Name, Place: d.At(f.Node), Width: m.Width, Height: m.Height,
		FPS: m.FPS, Label: m.Label, Places: map[string]fault.Place{}}
	var layers, background ast.Node
	before := d.Count()
	set := yamldoc.Setters{
		"size": d.Size(path+".size", "the size of a film", 16, 8192, &c.Width,
			&c.Height), /* H.264 needs even sides */
		"duration":    d.length(path+".duration", &c.Length),
		"fps":         d.Rate(path+".fps", &c.FPS),
		"length":      d.length(path+".length", &c.Length),
		"transparent": d.Bool(path+".transparent", &c.Transparent),
		"background":  func(n ast.Node) { background = n; c.Background = d.background(n, path+".background") },
		"layers":      func(n ast.Node) { layers = n },
		"intro":       d.reference(path+".intro", &c.Intro),
		"outro":       d.reference(path+".outro", &c.Outro),
		"formats":     func(ast.Node) {},
		"each":        func(ast.Node) {}, // read before
	}
	addPlaces := func(fs []yamldoc.Field) {
		for _, k := range fs {
			c.Places[k.Key] = d.At(k.Node)
		}
	}
	addPlaces(d.Fields(f.Value, path))
	d.Object(f.Value, path, set)
	list, over := layers, ast.Node(nil)
	if v.Name != "" {
		c.Name += "-" + strings.ReplaceAll(v.Name, ":", "x")
		c.Width, c.Height = v.Size(c.Width, c.Height)
		if v.Changes != nil {
			path, layers = path+".formats."+v.Name, nil
			delete(set, "formats")
			delete(set, "each")
			addPlaces(d.Fields(v.Changes, path))
			d.Object(v.Changes, path, set)
			over = layers
		}
	}
	if background != nil && c.Transparent && c.Background != nil {
		d.Fault(
			background, "keep one of background and transparent: true", "%s is transparent and has a background", path,
		)
	}
	c.Layers = d.layerList(list, over, "compositions."+f.Key, path)
	if len(c.Layers) == 0 && c.Background == nil && c.Intro == nil && c.Outro == nil && d.Count() == before {
		d.Fault(f.Node, "add one:  layers: [{clip: intro}]", "%s has no layers", path)
	}
	return c
}

// layerList reads the layers, with what a format changes in them: by name, by clip or by number from 1.
func (d *doc) layerList(n, over ast.Node, path, overPath string) (out []Layer) {
	if n == nil {
		return nil
	}
	list := d.Items(n)
	if len(list) > MaxLayers {
		d.Fault(n, "nest some of them in a composition of their own", "%s has %d layers, at most %d are read", path,
			len(list), MaxLayers)
		return nil
	}
	changes := map[string]yamldoc.Field{}
	for _, f := range d.changes(over, overPath) {
		changes[f.Key] = f
	}
	used := map[string]bool{}
	var names []string
	out = make([]Layer, 0, len(list))
	for i, v := range list {
		var change ast.Node
		for _, key := range d.layerNames(v, i) {
			names = append(names, key)
			if f, ok := changes[key]; ok && !used[key] {
				used[key], change = true, f.Value
				break
			}
		}
		if change != nil && d.IsNone(change) {
			continue // this format does without it
		}
		if l, ok := d.layer(v, change, path+".layers["+strconv.Itoa(i)+"]"); ok {
			out = append(out, l)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(changes)) {
		if !used[key] {
			hint := "name a layer by its name:, its clip or its number, such as 1"
			if near := fault.Nearest(key, names); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			d.Fault(changes[key].Node, hint, "%s.layers: no layer %q", overPath, key)
		}
	}
	out = d.allCaptions(out, path)
	d.layerOrder(out, path)
	return out
}

func (d *doc) changes(over ast.Node, path string) []yamldoc.Field {
	if over == nil {
		return nil
	}
	return d.Fields(over, path+".layers")
}

// layerNames returns the names by which a format can change a layer: its own, its clip's or composition's, its number.
func (d *doc) layerNames(n ast.Node, i int) []string {
	var named string
	of, _ := d.Raw(n)
	pairs, _ := yamldoc.Pairs(d.Plain(n))
	for _, v := range pairs {
		s, ok := v.Value.(*ast.StringNode)
		switch key := v.Key.String(); {
		case !ok:
		case key == "name":
			named = s.Value
		case key == LayerClip || key == LayerComposition:
			of = s.Value
		}
	}
	var out []string
	for _, s := range []string{named, of, strconv.Itoa(i + 1)} {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// layerOrder checks the names and the after: of one composition's layers.
func (d *doc) layerOrder(layers []Layer, path string) {
	at := map[string]int{}
	var names []string
	for i, l := range layers {
		if l.Name == "" {
			continue
		}
		if _, ok := at[l.Name]; ok {
			p := l.Places["name"]
			d.FaultAt(p.Line, p.Column, "rename one of them", "%s: two layers are named %q", path, l.Name)
		}
		at[l.Name] = i
		names = append(names, l.Name)
	}
	for i, l := range layers { // a clip that is there once needs no name
		if _, ok := at[l.Of]; !ok && l.Name == "" && (l.Kind == LayerClip || l.Kind == LayerComposition) {
			at[l.Of] = i
			names = append(names, l.Of)
		}
	}
	for i, l := range layers {
		p := l.Places["after"]
		if l.After == "" {
			if p := l.Places["at"]; l.At < 0 {
				d.FaultAt(p.Line, p.Column, "a film starts at 0s", "%s: at is before 0", path)
			}
			continue
		}
		if _, ok := at[l.After]; !ok {
			hint := "give that layer a name:"
			if layer, _ := value.LayerEdge(l.After); layer != "" {
				hint = "write after: " + layer
			} else if near := fault.Nearest(l.After, names); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			d.FaultAt(p.Line, p.Column, hint, "%s: no layer %q to come after", path, l.After)
			continue
		}
		for j, steps := at[l.After], 0; steps <= len(layers); steps++ {
			if j == i {
				d.FaultAt(p.Line, p.Column, "give one of them an at: alone", "%s: %q comes after itself", path, l.After)
				break
			}
			next, ok := at[layers[j].After]
			if !ok {
				break
			}
			j = next
		}
	}
}

func (d *doc) length(path string, to *time.Duration) func(ast.Node) {
	return func(n ast.Node) {
		if s, ok := d.Plain(n).(*ast.StringNode); ok && s.Value == "auto" {
			*to = 0
			return
		}
		d.Time(path, time.Millisecond, to)(n)
	}
}

func (d *doc) reference(path string, to **Reference) func(ast.Node) {
	return func(n ast.Node) {
		if d.IsNone(n) {
			*to = nil
			return
		}
		r := &Reference{Place: d.At(n)}
		d.Text(path, &r.Name)(n)
		if r.Name != "" {
			*to = r
		}
	}
}
