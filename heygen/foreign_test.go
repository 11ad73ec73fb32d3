package heygen

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

const (
	canaryKey  = "canary/KEY+0123456789=xyz"
	canaryLink = "https://files2.heygen.ai/a.mp4?Expires=1&Signature=SIGNED~&Key-Pair-Id=PAIRID"
)

// canaries must not be in any text that comes out of the client.
var canaries = []string{canaryKey, url.QueryEscape(canaryKey), base64.StdEncoding.EncodeToString([]byte(canaryKey)),
	"0123456789",
	"Signature", "SIGNED", "PAIRID", "\x1b", "\r", "\n", "\u202e"}

// echo is text that a server sends back: the key in four forms, a link, a terminal code and a
// line of its own.
var echo = "key " + canaryKey + " " + url.QueryEscape(canaryKey) + " " + base64.StdEncoding.EncodeToString([]byte(canaryKey)) + " link " +
	canaryLink + " \x1b[31m\r\n::error::forged \u202e"

func jsonOf(format string, args ...any) string {
	for i, a := range args {
		b, _ := json.Marshal(a)
		args[i] = string(b)
	}
	return fmt.Sprintf(format, args...)
}

// errorShapes are the shapes in which HeyGen and gateways refuse.
func errorShapes() map[string]string {
	return map[string]string{
		"v1 message":     jsonOf(`{"code":400123,"message":%s}`, echo),
		"v1 msg":         jsonOf(`{"code":400123,"msg":%s}`, echo),
		"v2 error":       jsonOf(`{"data":null,"error":{"code":"x","message":%s,"detail":%s}}`, echo, echo),
		"error string":   jsonOf(`{"error":%s}`, echo),
		"error code":     jsonOf(`{"error":{"code":%s,"message":"m"}}`, echo),
		"param":          jsonOf(`{"error":{"code":"x","message":"m","param":%s}}`, echo),
		"detail":         jsonOf(`{"detail":%s}`, echo),
		"detail object":  jsonOf(`{"detail":{"url":%s}}`, canaryLink+canaryKey),
		"message object": jsonOf(`{"message":{"key":%s}}`, canaryKey),
		"escaped": `{"message":"` + strings.ReplaceAll(
			strings.ReplaceAll(canaryKey, "/", `\/`), "+", `\u002b`,
		) + `"}`,
		"page":      "<html><body>" + echo + "</body></html>",
		"text":      echo,
		"XML":       "<Error><Message>" + canaryLink + "</Message><Key>" + canaryKey + "</Key></Error>",
		"not UTF-8": "\xff\xfe" + echo,
		"long text": strings.Repeat(" ", 280) + strings.Repeat("x", 290) + canaryKey,
	}
}

func TestAnErrorNeverHoldsTheKeyALinkOrALineBreak(t *testing.T) {
	for _, status := range []int{200, 302, 400, 401, 402, 403, 404, 407, 409, 422, 429, 500, 502, 503} {
		for name, body := range errorShapes() {
			t.Run(fmt.Sprint(status, " ", name), func(t *testing.T) {
				srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("X-Request-Id", "req "+canaryKey+" "+canaryLink)
					w.Header().Set("Location", canaryLink+canaryKey)
					w.WriteHeader(status)
					_, _ = w.Write([]byte(body))
				}))
				defer srv.Close()
				c := New(canaryKey, WithBaseURL(srv.URL), WithUploadURL(srv.URL), WithRetries(0))
				_, err := c.VideoStatus(t.Context(), "id")
				if err == nil {
					if status != 200 {
						t.Fatal("no error")
					}
					return // under a 200, this shape is a success
				}
				withoutCanary(t, err.Error(), fmt.Sprintf("%+v", *as(err)))
				_, err = c.Upload(t.Context(), V2, FileOf("x.png", "image/png", []byte("x"), ""), Resume{})
				withoutCanary(t, fmt.Sprint(err))
				err = c.put(t.Context(), "put", Link(srv.URL+"/x?Signature=SIGNED"), nil, FileOf("", "", nil, "").section(0, 0), nil)
				withoutCanary(t, fmt.Sprint(err))
			})
		}
	}
}

func withoutCanary(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		for _, c := range canaries {
			if strings.Contains(text, c) {
				t.Errorf("%q is in %q", c, text)
			}
		}
	}
}

