// Package route selects the handler of a request by its method and path. net/http's ServeMux refuses two patterns of
// which neither is more special, as /v3/videos/{id}/scenes and /v3/videos/batches/{id} of HeyGen's API; here the one
// whose words begin further to the left is chosen.
package route

import (
	"net/http"
	"net/url"
	"strings"
)

// Table holds patterns and their handlers. The zero value is empty and ready.
type Table struct{ entries []entry }

type entry struct {
	method   string // empty: any
	segments []string
	handler  http.Handler
}

// Handle adds a handler for "METHOD /path/{name}" or "/path" for all methods. A GET pattern handles HEAD as well.
func (t *Table) Handle(pattern string, h http.Handler) {
	method, path, ok := strings.Cut(pattern, " ")
	if !ok {
		method, path = "", pattern
	}
	t.entries = append(t.entries, entry{method, strings.Split(path, "/"), h})
}

// Has reports that a pattern was added, whatever the names of its parameters are.
func (t *Table) Has(pattern string) bool {
	method, path, _ := strings.Cut(pattern, " ")
	want := strings.Split(path, "/")
	for _, e := range t.entries {
		if e.method == method && same(e.segments, want) {
			return true
		}
	}
	return false
}

func same(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if wild(a[i]) != wild(b[i]) || !wild(a[i]) && a[i] != b[i] {
			return false
		}
	}
	return true
}

func wild(segment string) bool { return strings.HasPrefix(segment, "{") }

// Find returns the handler of a request and sets its path values; nil when no pattern matches.
func (t *Table) Find(r *http.Request) http.Handler {
	path := strings.Split(r.URL.EscapedPath(), "/")
	var best *entry
	for i := range t.entries {
		e := &t.entries[i]
		if e.allows(r.Method) && e.matches(path) && (best == nil || e.before(best)) {
			best = e
		}
	}
	if best == nil {
		return nil
	}
	for i, s := range best.segments {
		if wild(s) {
			value, err := url.PathUnescape(path[i])
			if err != nil {
				return nil
			}
			r.SetPathValue(strings.Trim(s, "{}"), value)
		}
	}
	return best.handler
}

func (e *entry) allows(method string) bool {
	return e.method == "" || e.method == method || e.method == http.MethodGet && method == http.MethodHead
}

func (e *entry) matches(path []string) bool {
	if len(path) != len(e.segments) {
		return false
	}
	for i, s := range e.segments {
		if wild(s) && path[i] == "" || !wild(s) && s != path[i] {
			return false
		}
	}
	return true
}

// before reports that a pattern has a word where the other one, which matches too, has a parameter.
func (e *entry) before(o *entry) bool {
	for i := range e.segments {
		if a, b := wild(e.segments[i]), wild(o.segments[i]); a != b {
			return b
		}
	}
	return false
}
