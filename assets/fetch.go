package assets

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/cavaliergopher/grab/v3"
	"github.com/gofrs/flock"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
)

// Link gives a signed link; expired asks for a new one because the last was refused.
type Link func(ctx context.Context, expired bool) (string, error)

// Fetcher downloads one file at a time per call; several calls may run at once. The
// zero value works, with a stall limit of 30 s and no host check. Connections are kept
// between calls until Close.
type Fetcher struct {
	HTTP     *http.Client // nil: our own transport
	Stall    time.Duration
	MaxBytes int64
	Allow    func(*url.URL) error // every host a request or redirect leads to
	Sleep    func(context.Context, time.Duration) error

	once sync.Once
	own  *http.Transport
	last atomic.Int64 // size of the last file, bytes
}

// Close lets go of idle connections. A Fetcher may be used after it.
func (f *Fetcher) Close() {
	if f.own != nil {
		f.own.CloseIdleConnections()
	}
}

// idleConnections is how many are kept for the next clips: as many as are downloaded at once.
const idleConnections = 16

// FetchResult says what a download took.
type FetchResult struct {
	Bytes       int64 // of the finished file
	Resumed     int64 // bytes that were on disk already when the call began
	Refetched   int64 // bytes received beyond what was missing
	Restarts    int   // times the part was thrown away
	Attempts    int
	ContentType string
}

// fetchBuffer is the most that grab copies at once, bytes: 1 MiB is measured faster than
// 256 KiB by 15 % and than 64 KiB by 35 %, over 500 MB on loopback. At most this much is
// fetched again after a cut. Grab makes a buffer for every download, which for thousands
// of short clips was most of what the program allocated: it shrinks to the last one's size.
const (
	fetchBuffer      = 1 << 20
	smallFetchBuffer = 32 << 10
)

func (f *Fetcher) buffer() int {
	last := f.last.Load()
	if last == 0 {
		return fetchBuffer
	}
	return int(min(max(last/4, smallFetchBuffer), fetchBuffer))
}

// fruitless is how many attempts in a row may bring no byte.
const fruitless = 6

// Fetch downloads to dst through dst.part and dst.part.json, going on where an
// earlier call or process stopped. The final name appears only when the file is
// whole. progress gets bytes; total is 0 when unknown.
func (f *Fetcher) Fetch(ctx context.Context, dst string, link Link, progress func(done, total int64)) (res FetchResult, err error) {
	lock := flock.New(dst + ".lock")
	if ok, err := lock.TryLock(); err != nil {
		return res, full(err, "lock the download")
	} else if !ok {
		return res, fault.New(fault.Locked, "wait for it to end", "another process downloads %s", filepath.Base(dst))
	}
	defer func() {
		os.Remove(dst + ".lock")
		_ = lock.Unlock()
	}()
	t := &transfer{f: f, dst: dst, part: dst + ".part", side: dst + ".part.json", progress: progress, http: f.client()}
	if err := t.run(ctx, link); err != nil {
		return t.res, err
	}
	if err := atomicfile.Commit(t.part, dst); err != nil {
		return t.res, full(err, "finish the download")
	}
	f.last.Store(t.res.Bytes)
	os.Remove(t.side) // it only describes the part, which is gone
	return t.res, nil
}

// client adds the host check to every request and redirect.
func (f *Fetcher) client() *http.Client {
	c := http.Client{}
	if f.HTTP != nil {
		c = *f.HTTP
	} else {
		f.once.Do(func() {
			f.own = &http.Transport{
				Proxy:                 http.ProxyFromEnvironment,
				DialContext:           (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
				TLSHandshakeTimeout:   10 * time.Second,
				ResponseHeaderTimeout: 30 * time.Second,
				ForceAttemptHTTP2:     true,
				IdleConnTimeout:       30 * time.Second,
				MaxIdleConnsPerHost:   idleConnections,
			}
		})
		c.Transport = f.own
	}
	c.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if len(via) >= 10 {
			return errors.New("too many redirects")
		}
		return f.allowed(r.URL)
	}
	return &c
}

func (f *Fetcher) allowed(u *url.URL) error {
	if f.Allow == nil {
		return nil
	}
	if err := f.Allow(u); err != nil {
		return fmt.Errorf("%w: %s: %v", ErrHost, u.Host, err)
	}
	return nil
}

// transfer is one call of Fetch.
type transfer struct {
	f               *Fetcher
	dst, part, side string
	progress        func(done, total int64)
	http            *http.Client
	meta            *sidecar
	res             FetchResult
}

