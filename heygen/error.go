package heygen

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"greenroom/internal/lazyregexp"
)

// Error is an answer that is no success, or a request that got no answer (then
// Status is 0 and Err says why).
type Error struct {
	Op, Method, Path string
	Status           int
	Code             string // as HeyGen wrote it: a number or a word; may be empty
	Message          string
	Param            string // the member v3 refused; may be empty
	RequestID        string
	Body             string // the start of an answer that is not JSON
	RetryAfter       time.Duration
	Err              error
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "heygen %s", e.Op)
	if e.Status != 0 {
		fmt.Fprintf(&b, ": %d %s", e.Status, http.StatusText(e.Status))
	}
	if e.Message != "" {
		fmt.Fprintf(&b, ": %s", e.Message)
	} else if e.Body != "" {
		fmt.Fprintf(&b, ": %q", e.Body)
	}
	if e.Code != "" {
		fmt.Fprintf(&b, " [%s]", e.Code)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, " (request %s)", e.RequestID)
	}
	return b.String()
}

// Unwrap gives the transport's error.
func (e *Error) Unwrap() error { return e.Err }

// Temporary reports that the same read may succeed a little later. The trial
// limit answers 429 but lasts a day.
func (e *Error) Temporary() bool {
	if e.Code == "trial_video_limit_exceeded" || e.Code == "400664" {
		return false
	}
	return e.Status == 0 || e.Status == http.StatusRequestTimeout || e.Status == http.StatusTooManyRequests || e.Status >= 500
}

func as(err error) *Error {
	var e *Error
	errors.As(err, &e)
	return e
}

// DefiniteNo reports that HeyGen answered with a refusal, so that nothing was
// bought. Everything else (no answer, 408, 5xx, an unreadable yes) leaves the
// outcome of a paid request unknown.
func DefiniteNo(err error) bool {
	e := as(err)
	if e == nil {
		return false
	}
	switch {
	case e.Status == http.StatusRequestTimeout:
		return false
	case e.Status == http.StatusConflict && e.Code == "request_in_progress":
		return false // the same key's first request is still at work
	case e.Status >= 400 && e.Status < 500:
		return true
	case e.Status >= 200 && e.Status < 300:
		return e.Code != "" || e.Message != "" // a 200 that carries an error body
	}
	return false
}

// Gone reports that the route itself is no longer served.
func Gone(err error) bool {
	e := as(err)
	return e != nil && (e.Status == http.StatusGone || e.Status == http.StatusNotFound && e.Code == "" && e.Message == "")
}

// Unauthorized reports a missing or refused key.
func Unauthorized(err error) bool {
	e := as(err)
	return e != nil && e.Status == http.StatusUnauthorized
}

// NotFound reports an unknown or foreign id.
func NotFound(err error) bool {
	e := as(err)
	return e != nil && e.Status == http.StatusNotFound
}

var matting = lazyregexp.New(`(?i)webm|matting|background.?removal|remove.background`)

// WebMRefused reports that a look cannot be rendered as a transparent WebM. HeyGen
// publishes no member that says so before.
func WebMRefused(err error) bool {
	e := as(err)
	return e != nil && e.Status == http.StatusBadRequest && (e.Param == "output_format" || matting.MatchString(e.Message))
}

// Payment reports missing credit.
func Payment(err error) bool {
	e := as(err)
	return e != nil && (e.Status == http.StatusPaymentRequired || strings.Contains(e.Code, "insufficient_credit"))
}

// Busy reports a refusal that passes: too many requests, or too many running jobs.
// wait is what HeyGen asked for; 0 when it did not.
func Busy(err error) (wait time.Duration, ok bool) {
	e := as(err)
	if e == nil || e.Status != http.StatusTooManyRequests || !e.Temporary() {
		return 0, false
	}
	return e.RetryAfter, true
}
