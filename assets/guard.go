package assets

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"greenroom/internal/excerpt"
	"greenroom/internal/netutil"
)

// Reasons a download ends early. Callers test them with errors.Is.
var (
	ErrStalled   = errors.New("the server went silent or sends too slowly")
	ErrTooBig    = errors.New("the file is larger than allowed")
	ErrNotMedia  = errors.New("the server answered with a page, not with a video")
	ErrHost      = errors.New("the link leads to a host that is not allowed")
	ErrEncoded   = errors.New("the server compressed the file although asked not to")
	errChanged   = errors.New("the remote file changed, or the server ignored the resume request")
	errRedirects = errors.New("the link redirects in a loop")
)

// slowest is the least that a server must send, bytes a second over each stall limit.
// A server that sends a byte now and then would hold a download for days.
const slowest = 512

// StatusError is the HTTP status of a response that is not the file.
type StatusError struct {
	Status     int
	RetryAfter time.Duration
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("the server answered %d %s", e.Status, http.StatusText(e.Status))
}

// sidecar is what must be known to go on with a part file. It is written before
// the first byte of the part.
type sidecar struct {
	ETag         string `json:"etag"`
	LastModified string `json:"lastModified"`
	Total        int64  `json:"total"` // bytes; -1 when the server did not say
}

// validator is what If-Range may carry: a strong ETag, else the date.
func (m *sidecar) validator() string {
	if m.ETag != "" && !strings.HasPrefix(m.ETag, "W/") {
		return m.ETag
	}
	return m.LastModified
}

// readSidecar reads the description of an unfinished file; there is false when it does not exist.
func readSidecar(path string) (m *sidecar, there bool) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, !errors.Is(err, os.ErrNotExist)
	}
	m = new(sidecar)
	if json.Unmarshal(b, m) != nil {
		m = nil
	}
	return m, true
}

// guard is the HTTP client that grab uses. It answers HEAD requests itself, and passes a body only
// when it is exactly the continuation of the part on disk. Each rule prevents a silent corruption by
// grab that a test has shown.
type guard struct {
	http     *http.Client
	stall    time.Duration
	max      int64
	meta     *sidecar // nil: nothing on disk
	have     int64
	save     func(sidecar) error
	received atomic.Int64
	ctype    string
}

// Do implements grab.HTTPClient.
func (g *guard) Do(q *http.Request) (*http.Response, error) {
	if q.Method == http.MethodHead {
		return g.head(q), nil
	}
	ctx, cancel := context.WithCancelCause(q.Context())
	q = q.Clone(ctx)
	q.Header.Set("Accept-Encoding", "identity")
	ranged := q.Header.Get("Range") != ""
	if ranged {
		if g.meta == nil || g.meta.validator() == "" {
			cancel(nil)
			return nil, errChanged
		}
		q.Header.Set("If-Range", g.meta.validator())
	}
	timer := time.AfterFunc(g.stall, func() { cancel(ErrStalled) })
	fail := func(err error) (*http.Response, error) {
		timer.Stop()
		if c := context.Cause(ctx); c != nil {
			err = c
		}
		cancel(nil)
		return nil, err
	}
	res, err := g.http.Do(q)
	if err != nil {
		return fail(netutil.WithoutURL(err))
	}
	if err := g.judge(res, ranged); err != nil {
		res.Body.Close()
		return fail(err)
	}
	body := &watchedBody{ReadCloser: res.Body, g: g, ctx: ctx, cancel: cancel, timer: timer}
	body.due = body.share()
	if !ranged {
		if err := body.sniff(); err != nil {
			res.Body.Close()
			return fail(err)
		}
		m := sidecar{
			ETag: res.Header.Get("ETag"), LastModified: res.Header.Get("Last-Modified"), Total: res.ContentLength,
		}
		if err := g.save(m); err != nil {
			res.Body.Close()
			return fail(err)
		}
		g.meta = &m
	}
	res.Body = body
	return res, nil
}

