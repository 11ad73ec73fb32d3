package transport

import (
	"errors"
	"log/slog"
	"net/http"
	"time"

	"greenroom/internal/outside"
)

// Log logs each attempt at debug level: without headers and bodies, and with the address without
// its query, which may be signed.
type Log struct {
	Next   http.RoundTripper
	Logger *slog.Logger
	Now    func() time.Time
}

// RoundTrip implements http.RoundTripper.
func (l *Log) RoundTrip(req *http.Request) (*http.Response, error) {
	if !l.Logger.Enabled(req.Context(), slog.LevelDebug) {
		return l.Next.RoundTrip(req)
	}
	began := l.Now()
	res, err := l.Next.RoundTrip(req)
	attrs := []any{
		"op", callOf(req).Name, "method", req.Method, "url", outside.Clean(outside.URL(req.URL.String())),
		"took", l.Now().Sub(began),
	}
	if err != nil {
		var never *NotSentError
		attrs = append(attrs, "err", outside.Error(err), "sent", !errors.As(err, &never))
	} else {
		attrs = append(attrs, "status", res.StatusCode, "request", outside.Clean(RequestID(res.Header)))
	}
	l.Logger.DebugContext(req.Context(), "request", attrs...)
	return res, err
}

// RequestID returns the id by which the server's operators find the request, as the server wrote
// it; it is empty when the answer has none.
func RequestID(h http.Header) string {
	for _, name := range []string{"X-Request-Id", "X-Amzn-Request-Id", "X-Amzn-Trace-Id"} {
		if id := h.Get(name); id != "" {
			return id
		}
	}
	return ""
}
