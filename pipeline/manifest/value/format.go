package value

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/lazyregexp"
	"greenroom/pipeline/manifest/yamldoc"
)

// Format is one shape of a composition.
type Format struct {
	Name          string   // "9:16"
	width, height int      // the ratio
	Changes       ast.Node // what the format changes in the composition; may be nil
}

var ratio = lazyregexp.New(`^([1-9]\d?)[:x]([1-9]\d?)$`)

// formatWords are formats by a word.
var formatWords = map[string]string{
	"landscape": "16:9", "horizontal": "16:9", "widescreen": "16:9",
	"portrait": "9:16", "vertical": "9:16", "square": "1:1",
}

func isFormat(s string) bool { return ratio.MatchString(s) || formatWords[yamldoc.Fold(s)] != "" }

// Formats reads one format, a list of formats, or a mapping from formats to what they change.
func (r Reader) Formats(n ast.Node, path string) (out []Format) {
	add := func(at ast.Node, name string, changes ast.Node) {
		named := formatWords[yamldoc.Fold(name)]
		m := ratio.FindStringSubmatch(cmp.Or(named, strings.ReplaceAll(name, " ", "")))
		if m == nil {
			r.Fault(at, "write 16:9, 9:16 or 1:1", "%s: %q is not a format", path, name)
			return
		}
		w, _ := strconv.Atoi(m[1])
		h, _ := strconv.Atoi(m[2])
		f := Format{m[1] + ":" + m[2], w, h, changes}
		if slices.ContainsFunc(out, func(g Format) bool { return g.Name == f.Name }) {
			r.Fault(at, "keep one of them", "%s: %s is written twice", path, f.Name)
			return
		}
		out = append(out, f)
	}
	if _, isList := r.Plain(n).(*ast.SequenceNode); isList || r.IsScalar(n) {
		for _, v := range r.Items(n) {
			// Inside of braces and brackets YAML reads 16:9 as a pair of numbers.
			if pairs, ok := yamldoc.Pairs(v); ok && len(pairs) == 1 {
				add(pairs[0].Key, pairs[0].Key.String()+":"+pairs[0].Value.String(), nil)
				continue
			}
			if s, ok := r.ReadText(v, path); ok {
				add(v, s, nil)
			}
		}
	} else {
		for _, f := range r.Fields(n, path) {
			switch v := r.Plain(f.Value).(type) {
			case *ast.IntegerNode:
				add(f.Node, f.Key+":"+v.Token.Value, nil)
			case *ast.NullNode:
				add(f.Node, f.Key, nil)
			default:
				add(f.Node, f.Key, f.Value)
			}
		}
	}
	if len(out) == 0 && r.Count() == 0 {
		r.Fault(n, "write formats: [16:9, 9:16, 1:1]", "%s names no format", path)
	}
	return out
}

// Size returns the size of a format: its ratio, with the shorter side of a size.
func (f Format) Size(w, h int) (int, int) {
	short := min(w, h)
	long := func(a, b int) int { return 2 * ((short*a + b) / (2 * b)) }
	if f.width >= f.height {
		return long(f.width, f.height), short
	}
	return short, long(f.height, f.width)
}
