package manifest

import (
	"math"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// The rules of this file hold for every value of the manifest: numbers, true and false may be in quotes, yes, no, on and off
// are booleans, and the words of a list are read without regard to capitals, dashes and spaces.

// isScalar reports a text or a number, which is short for a mapping where the manifest says so.
func (d *doc) isScalar(n ast.Node) bool {
	switch d.plain(n).(type) {
	case *ast.StringNode, *ast.LiteralNode, *ast.IntegerNode, *ast.FloatNode:
		return true
	}
	return false
}

// textOf returns a text as it is written, without the cells of a row; ok is false for anything else.
func (d *doc) textOf(n ast.Node, to *string) (ok bool) {
	s, ok := textIn(d.plain(n))
	if ok {
		*to = s
	}
	return ok
}

// textIn is the text of a text or number; ok is false for anything else.
func textIn(n ast.Node) (s string, ok bool) {
	switch v := n.(type) {
	case *ast.StringNode:
		return v.Value, true
	case *ast.LiteralNode:
		return v.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode:
		return v.String(), true
	}
	return "", false
}

// items are the members of a list; a single value is a list of one.
func (d *doc) items(n ast.Node) []ast.Node {
	switch v := d.plain(n).(type) {
	case *ast.SequenceNode:
		return v.Values
	case *ast.NullNode, nil:
		return nil
	}
	return []ast.Node{n}
}

func (d *doc) text(path string, to *string) func(ast.Node) {
	return func(n ast.Node) {
		if !d.textOf(n, to) {
			if v, ok := d.plain(n).(*ast.NullNode); ok {
				d.fault(n, d.emptyHint(v), "%s is empty", path)
			} else {
				d.fault(n, "write text", "%s must be text", path)
			}
		}
		if d.row != nil {
			*to = d.fill(n, path, *to)
		}
	}
}

// emptyHint is what to do about a value that is missing: after a space, # begins a comment.
func (d *doc) emptyHint(n *ast.NullNode) string {
	if line := d.at(n).Text; strings.Contains(line, ": #") {
		_, after, _ := strings.Cut(line, ": #")
		word, _, _ := strings.Cut(strings.TrimRight(after, "}, "), " ")
		return `write it in quotes, "#` + word + `": without them # begins a comment`
	}
	return "write a value, or leave the key out"
}

var booleans = map[string]bool{"true": true, "yes": true, "on": true, "false": false, "no": false, "off": false}

// boolOf reads true or false; ok is false for anything else.
func (d *doc) boolOf(n ast.Node, path string) (value, ok bool) {
	switch v := d.plain(n).(type) {
	case *ast.BoolNode:
		return v.Value, true
	case *ast.StringNode:
		s := v.Value
		if d.row != nil {
			s = d.fill(n, path, s)
		}
		value, ok = booleans[strings.ToLower(s)]
	}
	return value, ok
}

func (d *doc) boolean(path string, to *bool) func(ast.Node) {
	return func(n ast.Node) {
		if v, ok := d.boolOf(n, path); ok {
			*to = v
			return
		}
		d.fault(n, "write true or false", "%s must be true or false", path)
	}
}

// mostShare is the largest limit of numbers that may also be written in per cent: 120% is 1.2.
const mostShare = 5

func (d *doc) number(path string, lo, hi float64, hint string, to *float64) func(ast.Node) {
	return func(n ast.Node) {
		v, ok := d.num(n, path, hi <= mostShare)
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
		v, ok := d.num(n, path, false)
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

// num reads a number, in quotes or without, and in per cent where share is set.
func (d *doc) num(n ast.Node, path string, share bool) (float64, bool) {
	switch v := d.plain(n).(type) {
	case *ast.IntegerNode:
		f, err := strconv.ParseFloat(v.Token.Value, 64)
		return f, err == nil
	case *ast.FloatNode:
		return v.Value, !math.IsNaN(v.Value) && !math.IsInf(v.Value, 0)
	case *ast.StringNode:
		s := v.Value
		if d.row != nil {
			s = d.fill(n, path, s)
		}
		digits := strings.TrimSpace(s)
		if share {
			digits = strings.TrimSpace(strings.TrimSuffix(digits, "%"))
		}
		f, err := strconv.ParseFloat(digits, 64)
		if share && strings.HasSuffix(s, "%") {
			f /= 100
		}
		return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
	}
	return 0, false
}

// plainWord is a word as it is compared: closeUp, close-up and CloseUp are one.
func plainWord(s string) string {
	return strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(s))
}

func (d *doc) word(path string, words []string, to *string) func(ast.Node) {
	return func(n ast.Node) {
		var s string
		before := len(d.faults)
		if d.text(path, &s)(n); len(d.faults) > before {
			return
		}
		for _, w := range words {
			if plainWord(s) == plainWord(w) {
				*to = w
				return
			}
		}
		hint := "use " + strings.Join(words, ", ")
		if near := Nearest(s, words); near != "" {
			hint = "did you mean " + strconv.Quote(near) + "? " + hint
		}
		d.fault(n, hint, "%s cannot be %q", path, s)
	}
}
