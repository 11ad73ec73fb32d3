package transport

import (
	"context"
	"math/rand/v2"
	"net/http"
	"time"

	"greenroom/internal/netutil"
)

// Retry repeats GET and HEAD, and other requests only where their Call allows it, since a repetition has
// no further effect. It never repeats a request whose body cannot be read again. When the last
// attempt fails, its answer or its error is returned.
type Retry struct {
	Next  http.RoundTripper
	Times int // how often a request is repeated at most
	// Temporary reports that a later attempt may succeed. The answer is nil when there is an
	// error. Its body may be read with Body.
	Temporary func(*http.Response, error) bool
	Now       func() time.Time
	Sleep     func(context.Context, time.Duration) error
}

// RoundTrip implements http.RoundTripper.
func (r *Retry) RoundTrip(req *http.Request) (*http.Response, error) {
	if !repeatable(req) {
		return r.Next.RoundTrip(req)
	}
	ctx, attempt := req.Context(), req
	for n := 0; ; n++ {
		res, err := r.Next.RoundTrip(attempt)
		if n >= r.Times || !r.Temporary(res, err) || ctx.Err() != nil {
			return res, err
		}
		wait := pause(n, r.retryAfter(res))
		if r.Sleep(ctx, wait) != nil {
			return res, err
		}
		again, berr := copyOf(req)
		if berr != nil {
			return res, err
		}
		if res != nil {
			_ = res.Body.Close() // another answer takes its place
		}
		attempt = again
	}
}

func (r *Retry) retryAfter(res *http.Response) time.Duration {
	if res == nil {
		return 0
	}
	return netutil.RetryAfter(res.Header.Get("Retry-After"), r.Now())
}

func repeatable(req *http.Request) bool {
	if req.Body != nil && req.Body != http.NoBody && req.GetBody == nil {
		return false
	}
	return req.Method == http.MethodGet || req.Method == http.MethodHead || callOf(req).Repeat
}

// copyOf returns the request with a new body.
func copyOf(req *http.Request) (*http.Request, error) {
	again := req.Clone(req.Context())
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		again.Body = body
	}
	return again, nil
}

// maxPause is the longest pause between two attempts, whatever the server asks for.
const maxPause = 30 * time.Second

// pause returns the time before the next attempt: what the server asked for, or else 1 s that doubles
// with each attempt, with full jitter.
func pause(attempt int, asked time.Duration) time.Duration {
	if asked > 0 {
		return min(asked, maxPause)
	}
	limit := min(time.Second<<min(attempt, 5), maxPause) // a larger shift would overflow
	return limit/4 + rand.N(limit*3/4)
}
