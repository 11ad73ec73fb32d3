// Package apicall sends requests that greenroom has no command for: any operation of HeyGen's API that costs nothing.
package apicall

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"greenroom/heygen"
	"greenroom/heygen/contract"
	"greenroom/internal/fault"
	"greenroom/pipeline/account"
)

// Request is a request as a user writes it.
type Request struct {
	Method, Path string // the path may have a query
	Fields       []Field
	Input        []byte // the JSON body; nil without one
	Paginate     bool   // read all pages of a list
}

// call is a request that was understood.
type call struct {
	op    contract.Operation
	path  string
	query url.Values
	body  []byte
}

// Do sends a request and returns the answer, which is JSON; with Paginate an array of the items of all pages. It
// refuses what costs money or is not known to cost nothing, except on the sandbox. The answer to a refused request is
// returned with its error.
func Do(ctx context.Context, a *account.Lookups, r Request) ([]byte, error) {
	c, err := r.parse()
	if err != nil {
		return nil, err
	}
	if !a.Sandboxed() && !isFree(c.op) {
		return nil, fault.New(fault.Usage,
			"write a clip in greenroom.yaml: `greenroom build` shows the price, asks, and never buys twice; `--schema` shows the operation",
			"%s may cost money, which is spent only by build", c.op)
	}
	client, err := a.Client(ctx)
	if err != nil {
		return nil, err
	}
	if r.Paginate {
		return c.pages(ctx, client)
	}
	return c.send(ctx, client)
}

func (c call) send(ctx context.Context, client *heygen.Client) ([]byte, error) {
	b, err := client.Call(ctx, c.op.Method, c.path, c.query, c.body, c.op.TakesKey && c.op.Method == http.MethodPost)
	return b, account.Explain(err, "call HeyGen's API")
}

// parse finds the operation and puts the fields where it expects them.
func (r Request) parse() (call, error) {
	op, path, query, err := Find(r.Method, r.Path)
	if err != nil {
		return call{}, err
	}
	c := call{op: op, path: path, query: query}
	switch {
	case op.Upload():
		return c, fault.New(fault.Usage, "send files with `greenroom upload FILE`", "%s takes a file, not JSON", op)
	case r.Paginate && op.Method != http.MethodGet:
		return c, fault.New(fault.Usage, "omit --paginate", "%s has no pages", op)
	case r.Input != nil && len(r.Fields) > 0:
		return c, fault.New(fault.Usage, "use either --input or --field", "a body and fields exclude one another")
	case r.Input != nil && !json.Valid(r.Input):
		return c, fault.New(fault.Usage, "give a file with JSON", "the input is not JSON")
	case r.Input != nil && op.Method == http.MethodGet:
		return c, fault.New(fault.Usage, "use --field for members of the query", "%s has no body", op)
	case op.Method == http.MethodGet || op.Method == http.MethodDelete:
		for _, f := range r.Fields {
			c.query.Add(f.Name, f.text())
		}
	case len(r.Fields) > 0:
		c.body, err = bodyOf(r.Fields)
	default:
		c.body = r.Input
	}
	return c, err
}

// Find returns the operation that a method and a path lead to, the path without its query, and the query. It refuses
// what HeyGen's API does not have, with the operations that are most like it.
func Find(method, path string) (op contract.Operation, clean string, query url.Values, err error) {
	u, err := url.Parse("/" + strings.TrimLeft(path, "/"))
	if err != nil || u.Host != "" || u.Path != pathOf(u.Path) {
		return op, "", nil, fault.New(fault.Usage, "write it like /v3/videos", "%q is not a path of the API", path)
	}
	method = strings.ToUpper(method)
	var sameWord []string
	best := -1
	for _, o := range contract.Operations() {
		if start(o.Path) == start(u.Path) {
			sameWord = append(sameWord, o.String())
		}
		if n := matches(o.Path, u.Path); o.Method == method && n > best {
			op, best = o, n
		}
	}
	if best >= 0 {
		return op, u.EscapedPath(), u.Query(), nil
	}
	hint := "`greenroom api --help` has examples"
	if len(sameWord) > 0 {
		hint = "HeyGen has " + strings.Join(sameWord[:min(8, len(sameWord))], ", ")
	}
	return op, "", nil, fault.New(fault.Usage, hint, "HeyGen's API has no %s %s", method, u.Path)
}

// pathOf returns a path without parts that lead elsewhere.
func pathOf(path string) string {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" || s == "." || s == ".." })
	return "/" + strings.Join(parts, "/")
}

// start returns the first two words of a path: the generation and the kind of thing.
func start(path string) string {
	parts := strings.SplitN(strings.TrimPrefix(path, "/"), "/", 3)
	return strings.Join(parts[:min(2, len(parts))], "/")
}

// matches returns how many words of a path are those of an operation's path; -1 when they are different paths. A path
// may hold the braces of the operation's own.
func matches(pattern, path string) int {
	want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return -1
	}
	literal := 0
	for i, w := range want {
		switch {
		case w == have[i]:
			literal++
		case !strings.HasPrefix(w, "{"):
			return -1
		}
	}
	return literal
}
