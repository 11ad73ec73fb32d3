package transport

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"greenroom/internal/outside"
)

const secretKey = "log-canary-key-0123456789"

// logged returns the line that one request writes at a level, as JSON members.
func logged(t *testing.T, level slog.Level, url string, next roundTrip) (line map[string]any, text string) {
	t.Helper()
	outside.Know(secretKey)
	var out strings.Builder
	clock := time.Unix(0, 0)
	l := &Log{
		Next:   next,
		Logger: slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: level})),
		Now: func() time.Time {
			clock = clock.Add(time.Second)
			return clock
		},
	}
	req := request(t, Call{Name: "read video"}, http.MethodGet, url, "")
	req.Header.Set("X-Api-Key", secretKey)
	_, _ = l.RoundTrip(req)
	if out.Len() > 0 {
		if err := json.Unmarshal([]byte(out.String()), &line); err != nil {
			t.Fatal(err)
		}
	}
	return line, out.String()
}

func TestALogLineHasNoKeyNoQueryAndNoBody(t *testing.T) {
	const address = "https://me:password@files.heygen.ai/v3/videos/a?Signature=SIGNED&token=" + secretKey
	line, text := logged(t, slog.LevelDebug, address, func(*http.Request) (*http.Response, error) {
		return respond(404, "body with "+secretKey, "X-Request-Id", "r1 "+secretKey, "Set-Cookie", "session=COOKIE"), nil
	})
	for name, want := range map[string]any{"op": "read video", "method": "GET", "status": 404.0, "took": 1e9} {
		if line[name] != want {
			t.Errorf("%s is %v, want %v", name, line[name], want)
		}
	}
	if u, _ := line["url"].(string); !strings.Contains(u, "files.heygen.ai/v3/videos/a") {
		t.Errorf("the address is %q", u)
	}
	for _, secret := range []string{secretKey, "SIGNED", "password", "COOKIE", "body with"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in %s", secret, text)
		}
	}
}

func TestALogLineReportsWhetherAFailedRequestWasSent(t *testing.T) {
	for _, c := range []struct {
		err  error
		sent bool
	}{
		{errors.New("reset, key " + secretKey), true},
		{&NotSentError{errors.New("refused")}, false},
	} {
		line, text := logged(t, slog.LevelDebug, "https://example.com/a", func(*http.Request) (*http.Response, error) {
			return nil, c.err
		})
		if line["sent"] != c.sent || line["err"] == nil || strings.Contains(text, secretKey) {
			t.Errorf("%v: %s", c.err, text)
		}
	}
}

func TestNothingIsLoggedBelowDebug(t *testing.T) {
	_, text := logged(t, slog.LevelInfo, "https://example.com/a", func(*http.Request) (*http.Response, error) {
		return respond(200, ""), nil
	})
	if text != "" {
		t.Error(text)
	}
}

func TestRequestID(t *testing.T) {
	for want, h := range map[string]http.Header{
		"":  {},
		"a": {"X-Request-Id": {"a"}, "X-Amzn-Trace-Id": {"c"}},
		"b": {"X-Amzn-Request-Id": {"b"}},
		"c": {"X-Request-Id": {""}, "X-Amzn-Trace-Id": {"c"}},
	} {
		if got := RequestID(h); got != want {
			t.Errorf("%v: %q, want %q", h, got, want)
		}
	}
}
