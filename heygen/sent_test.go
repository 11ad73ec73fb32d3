package heygen

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// deadAddress is a port of this machine where nothing listens.
func deadAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// listen serves raw connections until the test ends.
func listen(t *testing.T, f func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				f(c)
			}()
		}
	}()
	return l.Addr().String()
}

// standard is the client's own transport, changed.
func standard(change func(*http.Transport)) Option {
	return func(c *Client) {
		if tr, ok := c.wire.(*http.Transport); ok {
			change(tr)
		}
	}
}

func throughProxy(t *testing.T, address string) Option {
	t.Helper()
	u, err := url.Parse("http://" + address)
	if err != nil {
		t.Fatal(err)
	}
	return standard(func(tr *http.Transport) { tr.Proxy = http.ProxyURL(u) })
}

// proxyAnswers answers CONNECT with a status and never lets anything through.
func proxyAnswers(t *testing.T, status string) string {
	return listen(t, func(c net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
			fmt.Fprintf(c, "HTTP/1.1 %s\r\nContent-Length: 4\r\n\r\nnope", status)
		}
	})
}

// TestARequestThatNeverLeftBoughtNothing: no network, a dead proxy, 407, an untrusted certificate
// and a refused connection parked every clip on v2, although nothing had been sent.
func TestARequestThatNeverLeftBoughtNothing(t *testing.T) {
	untrusted := httptest.NewUnstartedServer(answer(200, `{"data":{"video_id":"x"}}`))
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	defer untrusted.Close()
	resolver := &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("no name server")
	}}
	for name, c := range map[string]struct {
		base string
		opts []Option
	}{
		"refused connection": {"http://" + deadAddress(t), nil},
		"no such host": {"https://api.invalid", []Option{standard(func(tr *http.Transport) {
			tr.DialContext = (&net.Dialer{Resolver: resolver}).DialContext
		})}},
		"unreachable network": {"https://api.invalid", []Option{standard(func(tr *http.Transport) {
			tr.DialContext = func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.OpError{Op: "dial", Err: errors.New("network is unreachable")}
			}
		})}},
		"dial time-out": {"https://api.invalid", []Option{standard(func(tr *http.Transport) {
			tr.DialContext = func(context.Context, string, string) (net.Conn, error) { return nil, context.DeadlineExceeded }
		})}},
		"dead proxy": {"https://api.invalid", []Option{throughProxy(t, deadAddress(t))}},
		"407 of a proxy": {
			"https://api.invalid", []Option{throughProxy(t, proxyAnswers(t, "407 Proxy Authentication Required"))},
		},
		"403 of a proxy":       {"https://api.invalid", []Option{throughProxy(t, proxyAnswers(t, "403 Forbidden"))}},
		"502 of a proxy":       {"https://api.invalid", []Option{throughProxy(t, proxyAnswers(t, "502 Bad Gateway"))}},
		"proxy without a word": {"https://api.invalid", []Option{throughProxy(t, listen(t, func(net.Conn) {}))}},
		"address of a bad proxy": {"https://api.invalid", []Option{standard(func(tr *http.Transport) {
			tr.Proxy = func(*http.Request) (*url.URL, error) { return nil, errors.New("invalid proxy address") }
		})}},
		"untrusted certificate": {untrusted.URL, nil},
		"handshake that fails":  {"https://" + listen(t, func(c net.Conn) { fmt.Fprint(c, "SSH-2.0-x\r\n") }), nil},
		"handshake that is cut": {"https://" + listen(t, func(c net.Conn) { _, _ = c.Read(make([]byte, 1)) }), nil},
		"certificate of another name": {untrusted.URL, []Option{standard(func(tr *http.Transport) {
			pool := x509.NewCertPool()
			pool.AddCert(untrusted.Certificate())
			tr.TLSClientConfig = &tls.Config{RootCAs: pool, ServerName: "api.heygen.com"}
		})}},
		"plain http":     {"http://example.com", nil},
		"no address":     {"https://", nil},
		"broken address": {"https://a b", nil},
	} {
		t.Run(name, func(t *testing.T) {
			client := New("k", append([]Option{WithBaseURL(c.base)}, c.opts...)...)
			for way, submit := range submitWays {
				err := submit(t, client)
				if !NeverSent(err) || !NothingBought(err) || Gone(err) || MaybeGone(err) {
					t.Errorf("%s: %v: never sent %v, definite no %v", way, err, NeverSent(err), NothingBought(err))
				}
			}
		})
	}
}

