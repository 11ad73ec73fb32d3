package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"greenroom/heygen/contract"
	"greenroom/internal/wiretest"
)

// caller sends the calls of the contract to a sandbox; a transport between them validates bodies and answers.
type caller struct {
	*studio
	sent map[string]int // by the kind of body
}

// upload returns the id of a new file.
func (c *caller) upload() string {
	_, out := c.uploadAs("image/png", pngFile)
	id, _ := at(out, "data", "asset_id").(string)
	return id
}

// fresh returns the id of a new record of a collection.
func (c *caller) fresh(collection string) string {
	c.Helper()
	if f := c.maker(collection); f != nil {
		id, _ := f().(string)
		return id
	}
	o, ok := contract.Find("POST", collection)
	if !ok {
		c.Fatalf("nothing creates records of %s", collection)
	}
	body := wiretest.Bodies(o, hinted)[0]
	code, out, err := c.call("POST", collection, body.Value)
	d, _ := out["data"].(map[string]any)
	if err != nil || code != o.Status {
		c.Fatalf("create in %s: %d %v %v", collection, code, out, err)
	}
	for _, name := range []string{"id", "voice_id", "video_id", "generation_id", "render_id", "folder_id", "brand_kit_id", "brand_glossary_id"} {
		if id, ok := d[name].(string); ok {
			return id
		}
	}
	c.Fatalf("the answer of POST %s names nothing: %v", collection, out)
	return ""
}

func hinted(name string) (any, bool) {
	v, ok := hints[name]
	return v, ok && v != nil
}

// address fills the parameters of a path with new records, and the query.
func (c *caller) address(o contract.Operation, only string) string {
	segments := strings.Split(o.Path, "/")
	for i, s := range segments {
		if !strings.HasPrefix(s, "{") {
			continue
		}
		collection := strings.Join(strings.Split(o.Path, "/")[:i], "/")
		if o.Path == "/v3/templates/{template_id}" && o.Method != "PATCH" && o.Method != "DELETE" {
			collection = "/v3/template"
		}
		segments[i] = c.fresh(collection)
	}
	if strings.HasSuffix(o.Path, "/parts") {
		out := c.must("POST", "/v3/assets/direct-uploads", map[string]any{
			"filename": "a.png", "content_type": "image/png", "size_bytes": 12, "multipart": true,
		})
		segments[3], _ = at(out, "data", "asset_id").(string)
		hints["multipart_upload_id"] = at(out, "data", "multipart_upload_id")
	}
	if o.Path == "/v3/assets/{asset_id}/complete" {
		out := c.must("POST", "/v3/assets/direct-uploads", map[string]any{
			"filename": "a.png", "content_type": "image/png", "size_bytes": len(pngFile),
		})
		c.put(at(out, "data"), pngFile)
		segments[3], _ = at(out, "data", "asset_id").(string)
		delete(hints, "multipart_upload_id")
	}
	q := url.Values{}
	for _, p := range o.Query() {
		if p.Required || p.Name == only || only == "*" {
			q.Set(p.Name, c.queried(o, p))
		}
	}
	if o.Path == "/v2/video_translate/caption" {
		q.Set("video_translate_id", c.queried(o, contract.Parameter{Name: "video_translate_id"}))
	}
	if strings.HasSuffix(o.Path, "/statuses") && len(q) == 0 {
		q.Set(o.Query()[0].Name, "none")
	}
	path := strings.Join(segments, "/")
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return path
}

// put sends a file to its announced address.
func (c *caller) put(answer any, content []byte) {
	c.Helper()
	r, err := http.NewRequestWithContext(c.Context(), "PUT", at(answer, "upload_url").(string), bytes.NewReader(content))
	if err != nil {
		c.Fatal(err)
	}
	headers, _ := at(answer, "upload_headers").(map[string]any)
	for k, v := range headers {
		r.Header.Set(k, fmt.Sprint(v))
	}
	res, err := c.http.Do(r)
	if err != nil || res.StatusCode != http.StatusOK {
		c.Fatal(res, err)
	}
	res.Body.Close()
}

