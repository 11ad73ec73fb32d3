// Package wiretest holds HTTP traffic against HeyGen's OpenAPI page, for tests: the
// client's bodies and the sandbox's answers. A member the page does not name is a
// fault, for that is what a typing error looks like.
package wiretest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"greenroom/heygen/contract"
)

// Contract is the page. As a RoundTripper it is between a client and the sandbox.
type Contract struct {
	t        testing.TB
	doc      map[string]any
	paths    []operation
	compiler *jsonschema.Compiler
	next     http.RoundTripper

	mu   sync.Mutex
	seen map[string]int // operations that were used
	wild []string       // what the page does not name
}

type operation struct {
	path, method string
	match        *regexp.Regexp
	literal      int // letters outside braces: the more, the better the match
}

const pageURL = "file:///openapi.json"

// New reads the page.
func New(t testing.TB) *Contract {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(contract.Document()))
	if err != nil {
		t.Fatal(err)
	}
	exact(doc)
	c := &Contract{t: t, doc: doc.(map[string]any), compiler: jsonschema.NewCompiler(), next: http.DefaultTransport,
		seen: map[string]int{}}
	if err := c.compiler.AddResource(pageURL, doc); err != nil {
		t.Fatal(err)
	}
	braces := regexp.MustCompile(`\\\{[^}]*\\\}`)
	for path, ops := range c.doc["paths"].(map[string]any) {
		re := regexp.MustCompile("^" + braces.ReplaceAllString(regexp.QuoteMeta(path), `[^/]+`) + "$")
		for method := range ops.(map[string]any) {
			c.paths = append(c.paths, operation{path, method, re,
				len(regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(path, ""))})
		}
	}
	return c
}

// exact makes the page stricter than HeyGen: a member it does not name is a fault,
// for that is what a typing error looks like. Envelopes keep their extra words.
func exact(v any) {
	switch v := v.(type) {
	case map[string]any:
		if p, ok := v["properties"].(map[string]any); ok && v["additionalProperties"] == nil {
			_, envelope := p["data"]
			_, code := p["error"]
			if !envelope && !code {
				v["additionalProperties"] = false
			}
		}
		for _, x := range v {
			exact(x)
		}
	case []any:
		for _, x := range v {
			exact(x)
		}
	}
}

// find returns the operation of a request, the most literal one first.
func (c *Contract) find(method, path string) *operation {
	var best *operation
	for i, o := range c.paths {
		if o.method == strings.ToLower(method) && o.match.MatchString(path) &&
			(best == nil || o.literal > best.literal) {
			best = &c.paths[i]
		}
	}
	return best
}

// schema compiles the part of the page at a pointer, following one reference of a
// response or request body first. Nil when the page has none.
func (c *Contract) schema(tokens ...string) *jsonschema.Schema {
	at, pointer := any(c.doc), ""
	for _, tok := range tokens {
		m, ok := at.(map[string]any)
		if !ok {
			return nil
		}
		if ref, ok := m["$ref"].(string); ok {
			at, pointer = c.doc, ""
			for _, part := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
				at, pointer = at.(map[string]any)[part], pointer+"/"+part
			}
			m = at.(map[string]any)
		}
		at, ok = m[tok]
		if !ok {
			return nil
		}
		pointer += "/" + strings.ReplaceAll(strings.ReplaceAll(tok, "~", "~0"), "/", "~1")
	}
	s, err := c.compiler.Compile(pageURL + "#" + pointer)
	if err != nil {
		c.t.Fatalf("%s: %v", pointer, err)
	}
	return s
}

func (c *Contract) judge(s *jsonschema.Schema, what string, body []byte) {
	if s == nil {
		return
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err == nil {
		err = s.Validate(v)
	}
	if err != nil {
		c.t.Errorf("%s does not fit the page: %v\n%s", what, err, body[:min(len(body), 600)])
	}
}

// RoundTrip checks both directions.
func (c *Contract) RoundTrip(r *http.Request) (*http.Response, error) {
	o := c.find(r.Method, r.URL.Path)
	var sent []byte
	if r.Body != nil {
		sent, _ = io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(sent))
	}
	res, err := c.next.RoundTrip(r)
	if err != nil {
		return res, err
	}
	if o == nil {
		if !strings.HasPrefix(r.URL.Path, "/storage/") {
			c.mu.Lock()
			c.wild = append(c.wild, r.Method+" "+r.URL.Path)
			c.mu.Unlock()
		}
		return res, nil
	}
	name := strings.ToUpper(o.method) + " " + o.path
	c.mu.Lock()
	c.seen[name]++
	c.mu.Unlock()
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") && res.StatusCode < 400 {
		c.judge(c.schema("paths", o.path, o.method, "requestBody", "content", "application/json", "schema"),
			"the body of "+name, sent)
	}
	if key := r.Header.Get("Idempotency-Key"); key != "" && !strings.Contains(c.parameters(o), "Idempotency") {
		c.t.Errorf("%s carries an idempotency key that it does not take", name)
	}
	got, err := io.ReadAll(res.Body)
	res.Body.Close()
	res.Body = io.NopCloser(bytes.NewReader(got))
	if strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") {
		c.judge(c.schema("paths", o.path, o.method, "responses", fmt.Sprint(res.StatusCode), "content",
			"application/json",
			"schema"), fmt.Sprintf("the %d answer of %s", res.StatusCode, name), got)
	}
	return res, err
}

func (c *Contract) parameters(o *operation) string {
	b, _ := json.Marshal(
		c.doc["paths"].(map[string]any)[o.path].(map[string]any)[o.method].(map[string]any)["parameters"],
	)
	return string(b)
}

// Report fails for calls the page does not name and returns the operations used.
func (c *Contract) Report() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range c.wild {
		c.t.Errorf("%s is not on the page", w)
	}
	var out []string
	for name := range c.seen {
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}

// Body holds one request body against the page.
func (c *Contract) Body(method, path string, body []byte) {
	c.t.Helper()
	o := c.find(method, path)
	if o == nil {
		c.t.Errorf("%s %s is not on the page", method, path)
		return
	}
	s := c.schema("paths", o.path, o.method, "requestBody", "content", "application/json", "schema")
	if s == nil {
		c.t.Errorf("the page has no body for %s %s", method, path)
	}
	c.judge(s, "the body of "+strings.ToUpper(o.method)+" "+o.path, body)
}
