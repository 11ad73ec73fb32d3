package manifest

import (
	"math"
	"sort"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/lazyregexp"
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
		d.unknown(f, path, set)
	}
}

func (d *doc) unknown(f field, path string, set setters) {
	where := join(path, f.key)
	known := make([]string, 0, len(set))
	for k := range set {
		known = append(known, k)
	}
	sort.Strings(known)
	hint := "known here: " + strings.Join(known, ", ")
	if near := Nearest(f.key, known); near != "" {
		hint = "did you mean " + strconv.Quote(near) + "?"
	}
	d.fault(f.node, hint, "unknown key %s", where)
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

func (d *doc) text(path string, to *string) func(ast.Node) {
	return func(n ast.Node) {
		switch v := d.plain(n).(type) {
		case *ast.StringNode:
			*to = v.Value
		case *ast.LiteralNode:
			*to = v.Value.Value
		case *ast.IntegerNode, *ast.FloatNode:
			*to = v.String()
		default:
			d.fault(n, "write text", "%s must be text", path)
		}
		if d.row != nil {
			*to = d.fill(n, path, *to)
		}
	}
}

func (d *doc) boolean(path string, to *bool) func(ast.Node) {
	return func(n ast.Node) {
		if v, ok := d.plain(n).(*ast.BoolNode); ok {
			*to = v.Value
			return
		}
		d.fault(n, "write true or false", "%s must be true or false", path)
	}
}

func (d *doc) number(path string, lo, hi float64, hint string, to *float64) func(ast.Node) {
	return func(n ast.Node) {
		v, ok := num(d.plain(n))
		switch {
		case !ok:
			d.fault(n, hint, "%s must be a number", path)
		case v < lo || v > hi:
			d.fault(n, hint, "%s must be between %g and %g, got %g", path, lo, hi, v)
		default:
			*to = v
		}
	}
}

func (d *doc) integer(path string, lo, hi int, hint string, to *int) func(ast.Node) {
	return func(n ast.Node) {
		v, ok := num(d.plain(n))
		switch {
		case !ok || v != math.Trunc(v):
			d.fault(n, hint, "%s must be a whole number", path)
		case v < float64(lo) || v > float64(hi):
			d.fault(n, hint, "%s must be between %d and %d, got %g", path, lo, hi, v)
		default:
			*to = int(v)
		}
	}
}

func num(n ast.Node) (float64, bool) {
	switch v := n.(type) {
	case *ast.IntegerNode:
		f, err := strconv.ParseFloat(v.Token.Value, 64)
		return f, err == nil
	case *ast.FloatNode:
		return v.Value, !math.IsNaN(v.Value) && !math.IsInf(v.Value, 0)
	}
	return 0, false
}

func (d *doc) word(path string, words []string, to *string) func(ast.Node) {
	return func(n ast.Node) {
		var s string
		d.text(path, &s)(n)
		for _, w := range words {
			if s == w {
				*to = s
				return
			}
		}
		if s == "" {
			return
		}
		hint := "use " + strings.Join(words, ", ")
		if near := Nearest(s, words); near != "" {
			hint = "did you mean " + strconv.Quote(near) + "? " + hint
		}
		d.fault(n, hint, "%s cannot be %q", path, s)
	}
}

var sizePattern = lazyregexp.New(`^(\d{2,5})x(\d{2,5})$`)

func (d *doc) size(path string, w, h *int) func(ast.Node) {
	return func(n ast.Node) {
		var s string
		d.text(path, &s)(n)
		m := sizePattern.FindStringSubmatch(s)
		if m == nil {
			d.fault(n, "write it like 1920x1080", "%s must be WIDTHxHEIGHT", path)
			return
		}
		x, _ := strconv.Atoi(m[1])
		y, _ := strconv.Atoi(m[2])
		if x%2 != 0 || y%2 != 0 || x < 128 || y < 128 || x > 4096 || y > 4096 {
			d.fault(n, "both sides must be even and between 128 and 4096, such as "+strconv.Itoa(even(x))+"x"+strconv.Itoa(even(y)), "%s %s is not a size HeyGen renders", path, s)
			return
		}
		*w, *h = x, y
	}
}

func even(v int) int { return max(128, min(4096, v-v%2)) }

var colorPattern = lazyregexp.New(`^#[0-9a-fA-F]{6}$`)

func (d *doc) color(path string, to *string) func(ast.Node) {
	return func(n ast.Node) {
		var s string
		d.text(path, &s)(n)
		if !colorPattern.MatchString(s) {
			d.fault(n, `write it like "#00FF00", with quotes`, "%s must be a colour", path)
			return
		}
		*to = strings.ToUpper(s)
	}
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
