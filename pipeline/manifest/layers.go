package manifest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/fault"
	"greenroom/pipeline/manifest/keyhint"
	"greenroom/pipeline/manifest/value"
	"greenroom/pipeline/manifest/yamldoc"
)

// LayerKinds are the keys of which a layer has exactly one.
var LayerKinds = []string{LayerClip, LayerImage, LayerVideo, LayerText, LayerCaptions, LayerAudio, LayerComposition}

// layerKeys are the keys of each kind of layer, apart from its own, name, at, for and after.
var layerKeys = map[string]string{
	LayerClip:  "box box-of safe fit anchor mask fill ring opacity enter leave skip gain fade-in fade-out",
	LayerImage: "box safe fit anchor mask fill ring opacity enter leave",
	LayerVideo: "box safe fit anchor mask fill ring opacity enter leave skip loop gain fade-in fade-out",
	LayerText:  "box safe anchor opacity enter leave style font weight size line-height color align stroke plate",
	LayerCaptions: "box safe anchor opacity style font weight size line-height color align stroke plate lines " +
		"mode highlight",
	LayerAudio:       "skip loop gain fade-in fade-out duck",
	LayerComposition: "box safe anchor skip",
}

// otherNames are the keys of a layer that have a second name.
var otherNames = map[string]string{"duration": "for"}

// merged returns the fields of a layer with those of a format's change, which replace them, in the order of the first.
func (d *doc) merged(base, over ast.Node, path string) []yamldoc.Field {
	out := d.layerFields(base, path)
	if over == nil {
		return out
	}
	for _, f := range d.layerFields(over, path) {
		if i := slices.IndexFunc(out, func(g yamldoc.Field) bool { return g.Key == f.Key }); i >= 0 {
			out[i] = f
		} else {
			out = append(out, f)
		}
	}
	return out
}

// layerFields returns the fields of a layer, without second names. A layer that is only a text names a clip, a
// composition or a file; `captions` means those of all clips.
func (d *doc) layerFields(n ast.Node, path string) []yamldoc.Field {
	if d.IsScalar(n) {
		return d.shortLayer(n, path)
	}
	out := d.Fields(n, path)
	for i, f := range out {
		name, ok := otherNames[f.Key]
		if !ok {
			continue
		}
		if slices.ContainsFunc(out, func(g yamldoc.Field) bool { return g.Key == name }) {
			d.Fault(f.Node, "keep one of them", "%s has %s and %s, which are the same", path, name, f.Key)
			continue
		}
		out[i].Key = name
	}
	return out
}

func (d *doc) shortLayer(n ast.Node, path string) []yamldoc.Field {
	s, _ := d.ReadText(n, path)
	if d.row != nil && d.row.broken {
		return nil
	}
	kind := value.MediaKind(s)
	switch {
	case s == LayerCaptions:
		kind = LayerCaptions
	case d.known.clip(s) || d.row != nil && s == d.row.family:
		kind = LayerClip
	case d.known.composition(s):
		kind = LayerComposition
	}
	if kind == "" {
		hint := `write {text: "` + s + `"} for words`
		if near := fault.Nearest(s, d.known.names()); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		d.Fault(n, hint, "%s: no clip, composition or file %q", path, s)
		return nil
	}
	return []yamldoc.Field{{Key: kind, Node: n, Value: n}}
}

// layer reads one layer; over is what its format changes, or nil.
func (d *doc) layer(n, over ast.Node, path string) (l Layer, ok bool) {
	faults := d.Count()
	fs := d.merged(n, over, path)
	if len(fs) == 0 && d.Count() > faults {
		return l, false // not a mapping, which is reported
	}
	l = Layer{Place: d.At(n), Places: map[string]fault.Place{}, Opacity: 1, Gain: 1, BoxOf: "presenter", Mode: "block"}
	var kinds []string
	for _, f := range fs {
		l.Places[f.Key] = d.At(f.Node)
		if slices.Contains(LayerKinds, f.Key) {
			kinds = append(kinds, f.Key)
		}
	}
	if len(kinds) != 1 {
		d.kindFault(n, fs, kinds, path)
		return l, false
	}
	l.Kind = kinds[0]
	l.Place = l.Places[l.Kind]
	d.layerStyle(fs, path, &l)
	var style yamldoc.Setters
	for _, f := range fs {
		if set := d.layerSetter(path, f.Key, &l, &style); set != nil {
			set(f.Value)
			continue
		}
		i := slices.IndexFunc(LayerKinds,
			func(kind string) bool { return slices.Contains(strings.Fields(layerKeys[kind]), f.Key) })
		if i >= 0 {
			hint := keyhint.For("layer of "+l.Kind, f)
			d.Fault(f.Node, cmp.Or(hint, "leave it out; it belongs to "+LayerKinds[i]), "%s: %s has no %s", path,
				withArticle(l.Kind), f.Key)
			continue
		}
		d.Unknown(f, path, slices.Sorted(maps.Keys(layerHas[l.Kind])))
	}
	if l.Kind != LayerText && l.Kind != LayerCaptions {
		coverCanvas(&l)
		return l, true
	}
	l.Box, l.Safe, l.Enter, l.Leave = l.Style.Box, l.Style.Safe, l.Style.Enter, l.Style.Leave
	if l.Kind == LayerCaptions {
		l.Enter, l.Leave = Motion{}, Motion{} // pages follow one another at once
	}
	return l, true
}

