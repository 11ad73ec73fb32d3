package transport

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// roundTrip is an http.RoundTripper made of a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// respond returns an answer with a status, a body and pairs of header names and values.
func respond(status int, body string, headers ...string) *http.Response {
	h := http.Header{}
	for i := 0; i+1 < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body))}
}

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// request makes a request that is sent as c describes.
func request(t *testing.T, c Call, method, url, body string) *http.Request {
	t.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(With(t.Context(), c), method, url, r)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// get makes a read.
func get(t *testing.T) *http.Request {
	t.Helper()
	return request(t, Call{}, http.MethodGet, "https://example.com", "")
}

// closing is a body that records whether it was closed.
type closing struct {
	io.Reader
	closed bool
}

func (c *closing) Close() error {
	c.closed = true
	return nil
}

func TestObserveSeesAnswersAndNoErrors(t *testing.T) {
	var seen []int
	o := &Observe{Func: func(_ *http.Request, res *http.Response) { seen = append(seen, res.StatusCode) }}
	for _, status := range []int{200, 0, 404} {
		o.Next = roundTrip(func(*http.Request) (*http.Response, error) {
			if status == 0 {
				return nil, io.ErrUnexpectedEOF
			}
			return respond(status, ""), nil
		})
		if res, err := o.RoundTrip(get(t)); err == nil {
			res.Body.Close()
		}
	}
	if len(seen) != 2 || seen[0] != 200 || seen[1] != 404 {
		t.Errorf("observed %v", seen)
	}
}
