package wiretest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"greenroom/heygen/contract"
)

// Body is one request body of an operation.
type Body struct {
	Name  string // minimal, full, or the optional member that is there alone
	Tag   string // of the kind of body, where there are several
	Value map[string]any
}

// Hint returns a value for a member where the schema alone has none that a server accepts.
type Hint func(name string) (any, bool)

// Bodies returns a minimal body, a full body, and one with each optional member alone, for every kind of body that an
// operation has.
func Bodies(o contract.Operation, hint Hint) (list []Body) {
	s := o.Body()
	if s == nil {
		return []Body{{Name: "none"}}
	}
	kinds := s.Choices()
	if len(kinds) == 0 {
		kinds = []contract.Schema{s}
	}
	for _, kind := range kinds {
		tag := tagOf(kind)
		least := object(kind, hint, false)
		list = append(list, Body{"minimal", tag, least}, Body{"full", tag, object(kind, hint, true)})
		for _, name := range kind.Members() {
			if slices.Contains(kind.Required(), name) {
				continue
			}
			m, _ := kind.Member(name)
			one := maps.Clone(least)
			one[name] = value(name, m, hint, true)
			list = append(list, Body{name, tag, one})
		}
	}
	return list
}

// tagOf returns the constant that selects a kind of body.
func tagOf(s contract.Schema) string {
	for _, name := range []string{"type", "mode"} {
		m, _ := s.Member(name)
		if word, ok := m["const"].(string); ok {
			return word
		}
	}
	return ""
}

func object(s contract.Schema, hint Hint, full bool) map[string]any {
	out := map[string]any{}
	for _, name := range s.Members() {
		if m, _ := s.Member(name); full || slices.Contains(s.Required(), name) {
			out[name] = value(name, m, hint, full)
		}
	}
	return out
}

func value(name string, s contract.Schema, hint Hint, full bool) any {
	if v, ok := hint(name); ok && s.Check(v, false) == nil {
		return v
	}
	if list := s.Enum(); len(list) > 0 {
		return list[0]
	}
	for _, choice := range s.Choices() {
		if !choice.Is("null") {
			return value(name, choice, hint, full)
		}
	}
	switch {
	case s.Is("object"):
		return object(s, hint, full)
	case s.Is("array"):
		return []any{value(strings.TrimSuffix(name, "s"), s.Items(), hint, full)}
	case s.Is("boolean"):
		return true
	case s.Is("integer"), s.Is("number"):
		return number(s)
	case s["pattern"] == "^#[0-9A-Fa-f]{6}$":
		return "#112233"
	case s["format"] == "date-time":
		return "2026-11-28T00:00:00Z"
	}
	return fmt.Sprintf("sandbox %s", strings.ReplaceAll(name, "_", " "))
}

func number(s contract.Schema) float64 {
	if s["multipleOf"] != nil {
		return 640
	}
	for _, word := range []string{"default", "minimum"} {
		if v, ok := s[word].(float64); ok {
			return v
		}
	}
	return 1
}
