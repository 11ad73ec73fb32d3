package manifest

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/fault"
)

// field is one key of a mapping: where it stands and its value.
type field struct {
	key   string
	node  ast.Node // the key
	value ast.Node
}

// fields gives a mapping's keys once each; anything else is a fault.
func (d *doc) fields(n ast.Node, path string) []field {
	d.alive()
	var values []*ast.MappingValueNode
	switch v := d.plain(n).(type) {
	case *ast.MappingNode:
		values = v.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{v}
	case *ast.NullNode, nil:
		return nil
	default:
		d.fault(n, "write it as `key: value` pairs", "%s must be a mapping", orRoot(path))
		return nil
	}
	var out []field
	seen := map[string]bool{}
	for _, v := range values {
		if v.Key.IsMergeKey() {
			d.fault(v, "write the keys out, or use defaults:", "merge keys are not supported")
			continue
		}
		key := strings.Trim(v.Key.String(), `"'`)
		if seen[key] {
			d.fault(v.Key, "keep one of them", "%s is written twice", join(path, key))
			continue
		}
		seen[key] = true
		out = append(out, field{key, v.Key, v.Value})
	}
	return out
}

// plain refuses aliases: expanding them is how a small file becomes a huge one.
func (d *doc) plain(n ast.Node) ast.Node {
	switch v := n.(type) {
	case *ast.AliasNode:
		d.fault(n, "write the value out, or use defaults:", "aliases are not supported")
		return &ast.NullNode{BaseNode: &ast.BaseNode{}, Token: v.GetToken()}
	case *ast.AnchorNode:
		return d.plain(v.Value)
	case *ast.TagNode:
		return d.plain(v.Value)
	}
	return n
}

// setters maps the keys of a mapping to what reads them.
type setters map[string]func(ast.Node)

// object reads a mapping; unknown keys are faults that name the nearest known one.
func (d *doc) object(n ast.Node, path string, set setters) {
	for _, f := range d.fields(n, path) {
		if s, ok := set[f.key]; ok {
			d.recordMember(path, f.key, f.node)
			s(f.value)
			continue
		}
		known := make(map[string]bool, len(set))
		for k := range set {
			known[k] = true
		}
		d.unknown(f, path, known)
	}
}

// unknown reports a key that a place does not have, and returns the hint: the key that is meant, else the one that is spelled
// alike, else all keys of the place.
func (d *doc) unknown(f field, path string, set map[string]bool) string {
	known := slices.Sorted(maps.Keys(set))
	hint := meaningOf(placeOf(path), f)
	if near := Nearest(f.key, known); hint == "" && near != "" {
		hint = "did you mean " + strconv.Quote(near) + "?"
	}
	if hint == "" {
		hint = "known here: " + strings.Join(known, ", ")
	}
	msg := "unknown key " + join(path, f.key)
	already := func(e *fault.Error) bool { return e.Msg == msg && *e.Place == d.at(f.node) }
	if !slices.ContainsFunc(d.faults, already) { // a family without rows reports its keys before its rows are read
		d.fault(f.node, hint, "%s", msg)
	}
	return hint
}

// Nearest gives the candidate within two edits of word, or "".
func Nearest(word string, candidates []string) string {
	best, bestD := "", 3
	for _, c := range candidates {
		if n := distance(word, c); n < bestD && n < max(len(c), len(word)) {
			best, bestD = c, n
		}
	}
	return best
}

// distance is the number of single-letter edits between two words.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		prev := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			prev, row[j] = row[j], min(row[j]+1, row[j-1]+1, prev+cost)
		}
	}
	return row[len(b)]
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func orRoot(path string) string {
	if path == "" {
		return "the manifest"
	}
	return path
}
