package contract

import (
	"maps"
	"slices"
)

// Schema is a JSON Schema of the page; nil accepts every value.
type Schema map[string]any

// Types returns the names of the types that a value may have; none means any.
func (s Schema) Types() []string {
	switch t := s["type"].(type) {
	case string:
		return []string{t}
	case []any:
		var list []string
		for _, x := range t {
			if name, ok := x.(string); ok {
				list = append(list, name)
			}
		}
		return list
	}
	return nil
}

// Is reports that a value may have a type by name.
func (s Schema) Is(name string) bool { return slices.Contains(s.Types(), name) }

// Nullable reports that null is accepted.
func (s Schema) Nullable() bool {
	if len(s) == 0 || s.Is("null") {
		return true
	}
	return slices.ContainsFunc(s.Choices(), Schema.Nullable)
}

// Member returns the schema of an object's member, and whether the page names it.
func (s Schema) Member(name string) (Schema, bool) {
	all, _ := s["properties"].(map[string]any)
	m, ok := all[name].(map[string]any)
	return follow(m), ok
}

// Members returns the names of an object's members, sorted.
func (s Schema) Members() []string {
	all, _ := s["properties"].(map[string]any)
	return slices.Sorted(maps.Keys(all))
}

// Required returns the names of the members that must be present.
func (s Schema) Required() []string { return texts(s["required"]) }

func texts(v any) (list []string) {
	all, _ := v.([]any)
	for _, x := range all {
		if name, ok := x.(string); ok {
			list = append(list, name)
		}
	}
	return list
}

// Items returns the schema of a list's items.
func (s Schema) Items() Schema {
	m, _ := s["items"].(map[string]any)
	return follow(m)
}

// Extra reports that an object may have members that the page does not name.
func (s Schema) Extra() bool {
	_, named := s["properties"]
	return s["additionalProperties"] != nil && s["additionalProperties"] != false || !named
}

// Choices returns the schemas of which a value has to fit one; none for a plain schema.
func (s Schema) Choices() (list []Schema) {
	for _, word := range []string{"oneOf", "anyOf"} {
		all, _ := s[word].([]any)
		for _, x := range all {
			m, _ := x.(map[string]any)
			list = append(list, follow(m))
		}
	}
	return list
}

// tagged returns the member whose value selects one of the choices, and the choices by value.
func (s Schema) tagged() (member string, by map[string]Schema) {
	d, _ := s["discriminator"].(map[string]any)
	member, _ = d["propertyName"].(string)
	if member == "" {
		return "", nil
	}
	by = map[string]Schema{}
	for _, c := range s.Choices() {
		m, _ := c.Member(member)
		if word, ok := m["const"].(string); ok {
			by[word] = c
		}
		for _, word := range texts(m["enum"]) {
			by[word] = c
		}
	}
	return member, by
}

// Enum returns the values that the schema names; none means any.
func (s Schema) Enum() []any {
	if c, ok := s["const"]; ok {
		return []any{c}
	}
	list, _ := s["enum"].([]any)
	return list
}

// Complete returns a copy of a schema in which every reference is replaced by what it names. A schema that contains
// itself is cut off where it begins again.
func Complete(s Schema) map[string]any {
	if s == nil {
		return nil
	}
	out, _ := complete(map[string]any(s), nil).(map[string]any)
	return out
}

func complete(v any, within []string) any {
	switch v := v.(type) {
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			if slices.Contains(within, ref) {
				return map[string]any{}
			}
			return complete(map[string]any(follow(v)), append(within[:len(within):len(within)], ref))
		}
		out := map[string]any{}
		for name, x := range v {
			out[name] = complete(x, within)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = complete(x, within)
		}
		return out
	}
	return v
}
