package manifest

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/lazyregexp"
)

// format is one shape of a composition.
type format struct {
	name string // "9:16"
	w, h int    // the ratio
	at   ast.Node
	over ast.Node // what it changes; may be nil
}

var ratio = lazyregexp.New(`^([1-9]\d?)[:x]([1-9]\d?)$`)

// formatWords are formats by a word.
var formatWords = map[string]string{
	"landscape": "16:9", "horizontal": "16:9", "widescreen": "16:9",
	"portrait": "9:16", "vertical": "9:16", "square": "1:1",
}

// formats reads one shape, a list of shapes, or a mapping from shapes to what they change. In `{16:9, 1:1}` YAML sees numbers.
func (d *doc) formats(n ast.Node, path string) (out []format) {
	add := func(at ast.Node, name string, over ast.Node) {
		named := formatWords[plainWord(name)]
		m := ratio.FindStringSubmatch(cmp.Or(named, strings.ReplaceAll(name, " ", "")))
		if m == nil {
			d.fault(at, "write 16:9, 9:16 or 1:1", "%s: %q is not a format", path, name)
			return
		}
		w, _ := strconv.Atoi(m[1])
		h, _ := strconv.Atoi(m[2])
		f := format{m[1] + ":" + m[2], w, h, at, over}
		if slices.ContainsFunc(out, func(g format) bool { return g.name == f.name }) {
			d.fault(at, "keep one of them", "%s: %s is written twice", path, f.name)
			return
		}
		out = append(out, f)
	}
	if _, ok := d.plain(n).(*ast.SequenceNode); ok || d.isScalar(n) {
		for _, v := range d.items(n) {
			if pair, ok := v.(*ast.MappingNode); ok && len(pair.Values) == 1 {
				v = pair.Values[0]
			}
			if pair, ok := v.(*ast.MappingValueNode); ok { // inside of braces 16:9 is a pair
				add(pair.Key, pair.Key.String()+":"+pair.Value.String(), nil)
				continue
			}
			var s string
			before := len(d.faults)
			if d.text(path, &s)(v); len(d.faults) == before {
				add(v, s, nil)
			}
		}
	} else {
		for _, f := range d.fields(n, path) {
			switch v := d.plain(f.value).(type) {
			case *ast.IntegerNode:
				add(f.node, f.key+":"+v.Token.Value, nil)
			case *ast.NullNode:
				add(f.node, f.key, nil)
			default:
				add(f.node, f.key, f.value)
			}
		}
	}
	if len(out) == 0 && len(d.faults) == 0 {
		d.fault(n, "write formats: [16:9, 9:16, 1:1]", "%s names no format", path)
	}
	return out
}

// size of a format: the ratio over the shorter side of what the composition is otherwise.
func (f format) size(w, h int) (int, int) {
	short := min(w, h)
	long := func(a, b int) int { return 2 * ((short*a + b) / (2 * b)) }
	if f.w >= f.h {
		return long(f.w, f.h), short
	}
	return short, long(f.h, f.w)
}