// kindFault reports a layer that has no kind, or several. Without a kind it points at the keys that no layer has.
func (d *doc) kindFault(n ast.Node, fs []yamldoc.Field, kinds []string, path string) {
	hint := "give it one of " + strings.Join(LayerKinds, ", ")
	if len(kinds) > 1 {
		d.Fault(
			n, hint+"; a layer for each", "%s is %d kinds of layer: %s", path, len(kinds), strings.Join(kinds, ", "),
		)
		return
	}
	named := false
	for _, f := range fs {
		if slices.ContainsFunc(LayerKinds, func(kind string) bool { return layerHas[kind][f.Key] }) {
			continue
		}
		hint := hint
		if m := keyhint.For("layer", f); m != "" {
			hint = m
		} else if near := fault.Nearest(f.Key, LayerKinds); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		named = true
		d.Fault(f.Node, hint, "unknown key %s.%s", path, f.Key)
	}
	if !named {
		d.Fault(n, hint, "%s shows and plays nothing", path)
	}
}

func withArticle(kind string) string {
	switch kind {
	case LayerImage, LayerAudio:
		return "an " + kind + " layer"
	}
	return "a " + kind + " layer"
}

// layerStyle sets the style of a layer of text or captions before the other keys change it, whatever their order.
func (d *doc) layerStyle(fs []yamldoc.Field, path string, l *Layer) {
	switch l.Kind {
	case LayerText:
		l.StyleName = cmp.Or(l.StyleName, "title")
	case LayerCaptions:
		l.StyleName = "captions"
	default:
		return
	}
	l.Style = d.style[l.StyleName]
	for _, f := range fs {
		if f.Key != "style" {
			continue
		}
		name, ok := d.ReadText(f.Value, path+".style")
		if !ok {
			return
		}
		s, ok := d.style[name]
		if !ok {
			d.Fault(f.Value, d.knownStyles(name), "%s: no style %q", path, name)
			return
		}
		l.StyleName, l.Style = name, s
	}
	if l.Kind == LayerCaptions && l.Style.Lines == 0 {
		l.Style.Lines = 2
	}
}

// LayerKeys returns the keys of a kind of layer, sorted, with their other names.
func LayerKeys(kind string) []string {
	keys := slices.Collect(maps.Keys(layerHas[kind]))
	for other, key := range otherNames {
		if layerHas[kind][key] {
			keys = append(keys, other)
		}
	}
	slices.Sort(keys)
	return keys
}

// layerHas are the keys of each kind of layer, as sets.
var layerHas = func() map[string]map[string]bool {
	out := map[string]map[string]bool{}
	for kind, keys := range layerKeys {
		has := map[string]bool{"name": true, kind: true}
		if kind != LayerCaptions { // they go with their clip
			has["at"], has["for"], has["after"] = true, true, true
		}
		for _, k := range strings.Fields(keys) {
			has[k] = true
		}
		out[kind] = has
	}
	return out
}()

