package transport

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

func TestAnOwnConnectionIsNeitherUsedBeforeNorAfter(t *testing.T) {
	var opened atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	s.Start()
	defer s.Close()
	c := NewConnections(&http.Transport{})
	for i, step := range []struct {
		own  bool
		want int32 // connections that were opened so far
	}{{false, 1}, {false, 1}, {true, 2}, {true, 3}, {false, 3}} {
		res, err := c.RoundTrip(request(t, Call{OwnConnection: step.own}, "GET", s.URL, ""))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		res.Body.Close()
		if got := opened.Load(); got != step.want {
			t.Errorf("request %d: %d connections, want %d", i, got, step.want)
		}
	}
}

func TestAnyOtherTransportServesBothKindsOfConnections(t *testing.T) {
	n := 0
	c := NewConnections(roundTrip(func(*http.Request) (*http.Response, error) { n++; return respond(200, ""), nil }))
	for _, own := range []bool{false, true} {
		if _, err := c.RoundTrip(request(t, Call{OwnConnection: own}, "GET", "https://example.com", "")); err != nil {
			t.Fatal(err)
		}
	}
	if n != 2 {
		t.Errorf("%d requests", n)
	}
}

func TestOnlyARequestWithoutConnectionWasNeverSent(t *testing.T) {
	refused := httptest.NewServer(nil)
	refused.Close()
	dropped := serve(t, func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) })
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	broken := errors.New("broken")
	silent := roundTrip(func(*http.Request) (*http.Response, error) { return nil, broken })
	for name, c := range map[string]struct {
		transport http.RoundTripper
		ctx       context.Context
		url       string
		never     bool
	}{
		"refused connection":          {&http.Transport{}, t.Context(), refused.URL, true},
		"no host":                     {&http.Transport{}, t.Context(), "http:///x", true},
		"cancelled before":            {&http.Transport{}, cancelled, dropped, true},
		"dropped connection":          {&http.Transport{}, t.Context(), dropped, false},
		"a transport without reports": {silent, t.Context(), dropped, false},
		"cancelled, without reports":  {silent, cancelled, dropped, true},
	} {
		body := &closing{Reader: strings.NewReader("x")}
		req, err := http.NewRequestWithContext(c.ctx, http.MethodPost, c.url, body)
		if err != nil {
			t.Fatal(err)
		}
		_, err = NewConnections(c.transport).RoundTrip(req)
		var never *NotSentError
		if err == nil || errors.As(err, &never) != c.never {
			t.Errorf("%s: never sent %v: %v", name, !c.never, err)
		}
		if c.ctx == cancelled && (!errors.Is(err, context.Canceled) || !body.closed) {
			t.Errorf("%s: %v, body closed %v", name, err, body.closed)
		}
	}
}
