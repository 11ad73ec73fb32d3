package contract

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// Problem is the first reason why a value does not fit a schema, in the words of HeyGen's validator.
type Problem struct {
	Param   string // the member, with dots: scenes.0.input.color
	Message string
}

// Check returns why a decoded JSON value does not fit a schema, and nil when it fits. With strict, members that the
// page does not name are a problem.
func (s Schema) Check(v any, strict bool) *Problem { return s.check(v, "", strict) }

func at(param, name string) string {
	if param == "" {
		return name
	}
	return param + "." + name
}

func (s Schema) check(v any, param string, strict bool) *Problem {
	if member, by := s.tagged(); member != "" {
		return chosen(member, by, v, param, strict)
	}
	if list := s.Choices(); len(list) > 0 {
		return one(list, v, param, strict)
	}
	if list := s.Enum(); len(list) > 0 && !slices.Contains(list, v) {
		return &Problem{param, "Input should be " + words(list)}
	}
	if types := s.Types(); len(types) > 0 && !slices.ContainsFunc(types, func(t string) bool { return has(v, t) }) {
		return &Problem{param, "Input should be a valid " + noun(types)}
	}
	switch v := v.(type) {
	case string:
		return s.checkText(v, param)
	case float64:
		return s.checkNumber(v, param)
	case []any:
		return s.checkList(v, param, strict)
	case map[string]any:
		return s.checkObject(v, param, strict)
	}
	return nil
}

// chosen checks an object by the one of the choices that its tag names.
func chosen(member string, by map[string]Schema, v any, param string, strict bool) *Problem {
	m, ok := v.(map[string]any)
	if !ok {
		return &Problem{param, "Input should be a valid dictionary"}
	}
	tag, ok := m[member].(string)
	if !ok {
		return &Problem{at(param, member), "Field required"}
	}
	s, ok := by[tag]
	if !ok {
		return &Problem{at(param, member), fmt.Sprintf("Input tag '%s' found using '%s' does not match any of the expected "+
			"tags: '%s'", tag, member, strings.Join(slices.Sorted(maps.Keys(by)), "', '"))}
	}
	return s.check(v, param, strict)
}

// one checks a value by the choices: the problem is that of the choice that fits best.
func one(list []Schema, v any, param string, strict bool) (best *Problem) {
	for _, s := range list {
		p := s.check(v, param, strict)
		if p == nil {
			return nil
		}
		if best == nil || len(p.Param) > len(best.Param) {
			best = p
		}
	}
	return best
}

func has(v any, name string) bool {
	switch v := v.(type) {
	case nil:
		return name == "null"
	case bool:
		return name == "boolean"
	case string:
		return name == "string"
	case float64:
		return name == "number" || name == "integer" && v == math.Trunc(v)
	case []any:
		return name == "array"
	case map[string]any:
		return name == "object"
	}
	return false
}

func noun(types []string) string {
	names := map[string]string{"object": "dictionary", "array": "list"}
	for _, t := range types {
		if t != "null" {
			if n := names[t]; n != "" {
				return n
			}
			return t
		}
	}
	return "null"
}

func words(list []any) string {
	var out []string
	for _, x := range list {
		if x != nil {
			out = append(out, fmt.Sprintf("'%v'", x))
		}
	}
	if n := len(out); n > 1 {
		return strings.Join(out[:n-1], ", ") + " or " + out[n-1]
	}
	return strings.Join(out, "")
}

func (s Schema) checkText(v, param string) *Problem {
	n := float64(utf8.RuneCountInString(v))
	if most, ok := s["maxLength"].(float64); ok && n > most {
		return &Problem{param, fmt.Sprintf("String should have at most %v characters", most)}
	}
	if least, ok := s["minLength"].(float64); ok && n < least {
		return &Problem{param, fmt.Sprintf("String should have at least %v characters", least)}
	}
	if p, ok := s["pattern"].(string); ok && !pattern(p).MatchString(v) {
		return &Problem{param, fmt.Sprintf("String should match pattern '%s'", p)}
	}
	return nil
}

var patterns sync.Map // of the page, by text

func pattern(text string) *regexp.Regexp {
	if re, ok := patterns.Load(text); ok {
		return re.(*regexp.Regexp)
	}
	re := regexp.MustCompile(text) // the page has few, and a test compiles all
	patterns.Store(text, re)
	return re
}

func (s Schema) checkNumber(v float64, param string) *Problem {
	for _, limit := range []struct {
		word, message string
		holds         func(limit float64) bool
	}{
		{"minimum", "greater than or equal to", func(l float64) bool { return v >= l }},
		{"maximum", "less than or equal to", func(l float64) bool { return v <= l }},
		{"exclusiveMinimum", "greater than", func(l float64) bool { return v > l }},
		{"exclusiveMaximum", "less than", func(l float64) bool { return v < l }},
		{"multipleOf", "a multiple of", func(l float64) bool { return math.Mod(v, l) == 0 }},
	} {
		if l, ok := s[limit.word].(float64); ok && !limit.holds(l) {
			return &Problem{param, fmt.Sprintf("Input should be %s %v", limit.message, l)}
		}
	}
	return nil
}

func (s Schema) checkList(v []any, param string, strict bool) *Problem {
	if least, ok := s["minItems"].(float64); ok && float64(len(v)) < least {
		return &Problem{param, fmt.Sprintf("List should have at least %v items", least)}
	}
	if most, ok := s["maxItems"].(float64); ok && float64(len(v)) > most {
		return &Problem{param, fmt.Sprintf("List should have at most %v items", most)}
	}
	for i, x := range v {
		if p := s.Items().check(x, at(param, fmt.Sprint(i)), strict); p != nil {
			return p
		}
	}
	return nil
}

func (s Schema) checkObject(v map[string]any, param string, strict bool) *Problem {
	for _, name := range s.Required() {
		if _, ok := v[name]; !ok {
			return &Problem{at(param, name), "Field required"}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(v)) {
		m, known := s.Member(name)
		if !known && strict && !s.Extra() {
			return &Problem{at(param, name), "Extra inputs are not permitted"}
		}
		if !known {
			extra, _ := s["additionalProperties"].(map[string]any)
			m = follow(extra)
		}
		if p := m.check(v[name], at(param, name), strict); p != nil {
			return p
		}
	}
	return nil
}
