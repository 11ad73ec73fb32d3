package netutil

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// ProxyError is the answer of a proxy that opens no tunnel to a server.
type ProxyError struct {
	Status int
	Proxy  string // host and port; never its password
}

func (e *ProxyError) Error() string {
	return fmt.Sprintf("the proxy %s opens no connection: HTTP %d %s", e.Proxy, e.Status, http.StatusText(e.Status))
}

// TunnelAnswer is an http.Transport's OnProxyConnectResponse whose error has the status: the transport's own has only
// its text.
func TunnelAnswer(_ context.Context, proxy *url.URL, _ *http.Request, res *http.Response) error {
	if res.StatusCode == http.StatusOK {
		return nil
	}
	return &ProxyError{Status: res.StatusCode, Proxy: proxy.Host}
}

// Lasting reports that a repetition of a request would fail for the same reason: the server's certificate is not trusted,
// or a proxy refuses the connection.
func Lasting(err error) bool {
	var untrusted *tls.CertificateVerificationError
	if errors.As(err, &untrusted) {
		return true
	}
	var proxy *ProxyError
	if !errors.As(err, &proxy) {
		return false
	}
	switch proxy.Status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests:
		return false
	}
	return proxy.Status >= 400 && proxy.Status < 500
}

// Advice returns what the user can do about a server whose certificate is not trusted, or about a proxy that opens no
// connection; "" for another error.
func Advice(err error) string {
	var untrusted *tls.CertificateVerificationError
	var proxy *ProxyError
	switch {
	case errors.As(err, &untrusted):
		return "the server's certificate is not trusted; if your network has its own certificate authority, set SSL_CERT_FILE " +
			"to its file"
	case !errors.As(err, &proxy):
		return ""
	case proxy.Status == http.StatusProxyAuthRequired:
		return "the proxy " + proxy.Proxy + " needs a login: write user and password before its host in HTTPS_PROXY"
	}
	return "choose another proxy in HTTPS_PROXY, or name the server in NO_PROXY"
}
