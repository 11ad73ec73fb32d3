// Package heygen is a client for HeyGen's HTTP API.
//
// It promises that reads are repeated only where a repeat is harmless, that a
// request which spends money is sent at most once per call, that the key goes
// only to the API host, and that no error, log line or value prints a key or a
// signed link. It decodes tolerantly: unknown members are ignored, and null,
// missing and empty mean the same. It uses the standard library alone.
//
// Package transport has the parts that know HTTP and not HeyGen. The client covers more
// calls than greenroom makes: batches, proofreads, and interactive avatars, among others.
package heygen

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"greenroom/heygen/transport"
	"greenroom/internal/netutil"
	"greenroom/internal/outside"
)

// Hosts of the real service.
const (
	DefaultBaseURL   = "https://api.heygen.com"
	DefaultUploadURL = "https://upload.heygen.com"
)

// Time limits, as the official client sets them; a create takes up to half a
// minute, the avatar catalogue is megabytes.
const (
	readTimeout   = 60 * time.Second
	writeTimeout  = 120 * time.Second
	uploadTimeout = 10 * time.Minute
)

// Client talks to one account. It is safe for use from many goroutines.
//
// size: one method for each call of the API; the fields are its options.
type Client struct {
	credential     *credential
	base, upload   string
	http           *http.Client
	wire           http.RoundTripper // what the client's own RoundTrippers are built on
	retries        int
	userAgent      string
	log            *slog.Logger
	now            func() time.Time
	sleep          func(context.Context, time.Duration) error
	ownConnections bool
	server         *serverClock
	warn           func(string)
	announced      *sync.Once // the end of v1 and v2
}

// OwnConnections returns the same client for purchases that are never sent again: each has a
// connection of its own. When a request fails on a connection that was used before, the
// outcome of the request is unknown.
func (c *Client) OwnConnections() *Client {
	own := *c
	own.ownConnections = true
	return &own
}

// Option changes a Client.
type Option func(*Client)

// WithBaseURL points the client at another API host.
func WithBaseURL(u string) Option { return func(c *Client) { c.base = strings.TrimRight(u, "/") } }

// WithUploadURL points uploads at another host.
func WithUploadURL(u string) Option { return func(c *Client) { c.upload = strings.TrimRight(u, "/") } }

// WithTransport replaces the HTTP transport.
func WithTransport(t http.RoundTripper) Option { return func(c *Client) { c.wire = t } }

// WithRetries sets how often a read is repeated; 0 is never.
func WithRetries(n int) Option { return func(c *Client) { c.retries = n } }

// WithUserAgent sets the User-Agent header.
func WithUserAgent(ua string) Option { return func(c *Client) { c.userAgent = ua } }

// WithLog logs each request at debug level, without key, query or body.
func WithLog(l *slog.Logger) Option { return func(c *Client) { c.log = l } }

// WithWarn receives what a user should read although the request succeeded: an error in
// an answer that names a job, and the announced end of v1 and v2, once. It may be called
// from many goroutines.
func WithWarn(f func(text string)) Option {
	return func(c *Client) { c.warn = func(text string) { f(foreignText(text)) } }
}

// WithClock replaces the clock and the pauses between repeats.
func WithClock(now func() time.Time, sleep func(context.Context, time.Duration) error) Option {
	return func(c *Client) { c.now, c.sleep = now, sleep }
}

// New returns a client. Reads are repeated up to 3 times unless an option sets another number.
func New(key Secret, opts ...Option) *Client {
	outside.Know(key.Reveal())
	c := &Client{
		credential: &credential{now: key, token: key.IsAccessToken()}, base: DefaultBaseURL, upload: DefaultUploadURL, retries: 3, userAgent: "greenroom",
		log: slog.New(slog.DiscardHandler), now: time.Now, sleep: netutil.Sleep, server: &serverClock{},
		warn: func(string) {}, announced: new(sync.Once),
	}
	c.wire = &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		OnProxyConnectResponse: netutil.TunnelAnswer,
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		TLSHandshakeTimeout:    10 * time.Second,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    100, // what a plan runs at once; with fewer, each request opened a connection
		IdleConnTimeout:        90 * time.Second,
		ResponseHeaderTimeout:  writeTimeout,
	}
	for _, o := range opts {
		o(c)
	}
	c.credential.clock = c.now
	c.http = &http.Client{
		Transport: c.roundTripper(),
		// An API that redirects is not the API: following could take the key along.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c
}

// roundTripper builds the client's RoundTrippers, the innermost first; see package transport.
func (c *Client) roundTripper() http.RoundTripper {
	now := func() time.Time { return c.now() }
	api := transport.NewOrigins(c.base, c.upload)
	var t http.RoundTripper = transport.NewConnections(c.wire)
	t = &transport.Observe{Next: t, Func: func(req *http.Request, res *http.Response) {
		if api.Has(req) {
			c.server.record(res.Header, c.now())
			c.announce(req.URL.Path, res.Header)
		}
	}}
	t = &transport.Limits{Next: t, Success: maxAnswer, Failures: maxErrorBody}
	t = &transport.Log{Next: t, Logger: c.log, Now: now}
	t = &transport.Retry{Next: t, Times: c.retries, Temporary: temporary, Now: now, Sleep: c.sleep}
	return &transport.Key{Next: t, Header: c.credential.now.header(), Value: c.credential.value, Renewed: c.credential.renewed,
		Origins: api}
}