// A broken answer is an error of net/http, which quotes it.
func TestATransportErrorIsCleaned(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, _, _ := w.(http.Hijacker).Hijack()
		_, _ = conn.Write([]byte("HTTP/1.1 " + canaryKey + "\r\n\r\n"))
		_ = conn.Close()
	}))
	defer srv.Close()
	_, err := New(canaryKey, WithBaseURL(srv.URL), WithRetries(0)).VideoStatus(t.Context(), "id")
	if err == nil || !strings.Contains(err.Error(), "[redacted]") {
		t.Errorf("got %v", err)
	}
	withoutCanary(t, fmt.Sprint(err))
}

// A failed job's reason goes into the ledger.
func TestAFailedJobsReasonHoldsNoSecret(t *testing.T) {
	for name, body := range map[string]string{
		"v1 object": jsonOf(
			`{"code":100,"data":{"id":"a","status":"failed","error":{"code":%s,"message":%s,"detail":%s}}}`, echo, echo, echo,
		),
		"v1 string": jsonOf(`{"code":100,"data":{"id":"a","status":"failed","error":%s}}`, echo),
		"v1 array":  jsonOf(`{"code":100,"data":{"id":"a","status":"failed","error":[%s]}}`, echo),
		"v3":        jsonOf(`{"data":{"id":"a","status":"failed","failure_code":%s,"failure_message":%s}}`, echo, echo),
		"layers":    jsonOf(`{"data":{"id":"a","status":"failed","message":%s,"error":{"message":%s}}}`, echo, echo),
		"agent": jsonOf(
			`{"data":{"session_id":"a","status":"failed","messages":[{"type":"error","content":%s}]}}`, echo,
		),
		"status": jsonOf(`{"code":100,"data":{"id":"a","status":%s,"title":%s}}`, echo, canaryKey),
	} {
		srv := httptest.NewServer(http.HandlerFunc(
			func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(body)) },
		))
		c := New(canaryKey, WithBaseURL(srv.URL), WithRetries(0))
		for _, kind := range []Kind{KindVideoV2, KindVideoV3, KindAgent, KindTranslateV2, KindTranslateV3, KindCutout, KindLipsync, KindProofread, KindModelVideo} {
			v, err := c.Job(t.Context(), kind, "a")
			if err != nil {
				t.Fatalf("%s %s: %v", name, kind, err)
			}
			withoutCanary(t, v.RawStatus)
			if strings.Contains(v.Title, canaryKey) {
				t.Errorf("%s %s: the title holds the key", name, kind)
			}
			if f := v.Failure; f != nil {
				withoutCanary(t, f.Code, f.Message, f.Detail)
			}
		}
		srv.Close()
	}
}

func TestALinkPrintsWithoutPasswordQueryAndFragment(t *testing.T) {
	if got := Link(
		"https://me:pass@h/a.mp4?Signature=x#token=y",
	).String(); got != "https://[redacted]@h/a.mp4?[redacted]" {
		t.Errorf("got %s", got)
	}
}

// TestALogHoldsOneLineForEachAttemptAndNoSecret: also for bytes that go to signed storage.
func TestALogHoldsOneLineForEachAttemptAndNoSecret(t *testing.T) {
	var base string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", "req "+canaryKey)
		switch {
		case r.Method == http.MethodPut:
			answer(200, ``)(w, r)
		case r.Method == http.MethodGet:
			answer(503, echo)(w, r)
		default:
			answer(
				200, fmt.Sprintf(`{"data":{"asset_id":"a","upload_url":%q}}`, base+"/put?Signature=SIGNED&Key-Pair-Id=PAIRID"),
			)(w, r)
		}
	}))
	defer srv.Close()
	base = srv.URL
	var lines strings.Builder
	instant := func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	c := New(canaryKey, WithBaseURL(base), WithRetries(2), WithClock(time.Now, instant),
		WithLog(slog.New(slog.NewTextHandler(&lines, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	if _, err := c.UploadDirect(t.Context(), FileOf("n", "video/mp4", []byte("x"), "00")); err != nil {
		t.Fatal(err)
	}
	if _, err := c.VideoV3(t.Context(), canaryKey); err == nil {
		t.Fatal("no error")
	}
	text := strings.TrimSpace(lines.String())
	if n := strings.Count(text, "\n") + 1; n != 6 { // announce, put, complete, and three reads
		t.Errorf("%d lines:\n%s", n, text)
	}
	for line := range strings.Lines(text) {
		withoutCanary(t, strings.TrimSuffix(line, "\n"))
	}
}
