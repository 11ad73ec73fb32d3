package transport

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func unavailable(res *http.Response, err error) bool { return err != nil || res.StatusCode == 503 }

// outcome is what came of one request: its result, the bodies that arrived and the pauses.
type outcome struct {
	res    *http.Response
	err    error
	bodies []string
	pauses []time.Duration
}

// attempts sends one request through a Retry with three repetitions.
func attempts(t *testing.T, req *http.Request, next roundTrip) (o outcome) {
	t.Helper()
	r := &Retry{
		Times: 3, Temporary: unavailable,
		Now: func() time.Time { return time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC) },
		Sleep: func(ctx context.Context, d time.Duration) error {
			o.pauses = append(o.pauses, d)
			return ctx.Err()
		},
		Next: roundTrip(func(req *http.Request) (*http.Response, error) {
			b := []byte{}
			if req.Body != nil {
				b, _ = io.ReadAll(req.Body)
			}
			o.bodies = append(o.bodies, string(b))
			return next(req)
		}),
	}
	o.res, o.err = r.RoundTrip(req)
	return o
}

func TestOnlyReadsAndAllowedChangesAreRepeated(t *testing.T) {
	for _, c := range []struct {
		method, body string
		call         Call
		cannotRewind bool
		want         int
	}{
		{"GET", "", Call{}, false, 4}, {"HEAD", "", Call{}, false, 4},
		{"POST", "{}", Call{}, false, 1}, {"POST", "", Call{}, false, 1}, {"PUT", "{}", Call{}, false, 1},
		{"PATCH", "{}", Call{}, false, 1}, {"DELETE", "", Call{}, false, 1},
		{"POST", "{}", Call{Repeat: true}, false, 4}, {"DELETE", "", Call{Repeat: true}, false, 4},
		{"PATCH", "{}", Call{Repeat: true}, false, 4},
		// A purchase has a body that cannot be read again: it stays at one, whatever its Call allows.
		{"POST", "{}", Call{Repeat: true}, true, 1}, {"GET", "{}", Call{}, true, 1},
	} {
		for name, next := range map[string]roundTrip{
			"answer": func(*http.Request) (*http.Response, error) { return respond(503, "busy"), nil },
			"error":  func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF },
		} {
			req := request(t, c.call, c.method, "https://example.com/a", c.body)
			if c.cannotRewind {
				req.GetBody = nil
			}
			o := attempts(t, req, next)
			if len(o.bodies) != c.want || len(o.pauses) != c.want-1 {
				t.Errorf("%s %+v, %s: %d attempts, want %d", c.method, c.call, name, len(o.bodies), c.want)
			}
			for _, b := range o.bodies {
				if b != c.body {
					t.Errorf("%s %+v: an attempt has the body %q", c.method, c.call, b)
				}
			}
			answered := o.err == nil && o.res.StatusCode == 503
			if name == "answer" && !answered || name == "error" && o.err != io.ErrUnexpectedEOF {
				t.Errorf("%s: the last attempt's %s is lost: %v", c.method, name, o.err)
			}
		}
	}
}

func TestARepetitionEndsAtTheFirstSuccess(t *testing.T) {
	var replaced []*closing
	n := 0
	o := attempts(t, get(t), func(*http.Request) (*http.Response, error) {
		n++
		switch n {
		case 1:
			return nil, errors.New("reset")
		case 2:
			res := respond(503, "")
			body := &closing{Reader: strings.NewReader("busy")}
			replaced, res.Body = append(replaced, body), body
			return res, nil
		}
		return respond(200, "ok"), nil
	})
	if o.err != nil || o.res.StatusCode != 200 || len(o.bodies) != 3 {
		t.Fatalf("%v after %d attempts", o.err, len(o.bodies))
	}
	if b, _ := io.ReadAll(o.res.Body); string(b) != "ok" {
		t.Errorf("answered %q", b)
	}
	if !replaced[0].closed {
		t.Error("the answer of a failed attempt stays open")
	}
}

func TestTheServersWaitIsLimited(t *testing.T) {
	for header, want := range map[string]time.Duration{
		"7": 7 * time.Second, "0.25": 250 * time.Millisecond, "29": 29 * time.Second, "31": maxPause, "86400": maxPause,
		"99999999999999999999": maxPause, "Inf": maxPause,
		"Sat, 28 Nov 2026 12:00:09 GMT": 9 * time.Second, "Sat, 28 Nov 2099 12:00:00 GMT": maxPause,
		// without a wait that makes sense: 1, 2 and 4 seconds, of which at least a quarter
		"": 0, "-5": 0, "0": 0, "NaN": 0, "soon": 0, "Sat, 28 Nov 2020 12:00:00 GMT": 0,
	} {
		pauses := attempts(t, get(t), func(*http.Request) (*http.Response, error) {
			return respond(503, "", "Retry-After", header), nil
		}).pauses
		if len(pauses) != 3 {
			t.Fatalf("%q: %d pauses", header, len(pauses))
		}
		for n, got := range pauses {
			limit := time.Second << n
			if want > 0 && got != want || want == 0 && (got < limit/4 || got >= limit) {
				t.Errorf("%q: pause %d is %s, want %s", header, n, got, want)
			}
		}
	}
	if got := pause(40, 0); got < maxPause/4 || got >= maxPause {
		t.Errorf("the 40th pause is %s", got)
	}
}

func TestACancelledRequestIsNotRepeated(t *testing.T) {
	for _, during := range []string{"attempt", "pause"} {
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		r := &Retry{
			Times: 3, Temporary: unavailable, Now: time.Now,
			Sleep: func(ctx context.Context, _ time.Duration) error {
				cancel()
				return ctx.Err()
			},
			Next: roundTrip(func(*http.Request) (*http.Response, error) {
				n++
				if during == "attempt" {
					cancel()
				}
				return respond(503, "busy"), nil
			}),
		}
		req := get(t).WithContext(ctx)
		if res, err := r.RoundTrip(req); err != nil || res.StatusCode != 503 || n != 1 {
			t.Errorf("cancelled in its %s: %v after %d attempts", during, err, n)
		}
	}
}

// TestARedirectLoopIsNotFollowed: the client below is set up as package heygen does it.
func TestARedirectLoopIsNotFollowed(t *testing.T) {
	var n atomic.Int32
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n.Add(1)
		http.Redirect(w, r, r.URL.Path, http.StatusTemporaryRedirect)
	})
	client := &http.Client{
		Transport:     &Retry{Next: &http.Transport{}, Times: 3, Temporary: unavailable, Now: time.Now},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	res, err := client.Do(request(t, Call{}, "GET", url+"/loop", ""))
	if err != nil || res.StatusCode != http.StatusTemporaryRedirect || n.Load() != 1 {
		t.Fatalf("%v after %d requests", err, n.Load())
	}
	res.Body.Close()
}
