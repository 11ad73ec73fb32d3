// Package transport has the http.RoundTrippers of package heygen. Each does one thing, knows nothing
// of HeyGen, and can be tested alone. From the inside to the outside:
//
//	Connections  chooses a shared or an own connection; reports requests that were never sent
//	Observe      passes each answer's header on
//	Limits       limits the time of an attempt and the size of its answer; reads the answer to its end
//	Log          logs each attempt without secrets
//	Retry        repeats reads
//	Key          adds the API key or token, for the API's own addresses only; asks for a newer one when it is refused
//
// Limits is inside of Retry, so that a read whose answer was cut is repeated, and so that the time
// limit is that of one attempt. How many requests run at once is the caller's decision.
package transport

import (
	"context"
	"net/http"
	"time"
)

// Call is what the RoundTrippers need to know about a request and cannot read from it.
type Call struct {
	Name    string        // of the operation, for the log
	Timeout time.Duration // of one attempt, until its answer has been read; 0 is none
	// Repeat allows to repeat a request that is not a read, because its repetition has no further
	// effect: a deletion, or a change under an idempotency key. It is never set for a purchase.
	Repeat bool
	// OwnConnection sends the request over a new connection that is not used again. A request
	// that fails on an older connection may have been carried out; see Connections.
	OwnConnection bool
	// WithoutKey sends the request without the API key wherever it goes.
	WithoutKey bool
	// Body is the request's body, for a request that may not be repeated by anyone but Key: a refused key is the one
	// answer that means that nothing was done.
	Body []byte
}

type callKey struct{}

// With returns a context for a request that is to be sent as c describes.
func With(ctx context.Context, c Call) context.Context { return context.WithValue(ctx, callKey{}, c) }

func callOf(req *http.Request) Call {
	c, _ := req.Context().Value(callKey{}).(Call)
	return c
}

// refuse returns err for a request that is not sent, and closes its body, as the contract of
// http.RoundTripper demands.
func refuse(req *http.Request, err error) (*http.Response, error) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
	return nil, &NotSentError{err}
}

// Observe calls Func with each answer, before its body is read.
type Observe struct {
	Next http.RoundTripper
	Func func(*http.Request, *http.Response)
}

// RoundTrip implements http.RoundTripper.
func (o *Observe) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := o.Next.RoundTrip(req)
	if err == nil {
		o.Func(req, res)
	}
	return res, err
}
