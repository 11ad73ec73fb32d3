package account

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"sync"
	"time"

	"greenroom/assets"
	"greenroom/heygen"
	"greenroom/heygen/sandbox"
	"greenroom/internal/fault"
	"greenroom/internal/netutil"
	"greenroom/pipeline/event"
)

// sandboxSpeed is how much faster than HeyGen the embedded sandbox runs: a job of minutes takes seconds.
const sandboxSpeed = 120

// Connection is the connection to the server that makes videos: HeyGen, or the sandbox inside this process. It is
// opened by the first request.
type Connection struct {
	mu      sync.Mutex
	client  *heygen.Client
	base    *url.URL
	sandbox *sandbox.Running
	cleanUp func() error // after the sandbox ended
	as      string       // the AccountID of the connection
	account string       // the hash of its key
}

// Connect returns the client. It starts the embedded sandbox when the manifest requests it and HEYGEN_API_BASE is not
// set. It fails when there is no key.
func (a *Account) Connect(ctx context.Context) (*heygen.Client, error) {
	a.Connection.mu.Lock()
	defer a.Connection.mu.Unlock()
	if a.Connection.client != nil && a.Connection.as == a.AccountID() {
		return a.Connection.client, nil
	}
	// The manifest may change during a session: a connection to the sandbox must not be used for an account, and the
	// reverse.
	if err := a.Connection.disconnect(); err != nil {
		return nil, err
	}
	warn := func(text string) {
		a.disk.Send(context.WithoutCancel(ctx), event.Event{Stage: "api", State: event.Warned, Message: text})
	}
	opts := []heygen.Option{heygen.WithUserAgent("greenroom/" + a.o.Version), heygen.WithWarn(warn)}
	base := a.apiBase()
	key := heygen.Secret("sandbox")
	switch {
	case base == "" && a.Sandboxed():
		s, err := a.startSandbox(ctx)
		if err != nil {
			return nil, err
		}
		a.Connection.sandbox, base = s, s.URL
	default:
		k, err := ResolveKey(ctx, a.disk.Manifest.HeyGen.Key, a.disk.Dir(), a.o.Getenv)
		if err != nil && !a.Sandboxed() {
			return nil, err
		}
		if err == nil {
			key = k
			opts = append(opts, heygen.WithRenewal(func(ctx context.Context) (heygen.Secret, error) {
				return ResolveKey(ctx, a.disk.Manifest.HeyGen.Key, a.disk.Dir(), a.o.Getenv)
			}))
		}
	}
	if base != "" {
		u, err := parseBase(base)
		if err != nil {
			return nil, err
		}
		a.Connection.base = u
		opts = append(opts, heygen.WithBaseURL(base), heygen.WithUploadURL(base))
	}
	a.ForgetOtherKey(key)
	a.Connection.as = a.AccountID()
	a.Connection.client = heygen.New(key, opts...)
	return a.Connection.client, nil
}

func parseBase(base string) (*url.URL, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return nil, fault.New(
			fault.Usage, "write it like http://127.0.0.1:8787", "HEYGEN_API_BASE is not a web address",
		)
	}
	return u, nil
}

// Sandboxed reports whether the sandbox is used and nothing costs money.
func (a *Account) Sandboxed() bool { return a.disk.Manifest.HeyGen.API == "sandbox" }

// apiBase returns the address that replaces HeyGen's; empty for HeyGen's own.
func (a *Account) apiBase() string {
	if b := a.o.Getenv("HEYGEN_API_BASE"); b != "" {
		return b
	}
	return a.disk.Manifest.HeyGen.Base
}

func (a *Account) startSandbox(ctx context.Context) (*sandbox.Running, error) {
	dir, cleanUp, err := a.sandboxDir()
	if err != nil {
		return nil, fault.Wrap(
			fault.Failed, err, fault.ReadHint(err, "make the folder of temporary files writable"), "start the sandbox",
		)
	}
	a.Connection.cleanUp = cleanUp
	o := sandbox.Options{Dir: dir, Speed: sandboxSpeed}
	if t, err := a.disk.Tools.Find(ctx); err == nil {
		o.Tools.FFmpeg = t.FFmpeg
	}
	if e, err := a.o.LookPath("espeak-ng"); err == nil {
		o.Tools.Espeak = e
	}
	// The sandbox lives as long as the project, not as long as one request.
	s, err := sandbox.Start(context.WithoutCancel(ctx), "127.0.0.1:0", o)
	if err != nil {
		return nil, fault.Wrap(fault.KindOf(errors.Join(err, cleanUp())), err, "", "start the sandbox")
	}
	return s, nil
}

// Close ends the connection and an embedded sandbox.
func (pr *Connection) Close() error {
	pr.mu.Lock()
	defer pr.mu.Unlock()
	return pr.disconnect()
}

// disconnect ends the connection and an embedded sandbox; the caller holds mu.
func (pr *Connection) disconnect() error {
	s := pr.sandbox
	pr.sandbox, pr.client, pr.base, pr.as, pr.account = nil, nil, nil, "", ""
	if s == nil {
		return nil
	}
	return errors.Join(s.Close(), pr.cleanUp())
}

// accountOf returns the hash of the key of a connection with the AccountID as; empty when it has another.
func (pr *Connection) accountOf(as string) string {
	pr.mu.Lock()
	defer pr.mu.Unlock()
	if pr.as != as {
		return ""
	}
	return pr.account
}

// Local reports whether the server is on this machine: polls may be frequent then.
func (pr *Connection) Local() bool {
	pr.mu.Lock()
	defer pr.mu.Unlock()
	return pr.sandbox != nil || pr.base != nil && netutil.IsLoopback(pr.base.Hostname())
}

// Fetcher returns the downloader. It downloads over HTTPS from HeyGen's hosts; plain HTTP and loopback addresses are
// allowed only when the server itself is on loopback.
func (a *Account) Fetcher() *assets.Fetcher {
	a.fetchOnce.Do(func() { a.fetch = &assets.Fetcher{Stall: 30 * time.Second, MaxBytes: 8 << 30, Allow: a.mayFetch} })
	return a.fetch
}

// mayFetch returns why an address must not be downloaded from.
func (a *Account) mayFetch(u *url.URL) error {
	host := strings.ToLower(u.Hostname())
	switch {
	case a.Connection.Local() && netutil.IsLoopback(host):
		return nil
	case u.Scheme != "https":
		return errors.New("the link is not https")
	case strings.HasSuffix(host, ".heygen.ai"), strings.HasSuffix(host, ".heygen.com"):
		return nil
	}
	return errors.New("the host is not one of HeyGen's")
}
