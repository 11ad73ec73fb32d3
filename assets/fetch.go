package assets

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/internal/netutil"
)

// Link returns a signed link; with expired it requests a new one because the last was refused.
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

// Close closes idle connections. A Fetcher may be used after it.
func (f *Fetcher) Close() {
	if f.own != nil {
		f.own.CloseIdleConnections()
	}
}

// idleConnections is how many are kept for the next clips: as many as are downloaded at once.
const idleConnections = 16

// FetchResult reports what a download took.
type FetchResult struct {
	Bytes     int64 // of the finished file
	Resumed   int64 // bytes that were on disk already when the call began
	Refetched int64 // bytes received beyond what was missing
	Restarts  int   // times the part was thrown away
	Attempts  int
}

// fetchBuffer is the most that grab copies at once, bytes: 1 MiB is measured faster than
// 256 KiB by 15 % and than 64 KiB by 35 %, over 500 MB on loopback. At most this much is
// fetched again after a cut. Grab makes a buffer for every download, which for thousands
// of short clips was most of what the program allocated: it shrinks to the last one's size. Always
// 1 MiB costs 3.3 to 3.6 ms of processor time for each clip of ten thousand, and not 2.2 to 2.3 (three
// pairs of `-bench Rows` in internal/e2e/bench on 2026-11-29).
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

// Download is one file to bring.
type Download struct {
	Dst      string // where it goes; unfinished it is Dst.part, described by Dst.part.json
	Link     Link
	MaxBytes int64 // 0: the Fetcher's own limit
	// Locked means that the caller holds a lock that keeps other processes from downloading Dst.
	// Without it Dst.lock is taken.
	Locked   bool
	Progress func(done, total int64) // bytes; total is 0 when unknown
	// Verify reads the complete file before it gets its name and reports why it cannot be
	// what the link is of. A refused file is deleted and downloaded again from a new
	// link, a few times; then Verify's error is returned. HTTP cannot report that a body
	// without a length was cut. nil accepts every file.
	Verify func(path string) error
	// VerifyContent is Verify for FetchInto: it also gets the file's hash, so that equal
	// files need be read once.
	VerifyContent func(path string, h Hash) error
	// Within is how long a download may take; 0: no limit. What has arrived is kept.
	Within time.Duration
}

// Fetch brings a file, going on where an earlier call or process stopped. The final name
// appears only when the file is complete and Verify accepts it.
func (f *Fetcher) Fetch(ctx context.Context, d Download) (FetchResult, error) {
	return f.fetch(ctx, d, func(part string) error {
		if err := atomicfile.Commit(part, d.Dst); err != nil {
			return full(err, "finish the download")
		}
		return nil
	})
}

// FetchInto is Fetch into a store: the file is synced and named once, by its content.
// Dst names the unfinished file alone, on the store's file system.
func (f *Fetcher) FetchInto(ctx context.Context, s *Store, d Download) (hash Hash, res FetchResult, err error) {
	var size int64
	if verify := d.VerifyContent; verify != nil {
		d.Verify = func(path string) (err error) {
			hash, size, err = hashFile(path)
			if err != nil {
				return err
			}
			return verify(path, hash)
		}
	}
	res, err = f.fetch(ctx, d, func(part string) (err error) {
		if d.VerifyContent == nil {
			hash, size, err = hashFile(part)
			if err != nil {
				return err
			}
		}
		return s.adopt(part, hash, size)
	})
	return hash, res, err
}

// fetch brings the part and lets finish make it a file.
func (f *Fetcher) fetch(ctx context.Context, d Download, finish func(part string) error) (res FetchResult, err error) {
	if d.Within > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeoutCause(ctx, d.Within, tooLong(d.Within))
		defer stop()
	}
	if !d.Locked {
		lock := flock.New(d.Dst + ".lock")
		if ok, err := lock.TryLock(); err != nil {
			return res, full(err, "lock the download")
		} else if !ok {
			return res, fault.New(
				fault.Locked, "wait for it to end", "another process downloads %s", filepath.Base(d.Dst),
			)
		}
		defer func() {
			os.Remove(d.Dst + ".lock")
			_ = lock.Unlock()
		}()
	}
	t := &transfer{f: f, d: d, part: d.Dst + ".part", side: d.Dst + ".part.json", http: f.client()}
	if err := t.run(ctx); err != nil {
		return t.res, err
	}
	if err := finish(t.part); err != nil {
		return t.res, err
	}
	f.last.Store(t.res.Bytes)
	if t.described { // it only describes the part, which is gone
		os.Remove(t.side)
	}
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
				Proxy:                  http.ProxyFromEnvironment,
				OnProxyConnectResponse: netutil.TunnelAnswer,
				DialContext:            (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
				TLSHandshakeTimeout:    10 * time.Second,
				ResponseHeaderTimeout:  30 * time.Second,
				ForceAttemptHTTP2:      true,
				IdleConnTimeout:        30 * time.Second,
				MaxIdleConnsPerHost:    idleConnections,
			}
		})
		c.Transport = f.own
	}
	c.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if len(via) >= 10 {
			return errRedirects
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
