package apicall

import (
	"encoding/json"
	"fmt"
	"strings"

	"greenroom/internal/fault"
)

// Field is a member of the body or of the query.
type Field struct {
	Name  string // a[b] is a member of a member, a[] an item of a list
	Value any    // a JSON value
}

// ParseField reads NAME=VALUE. With typed, numbers, true, false and null are these, and everything else is text, as it
// is without typed.
func ParseField(s string, typed bool) (Field, error) {
	name, value, ok := strings.Cut(s, "=")
	if !ok || name == "" || strings.HasPrefix(name, "[") {
		return Field{}, fault.New(fault.Usage, "write it like --field limit=10", "%q is not NAME=VALUE", s)
	}
	f := Field{Name: name, Value: value}
	var v any
	if typed && json.Unmarshal([]byte(value), &v) == nil {
		switch v.(type) {
		case float64, bool, nil:
			f.Value = json.RawMessage(value) // with all digits
		}
	}
	return f, nil
}

// text returns the value as it is written in a query.
func (f Field) text() string {
	if raw, ok := f.Value.(json.RawMessage); ok {
		return string(raw)
	}
	return fmt.Sprint(f.Value)
}

// bodyOf returns the JSON object of fields.
func bodyOf(fields []Field) ([]byte, error) {
	root := map[string]any{}
	for _, f := range fields {
		if err := put(root, words(f.Name), f); err != nil {
			return nil, err
		}
	}
	return json.Marshal(root)
}

// words splits a[b][] into a, b and "".
func words(name string) []string {
	first, rest, _ := strings.Cut(name, "[")
	out := []string{first}
	for rest != "" {
		var word string
		word, rest, _ = strings.Cut(rest, "]")
		rest = strings.TrimPrefix(rest, "[")
		out = append(out, word)
	}
	return out
}

// put sets a member, and makes the objects and lists on the way to it.
func put(in map[string]any, path []string, f Field) error {
	name, rest := path[0], path[1:]
	clash := fault.New(fault.Usage, "use --input FILE for such a body", "--field %s is set in two forms", f.Name)
	switch {
	case len(rest) == 0:
		if _, has := in[name]; has {
			return clash
		}
		in[name] = f.Value
	case rest[0] == "" && len(rest) == 1:
		list, ok := in[name].([]any)
		if _, has := in[name]; has && !ok {
			return clash
		}
		in[name] = append(list, f.Value)
	case rest[0] == "":
		return fault.New(fault.Usage, "use --input FILE for such a body", "--field %s: lists of objects have no short form", f.Name)
	default:
		next, ok := in[name].(map[string]any)
		if _, has := in[name]; has && !ok {
			return clash
		}
		if next == nil {
			next = map[string]any{}
			in[name] = next
		}
		return put(next, rest, f)
	}
	return nil
}
