package heygen

import (
	"encoding/json"
	"net/http"

	"greenroom/internal/lazyregexp"
)

// NothingBought reports that a paid request bought nothing: it was never sent, or HeyGen
// refused it. Everything else leaves the outcome unknown, and a row of the ledger stays.
//
// A refusal must be HeyGen's own: a body in one of its documented shapes (Error.Own)
// under a status that refuses, with a code and a text that do not report a failing
// server. A page, or the JSON of a proxy, may come from a machine between here and
// HeyGen that had already forwarded the request. That holds for 429 too: HeyGen's own
// means that nothing was started, the page of a gateway only that the gateway was busy
// when it answered.
//
// Some statuses are a refusal whatever the body is: see refusedByStatus.
func NothingBought(err error) bool {
	e := as(err)
	switch {
	case e == nil, e.Named:
		return false
	case e.NotSent:
		return true
	case failingServer(e):
		return false
	case refusedByStatus[e.Status]:
		return true
	}
	return e.Own && (refusals[e.Status] || success(e.Status))
}

// NeverSent reports that no byte of the request can have left this machine for the API:
// no address, no route, a refused connection, a proxy that is down or refuses the tunnel,
// a failed TLS handshake, a cancellation before that. It is decided by what the transport
// did, not by its error text.
func NeverSent(err error) bool {
	e := as(err)
	return e != nil && e.NotSent
}

// refusedByStatus are statuses that mean, whatever server answers, that the request was not
// carried out (RFC 9110): the resource has moved (301, 302, 307, 308; the redirect is not
// followed), a proxy requires authentication (407), the resource has ended (410),
// the server does not speak this protocol (426) or this method (501).
//
// 303 is not among them: after a POST it points at a result that exists. Neither is 404:
// a proxy that lost its upstream answers with it, too.
var refusedByStatus = map[int]bool{
	http.StatusMovedPermanently: true, http.StatusFound: true,
	http.StatusTemporaryRedirect: true, http.StatusPermanentRedirect: true,
	http.StatusProxyAuthRequired: true, http.StatusGone: true,
	http.StatusUpgradeRequired: true, http.StatusNotImplemented: true,
}

// refusals are the statuses under which HeyGen's own error object is a refusal. Missing, and so
// unknown: 408 and 499 (the request timed out), 421 and 425 (to be sent again), every
// 5xx, and any status that is not registered.
var refusals = map[int]bool{
	400: true, 401: true, 402: true, 403: true, 404: true, 405: true, 406: true, 409: true, 411: true, 412: true,
	413: true, 414: true, 415: true, 416: true, 417: true,
	422: true, 424: true, 428: true, 429: true, 431: true, 451: true,
}

// Numbers of v1 and v2 have 5 to 7 digits. One of three digits repeats an
// HTTP status, as gateways and frameworks do, and is not taken for HeyGen's.
var (
	ownNumber    = lazyregexp.New(`^[1-9][0-9]{4,6}$`)
	ownWord      = lazyregexp.New(`^(?:[a-z][a-z0-9]*(?:_[a-z0-9]+)*|MOVIO_[A-Z0-9_]+)$`)
	serverNumber = lazyregexp.New(`^5(?:[0-9]{2}|[0-9]{4,5})$`)
	serverWord   = lazyregexp.New(`(?i)(?:^|_)(?:internal|server|service|gateway|timeout|timed_out|` +
		`in_progress|processing|overloaded|unknown_error)(?:_|$)`)
	serverText = lazyregexp.New(`(?i)\binternal\b|\btimed? ?-?out\b|check (?:back |it |again )?later|` +
		`in progress|still (?:being )?process|(?:server|unexpected|unknown) error|` +
		`(?:service|server|temporarily) (?:is )?(?:temporarily )?unavailable`)
)

// failingServer reports an error about a failure inside HeyGen, or about a job that is already
// running, whatever the status is: the request may have been carried out. An error about a file
// that HeyGen could not download is about another server.
func failingServer(e *Error) bool {
	switch {
	case serverNumber.MatchString(e.Code), serverWord.MatchString(e.Code):
		return true
	case e.Code == "download_failed", e.Status == http.StatusTooManyRequests:
		return false
	case e.Status == http.StatusUnauthorized, e.Status == http.StatusPaymentRequired:
		return false
	}
	return serverText.MatchString(e.Message) || serverText.MatchString(e.Details)
}

// ownShape reports that an error body is in a shape that HeyGen documents:
//
//	{"code": 400123, "message" | "msg" | "details": …}     v1: a number of 5 to 7 digits
//	{"error": {"code": WORD | NUMBER, …}}                  v2, v3
//	{"error": {"message": …, "param": …, "doc_url": …}}    v3, every member optional
//	{"error": "text", "data": …}                           v2, sometimes
//
// {"message": "Forbidden"}, {"detail": "Not Found"}, {"code": 404, …}, {"error": "text"} and
// {"error": {"code": 403, "status": "PERMISSION_DENIED", …}} are what gateways and web
// frameworks write.
func ownShape(body []byte, env envelope) bool {
	var outer map[string]json.RawMessage
	if json.Unmarshal(body, &outer) != nil {
		return false
	}
	has := func(names ...string) bool {
		for _, n := range names {
			if _, ok := outer[n]; ok {
				return true
			}
		}
		return false
	}
	switch {
	case isObject(env.Error):
		return ownErrorObject(env.Error)
	case plain(env.Error) != "":
		return has("data")
	}
	return ownNumber.MatchString(plain(env.Code)) && has("message", "msg", "details", "data")
}

func ownErrorObject(b json.RawMessage) bool {
	var in map[string]json.RawMessage
	if json.Unmarshal(b, &in) != nil {
		return false
	}
	if code := plain(in["code"]); code != "" {
		return ownNumber.MatchString(code) || ownWord.MatchString(code)
	}
	for name := range in {
		switch name {
		case "code", "message", "param", "doc_url", "detail", "details":
		default:
			return false
		}
	}
	return plain(in["message"]) != ""
}

// plain returns a JSON string or number as text, and "" for everything else.
func plain(b json.RawMessage) string {
	var w flexWord
	_ = w.UnmarshalJSON(b)
	return string(w)
}
