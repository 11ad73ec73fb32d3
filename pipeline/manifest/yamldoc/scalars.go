package yamldoc

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/fault"
)

// These rules hold for every value: numbers, true and false may be in quotes; yes, no, on and off are booleans; and
// the words of a list are compared without regard to capitals, dashes and spaces.

// Quote returns a text as YAML on one line, whatever is in it: a JSON string is one of YAML, too.
func Quote(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string into memory
	return strings.TrimSuffix(b.String(), "\n")
}

// IsScalar reports whether a node is a text or a number.
func (d *Doc) IsScalar(n ast.Node) bool {
	_, ok := ScalarText(d.Plain(n))
	return ok
}

// Raw returns a text or a number as it is written, before Fill; ok is false for anything else.
func (d *Doc) Raw(n ast.Node) (s string, ok bool) { return ScalarText(d.Plain(n)) }

// ScalarText returns the text of a text or a number; ok is false for anything else.
func ScalarText(n ast.Node) (s string, ok bool) {
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

// IsNull reports whether a node has no value.
func (d *Doc) IsNull(n ast.Node) bool {
	_, ok := d.Plain(n).(*ast.NullNode)
	return ok
}

// Items returns the members of a list; a single value is a list of one, and a null is an empty list.
func (d *Doc) Items(n ast.Node) []ast.Node {
	switch v := d.Plain(n).(type) {
	case *ast.SequenceNode:
		return v.Values
	case *ast.NullNode, nil:
		return nil
	}
	return []ast.Node{n}
}

func (d *Doc) fill(n ast.Node, path, text string) string {
	if d.Fill == nil {
		return text
	}
	return d.Fill(n, path, text)
}

// Text returns a function that reads a text or a number.
func (d *Doc) Text(path string, to *string) func(ast.Node) {
	return func(n ast.Node) {
		s, ok := d.Raw(n)
		switch null, isNull := d.Plain(n).(*ast.NullNode); {
		case ok:
			*to = s
		case isNull:
			d.Fault(n, d.emptyHint(null), "%s is empty", path)
		default:
			d.Fault(n, "write text", "%s must be text", path)
		}
		*to = d.fill(n, path, *to)
	}
}

// ReadText reads a text or a number; ok is false when that added a fault.
func (d *Doc) ReadText(n ast.Node, path string) (s string, ok bool) {
	before := d.Count()
	d.Text(path, &s)(n)
	return s, d.Count() == before
}

// emptyHint returns what to do about a value that is missing: after a space, # begins a comment.
func (d *Doc) emptyHint(n *ast.NullNode) string {
	if line := d.At(n).Text; strings.Contains(line, ": #") {
		_, after, _ := strings.Cut(line, ": #")
		word, _, _ := strings.Cut(strings.TrimRight(after, "}, "), " ")
		return `write it in quotes, "#` + word + `": without them # begins a comment`
	}
	return "write a value, or leave the key out"
}

var booleans = map[string]bool{"true": true, "yes": true, "on": true, "false": false, "no": false, "off": false}

// ReadBool reads true or false; ok is false for anything else, which is not a fault here.
func (d *Doc) ReadBool(n ast.Node, path string) (value, ok bool) {
	switch v := d.Plain(n).(type) {
	case *ast.BoolNode:
		return v.Value, true
	case *ast.StringNode:
		value, ok = booleans[strings.ToLower(d.fill(n, path, v.Value))]
	}
	return value, ok
}

// Bool returns a function that reads true or false.
func (d *Doc) Bool(path string, to *bool) func(ast.Node) {
	return func(n ast.Node) {
		if v, ok := d.ReadBool(n, path); ok {
			*to = v
			return
		}
		d.Fault(n, "write true or false", "%s must be true or false", path)
	}
}

// IsNone reports whether a value is a word that removes something: none, off, no or false.
func (d *Doc) IsNone(n ast.Node) bool {
	switch v := d.Plain(n).(type) {
	case *ast.BoolNode:
		return !v.Value
	case *ast.StringNode:
		on, isBool := booleans[strings.ToLower(v.Value)]
		return v.Value == "none" || isBool && !on
	}
	return false
}

// maxPercent is the largest upper bound of numbers that may also be written in per cent: 120% is 1.2.
const maxPercent = 5

// Number returns a function that reads a number from lo to hi. hint is what to do about any other value.
func (d *Doc) Number(path string, lo, hi float64, hint string, to *float64) func(ast.Node) {
	return func(n ast.Node) {
		v, ok := d.number(n, path, hi <= maxPercent)
		switch {
		case !ok:
			d.Fault(n, hint, "%s must be a number", path)
		case v < lo || v > hi:
			d.Fault(n, hint, "%s must be between %g and %g, got %g", path, lo, hi, v)
		default:
			*to = v
		}
	}
}

// Integer returns a function that reads a number without fraction from lo to hi. hint is what to do about any other
// value.
func (d *Doc) Integer(path string, lo, hi int, hint string, to *int) func(ast.Node) {
	return func(n ast.Node) {
		v, ok := d.number(n, path, false)
		switch {
		case !ok || v != math.Trunc(v):
			d.Fault(n, hint, "%s must be an integer", path)
		case v < float64(lo) || v > float64(hi):
			d.Fault(n, hint, "%s must be between %d and %d, got %g", path, lo, hi, v)
		default:
			*to = int(v)
		}
	}
}

// number reads a number, in quotes or without, and in per cent where percent is set.
func (d *Doc) number(n ast.Node, path string, percent bool) (float64, bool) {
	switch v := d.Plain(n).(type) {
	case *ast.IntegerNode:
		f, err := strconv.ParseFloat(v.Token.Value, 64)
		return f, err == nil
	case *ast.FloatNode:
		return v.Value, !math.IsNaN(v.Value) && !math.IsInf(v.Value, 0)
	case *ast.StringNode:
		s := d.fill(n, path, v.Value)
		digits := strings.TrimSpace(s)
		if percent {
			digits = strings.TrimSpace(strings.TrimSuffix(digits, "%"))
		}
		f, err := strconv.ParseFloat(digits, 64)
		if percent && strings.HasSuffix(s, "%") {
			f /= 100
		}
		return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
	}
	return 0, false
}

// Fold returns a word without capitals, dashes and spaces, to compare it: closeUp, close-up and CloseUp are one word.
func Fold(s string) string {
	return strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(s))
}

// Word returns a function that reads one of the words.
func (d *Doc) Word(path string, words []string, to *string) func(ast.Node) {
	return func(n ast.Node) {
		s, ok := d.ReadText(n, path)
		if !ok {
			return
		}
		for _, w := range words {
			if Fold(s) == Fold(w) {
				*to = w
				return
			}
		}
		hint := "use " + strings.Join(words, ", ")
		if near := fault.Nearest(s, words); near != "" {
			hint = "did you mean " + strconv.Quote(near) + "? " + hint
		}
		d.Fault(n, hint, "%s cannot be %q", path, s)
	}
}
