package yamldoc

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/fault"
)

// Field is one key of a mapping with its value.
type Field struct {
	Key   string
	Node  ast.Node // the key
	Value ast.Node
}

// Setters map the keys of a mapping to what reads their values.
type Setters map[string]func(ast.Node)

// Fields returns the keys of a mapping in their order, each once. Keys that are written twice and merge keys are
// faults, and so is anything that is not a mapping. A null has no fields.
func (d *Doc) Fields(n ast.Node, path string) []Field {
	d.Alive()
	n = d.Plain(n)
	if _, empty := n.(*ast.NullNode); empty || n == nil {
		return nil
	}
	values, ok := Pairs(n)
	if !ok {
		d.Fault(n, "write it as `key: value` pairs", "%s must be a mapping", d.orRoot(path))
		return nil
	}
	var out []Field
	seen := map[string]bool{}
	for _, v := range values {
		if v.Key.IsMergeKey() {
			d.Fault(v, "write the keys out, or "+d.opt.ShareHint, "merge keys are not supported")
			continue
		}
		key := KeyOf(v)
		if seen[key] {
			d.Fault(v.Key, "keep one of them", "%s is written twice", Join(path, key))
			continue
		}
		seen[key] = true
		out = append(out, Field{key, v.Key, v.Value})
	}
	return out
}

// Pairs returns the pairs of a mapping as they are written; ok is false for anything else.
func Pairs(n ast.Node) (values []*ast.MappingValueNode, ok bool) {
	switch v := n.(type) {
	case *ast.MappingNode:
		return v.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{v}, true
	}
	return nil, false
}

// KeyOf returns the key of a pair without quotes.
func KeyOf(v *ast.MappingValueNode) string { return strings.Trim(v.Key.String(), `"'`) }

// Plain returns a node without its anchor and its tag. Aliases are faults: expanding them is how a small file becomes
// a huge one.
func (d *Doc) Plain(n ast.Node) ast.Node {
	switch v := n.(type) {
	case *ast.AliasNode:
		d.Fault(n, "write the value out, or "+d.opt.ShareHint, "aliases are not supported")
		return &ast.NullNode{BaseNode: &ast.BaseNode{}, Token: v.GetToken()}
	case *ast.AnchorNode:
		return d.Plain(v.Value)
	case *ast.TagNode:
		return d.Plain(v.Value)
	}
	return n
}

// Object reads a mapping: it calls the setter of each key. Unknown keys are faults.
func (d *Doc) Object(n ast.Node, path string, set Setters) {
	for _, f := range d.Fields(n, path) {
		if s, ok := set[f.Key]; ok {
			d.Know(path, f)
			s(f.Value)
			continue
		}
		d.Unknown(f, path, slices.Sorted(maps.Keys(set)))
	}
}

// Know calls the hook Known.
func (d *Doc) Know(path string, f Field) {
	if d.Known != nil {
		d.Known(path, f)
	}
}

// Unknown reports a key that a place does not have, and returns the hint: what the key means, else the known key that
// is spelled alike, else all keys of the place.
func (d *Doc) Unknown(f Field, path string, known []string) string {
	hint := ""
	if d.Hint != nil {
		hint = d.Hint(path, f)
	}
	if near := fault.Nearest(f.Key, known); hint == "" && near != "" {
		hint = "did you mean " + strconv.Quote(near) + "?"
	}
	if hint == "" {
		hint = "known here: " + strings.Join(known, ", ")
	}
	msg := "unknown key " + Join(path, f.Key)
	// A mapping that is read twice, first by its fields and then as an object, reports its keys once.
	already := func(e *fault.Error) bool { return e.Msg == msg && *e.Place == d.At(f.Node) }
	if !slices.ContainsFunc(d.faults, already) {
		d.Fault(f.Node, hint, "%s", msg)
	}
	return hint
}

// Join returns the path of a key below path.
func Join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func (d *Doc) orRoot(path string) string {
	if path == "" {
		return d.opt.Noun
	}
	return path
}