func (t *transfer) run(ctx context.Context, link Link) error {
	target, err := t.link(ctx, link, false)
	if err != nil {
		return err
	}
	if fi, err := os.Stat(t.part); err == nil {
		t.res.Resumed = fi.Size()
	}
	var received int64
	dry, html := 0, 0
	for {
		t.res.Attempts++
		n, err := t.attempt(ctx, target)
		received += n
		if err == nil {
			t.res.Bytes = t.size()
			t.res.Refetched = max(0, received-(t.res.Bytes-min(t.res.Resumed, t.res.Bytes)))
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if n > 0 {
			dry = 0
		} else {
			dry++
		}
		wait := time.Duration(0)
		var status *StatusError
		switch {
		case errors.Is(err, errChanged):
			t.startOver()
			t.res.Resumed = 0
		case errors.Is(err, ErrHost), errors.Is(err, ErrTooBig), errors.Is(err, ErrEncoded):
			return fault.Wrap(fault.Provider, err, "nothing was written; ask the provider if this repeats", "download")
		case errors.Is(err, syscall.ENOSPC), errors.Is(err, os.ErrPermission):
			return full(err, "download")
		case errors.Is(err, ErrNotMedia):
			// An error page of a proxy may pass; a page for the third time is the answer.
			if html++; html > 2 {
				return fault.Wrap(fault.Provider, err, "open the video on HeyGen's site to see whether it still exists", "download")
			}
		case errors.As(err, &status):
			wait = status.RetryAfter
			switch s := status.Status; {
			case s == 401 || s == 403 || s == 404 || s == 410:
				if target, err = t.link(ctx, link, true); err != nil {
					return err
				}
			case s < 500 && s != 429 && s != 408:
				return fault.Wrap(fault.Provider, err, "", "download")
			}
		}
		if dry >= fruitless {
			return fault.Wrap(fault.Failed, err, "run the same command again; the download goes on where it stopped", "download gave up after %d attempts without a byte", dry)
		}
		if err := t.sleep(ctx, dry, wait); err != nil {
			return err
		}
	}
}

func (t *transfer) link(ctx context.Context, link Link, expired bool) (string, error) {
	s, err := link(ctx, expired)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(s)
	if err != nil {
		return "", fault.New(fault.Provider, "", "the provider gave no usable link")
	}
	if err := t.f.allowed(u); err != nil {
		return "", fault.Wrap(fault.Provider, err, "nothing was written", "download")
	}
	return s, nil
}

// attempt is one request through grab and what it brought, in bytes.
func (t *transfer) attempt(ctx context.Context, target string) (int64, error) {
	have := t.resumable()
	stall, limit := t.f.Stall, t.f.MaxBytes
	if stall <= 0 {
		stall = 30 * time.Second
	}
	if limit <= 0 {
		limit = 64 << 30
	}
	g := &guard{http: t.http, stall: stall, max: limit, meta: t.meta, have: have, save: t.save}
	c := grab.NewClient()
	c.HTTPClient, c.BufferSize = g, t.f.buffer()
	// A Request is never used twice: grab leaves the Range header on it.
	req, err := grab.NewRequest(t.part, target)
	if err != nil {
		return 0, errors.New("the link cannot be requested")
	}
	req.IgnoreRemoteTime = true
	req = req.WithContext(ctx)
	resp := c.Do(req)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	var early writeback
	defer early.close()
	for done := false; !done; {
		select {
		case <-tick.C:
			early.begin(t.part, resp.BytesComplete())
		case <-resp.Done:
			done = true
		}
		if t.progress != nil {
			total := int64(0)
			if resp.Size() > 0 {
				total = resp.Size()
			}
			t.progress(resp.BytesComplete(), total)
		}
	}
	err = plain(resp.Err())
	t.meta = g.meta
	if g.ctype != "" {
		t.res.ContentType = g.ctype
	}
	if err == nil && (t.meta == nil || t.meta.Total >= 0 && t.size() != t.meta.Total) {
		err = io.ErrUnexpectedEOF
	}
	return g.received.Load(), err
}

// resumable gives how many bytes of the part can be kept, and throws away what
// cannot be continued.
func (t *transfer) resumable() int64 {
	t.meta = nil
	b, err := os.ReadFile(t.side)
	var m sidecar
	if err == nil && json.Unmarshal(b, &m) == nil {
		t.meta = &m
	}
	have := t.size()
	if have > 0 && (t.meta == nil || t.meta.Total <= 0 || t.meta.validator() == "" || have > t.meta.Total) {
		t.startOver()
		return 0
	}
	if have == 0 {
		t.meta = nil
	}
	return have
}

func (t *transfer) startOver() {
	os.Remove(t.part)
	os.Remove(t.side)
	t.meta = nil
	t.res.Restarts++
}

// save describes the part. It is not synced, which cost as much as a short clip's
// download: spoiled by a power cut it is not believed, and the part starts over.
func (t *transfer) save(m sidecar) error {
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return atomicfile.WriteQuick(t.side, b)
}

func (t *transfer) size() int64 {
	fi, err := os.Stat(t.part)
	if err != nil {
		return 0
	}
	return fi.Size()
}

// sleep waits longer after each attempt without progress; a server's own wish
// wins, up to a minute.
func (t *transfer) sleep(ctx context.Context, dry int, wish time.Duration) error {
	limit := min(100*time.Millisecond<<min(dry, 8), 20*time.Second)
	d := limit/2 + rand.N(limit/2)
	if wish > 0 {
		d = min(wish, time.Minute)
	}
	if t.f.Sleep != nil {
		return t.f.Sleep(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// plain drops the URL that net/http wraps around errors: its query is a signature.
func plain(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
