package transport

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
)

// Connections sends requests: over Shared connections, which are kept and used again, or, where
// the Call wants it, over Own ones. Its error is a *NotSentError when no byte of the request can
// have been written.
type Connections struct {
	Shared, Own http.RoundTripper
}

// NewConnections returns Connections of a transport. An *http.Transport is copied without keep-alive
// for the own connections; any other transport is used for all requests.
func NewConnections(t http.RoundTripper) *Connections {
	c := &Connections{Shared: t, Own: t}
	if standard, ok := t.(*http.Transport); ok {
		standard = standard.Clone()
		standard.DisableKeepAlives = true
		c.Own = standard
	}
	return c
}

// RoundTrip implements http.RoundTripper.
func (c *Connections) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := context.Cause(req.Context()); err != nil {
		return refuse(req, err)
	}
	t := c.Shared
	if callOf(req).OwnConnection {
		t = c.Own
	}
	var s sending
	res, err := t.RoundTrip(req.WithContext(s.trace(req.Context())))
	if err != nil && s.never(t) {
		err = &NotSentError{err}
	}
	return res, err
}

// NotSentError is the error of a request of which no byte can have left this machine for the
// server: no address, no route, a refused connection, a proxy that is down or refuses the
// tunnel, a failed TLS handshake, a cancellation before that.
type NotSentError struct{ Err error }

func (e *NotSentError) Error() string { return e.Err.Error() }

// Unwrap returns the reason.
func (e *NotSentError) Unwrap() error { return e.Err }

// sending records whether a request can have been written. The transport reports the
// connection it found before it writes to it, over HTTP/1.1 and HTTP/2, in the caller's
// own goroutine. Later events would be more exact and less safe: they come from the
// goroutine that writes, and a cancelled request may be written after its caller has
// returned. The request to a proxy to open a tunnel reports no connection.
type sending struct {
	searched  atomic.Bool // the transport looked for a connection
	connected atomic.Bool // it had one, on this attempt or on one that it repeated by itself
}

func (s *sending) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:          func(string) { s.searched.Store(true) },
		GotConn:          func(httptrace.GotConnInfo) { s.connected.Store(true) },
		WroteHeaderField: func(string, []string) { s.connected.Store(true) },
	})
}

// never reports that nothing can have been written. A transport that reports nothing, as
// one in a test may, leaves it open.
func (s *sending) never(t http.RoundTripper) bool {
	_, standard := t.(*http.Transport)
	return !s.connected.Load() && (standard || s.searched.Load())
}
