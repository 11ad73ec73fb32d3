// Package heygen is a client for HeyGen's HTTP API.
//
// It promises that reads are repeated only where a repeat is harmless, that a
// request which spends money is sent at most once per call, that the key goes
// only to the API host, and that no error, log line or value prints a key or a
// signed link. It decodes tolerantly: unknown members are ignored, and null,
// missing and empty mean the same. It uses the standard library alone.
package heygen

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

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
type Client struct {
	key          Secret
	base, upload string
	http         *http.Client
	fresh        *http.Client // a new connection for each request
	retries      int
	userAgent    string
	log          *slog.Logger
	now          func() time.Time
	sleep        func(context.Context, time.Duration) error
	own          bool // see OwnConnections
	server       *serverClock
	warn         func(string)
	announced    *sync.Once // the end of v1 and v2
}

// OwnConnections gives the same client for purchases that nobody will send again: each has
// a connection of its own. On one that was used before, and had died, nobody could tell
// what came of it.
func (c *Client) OwnConnections() *Client {
	own := *c
	own.own = true
	return &own
}

// Option changes a Client.
type Option func(*Client)

// WithBaseURL points the client at another API host.
func WithBaseURL(u string) Option { return func(c *Client) { c.base = strings.TrimRight(u, "/") } }

// WithUploadURL points uploads at another host.
func WithUploadURL(u string) Option { return func(c *Client) { c.upload = strings.TrimRight(u, "/") } }

// WithTransport replaces the HTTP transport.
func WithTransport(t http.RoundTripper) Option { return func(c *Client) { c.http.Transport = t } }

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

// New makes a client. Reads are repeated up to 3 times unless an option says
// otherwise.
func New(key Secret, opts ...Option) *Client {
	outside.Know(key.Reveal())
	c := &Client{
		key: key, base: DefaultBaseURL, upload: DefaultUploadURL, retries: 3, userAgent: "greenroom",
		log: slog.New(slog.DiscardHandler), now: time.Now, sleep: pause, server: &serverClock{},
		warn: func(string) {}, announced: new(sync.Once),
	}
	c.http = &http.Client{
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
			TLSHandshakeTimeout:   10 * time.Second,
			ForceAttemptHTTP2:     true,
			MaxIdleConnsPerHost:   100, // as many as a plan lets work at once; fewer meant a new connection for each request
			IdleConnTimeout:       90 * time.Second,
			ResponseHeaderTimeout: writeTimeout,
		},
		// An API that redirects is not the API: following could take the key along.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	for _, o := range opts {
		o(c)
	}
	c.fresh = c.http
	if t, ok := c.http.Transport.(*http.Transport); ok {
		t = t.Clone()
		t.DisableKeepAlives = true
		c.fresh = &http.Client{Transport: t, CheckRedirect: c.http.CheckRedirect}
	}
	return c
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// call describes one request.
type call struct {
	op, method, host, path string
	query                  url.Values
	body                   func() io.Reader // nil: none
	size                   int64
	contentType            string
	timeout                time.Duration
	once                   bool // never repeat
	idempotency            string
}

// do sends the request, repeating reads, and gives the answer's bytes.
func (c *Client) do(ctx context.Context, q call) ([]byte, error) {
	if err := c.safeHost(q.host); err != nil {
		return nil, &Error{Op: q.op, Method: q.method, Path: q.path, Err: err, NotSent: true}
	}
	for attempt := 0; ; attempt++ {
		b, err := c.send(ctx, q)
		err = cleaned(err)
		var e *Error
		if err == nil || q.once || attempt >= c.retries || !errors.As(err, &e) || !e.Temporary() || ctx.Err() != nil {
			return b, err
		}
		if c.sleep(ctx, backoff(attempt, e.RetryAfter)) != nil {
			return nil, err
		}
	}
}

// backoff is 1 s doubling to 30 s with full jitter; a Retry-After wins, clamped.
func backoff(attempt int, after time.Duration) time.Duration {
	if after > 0 {
		return min(after, 30*time.Second)
	}
	limit := min(time.Second<<attempt, 30*time.Second)
	return limit/4 + rand.N(limit*3/4)
}

// safeHost refuses to send the key in the clear, except on this machine.
func (c *Client) safeHost(host string) error {
	u, err := url.Parse(host)
	if err != nil {
		return errors.New("the API address is not a web address")
	}
	ip := net.ParseIP(u.Hostname())
	if u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()) {
		return nil
	}
	return errors.New("the API address must be https")
}