// layerSetter returns the function that reads a key of a layer, or nil. It does not make a table of all of them,
// because compositions of rows are read thousands of times.
func (d *doc) layerSetter(path, key string, l *Layer, style *yamldoc.Setters) func(ast.Node) {
	if !layerHas[l.Kind][key] {
		return nil
	}
	at := path + "." + key
	if l.Kind == LayerText || l.Kind == LayerCaptions {
		if styleWords[key] && *style == nil {
			*style = d.styleKeys(path, &l.Style)
		}
		if s, ok := (*style)[key]; ok {
			return s
		}
	}
	switch key {
	case "name":
		return d.Text(at, &l.Name)
	case "at":
		return d.Time(at, value.AnyTime, &l.At)
	case "for":
		return d.Time(at, time.Millisecond, &l.For)
	case "after":
		return d.Text(at, &l.After)
	case l.Kind:
		return func(n ast.Node) { d.content(n, at, l) }
	case "box":
		return func(n ast.Node) { l.Box = d.box(n, at) }
	case "box-of":
		return d.Word(at, []string{"presenter", "frame"}, &l.BoxOf)
	case "safe":
		return d.safe(at, &l.Safe)
	case "fit":
		return d.Word(at, []string{"cover", "contain"}, &l.Fit)
	case "anchor":
		return d.Word(at, []string{"top", "bottom", "left", "right", "center"}, &l.Anchor)
	case "mask":
		return func(n ast.Node) { d.mask(n, at, &l.Mask) }
	case "fill":
		return func(n ast.Node) { l.Fill = d.fillOf(n, at) }
	case "ring":
		return func(n ast.Node) { l.Ring = d.ring(n, at) }
	case "opacity":
		return d.Percent(at, 1, &l.Opacity)
	case "enter":
		return d.motion(at, DefaultEnter, &l.Enter)
	case "leave":
		return d.motion(at, DefaultLeave, &l.Leave)
	case "skip":
		return d.Time(at, 0, &l.Skip)
	case "loop":
		return d.Bool(at, &l.Loop)
	case "gain":
		return d.Decibel(at, &l.Gain)
	case "fade-in":
		return d.Time(at, 0, &l.FadeIn)
	case "fade-out":
		return d.Time(at, 0, &l.FadeOut)
	case "duck":
		return func(n ast.Node) { d.duck(n, at, l) }
	case "mode":
		return d.Word(at, []string{"block", "word"}, &l.Mode)
	case "style":
		return func(ast.Node) {} // layerStyle reads it
	}
	return nil
}

// content reads the value of the key that is the layer's kind.
func (d *doc) content(n ast.Node, path string, l *Layer) {
	if on, ok := d.ReadBool(n, path); ok && on && l.Kind == LayerCaptions {
		l.Of = allClips
		return
	}
	text, ok := d.ReadText(n, path)
	l.Of = text
	if !ok {
		return
	}
	switch l.Kind {
	case LayerClip, LayerCaptions:
		if l.Kind == LayerCaptions && l.Of == LayerCaptions && !d.known.clip(l.Of) {
			l.Of = allClips
		}
		if d.row != nil && l.Of == d.row.family && d.row.clip != "" && !d.known.clip(l.Of) {
			l.Of = d.row.clip // the family's name is the row's own clip
		}
	case LayerText:
		switch size := utf8.RuneCountInString(l.Of); {
		case strings.TrimSpace(l.Of) == "":
			d.Fault(n, "write the words, or leave the layer out", "%s is empty", path)
		case size > MaxText:
			d.Fault(n, "split it into several layers", "%s has %d characters, at most %d are set", path, size, MaxText)
		}
	case LayerImage, LayerVideo, LayerAudio:
		l.Of = d.input(n, path, l.Of)
	}
}

func (d *doc) duck(n ast.Node, path string, l *Layer) {
	k := &Duck{By: 0.25118864315095796, Attack: 200 * time.Millisecond, Release: 600 * time.Millisecond} // -12 dB
	if on, ok := d.ReadBool(n, path); ok {
		l.Duck = nil
		if on {
			l.Duck = k
		}
		return
	}
	if d.IsScalar(n) { // duck: 12dB
		d.lower(n, path, &k.By)
		l.Duck = k
		return
	}
	d.Object(n, path, yamldoc.Setters{
		"by":      func(n ast.Node) { d.lower(n, path+".by", &k.By) },
		"attack":  d.Time(path+".attack", 0, &k.Attack),
		"release": d.Time(path+".release", 0, &k.Release),
	})
	l.Duck = k
}

// lower reads by how much a sound is lowered; 12dB and -12dB are the same.
func (d *doc) lower(n ast.Node, path string, to *float64) {
	v, before := 1.0, d.Count()
	d.Decibel(path, &v)(n)
	if d.Count() > before {
		return
	}
	if v > 1 {
		v = 1 / v
	}
	*to = v
}