// temporary reports that a read may succeed when it is repeated. A success must be a complete JSON
// object: anything else is a page or was cut.
func temporary(res *http.Response, err error) bool {
	if err != nil {
		return !netutil.Lasting(err)
	}
	b, err := transport.Body(res)
	if success(res.StatusCode) {
		return err != nil || !json.Valid(b) || !isObject(b) && string(bytes.TrimSpace(b)) != "null"
	}
	e := as(evaluate(&Error{Status: res.StatusCode}, b))
	return e != nil && e.Temporary()
}

// call describes one request.
type call struct {
	op, method, host, path string
	query                  url.Values
	body                   []byte
	contentType            string // application/json when empty
	timeout                time.Duration
	once                   bool // never repeat
	idempotency            string
}

// do sends the request, repeats it where that is allowed, and returns the body of its answer. An
// error is an *Error; the answer's body is returned with it, since it may name a job.
func (c *Client) do(ctx context.Context, q call) ([]byte, error) {
	fail := &Error{Op: q.op, Method: q.method, Path: q.path}
	req, err := c.request(ctx, q)
	if err != nil {
		fail.Err, fail.NotSent = err, true
		return nil, fail
	}
	return c.send(req, fail)
}

func (c *Client) request(ctx context.Context, q call) (*http.Request, error) {
	target := q.host + q.path
	if len(q.query) > 0 {
		target += "?" + q.query.Encode()
	}
	var body io.Reader
	if q.body != nil {
		body = bytes.NewReader(q.body)
	}
	// A purchase without an idempotency key gets its own connection: neither one that a read
	// has used, nor one that is used again. If it broke, the outcome would be unknown.
	ctx = transport.With(ctx, transport.Call{
		Name: q.op, Timeout: q.timeout, Repeat: !q.once,
		OwnConnection: q.once && (c.ownConnections || q.idempotency == ""), Body: q.body,
	})
	req, err := http.NewRequestWithContext(ctx, q.method, target, body)
	if err != nil {
		return nil, errors.New("the API address is not a web address")
	}
	if q.once {
		req.GetBody = nil // net/http must not repeat it on a broken idle connection, either
	}
	req.Header.Set("User-Agent", c.userAgent)
	req.Header.Set("Accept", "application/json")
	if q.body != nil {
		req.Header.Set("Content-Type", first(q.contentType, "application/json"))
	}
	if q.idempotency != "" {
		req.Header.Set("Idempotency-Key", q.idempotency)
	}
	return req, nil
}

// send sends a request and returns its answer's body, and fail filled in unless it succeeded.
func (c *Client) send(req *http.Request, fail *Error) ([]byte, error) {
	res, err := c.http.Do(req)
	if err != nil {
		return nil, cleaned(noAnswer(fail, err))
	}
	defer res.Body.Close()
	c.describe(fail, res)
	b, err := readAnswer(fail, res)
	return b, cleaned(err)
}

// noAnswer fills fail in for a request that got no answer.
func noAnswer(fail *Error, err error) *Error {
	fail.Err = outside.Error(netutil.WithoutURL(err))
	var never *transport.NotSentError
	if errors.As(err, &never) {
		fail.Err, fail.NotSent = outside.Error(never.Err), true
	}
	return fail
}

// describe copies from an answer's head what an error needs.
func (c *Client) describe(fail *Error, res *http.Response) {
	fail.now, fail.token = c.now(), c.credential.token
	fail.Status, fail.RequestID = res.StatusCode, foreignWord(transport.RequestID(res.Header))
	fail.RetryAfter = netutil.RetryAfter(res.Header.Get("Retry-After"), fail.now)
	fail.sunset = sunsetOf(res.Header)
	if to, err := res.Location(); err == nil && redirects(res.StatusCode) && to.Host != "" {
		fail.Location = to.Scheme + "://" + to.Host // its path and query may hold more than a log should
	}
}

// readAnswer returns the body of a success, or an error; the body of an error is returned as
// well, since it may name a job.
func readAnswer(fail *Error, res *http.Response) ([]byte, error) {
	b, err := transport.Body(res)
	if err != nil && success(res.StatusCode) {
		fail.Status, fail.Err = 0, outside.Error(err) // the answer was cut: its meaning is unknown
		return nil, fail
	}
	failed := evaluate(fail, b)
	if err != nil {
		fail.Own = false // a part of an answer, even one that can be read, is not the answer
	}
	return outside.HideKnown(b), failed
}
