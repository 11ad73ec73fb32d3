package heygen

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"greenroom/internal/lazyregexp"
)

// Error is an answer that reports a failure, or a request without a complete answer: then
// Status is 0 and Err is the reason.
//
// size: one field for each thing that an answer reports about its failure.
type Error struct {
	Op, Method, Path string
	Status           int
	Code             string // as HeyGen wrote it: a number or a word; may be empty
	Message          string
	Details          string // v1's `details`, when it adds something to Message
	Param            string // the member v3 refused; may be empty
	RequestID        string
	Body             string        // the start of an answer that is not JSON
	RetryAfter       time.Duration // 0 to netutil.MaxRetryAfter; 0 when the answer has none
	Location         string        // of a redirect: scheme and host of its target, no path and no query
	Err              error

	Own     bool // the body is an error object in a shape that HeyGen documents, see ownShape
	Page    bool // a 2xx answer that is not JSON
	Named   bool // the answer names a job, so something may have been bought
	NotSent bool // no byte of the request can have reached the server

	token  bool      // the credential was an access token
	words  bool      // the text reports the end of the API
	sunset time.Time // the answer's Sunset date; zero without one
	now    time.Time // when the answer came
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "heygen %s", e.Op)
	if e.Status != 0 {
		fmt.Fprintf(&b, ": %d %s", e.Status, http.StatusText(e.Status))
	}
	if e.Location != "" {
		fmt.Fprintf(&b, ": redirects to %s", e.Location)
	}
	if e.Message != "" {
		fmt.Fprintf(&b, ": %s", e.Message)
	} else if e.Body != "" {
		fmt.Fprintf(&b, ": %q", e.Body)
	}
	if e.Details != "" {
		fmt.Fprintf(&b, " (%s)", e.Details)
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

// Unwrap returns the transport's error.
func (e *Error) Unwrap() error { return e.Err }

// Temporary reports that the same read may succeed a little later. The trial
// limit answers 429 but lasts a day.
func (e *Error) Temporary() bool {
	if trialLimit(e) {
		return false
	}
	switch {
	case e.Status == http.StatusNotImplemented:
		return false
	case e.Status == http.StatusRequestTimeout, e.Status == http.StatusTooManyRequests:
		return true
	}
	return e.Status == 0 || e.Status >= 500
}

func as(err error) *Error {
	var e *Error
	errors.As(err, &e)
	return e
}

// keyCodes are HeyGen's codes of a refused key; v1 may answer them under 200 or 400.
var keyCodes = map[string]bool{
	"40009": true, "400112": true, "401057": true, "401056": true, "40102": true,
	"unauthorized": true, "authentication_failed": true,
}

// Unauthorized reports a missing or refused key.
func Unauthorized(err error) bool {
	e := as(err)
	return e != nil && (e.Status == http.StatusUnauthorized || e.Own && e.Status < 500 && keyCodes[e.Code])
}

// TokenRefused reports a refused access token: it has expired, was withdrawn, or met v1 or v2, which take keys only.
func TokenRefused(err error) bool { return Unauthorized(err) && as(err).token }

// NotFound reports an unknown or foreign id.
func NotFound(err error) bool {
	e := as(err)
	return e != nil && e.Status == http.StatusNotFound
}

var matting = lazyregexp.New(`(?i)webm|matting|background.?removal|remove.background`)

// WebMRefused reports that a look cannot be rendered as a transparent WebM. No
// member of a look's record shows it beforehand.
func WebMRefused(err error) bool {
	e := as(err)
	switch {
	case e == nil:
		return false
	case e.Status != http.StatusBadRequest && e.Status != http.StatusUnprocessableEntity && !success(e.Status):
		return false
	}
	return e.Param == "output_format" || matting.MatchString(e.Message)
}

// Payment reports missing credit.
func Payment(err error) bool {
	e := as(err)
	if e == nil {
		return false
	}
	return e.Status == http.StatusPaymentRequired || strings.Contains(strings.ToLower(e.Code), "insufficient_credit")
}

// TrialLimit reports the limit of a trial account. It arrives as 429 and lasts a day.
func TrialLimit(err error) bool {
	e := as(err)
	return e != nil && trialLimit(e)
}

func trialLimit(e *Error) bool { return e.Code == "trial_video_limit_exceeded" || e.Code == "400664" }

var scopeName = lazyregexp.New(`\b[a-z][a-z0-9_.-]*:(?:read|write|[a-z]+)\b`)

// MissingScope reports an API key that may not make this request. The scope is as HeyGen
// names it, such as videos:write; it is empty when the message names none.
func MissingScope(err error) (scope string, ok bool) {
	e := as(err)
	if e == nil || e.Status != http.StatusForbidden || e.Code != "insufficient_api_key_scope" {
		return "", false
	}
	return scopeName.FindString(e.Message + " " + e.Param + " " + e.Details), true
}

// Busy reports a temporary refusal: too many requests, or too many running jobs.
// Nothing was bought. wait is what HeyGen asked for, at most an hour; 0 when it did
// not ask. A 429 that is not HeyGen's own does not count: see NothingBought.
func Busy(err error) (wait time.Duration, ok bool) {
	e := as(err)
	if e == nil || trialLimit(e) || !NothingBought(err) {
		return 0, false
	}
	switch {
	case e.Status == http.StatusTooManyRequests:
	case success(e.Status) && busyWords[e.Code]: // v2 answers some refusals under 200
	default:
		return 0, false
	}
	return e.RetryAfter, true
}

// busyWords are v3's codes of 429.
var busyWords = map[string]bool{"rate_limit_exceeded": true, "quota_exceeded": true, "resource_limit_exceeded": true}

func success(status int) bool { return status >= 200 && status < 300 }
