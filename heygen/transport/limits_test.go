package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestAnAnswerIsReadToItsEndOrItsLimit(t *testing.T) {
	letters := func(n int) string { return strings.Repeat("a", n) }
	huge := func(w http.ResponseWriter) {
		chunk := []byte(strings.Repeat("x", 1<<16))
		for range 1 << 14 { // 1 GiB: the client has to stop reading
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}
	cut := func(w http.ResponseWriter) {
		w.Header().Set("Content-Length", "1000")
		fmt.Fprint(w, `{"data":`)
	}
	for name, c := range map[string]struct {
		status int
		body   func(http.ResponseWriter)
		want   string
		err    error
	}{
		"complete":         {200, func(w http.ResponseWriter) { fmt.Fprint(w, "{}") }, "{}", nil},
		"empty":            {204, func(http.ResponseWriter) {}, "", nil},
		"page":             {200, func(w http.ResponseWriter) { fmt.Fprint(w, "<html>") }, "<html>", nil},
		"at the limit":     {200, func(w http.ResponseWriter) { fmt.Fprint(w, letters(64)) }, letters(64), nil},
		"over the limit":   {200, func(w http.ResponseWriter) { fmt.Fprint(w, letters(65)) }, letters(64), ErrTooLarge},
		"huge":             {200, huge, strings.Repeat("x", 64), ErrTooLarge},
		"huge failure":     {500, huge, strings.Repeat("x", 16), ErrTooLarge},
		"cut":              {200, cut, `{"data":`, io.ErrUnexpectedEOF},
		"cut failure":      {400, cut, `{"data":`, io.ErrUnexpectedEOF},
		"redirect":         {302, func(w http.ResponseWriter) { fmt.Fprint(w, "moved") }, "moved", nil},
		"failure in limit": {503, func(w http.ResponseWriter) { fmt.Fprint(w, "busy") }, "busy", nil},
	} {
		url := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if name == "cut" || name == "cut failure" {
				w.Header().Set("Content-Length", "1000")
			}
			w.WriteHeader(c.status)
			c.body(w)
		})
		l := &Limits{Next: &http.Transport{}, Success: 64, Failures: 16}
		res, err := l.RoundTrip(request(t, Call{Timeout: time.Minute}, "GET", url, ""))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // Body does not consume the answer
			if b, err := Body(res); string(b) != c.want || !errors.Is(err, c.err) {
				t.Errorf("%s: %q %v", name, b, err)
			}
		}
		if b, err := io.ReadAll(res.Body); string(b) != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: read %q %v", name, b, err)
		}
	}
}

func TestBodyReadsAnAnswerThatHasNoLimits(t *testing.T) {
	if b, err := Body(respond(200, "plain")); string(b) != "plain" || err != nil {
		t.Errorf("%q %v", b, err)
	}
}

// TestTheTimeOfAnAttemptIncludesItsBody: a server that sends its header and then nothing.
func TestTheTimeOfAnAttemptIncludesItsBody(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	l := &Limits{Next: &http.Transport{}, Success: 64, Failures: 16}
	res, err := l.RoundTrip(request(t, Call{Timeout: 50 * time.Millisecond}, "GET", url, ""))
	if err == nil {
		_, err = Body(res)
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

func TestEachAttemptHasItsOwnTime(t *testing.T) {
	var deadlines []time.Time
	l := &Limits{Success: 64, Failures: 16, Next: roundTrip(func(req *http.Request) (*http.Response, error) {
		end, ok := req.Context().Deadline()
		if !ok {
			t.Error("no time limit")
		}
		deadlines = append(deadlines, end)
		return respond(503, ""), nil
	})}
	r := &Retry{
		Next: l, Times: 1, Temporary: unavailable, Now: time.Now,
		Sleep: func(context.Context, time.Duration) error { return nil },
	}
	if _, err := r.RoundTrip(request(t, Call{Timeout: time.Hour}, "GET", "https://example.com", "")); err != nil {
		t.Fatal(err)
	}
	if len(deadlines) != 2 || !deadlines[1].After(deadlines[0]) {
		t.Errorf("attempts end at %v", deadlines)
	}
	l.Next = roundTrip(func(req *http.Request) (*http.Response, error) {
		if _, ok := req.Context().Deadline(); ok {
			t.Error("a time limit that no Call asked for")
		}
		return nil, io.EOF
	})
	if _, err := l.RoundTrip(get(t)); err != io.EOF {
		t.Errorf("%v", err)
	}
}
