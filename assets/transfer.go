package assets

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"syscall"
	"time"

	"github.com/cavaliergopher/grab/v3"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/internal/netutil"
)

// transfer is one call of Fetch.
type transfer struct {
	f          *Fetcher
	d          Download
	part, side string
	http       *http.Client
	meta       *sidecar // nil: not known yet
	described  bool     // there is, or may be, a file that describes the part
	res        FetchResult
}

func (t *transfer) run(ctx context.Context) error {
	target, err := t.link(ctx, false)
	if err != nil {
		return err
	}
	t.res.Resumed = t.resumable()
	e := effort{best: t.res.Resumed}
	var received int64
	for {
		t.res.Attempts++
		n, err := t.attempt(ctx, target)
		received += n
		if err == nil {
			err = t.verify()
			if err == nil {
				t.res.Bytes = t.size()
				t.res.Refetched = max(0, received-(t.res.Bytes-min(t.res.Resumed, t.res.Bytes)))
				return nil
			}
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		e.count(err, t.size())
		next, wait, over := t.react(ctx, err, &e, target)
		if over != nil {
			return over
		}
		target = next
		if over := e.over(err, t.res.Attempts, t.res.Restarts); over != nil {
			return over
		}
		if err := t.sleep(ctx, e.dry, wait); err != nil {
			return err
		}
	}
}

// refusedLink reports a status of a link that has expired or is not allowed.
func refusedLink(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone:
		return true
	}
	return false
}

// verify reports why the complete part is not the file; then the part is gone.
func (t *transfer) verify() error {
	if t.d.Verify == nil {
		return nil
	}
	err := t.d.Verify(t.part)
	if err == nil {
		return nil
	}
	t.discard()
	return &refusedError{err}
}

// react prepares the next attempt after a failed one: it returns the link to use and how
// long the server asks to wait. over ends the download.
func (t *transfer) react(ctx context.Context, err error, e *effort, target string) (_ string, wait time.Duration,
	over error) {
	renewed := func() (string, time.Duration, error) {
		next, lerr := t.link(ctx, true)
		return next, wait, lerr
	}
	var status *StatusError
	var refused *refusedError
	switch {
	case errors.Is(err, errChanged):
		t.startOver()
		t.res.Resumed = 0
	case errors.Is(err, ErrHost), errors.Is(err, ErrTooBig), errors.Is(err, ErrEncoded):
		t.discard()
		return "", 0, fault.Wrap(
			fault.Provider, err, "nothing was written; ask the provider if this repeats", "download",
		)
	case netutil.Lasting(err):
		return "", 0, fault.Wrap(fault.Provider, err, netutil.Advice(err)+"; the take is not lost", "download")
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, os.ErrPermission):
		return "", 0, full(err, "download")
	case errors.Is(err, ErrNotMedia):
		// An error page of a proxy may pass; a page for the third time is the answer.
		e.pages++
		if e.pages > 2 {
			return "", 0, fault.Wrap(fault.Provider, err,
				"open the video on HeyGen's site to see whether it still exists",
				"download")
		}
	case errors.As(err, &refused):
		t.res.Resumed = 0
		e.refused++
		if e.refused >= maxRefused {
			return "", 0, refused.error
		}
		if next, _, lerr := renewed(); lerr == nil {
			return next, 0, nil // else the same link: a link that cannot be renewed may work again
		}
	case errors.Is(err, errRedirects):
		return renewed()
	case errors.As(err, &status):
		wait = status.RetryAfter
		switch s := status.Status; {
		case refusedLink(s):
			return renewed()
		case s < 500 && s != 429 && s != 408:
			return "", 0, fault.Wrap(fault.Provider, err, "run the same command again: it requests a new link", "download")
		}
	}
	return target, wait, nil
}

func (t *transfer) link(ctx context.Context, expired bool) (string, error) {
	s, err := t.d.Link(ctx, expired)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(s)
	if err != nil {
		return "", fault.New(fault.Provider, "run the same command again later", "the provider's link is not an address")
	}
	if err := t.f.allowed(u); err != nil {
		return "", fault.Wrap(fault.Provider, err, "nothing was written", "download")
	}
	return s, nil
}

// attempt is one request through grab and what it brought, in bytes.
func (t *transfer) attempt(ctx context.Context, target string) (int64, error) {
	have := t.resumable()
	stall := t.f.Stall
	if stall <= 0 {
		stall = 30 * time.Second
	}
	limit := cmp.Or(t.d.MaxBytes, t.f.MaxBytes, 64<<30)
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
		if t.d.Progress != nil {
			total := int64(0)
			if resp.Size() > 0 {
				total = resp.Size()
			}
			t.d.Progress(resp.BytesComplete(), total)
		}
	}
	err = netutil.WithoutURL(resp.Err())
	t.meta = g.meta
	if err == nil && (t.meta == nil || t.meta.Total >= 0 && t.size() != t.meta.Total) {
		err = io.ErrUnexpectedEOF
	}
	return g.received.Load(), err
}

// resumable returns how many bytes of the part can be kept, and deletes a part that cannot be
// continued.
func (t *transfer) resumable() int64 {
	if t.meta == nil {
		t.meta, t.described = readSidecar(t.side)
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
	t.discard()
	t.res.Restarts++
}

// discard removes the part and what describes it.
func (t *transfer) discard() {
	os.Remove(t.part)
	os.Remove(t.side)
	t.meta, t.described = nil, false
}

// save describes the part for a later process, unless the file is no longer than one buffer. It is not
// synced: corrupted by a power cut it is not used, and the part starts over.
func (t *transfer) save(m sidecar) error {
	if m.Total <= fetchBuffer {
		if t.described { // of what was there before
			os.Remove(t.side)
			t.described = false
		}
		return nil
	}
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	t.described = true
	return atomicfile.WriteQuick(t.side, b)
}

func (t *transfer) size() int64 {
	fi, err := os.Stat(t.part)
	if err != nil {
		return 0
	}
	return fi.Size()
}

// sleep waits longer after each attempt without progress; a server's Retry-After has priority, up to a
// minute.
func (t *transfer) sleep(ctx context.Context, dry int, retryAfter time.Duration) error {
	limit := min(100*time.Millisecond<<min(dry, 8), 20*time.Second)
	d := limit/2 + rand.N(limit/2)
	if retryAfter > 0 {
		d = min(retryAfter, time.Minute)
	}
	if t.f.Sleep != nil {
		return t.f.Sleep(ctx, d)
	}
	return netutil.Sleep(ctx, d)
}
