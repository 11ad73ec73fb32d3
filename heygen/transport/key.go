package transport

import (
	"errors"
	"fmt"
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
	Next    http.RoundTripper
	Header  string        // the name of the header
	Value   func() string // the key; a function, so that printing the struct does not print it
	Origins Origins
}

// RoundTrip implements http.RoundTripper.
func (k *Key) RoundTrip(req *http.Request) (*http.Response, error) {
	if !secure(req.URL) {
		return refuse(req, fmt.Errorf("%w: %s", ErrInsecure, req.URL.Host))
	}
	header := req.Header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Del(k.Header)
	if k.Origins.Has(req) && !callOf(req).WithoutKey {
		header.Set(k.Header, k.Value())
	}
	req = req.WithContext(req.Context()) // a copy: a RoundTripper must not change its request
	req.Header = header
	return k.Next.RoundTrip(req)
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
