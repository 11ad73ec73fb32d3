package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"greenroom/internal/netutil"
)

// ErrInsecure is the error of a request that would be sent unencrypted over a network.
var ErrInsecure = errors.New("the address must be https")

// Key adds the API key to requests to the API's own origins, and removes it from all others: a
// redirect to another host, or the storage that an upload goes to. It sends nothing unencrypted,
// except to this machine.
type Key struct {
	Next   http.RoundTripper
	Header string        // the name of the header
	Value  func() string // the key; a function, so that printing the struct does not print it
	// Renewed reports whether there is another key than the one that a request was refused with; nil when there never is.
	Renewed func(ctx context.Context, used string) bool
	Origins Origins
}

// RoundTrip implements http.RoundTripper. A request that is refused with 401 is sent a second time with a newer key,
// if there is one and its body can be read again: such an answer means that nothing was done.
func (k *Key) RoundTrip(req *http.Request) (*http.Response, error) {
	if !secure(req.URL) {
		return refuse(req, fmt.Errorf("%w: %s", ErrInsecure, req.URL.Host))
	}
	own := k.Origins.Has(req) && !callOf(req).WithoutKey
	used := ""
	if own {
		used = k.Value()
	}
	res, err := k.Next.RoundTrip(k.with(req, used, req.Body))
	if err != nil || res.StatusCode != http.StatusUnauthorized || !own || k.Renewed == nil {
		return res, err
	}
	body, ok := bodyAgain(req)
	if !ok || !k.Renewed(req.Context(), used) {
		return res, nil
	}
	_ = res.Body.Close() // the refusal was read by Limits
	return k.Next.RoundTrip(k.with(req, k.Value(), body))
}

// with returns a copy of a request with a key, or without one when it is empty: a RoundTripper must not change its
// request.
func (k *Key) with(req *http.Request, key string, body io.ReadCloser) *http.Request {
	header := req.Header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Del(k.Header)
	if key != "" {
		header.Set(k.Header, key)
	}
	req = req.WithContext(req.Context())
	req.Header, req.Body = header, body
	return req
}

// bodyAgain returns a request's body from its start; false when it cannot be read again.
func bodyAgain(req *http.Request) (io.ReadCloser, bool) {
	switch c := callOf(req); {
	case req.Body == nil || req.Body == http.NoBody:
		return req.Body, true
	case c.Body != nil:
		return io.NopCloser(bytes.NewReader(c.Body)), true
	case req.GetBody == nil:
		return nil, false
	}
	body, err := req.GetBody()
	return body, err == nil
}

// Origins are web addresses of which scheme, host and port count.
type Origins []*url.URL

// NewOrigins returns the origins of addresses. An address that cannot be parsed has none.
func NewOrigins(addresses ...string) Origins {
	var o Origins
	for _, a := range addresses {
		if u, err := url.Parse(a); err == nil && u.Host != "" {
			o = append(o, u)
		}
	}
	return o
}

// Has reports that a request goes to one of the origins.
func (o Origins) Has(req *http.Request) bool {
	u := req.URL
	for _, own := range o {
		same := strings.EqualFold(own.Scheme, u.Scheme) && strings.EqualFold(own.Hostname(), u.Hostname())
		if same && port(own) == port(u) {
			return true
		}
	}
	return false
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	if strings.EqualFold(u.Scheme, "http") {
		return "80"
	}
	return "443"
}

func secure(u *url.URL) bool {
	return u.Scheme == "https" || u.Scheme == "http" && netutil.IsLoopback(u.Hostname())
}
