package heygen

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

// connections serves h and counts the connections and requests that came.
func connections(t *testing.T, h http.HandlerFunc) (c *Client, conns, requests *atomic.Int32) {
	t.Helper()
	conns, requests = new(atomic.Int32), new(atomic.Int32)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		h(w, r)
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			conns.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	instant := func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	return New("key", WithBaseURL(s.URL), WithClock(time.Now, instant)), conns, requests
}

// TestOnlyAPurchaseWithAKeySharesAConnection: without a key, or where nothing is sent again, the
// outcome of a request on a connection that had died would be unknown; a handshake for each of ten
// thousand is expensive.
func TestOnlyAPurchaseWithAKeySharesAConnection(t *testing.T) {
	const n = 3
	for _, c := range []struct {
		key  string
		own  bool
		want int32
	}{{"", false, n}, {"key", false, 1}, {"key", true, n}} {
		var i atomic.Int32
		client, conns, _ := connections(t, func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `{"data":{"video_id":"v%d"}}`, i.Add(1))
		})
		if c.own {
			client = client.OwnConnections()
		}
		for range n {
			var err error
			if c.key == "" {
				_, err = client.Submit(t.Context(), PathGenerate, []byte(`{}`))
			} else {
				_, err = client.SubmitOnce(t.Context(), PathVideos, []byte(`{}`), c.key)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if got := conns.Load(); got != c.want {
			t.Errorf("key %q, own connections %v: %d for %d purchases, want %d", c.key, c.own, got, n, c.want)
		}
	}
}

// TestABrokenConnectionRepeatsNoPurchase: net/http must not send one again by itself, with
// a key neither: what is sent again is counted before.
func TestABrokenConnectionRepeatsNoPurchase(t *testing.T) {
	var broken atomic.Bool
	client, _, requests := connections(t, func(w http.ResponseWriter, r *http.Request) {
		if !broken.Load() {
			fmt.Fprint(w, `{"data":{"video_id":"v1"}}`)
			return
		}
		c, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		c.Close()
	})
	if _, err := client.SubmitOnce(t.Context(), PathVideos, []byte(`{}`), "k1"); err != nil {
		t.Fatal(err)
	}
	broken.Store(true)
	_, err := client.SubmitOnce(t.Context(), PathVideos, []byte(`{}`), "k2")
	if err == nil || NothingBought(err) || requests.Load() != 2 {
		t.Errorf("%v after %d requests", err, requests.Load())
	}
}

// TestAPurchaseWithoutAKeyTakesNoUsedConnection: it closed its connection afterwards, and took one
// that a look-up had used before. That one may have died, and then the outcome was unknown.
func TestAPurchaseWithoutAKeyTakesNoUsedConnection(t *testing.T) {
	for name, buy := range map[string]func(*Client) error{
		"v2": func(c *Client) error { return onlyErr(c.Submit(t.Context(), PathGenerate, []byte(`{}`))) },
		"strict v3": func(c *Client) error {
			return onlyErr(c.OwnConnections().SubmitOnce(t.Context(), PathVideos, []byte(`{}`), "k"))
		},
		"speech": func(c *Client) error { return onlyErr(c.SubmitSpeech(t.Context(), PathSpeechV1, []byte(`{}`))) },
	} {
		client, conns, _ := connections(t, func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"data":{"video_id":"v1","audio_url":"https://x/y.mp3"}}`)
		})
		for n := range int32(3) {
			if _, err := client.Quota(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := buy(client); err != nil {
				t.Fatal(err)
			}
			if got := conns.Load(); got != n+2 { // one for all look-ups
				t.Errorf("%s: %d connections after %d purchases", name, got, n+1)
			}
		}
	}
}