func TestARequestCancelledBeforeItsConnectionWasNeverSent(t *testing.T) {
	client, n := serve(t, answer(200, `{"data":{"video_id":"x"}}`))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := client.Submit(ctx, PathGenerate, []byte(`{}`))
	if !NeverSent(err) || !errors.Is(err, context.Canceled) || n.Load() != 0 {
		t.Errorf("%v after %d requests", err, n.Load())
	}
	// While it is connecting.
	ctx, cancel = context.WithCancel(t.Context())
	slow := New("k", WithBaseURL("https://api.invalid"), standard(func(tr *http.Transport) {
		tr.DialContext = func(dial context.Context, _, _ string) (net.Conn, error) {
			cancel()
			<-dial.Done()
			return nil, dial.Err()
		}
	}))
	if _, err := slow.Submit(ctx, PathGenerate, []byte(`{}`)); !NeverSent(err) {
		t.Errorf("%v", err)
	}
}

// protocols runs a test over HTTP/1.1 and HTTP/2, with TLS.
func protocols(
	t *testing.T, h http.HandlerFunc, f func(t *testing.T, s *httptest.Server, c *Client, n *atomic.Int32),
) {
	for _, proto := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(proto, func(t *testing.T) {
			var n atomic.Int32
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				n.Add(1)
				if r.Proto != proto {
					t.Errorf("spoke %s", r.Proto)
				}
				h(w, r)
			}))
			s.EnableHTTP2 = proto == "HTTP/2.0"
			s.StartTLS()
			t.Cleanup(s.Close)
			pool := x509.NewCertPool()
			pool.AddCert(s.Certificate())
			c := New("k", WithBaseURL(s.URL), WithUploadURL(s.URL), standard(func(tr *http.Transport) {
				tr.TLSClientConfig = &tls.Config{RootCAs: pool}
			}))
			f(t, s, c, &n)
		})
	}
}

// TestARequestThatMayHaveArrivedIsUnknown: as soon as there is a connection, an error
// does not show what the server did.
func TestARequestThatMayHaveArrivedIsUnknown(t *testing.T) {
	abort := func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		panic(http.ErrAbortHandler)
	}
	protocols(t, abort, func(t *testing.T, _ *httptest.Server, c *Client, n *atomic.Int32) {
		for way, submit := range submitWays {
			before := n.Load()
			err := submit(t, c)
			if err == nil || NeverSent(err) || NothingBought(err) || n.Load() != before+1 {
				t.Errorf("%s: %v after %d requests", way, err, n.Load()-before)
			}
		}
	})
	// Cancelled while the server works on it.
	var cancel atomic.Pointer[context.CancelFunc]
	protocols(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		(*cancel.Load())()
		<-r.Context().Done()
	}, func(t *testing.T, _ *httptest.Server, c *Client, _ *atomic.Int32) {
		ctx, stop := context.WithCancel(t.Context())
		cancel.Store(&stop)
		if _, err := c.SubmitOnce(ctx, PathVideos, []byte(`{}`), "gr-1"); err == nil || NeverSent(err) ||
			NothingBought(err) {
			t.Errorf("%v", err)
		}
	})
	for name, f := range map[string]func(net.Conn){
		"closed at once":   func(net.Conn) {},
		"closed at a byte": func(c net.Conn) { _, _ = c.Read(make([]byte, 1)) },
		"rubbish":          func(c net.Conn) { fmt.Fprint(c, "rubbish\r\n\r\n") },
		"half of a status": func(c net.Conn) { _, _ = c.Read(make([]byte, 4096)); fmt.Fprint(c, "HTTP/1.1 4") },
		"half of a header": func(c net.Conn) {
			_, _ = c.Read(make([]byte, 4096))
			fmt.Fprint(c, "HTTP/1.1 400 Bad\r\nCont")
		},
		"reset by the peer": func(c net.Conn) { _, _ = c.Read(make([]byte, 1)); _ = c.(*net.TCPConn).SetLinger(0) },
	} {
		client := New("k", WithBaseURL("http://"+listen(t, f)))
		for way, submit := range submitWays {
			if err := submit(t, client); err == nil || NeverSent(err) || NothingBought(err) {
				t.Errorf("%s, %s: %v", name, way, err)
			}
		}
	}
}

