package clients

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"greenroom/internal/e2e/e2etest"
	"greenroom/internal/wiretest"
)

// driver sends requests as a client does: its headers, and the form of its bodies. Bodies and answers are compared with
// HeyGen's API page.
type driver struct {
	*testing.T
	base    string
	headers map[string]string
	http    http.Client
	steps   int
}

func drive(t *testing.T, base string, headers map[string]string) *driver {
	d := &driver{T: t, base: base, headers: headers}
	d.http.Transport = wiretest.New(t)
	return d
}

// answer is what a server answered.
type answer struct {
	status int
	header http.Header
	body   any
	raw    []byte
}

// at returns a member of the answer, such as "data.items.0.id"; nil if there is none.
func (a answer) at(path string) any {
	v := a.body
	for name := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[name]
		case []any:
			var i int
			if _, err := fmt.Sscan(name, &i); err != nil || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

func (a answer) text(path string) string {
	s, _ := a.at(path).(string)
	return s
}

// send sends a request. A body that is not nil is sent as JSON, unless kind names another type: then it is a []byte.
func (d *driver) send(method, path string, body any, kind string) answer {
	d.Helper()
	var content io.Reader
	switch b := body.(type) {
	case nil:
	case []byte:
		content = bytes.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			d.Fatal(err)
		}
		content, kind = bytes.NewReader(raw), "application/json"
	}
	address := path
	if strings.HasPrefix(path, "/") {
		address = d.base + path
	}
	r, err := http.NewRequestWithContext(d.Context(), method, address, content)
	if err != nil {
		d.Fatal(err)
	}
	for name, value := range d.headers {
		r.Header.Set(name, value)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	res, err := d.http.Do(r)
	if err != nil {
		d.Fatal(err)
	}
	defer res.Body.Close()
	a := answer{status: res.StatusCode, header: res.Header}
	if a.raw, err = io.ReadAll(res.Body); err != nil {
		d.Fatal(err)
	}
	_ = json.Unmarshal(a.raw, &a.body) // a file is not JSON
	d.steps++
	return a
}

// call sends a request that must succeed, with the members that the client needs; "" needs none.
func (d *driver) call(method, path string, body any, needs ...string) answer {
	d.Helper()
	a := d.send(method, path, body, "")
	if a.status >= 300 {
		d.Fatalf("%s %s: %d %s", method, path, a.status, a.raw)
	}
	for _, n := range needs {
		if v := a.at(n); v == nil || v == "" {
			d.Errorf("%s %s: %s is missing in %.400s", method, path, n, a.raw)
		}
	}
	return a
}

func (d *driver) get(path string, needs ...string) answer {
	d.Helper()
	return d.call("GET", path, nil, needs...)
}

// upload sends a file as Go's multipart writer does: its part is application/octet-stream.
func (d *driver) upload(path, name string, content []byte) answer {
	d.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write(content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		d.Fatal(err)
	}
	a := d.send("POST", path, b.Bytes(), w.FormDataContentType())
	if a.status != http.StatusOK || a.text("data.asset_id") == "" {
		d.Errorf("upload of %s: %d %s", name, a.status, a.raw)
	}
	return a
}

// ended polls until a job's status is completed, as clients do; every other word except failed counts as running.
func (d *driver) ended(path, status string) answer {
	d.Helper()
	var last answer
	steps := d.steps
	e2etest.Eventually(d, "the end of "+path, func() bool {
		last = d.get(path, status)
		word := last.text(status)
		return word == "completed" || word == "failed"
	})
	d.steps = steps + 1
	if last.text(status) != "completed" {
		d.Errorf("%s: %s", path, last.raw)
	}
	return last
}

// download gets a finished file without the client's headers, as clients do.
func (d *driver) download(link string) []byte {
	d.Helper()
	res, err := http.Get(link)
	if err != nil {
		d.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || len(b) < 1000 {
		d.Errorf("download: %d, %d bytes, %v", res.StatusCode, len(b), err)
	}
	d.steps++
	return b
}

// refused sends a request that must be refused with a status and, on v3, a code.
func (d *driver) refused(status int, code, method, path string, body any) {
	d.Helper()
	a := d.send(method, path, body, "")
	if a.status != status || code != "" && (a.text("error.code") != code || a.text("error.message") == "") {
		d.Errorf("%s %s: %d %s, want %d %s", method, path, a.status, a.raw, status, code)
	}
}

func query(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return path + "?" + q.Encode()
}
