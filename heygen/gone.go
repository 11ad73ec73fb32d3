package heygen

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"greenroom/internal/lazyregexp"
)

// Gone reports that the route itself is no longer served. HeyGen announced the end of v1
// and v2 and has not published what they answer afterwards, so every
// form that an ended API can take counts:
//
//   - 410, 426, 501, and a redirect
//   - 404 and 405 in a shape that is not HeyGen's; 404 on a list of v1 or v2
//   - a 2xx answer that is a page
//   - on v1 and v2: a refusal whose text reports the end of the API, and a refusal whose
//     Sunset date is past
//
// 401, 402 and 429 are never Gone: they are about the key and the account.
func Gone(err error) bool {
	e := as(err)
	if e == nil || e.NotSent {
		return false
	}
	switch s := e.Status; {
	case e.Page:
		return true
	case Unauthorized(e), neverGone[s]:
		return false
	case s == http.StatusGone, s == http.StatusUpgradeRequired, s == http.StatusNotImplemented, redirects(s):
		return true
	case (s == http.StatusNotFound || s == http.StatusMethodNotAllowed) && !e.Own:
		return true
	case s < 400 || s >= 500 || !e.Legacy():
		return false
	}
	switch {
	case e.words:
		return true
	case e.Status == http.StatusNotFound:
		return missingRoute(e)
	}
	return !e.sunset.IsZero() && e.sunset.Before(e.now)
}

// MaybeGone reports an answer after which the other generation should be asked: more than
// Gone, since asking costs nothing.
func MaybeGone(err error) bool {
	e := as(err)
	if e == nil || e.NotSent {
		return false
	}
	if Unauthorized(e) || neverGone[e.Status] {
		return false
	}
	return Gone(err) || e.Status >= 300 && e.Status < 500
}

// neverGone are statuses about the account, the proxy or the moment.
var neverGone = map[int]bool{
	http.StatusPaymentRequired: true, http.StatusTooManyRequests: true,
	http.StatusProxyAuthRequired: true, http.StatusRequestTimeout: true,
}

// Legacy reports a request to v1 or v2.
func (e *Error) Legacy() bool { return legacy(e.Path) }

func legacy(path string) bool {
	return strings.HasPrefix(path, "/v1/") || strings.HasPrefix(path, "/v2/")
}

func redirects(status int) bool {
	return status >= 300 && status < 400 && status != http.StatusNotModified
}

// Redirected reports a redirect, with scheme and host of its target; where is empty when
// the answer names none. Redirects are never followed.
func Redirected(err error) (where string, ok bool) {
	e := as(err)
	if e == nil || !redirects(e.Status) {
		return "", false
	}
	return e.Location, true
}

// itemRoutes are the routes of v1 and v2 that name one thing: there 404 is an answer.
var itemRoutes = []string{
	"/v1/video_status.get", "/v1/video.delete", "/v1/asset/", "/v1/streaming.",
	"/v1/webhook/endpoint.update", "/v1/webhook/endpoint.delete",
	"/v2/avatar/", "/v2/template/", "/v2/talking_photo/", "/v2/photo_avatar/", "/v2/video_translate/",
}

var (
	pathLike  = lazyregexp.New(`/\S+`)
	itemWords = lazyregexp.New(`(?i)avatar|voice|video|asset|template|look|photo|group|language|folder|` +
		`session|webhook|model|engine|character|style`)
	endWords = lazyregexp.New(`(?i)deprecat|sunset|no longer|discontinu|decommission|retired|end[ _-]of[ _-]life|` +
		`has ended|(?:was|been|be) (?:removed|shut ?down)`)
	apiWords = lazyregexp.New(`(?i)\b(?:api|apis|endpoint|endpoints|route|version|v[123]|v[123]/\S+)\b|/v[123]`)
)

// missingRoute reports a 404 of HeyGen's own that is about the route and not about an item.
func missingRoute(e *Error) bool {
	if e.Path == "/v2/video_translate/target_languages" {
		return true
	}
	for _, p := range itemRoutes {
		if strings.HasPrefix(e.Path, p) {
			return false
		}
	}
	if e.Method == http.MethodGet {
		return true
	}
	// A POST names things in its body.
	named := strings.HasSuffix(e.Code, "_not_found") && e.Code != "resource_not_found" && e.Code != "route_not_found"
	if named || ownNumber.MatchString(e.Code) {
		return false
	}
	return !itemWords.MatchString(pathLike.ReplaceAllString(e.Message, ""))
}

// reportsEnd reports a text about the end of an API. A text about an old avatar or
// voice counts only when it names the API as well.
func reportsEnd(text string) bool {
	if !endWords.MatchString(text) {
		return false
	}
	return !itemWords.MatchString(pathLike.ReplaceAllString(text, "")) || apiWords.MatchString(text)
}

// sunsetOf reads the Sunset header (RFC 8594), as an HTTP date or an ISO date.
func sunsetOf(h http.Header) time.Time {
	v := strings.TrimSpace(h.Get("Sunset"))
	if t, err := http.ParseTime(v); err == nil {
		return t.UTC()
	}
	for _, layout := range []string{time.RFC3339, time.RFC1123Z, time.DateOnly} {
		if t, err := time.Parse(layout, v); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// deprecated reads the Deprecation header: true (a draft of RFC 9745), @SECONDS or a date.
func deprecated(h http.Header) bool {
	v := strings.ToLower(strings.TrimSpace(h.Get("Deprecation")))
	return v != "" && v != "false" && v != "?0" && v != "0"
}

// announce warns of HeyGen's announced end of v1 and v2, once per client.
func (c *Client) announce(path string, h http.Header) {
	if !legacy(path) {
		return
	}
	when := sunsetOf(h)
	var text string
	switch {
	case !when.IsZero() && when.After(c.now()):
		text = fmt.Sprintf("HeyGen ends v1 and v2 of its API on %s: set heygen.api: v3", when.Format(time.DateOnly))
	case !when.IsZero():
		text = fmt.Sprintf("HeyGen announced the end of v1 and v2 of its API for %s, and may stop them any day: "+
			"set heygen.api: v3", when.Format(time.DateOnly))
	case deprecated(h):
		text = "HeyGen calls v1 and v2 of its API deprecated: set heygen.api: v3"
	default:
		return
	}
	c.announced.Do(func() { c.warn(text) })
}