// TestAReusedConnectionThatDiedIsUnknown: the connection was there, so it may have carried the
// request; that nothing listens any more does not show the opposite.
func TestAReusedConnectionThatDiedIsUnknown(t *testing.T) {
	var last atomic.Bool
	h := func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if last.Load() {
			panic(http.ErrAbortHandler)
		}
		fmt.Fprint(w, `{"data":{"video_id":"x"}}`)
	}
	protocols(t, h, func(t *testing.T, s *httptest.Server, c *Client, n *atomic.Int32) {
		last.Store(false)
		if _, err := c.SubmitOnce(t.Context(), PathVideos, []byte(`{}`), "gr-1"); err != nil {
			t.Fatal(err)
		}
		last.Store(true)
		s.Listener.Close() // a new connection is refused
		_, err := c.SubmitOnce(t.Context(), PathVideos, []byte(`{}`), "gr-2")
		if err == nil || NeverSent(err) || NothingBought(err) || n.Load() != 2 {
			t.Errorf("%v after %d requests", err, n.Load())
		}
	})
}

// quiet is a transport that reports nothing of what it does.
type quiet struct{ err error }

func (q quiet) RoundTrip(*http.Request) (*http.Response, error) { return nil, q.err }

func TestATransportThatReportsNothingLeavesTheOutcomeOpen(t *testing.T) {
	client := New("k", WithTransport(quiet{errors.New("dial tcp: connection refused")}))
	if _, err := client.Submit(t.Context(), PathGenerate, []byte(`{}`)); err == nil || NeverSent(err) ||
		NothingBought(err) {
		t.Errorf("%v", err)
	}
}

// TestARedirectOfAPurchaseIsNotFollowed: 301 and 308 counted as unknown and parked the clip.
func TestARedirectOfAPurchaseIsNotFollowed(t *testing.T) {
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		protocols(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", other.URL+"/v2/video/generate?Signature=hush")
			w.WriteHeader(status)
		}, func(t *testing.T, _ *httptest.Server, c *Client, n *atomic.Int32) {
			_, err := c.Submit(t.Context(), PathGenerate, []byte(`{}`))
			if err == nil || n.Load() != 1 || elsewhere.Load() != 0 {
				t.Fatalf("%d: %v after %d and %d requests", status, err, n.Load(), elsewhere.Load())
			}
			if NothingBought(err) != (status != 303) {
				t.Errorf("%d: definite no %v", status, NothingBought(err))
			}
			where, ok := Redirected(err)
			if !ok || where != other.URL || strings.Contains(err.Error(), "hush") || !strings.Contains(err.Error(), other.URL) {
				t.Errorf("%d: leads to %q: %v", status, where, err)
			}
		})
	}
}

// TestAReadThatWasNeverSentIsRepeated: a lost network may be back a second later.
func TestAReadThatWasNeverSentIsRepeated(t *testing.T) {
	tries := 0
	instant := func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	client := New("k", WithBaseURL("https://api.invalid"), WithClock(time.Now, instant), standard(func(tr *http.Transport) {
		tr.DialContext = func(context.Context, string, string) (net.Conn, error) {
			tries++
			return nil, errors.New("network is unreachable")
		}
	}))
	if _, err := client.Quota(t.Context()); !NeverSent(err) || tries != 4 {
		t.Errorf("%v after %d tries", err, tries)
	}
}

// TestARefusingProxyIsReadOnce: a login that is missing, and a certificate that is not trusted, are the same at each
// repetition.
func TestARefusingProxyIsReadOnce(t *testing.T) {
	for status, want := range map[string]int32{"407 Proxy Authentication Required": 1, "403 Forbidden": 1, "502 Bad Gateway": 4} {
		t.Run(status, func(t *testing.T) {
			var tunnels atomic.Int32
			proxy := listen(t, func(c net.Conn) {
				if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
					tunnels.Add(1)
					fmt.Fprintf(c, "HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n", status)
				}
			})
			client := New("k", WithBaseURL("https://api.invalid"), throughProxy(t, proxy), WithClock(time.Now, noPause))
			_, err := client.Quota(t.Context())
			if !NeverSent(err) || tunnels.Load() != want {
				t.Errorf("%v after %d attempts, want %d", err, tunnels.Load(), want)
			}
			if text := strings.Split(status, " ")[0]; !strings.Contains(fmt.Sprint(err), "HTTP "+text) || !strings.Contains(fmt.Sprint(err), proxy) {
				t.Errorf("%v has no status or no proxy", err)
			}
		})
	}
}

func noPause(context.Context, time.Duration) error { return nil }