// queried returns a value of a member of the query.
func (c *caller) queried(o contract.Operation, p contract.Parameter) string {
	switch p.Name {
	case "username":
		name, _ := at(c.must("GET", "/v3/users/me", nil), "data", "username").(string)
		return name
	case "video_id":
		return c.fresh("/v2/videos")
	case "endpoint_id":
		id, _ := at(c.must("POST", "/v1/webhook/endpoint.add", map[string]any{
			"url": "https://example.com/hook",
		}), "data", "endpoint_id").(string)
		return id
	case "video_translate_id":
		id := c.fresh("/v2/video_translate")
		c.until("rendering", func() bool {
			c.server.mu.Lock()
			defer c.server.mu.Unlock()
			return c.server.jobOfKind("translate", id, false).File != ""
		})
		return id
	case "multipart_upload_id":
		id, _ := hints[p.Name].(string)
		return id
	case "token":
		return "0"
	}
	if list := p.Schema.Enum(); len(list) > 0 {
		return fmt.Sprint(list[0])
	}
	switch {
	case p.Schema.Is("integer"), p.Schema.Is("number"):
		if v, ok := p.Schema["default"]; ok {
			return fmt.Sprint(v)
		}
		return "1"
	case p.Schema.Is("boolean"):
		return "true"
	}
	return "none"
}

// send calls an operation and reports whether the documented status came.
func (c *caller) send(o contract.Operation, path, name string, body any, headers ...string) {
	c.Helper()
	code, out, err := c.call(o.Method, path, body, append(headers, "Content-Type", kindOf(headers, body))...)
	if err != nil || code != o.Status {
		b, _ := json.Marshal(body)
		c.Errorf("%s, %s: %d %v %v\n%s", o, name, code, out, err, b)
	}
}

func kindOf(headers []string, body any) string {
	if i := slices.Index(headers, "Content-Type"); i >= 0 {
		return headers[i+1]
	}
	if body == nil {
		return ""
	}
	return "application/json"
}

// TestEveryOperationAnswers sends each operation of the contract a minimal body, a full one, and each optional member
// alone, in the body and in the query. The answer has the documented status and fits its schema.
func TestEveryOperationAnswers(t *testing.T) {
	s := begin(t, func(o *Options) { o.Concurrency, o.Speed = 100_000, 1_000_000 }, faulty("streaming"))
	check := wiretest.New(t)
	s.http.Transport = check
	c := &caller{studio: s, sent: map[string]int{}}
	for _, o := range contract.Operations() {
		if o.Upload() {
			c.sendFile(o)
			continue
		}
		for _, b := range wiretest.Bodies(o, hinted) {
			path := c.address(o, "")
			if b.Value == nil {
				c.send(o, path, "no body", nil)
				c.sent["minimal"]++
				continue
			}
			if id := hints["multipart_upload_id"]; id != nil && b.Value["multipart_upload_id"] != nil {
				b.Value["multipart_upload_id"] = id
			}
			if refused(o, b) {
				if code, out, _ := c.call(o.Method, path, b.Value); code != http.StatusBadRequest {
					t.Errorf("%s with %s alone: %d %v", o, b.Name, code, out)
				}
				c.sent["refused"]++
				continue
			}
			c.prepare(o, &b)
			c.send(o, path, b.Tag+" "+b.Name, b.Value)
			if b.Name == "minimal" && o.V3() && o.Path != "/v3/voices/speech" && len(o.Body().Members())+len(o.Body().Choices()) > 0 {
				b.Value["x_unknown"] = 1
				if code, out, _ := c.call(o.Method, path, b.Value); code != http.StatusBadRequest {
					t.Errorf("%s with an unknown member: %d %v", o, code, out)
				}
				c.sent["unknown member"]++
			}
			c.sent[map[bool]string{true: b.Name, false: "one member"}[b.Name == "minimal" || b.Name == "full"]]++
		}
		for _, p := range o.Query() {
			if !p.Required && o.Body() == nil {
				c.send(o, c.address(o, p.Name), "?"+p.Name, nil)
				c.sent["one of the query"]++
			}
		}
		delete(hints, "multipart_upload_id")
	}
	used := check.Report()
	t.Logf("%d operations; bodies: %v", len(used), c.sent)
	if len(used) != len(contract.Operations()) {
		t.Errorf("%d of %d operations were called", len(used), len(contract.Operations()))
	}
}

// sendFile calls an operation that takes a file.
func (c *caller) sendFile(o contract.Operation) {
	c.sent["file"]++
	if o.Path != "/v3/assets" {
		c.send(o, o.Path, "raw", string(pngFile), "Content-Type", "image/png")
		return
	}
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	part, err := m.CreateFormFile("file", "a.png")
	if err == nil {
		_, err = io.Copy(part, bytes.NewReader(pngFile))
	}
	if err == nil {
		err = m.Close()
	}
	if err != nil {
		c.Fatal(err)
	}
	c.send(o, o.Path, "multipart", b.String(), "Content-Type", m.FormDataContentType())
}
