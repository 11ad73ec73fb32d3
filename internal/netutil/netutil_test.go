package netutil

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"
)

func TestRetryAfterInEveryForm(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	in := func(d time.Duration, layout string) string { return now.Add(d).Format(layout) }
	for header, want := range map[string]time.Duration{
		"": 0, "1": time.Second, " 30 ": 30 * time.Second, "0": 0, "-5": 0, "-0.5": 0, "1.5": 1500 * time.Millisecond,
		"0.0001": time.Millisecond, "1e2": 100 * time.Second, "86400": MaxRetryAfter, "99999999999999999999": MaxRetryAfter,
		"1e300": MaxRetryAfter, "3600": time.Hour, "3601": MaxRetryAfter,
		"Inf": MaxRetryAfter, "-Inf": 0, "NaN": 0, "soon": 0, "10s": 0, "1,5": 0, "{}": 0,
		in(90*time.Second, http.TimeFormat):                  90 * time.Second,
		in(90*time.Second, time.ANSIC):                       90 * time.Second,
		in(90*time.Second, "Monday, 02-Jan-06 15:04:05 GMT"): 90 * time.Second,
		in(-time.Hour, http.TimeFormat):                      0,
		in(5*365*24*time.Hour, http.TimeFormat):              MaxRetryAfter,
		in(-100*365*24*time.Hour, time.ANSIC):                0,
		"Sat, 28 Nov 2026 25:61:00 GMT":                      0,
	} {
		if got := RetryAfter(header, now); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}

func TestLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "LocalHost": true, "127.0.0.1": true, "127.9.9.9": true, "::1": true,
		"::ffff:127.0.0.1": true,
		"":                 false, "0.0.0.0": false, "::": false, "10.0.0.1": false,
		"localhost.example.com": false, "127.0.0.1.nip.io": false,
		"localhost.": false, "[::1]": false, "2130706433": false, "0x7f.1": false, "localhost:80": false,
	} {
		if got := IsLoopback(host); got != want {
			t.Errorf("%q: %v", host, got)
		}
	}
	for header, want := range map[string]bool{
		"localhost": true, "localhost:80": true, "127.0.0.1:1": true, "[::1]:80": true, "127.0.0.1": true,
		"": false, ":80": false, "example.com": false, "localhost.example.com:80": false, "127.0.0.1:80:80": false,
	} {
		if got := IsLoopbackHost(header); got != want {
			t.Errorf("Host %q: %v", header, got)
		}
	}
}

func TestSleepEndsWithTheContext(t *testing.T) {
	if err := Sleep(t.Context(), time.Nanosecond); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(io.ErrClosedPipe)
	if err := Sleep(ctx, time.Hour); !errors.Is(err, io.ErrClosedPipe) {
		t.Error(err)
	}
}

func TestWithoutSecrets(t *testing.T) {
	for in, want := range map[string]string{
		"https://user:pass@example.com:8443/a%2Fb?sig=1#frag": "https://example.com:8443/a%2Fb",
		"https://example.com/a?":                              "https://example.com/a",
		"http://example.com":                                  "http://example.com",
	} {
		u, err := url.Parse(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := WithoutQuery(u); got != want || u.String() != in {
			t.Errorf("%s: %s; the address itself is %s", in, got, u)
		}
	}
	inner := errors.New("refused")
	signed := &url.Error{Op: "Get", URL: "https://example.com/?sig=1", Err: inner}
	if err := WithoutURL(fmt.Errorf("get: %w", signed)); err != inner {
		t.Error(err)
	}
	if err := WithoutURL(inner); err != inner || WithoutURL(nil) != nil {
		t.Error(err)
	}
}