// head answers grab's question from the sidecar: many signed links refuse HEAD.
func (g *guard) head(q *http.Request) *http.Response {
	r := &http.Response{StatusCode: http.StatusMethodNotAllowed, Proto: "HTTP/1.1", Body: http.NoBody,
		Header: http.Header{}, Request: q}
	if g.meta != nil && g.meta.Total > 0 {
		r.StatusCode, r.ContentLength = http.StatusOK, g.meta.Total
		r.Header.Set("Accept-Ranges", "bytes")
	}
	return r
}

func (g *guard) judge(res *http.Response, ranged bool) error {
	if e := res.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return ErrEncoded
	}
	switch {
	case ranged && res.StatusCode == http.StatusPartialContent:
		return g.continues(res)
	case ranged && (res.StatusCode == http.StatusOK || res.StatusCode == http.StatusPreconditionFailed ||
		res.StatusCode == http.StatusRequestedRangeNotSatisfiable):
		return errChanged
	case !ranged && res.StatusCode == http.StatusOK:
		g.ctype = res.Header.Get("Content-Type")
		if res.ContentLength > g.max {
			return fmt.Errorf("%w: %d bytes, at most %d", ErrTooBig, res.ContentLength, g.max)
		}
		return nil
	}
	return &StatusError{
		Status: res.StatusCode, RetryAfter: netutil.RetryAfter(res.Header.Get("Retry-After"), time.Now()),
	}
}

// continues accepts only have-(total-1)/total of the same entity.
func (g *guard) continues(res *http.Response) error {
	var from, to, total int64
	n, _ := fmt.Sscanf(res.Header.Get("Content-Range"), "bytes %d-%d/%d", &from, &to, &total)
	etag := res.Header.Get("ETag")
	if n != 3 || from != g.have || total != g.meta.Total || to != total-1 || etag != "" && g.meta.ETag != "" &&
		etag != g.meta.ETag {
		return errChanged
	}
	return nil
}

// watchedBody resets the stall timer whenever enough bytes came, counts bytes and holds
// the size limit also when no length was announced.
type watchedBody struct {
	io.ReadCloser
	g      *guard
	ctx    context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer
	due    int64 // bytes until the timer is reset
	peeked []byte
}

// share is how many bytes must come within one stall limit.
func (w *watchedBody) share() int64 { return max(1, int64(w.g.stall.Seconds()*slowest)) }

// sniff checks the first bytes: an error page under a 200 must not reach the
// disk, where it could later be taken for the beginning of the file.
func (w *watchedBody) sniff() error {
	buf := make([]byte, 512)
	n, err := io.ReadFull(w.ReadCloser, buf)
	w.timer.Reset(w.g.stall)
	w.peeked = buf[:n]
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return netutil.WithoutURL(err)
	}
	head := bytes.ToLower(bytes.TrimLeft(w.peeked, " \t\r\n\ufeff"))
	for _, p := range []string{"<!doctype", "<html", "<?xml", "<error", "{\"", "{ ", "{\n", "[{"} {
		if bytes.HasPrefix(head, []byte(p)) {
			return fmt.Errorf("%w: %s", ErrNotMedia, excerpt.Of(w.peeked))
		}
	}
	if n == 0 {
		return io.ErrUnexpectedEOF
	}
	return nil
}

func (w *watchedBody) Read(p []byte) (int, error) {
	if len(w.peeked) > 0 {
		n := copy(p, w.peeked)
		w.peeked = w.peeked[n:]
		w.g.received.Add(int64(n))
		return n, nil
	}
	n, err := w.ReadCloser.Read(p)
	if n > 0 {
		w.due -= int64(n)
		if w.due <= 0 {
			w.timer.Reset(w.g.stall)
			w.due = w.share()
		}
		if w.g.have+w.g.received.Add(int64(n)) > w.g.max {
			return n, ErrTooBig
		}
	}
	if err != nil && err != io.EOF {
		if c := context.Cause(w.ctx); c != nil {
			err = c
		} else {
			err = netutil.WithoutURL(err)
		}
	}
	return n, err
}

func (w *watchedBody) Close() error {
	w.timer.Stop()
	err := w.ReadCloser.Close()
	w.cancel(nil)
	return err
}
