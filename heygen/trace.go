package heygen

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
)

// sending records whether a request can have been written. The transport reports the
// connection it found before it writes to it, over HTTP/1.1 and HTTP/2, in the caller's
// own goroutine. Later events would be more exact and less safe: they come from the
// goroutine that writes, and a cancelled request may be written after its caller has
// returned. The request to a proxy to open a tunnel reports no connection.
type sending struct {
	asked atomic.Bool // the transport looked for a connection
	got   atomic.Bool // it had one, on this try or on one that it repeated by itself
}

func (s *sending) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:          func(string) { s.asked.Store(true) },
		GotConn:          func(httptrace.GotConnInfo) { s.got.Store(true) },
		WroteHeaderField: func(string, []string) { s.got.Store(true) },
	})
}

// never reports that nothing can have been written. A transport that reports nothing, as
// one in a test may, leaves it open.
func (s *sending) never(t http.RoundTripper) bool {
	_, standard := t.(*http.Transport)
	return !s.got.Load() && (standard || s.asked.Load())
}
