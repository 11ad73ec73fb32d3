// Package contract is HeyGen's API as openapi.yaml describes it: the operations, their bodies and their answers. The
// sandbox answers by it, and tests validate traffic with it.
package contract

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

//go:generate go run ./gen

// Operation is one call of the API.
type Operation struct {
	Method, Path string // the path has parameters in braces
	ID           string
	Certainty    string // july-2026, documented, seen-in-client or inferred: how it is known
	Status       int    // of a success
	TakesKey     bool   // accepts Idempotency-Key
}

// Operations returns all operations, sorted by path. The list must not be changed.
func Operations() []Operation { return table[:] }

// Summary returns what the operation does, in a few words.
func (o Operation) Summary() string {
	text, _ := o.raw()["summary"].(string)
	return text
}

func (o Operation) String() string { return o.Method + " " + o.Path }

// V3 reports an operation of the third generation.
func (o Operation) V3() bool { return strings.HasPrefix(o.Path, "/v3/") }

// Find returns the operation of a method and a path of the page.
func Find(method, path string) (Operation, bool) {
	for _, o := range table {
		if o.Method == method && o.Path == path {
			return o, true
		}
	}
	return Operation{}, false
}

//go:embed contract.json
var document []byte

// Document returns the page as JSON, without descriptions.
func Document() []byte { return document }

var parsed = sync.OnceValue(func() map[string]any {
	var doc map[string]any
	if err := json.Unmarshal(document, &doc); err != nil {
		panic(fmt.Sprintf("the embedded contract cannot be read: %v", err)) // a test reads it
	}
	return doc
})

// part returns what a chain of names leads to, and nil when there is none; references are followed.
func part(names ...string) map[string]any {
	at := parsed()
	for _, n := range names {
		m, _ := at[n].(map[string]any)
		at = follow(m)
	}
	return at
}

// follow returns what a reference names, and other objects as they are.
func follow(m map[string]any) map[string]any {
	for {
		ref, ok := m["$ref"].(string)
		if !ok {
			return m
		}
		m = parsed()
		for _, n := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
			m, _ = m[n].(map[string]any)
		}
	}
}

// raw returns the operation as it is on the page.
func (o Operation) raw() map[string]any { return part("paths", o.Path, strings.ToLower(o.Method)) }

// Body returns the schema of the JSON body, and nil for an operation that has none.
func (o Operation) Body() Schema {
	return part("paths", o.Path, strings.ToLower(o.Method), "requestBody", "content", "application/json", "schema")
}

// BodyRequired reports that the operation refuses a request without a body.
func (o Operation) BodyRequired() bool {
	return part("paths", o.Path, strings.ToLower(o.Method), "requestBody")["required"] == true
}

// Upload reports an operation whose body is a file.
func (o Operation) Upload() bool {
	body := part("paths", o.Path, strings.ToLower(o.Method), "requestBody")
	return body != nil && o.Body() == nil
}

// Answer returns the schema of the answer to a success, and nil for one that is not JSON.
func (o Operation) Answer() Schema {
	return part("paths", o.Path, strings.ToLower(o.Method), "responses", fmt.Sprint(o.Status), "content",
		"application/json", "schema")
}

// Parameter is a member of the query.
type Parameter struct {
	Name     string
	Required bool
	Schema   Schema
}

// Query returns the members of the query.
func (o Operation) Query() (list []Parameter) {
	all, _ := o.raw()["parameters"].([]any)
	for _, p := range all {
		m, _ := p.(map[string]any)
		m = follow(m)
		if m["in"] != "query" {
			continue
		}
		name, _ := m["name"].(string)
		schema, _ := m["schema"].(map[string]any)
		list = append(list, Parameter{name, m["required"] == true, follow(schema)})
	}
	return list
}