func (c *Client) send(ctx context.Context, q call) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, q.timeout)
	defer cancel()
	var way sending
	ctx = way.watch(ctx)
	fail := &Error{Op: q.op, Method: q.method, Path: q.path}
	target := q.host + q.path
	if len(q.query) > 0 {
		target += "?" + q.query.Encode()
	}
	var body io.Reader
	if q.body != nil {
		body = q.body()
	}
	req, err := http.NewRequestWithContext(ctx, q.method, target, body)
	if err != nil {
		fail.Err, fail.NotSent = errors.New("the request cannot be built"), true
		return nil, fail
	}
	if q.size > 0 {
		req.ContentLength = q.size
	}
	// A repeat by net/http itself on a broken idle connection would spend twice. Without a
	// key the outcome of a request on one that broke stays unknown, so it gets its own:
	// neither one that a look-up has used, nor one that is used again.
	by := c.http
	if q.once {
		req.GetBody = nil
		if c.own || q.idempotency == "" {
			by = c.fresh
		}
	}
	req.Header.Set("X-Api-Key", c.key.Reveal())
	req.Header.Set("User-Agent", c.userAgent)
	req.Header.Set("Accept", "application/json")
	if q.contentType != "" {
		req.Header.Set("Content-Type", q.contentType)
	}
	if q.idempotency != "" {
		req.Header.Set("Idempotency-Key", q.idempotency)
	}
	if ctx.Err() != nil {
		fail.Err, fail.NotSent = context.Cause(ctx), true
		return nil, fail
	}
	began := c.now()
	res, err := by.Do(req)
	if err != nil {
		fail.Err, fail.NotSent = bare(err), way.never(by.Transport)
		c.log.Debug("heygen", "op", q.op, "method", q.method, "path", q.path, "err", fail.Err, "sent", !fail.NotSent)
		return nil, fail
	}
	defer res.Body.Close()
	c.server.note(res.Header, c.now())
	c.describe(fail, res)
	c.announce(q.path, res.Header)
	c.log.Debug("heygen", "op", q.op, "method", q.method, "path", q.path, "status", res.StatusCode,
		"took", c.now().Sub(began), "request", fail.RequestID)
	return readAnswer(fail, res)
}

// describe takes from an answer's head what an error needs.
func (c *Client) describe(fail *Error, res *http.Response) {
	fail.now = c.now()
	fail.Status, fail.RequestID = res.StatusCode, requestID(res.Header)
	fail.RetryAfter = retryAfter(res.Header.Get("Retry-After"), fail.now)
	fail.sunset = sunsetOf(res.Header)
	if to, err := res.Location(); err == nil && redirects(res.StatusCode) && to.Host != "" {
		fail.Location = to.Scheme + "://" + to.Host // its path and query may hold more than a log should
	}
}

// readAnswer returns a success's bytes, or an error; the bytes of an error are returned as
// well, since it may name a job.
func readAnswer(fail *Error, res *http.Response) ([]byte, error) {
	limit := int64(maxAnswer)
	if res.StatusCode >= 300 {
		limit = maxErrorBody
	}
	b, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	long := int64(len(b)) > limit
	switch {
	case err != nil && res.StatusCode < 300:
		fail.Status, fail.Err = 0, bare(err) // the answer was cut: its meaning is unknown
		return nil, fail
	case long && res.StatusCode < 300:
		fail.Status, fail.Err = 0, errors.New("the answer is larger than 64 MiB")
		return nil, fail
	}
	failed := judge(fail, b)
	if err != nil || long {
		fail.Own = false // a part of an answer, even one that can be read, is not the answer
	}
	return outside.HideKnown(b), failed
}

// bare drops the URL that net/http wraps around its errors: its query may hold
// more than a log should.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return outside.Error(err)
}

func requestID(h http.Header) string {
	for _, k := range []string{"X-Request-Id", "X-Amzn-Request-Id", "X-Amzn-Trace-Id"} {
		if v := h.Get(k); v != "" {
			return foreignWord(v)
		}
	}
	return ""
}

// MaxRetryAfter is the longest wait that is taken from a server. HeyGen's own waits are
// seconds to minutes; a wait of days is a mistake, a changed clock, or the trial's daily
// limit, which no waiting shortens. Reads wait 30 s at most, see backoff.
const MaxRetryAfter = time.Hour

// retryAfter reads seconds, as an integer or with a fraction, or one of the three forms of
// an HTTP date. It returns 0 for a date in the past, a negative number and anything else.
func retryAfter(v string, now time.Time) time.Duration {
	v = strings.TrimSpace(v)
	wait := time.Duration(0)
	if n, err := strconv.ParseFloat(v, 64); err == nil {
		switch {
		case !(n > 0): // NaN, too
			return 0
		case n >= MaxRetryAfter.Seconds():
			return MaxRetryAfter
		}
		wait = time.Duration(math.Ceil(n*1000)) * time.Millisecond
	} else if t, err := http.ParseTime(v); err == nil {
		wait = t.Sub(now)
	}
	return min(max(wait, 0), MaxRetryAfter)
}
