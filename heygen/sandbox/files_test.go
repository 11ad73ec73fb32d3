package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// film makes a finished job and returns its bytes and the path of a new link.
func (s *studio) film() (want []byte, link func() string) {
	s.Helper()
	id := s.buy(nil)
	s.finished(id)
	return clip(s.maker.made[0]), func() string {
		u, err := url.Parse(s.status(id)["video_url"].(string))
		if err != nil {
			s.Fatal(err)
		}
		return u.RequestURI()
	}
}

// get fetches a link as it comes over the wire.
func (s *studio) get(method, path string, headers ...string) (*http.Response, []byte, error) {
	s.Helper()
	q, err := http.NewRequestWithContext(s.Context(), method, s.url+path, nil)
	if err != nil {
		s.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		q.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(q)
	if err != nil {
		return nil, nil, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return res, b, err
}

func TestSignedLinks(t *testing.T) {
	t.Parallel()
	s := begin(t)
	want, link := s.film()
	path := link()
	res, got, err := s.get("GET", path)
	if err != nil || res.StatusCode != http.StatusOK || !bytes.Equal(got, want) || res.Header.Get("ETag") == "" ||
		res.Header.Get("Content-Type") != "video/mp4" {
		t.Fatalf("%v %v, %d of %d bytes", res, err, len(got), len(want))
	}
	etag := res.Header.Get("ETag")
	n := len(want)
	for name, c := range map[string]struct {
		headers []string
		status  int
		body    []byte
		content string
	}{
		"from the middle": {
			[]string{"Range", "bytes=100-"}, 206, want[100:], fmt.Sprintf("bytes 100-%d/%d", n-1, n),
		},
		"a piece": {[]string{"Range", "bytes=10-19"}, 206, want[10:20], fmt.Sprintf("bytes 10-19/%d", n)},
		"the end": {
			[]string{"Range", "bytes=-7"}, 206, want[n-7:], fmt.Sprintf("bytes %d-%d/%d", n-7, n-1, n),
		},
		"past the end": {[]string{"Range", fmt.Sprintf("bytes=%d-", n)}, 416, nil, fmt.Sprintf("bytes */%d", n)},
		"if it is still that file": {
			[]string{"Range", "bytes=100-", "If-Range", etag}, 206, want[100:], fmt.Sprintf("bytes 100-%d/%d", n-1, n),
		},
		"if it was another": {[]string{"Range", "bytes=100-", "If-Range", `"other"`}, 200, want, ""},
		"if it changed":     {[]string{"If-None-Match", etag}, 304, nil, ""},
	} {
		res, got, err := s.get("GET", path, c.headers...)
		if err != nil || res.StatusCode != c.status || c.body != nil && !bytes.Equal(got, c.body) ||
			res.Header.Get("Content-Range") != c.content {
			t.Errorf("%s: %v %v, %d bytes", name, res, err, len(got))
		}
	}
	if res, _, err := s.get("HEAD", path); err != nil || res.StatusCode != 200 || res.ContentLength != int64(n) {
		t.Errorf("HEAD: %v %v", res, err)
	}
	u, _ := url.Parse(path)
	for name, change := range map[string]func(q url.Values){
		"another signature": func(q url.Values) { q.Set("Signature", strings.Repeat("0", 64)) },
		"a later end":       func(q url.Values) { q.Set("Expires", "99999999999") },
		"no signature":      func(q url.Values) { q.Del("Signature") },
	} {
		q := u.Query()
		change(q)
		res, b, err := s.get("GET", u.Path+"?"+q.Encode())
		if err != nil || res.StatusCode != http.StatusForbidden || !strings.Contains(string(b), "AccessDenied") {
			t.Errorf("%s: %v %q", name, res, b)
		}
	}
	for _, other := range []string{
		"/files/..%2fstate.json", "/files/state.json", "/files/" + strings.Repeat("0", 24) + ".mp4",
	} {
		if res, _, err := s.get("GET", other+"?"+u.RawQuery); err != nil || res.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %v %v", other, res, err)
		}
	}
	s.clock.add(linkLife)
	if res, _, err := s.get("GET", path); err != nil || res.StatusCode != http.StatusForbidden {
		t.Errorf("after seven days: %v %v", res, err)
	}
	if res, got, err := s.get("GET", link()); err != nil || res.StatusCode != 200 || !bytes.Equal(got, want) {
		t.Errorf("a fresh link: %v %v", res, err)
	}
}

// Each download fault, as the bytes on the wire: what fires once leaves the next
// request alone.
func TestDownloadFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault   string
		headers []string
		wrong   func(res *http.Response, got, want []byte, err error) bool
		always  bool
	}{
		"cut at a byte": {"cut=1000", nil, func(_ *http.Response, got, want []byte, err error) bool {
			return errors.Is(err, io.ErrUnexpectedEOF) && bytes.Equal(got, want[:1000])
		}, false},
		"cut in the middle": {"cut", nil, func(_ *http.Response, got, want []byte, err error) bool {
			return errors.Is(err, io.ErrUnexpectedEOF) && bytes.Equal(got, want[:len(want)/2])
		}, false},
		"ignored range": {"ignore-range", []string{"Range", "bytes=100-"}, func(
			res *http.Response, got, want []byte, err error,
		) bool {
			return err == nil && res.StatusCode == 200 && bytes.Equal(got, want)
		}, false},
		"wrong range": {"wrong-content-range", []string{"Range", "bytes=100-"}, func(
			res *http.Response, got, want []byte, err error,
		) bool {
			return err == nil && res.StatusCode == 206 && strings.HasPrefix(res.Header.Get("Content-Range"), "bytes 7-") &&
				bytes.Equal(got, want[7:])
		}, false},
		"another etag": {"changed-etag", []string{"Range", "bytes=100-"}, func(
			res *http.Response, _, _ []byte, err error,
		) bool {
			return err == nil && res.Header.Get("ETag") == `"changed"`
		}, false},
		"a page": {"html-200", nil, func(res *http.Response, got, _ []byte, err error) bool {
			return err == nil && res.StatusCode == 200 && strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") &&
				bytes.HasPrefix(got, []byte("<!DOCTYPE"))
		}, false},
		"expired": {
			"expired-link", nil,
			func(res *http.Response, _, _ []byte, err error) bool { return err == nil && res.StatusCode == 403 }, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t)
			want, link := s.film()
			s.must("POST", "/_sandbox/faults", []string{c.fault})
			res, got, err := s.get("GET", link(), c.headers...)
			if !c.wrong(res, got, want, err) {
				t.Errorf("the fault: %v %v, %d of %d bytes", res, err, len(got), len(want))
			}
			res, got, err = s.get("GET", link())
			if err != nil || res.StatusCode != 200 || !bytes.Equal(got, want) {
				t.Errorf("after it: %v %v, %d of %d bytes", res, err, len(got), len(want))
			}
		})
	}
	t.Run("HEAD refused, as signed links often do", func(t *testing.T) {
		t.Parallel()
		s := begin(t, faulty("head-403"))
		_, link := s.film()
		for range 2 {
			if res, _, err := s.get("HEAD", link()); err != nil || res.StatusCode != 403 {
				t.Errorf("%v %v", res, err)
			}
		}
		if res, _, err := s.get("GET", link()); err != nil || res.StatusCode != 200 {
			t.Errorf("%v %v", res, err)
		}
	})
}

func TestAPIFaults(t *testing.T) {
	t.Parallel()
	t.Run("rate limit in seconds, then gone", func(t *testing.T) {
		s := begin(t, faulty("rate-limit=7"))
		code, _, err := s.call("GET", "/v2/voices", nil)
		res, _, _ := s.get("GET", "/v2/voices", "X-Api-Key", "k")
		if err != nil || code != 429 || res.StatusCode != 200 {
			t.Errorf("%d %v %v", code, err, res)
		}
	})
	t.Run("rate limit with a date", func(t *testing.T) {
		s := begin(t, faulty("rate-limit=date"))
		res, _, err := s.get("GET", "/v2/voices", "X-Api-Key", "k")
		if err != nil || res.StatusCode != 429 {
			t.Fatal(res, err)
		}
		if _, err := http.ParseTime(res.Header.Get("Retry-After")); err != nil {
			t.Errorf("%q", res.Header.Get("Retry-After"))
		}
	})
	t.Run("server error is a page", func(t *testing.T) {
		s := begin(t, faulty("server-error"))
		if res, b, err := s.get("GET", "/v2/voices", "X-Api-Key", "k"); err != nil || res.StatusCode != 502 ||
			!bytes.Contains(b, []byte("<html>")) {
			t.Errorf("%v %q %v", res, b, err)
		}
	})
	t.Run("a lost request is not billed, a lost answer is", func(t *testing.T) {
		for fault, billed := range map[string]int{"lost-request": 0, "lost-response": 1} {
			s := begin(t, faulty(fault))
			if code, out, err := s.call("POST", "/v2/video/generate", scene(nil)); err == nil {
				t.Errorf("%s: %d %v", fault, code, out)
			}
			if s.billed() != billed {
				t.Errorf("%s: %d billed, want %d", fault, s.billed(), billed)
			}
		}
	})
	t.Run("by chance, always and never", func(t *testing.T) {
		s := begin(t, faulty("refuse=100"))
		if code, _, _ := s.call("POST", "/v2/video/generate", scene(nil)); code != 429 || s.billed() != 0 {
			t.Errorf("%d", code)
		}
		s.must("POST", "/_sandbox/faults", []string{"refuse=0", "cut-answer=0"})
		s.buy(nil)
		s.must("POST", "/_sandbox/faults", []string{"cut-answer=100"})
		if _, _, err := s.call("POST", "/v2/video/generate", scene(nil)); err == nil || s.billed() != 2 {
			t.Errorf("%v, %d billed", err, s.billed())
		}
	})
	t.Run("jobs", func(t *testing.T) {
		s := begin(t, faulty("job-fails=no face"))
		id := s.buy(nil)
		if d := s.status(id); d["status"] != "failed" || at(d, "error", "message") != "no face" {
			t.Errorf("%v", d)
		}
		s.must("POST", "/_sandbox/faults", []string{"job-fails-silently"})
		if d := s.status(id); d["status"] != "failed" || d["error"] != nil {
			t.Errorf("%v", d)
		}
		s.must("POST", "/_sandbox/faults", []string{})
		s.finished(id)
		s.must("POST", "/_sandbox/faults", []string{"job-never-ends"})
		if d := s.status(s.buy(
			func(_, _, v map[string]any) { v["input_text"] = "For ever." },
		)); d["status"] != "processing" {
			t.Errorf("%v", d)
		}
	})
	t.Run("a list that lags", func(t *testing.T) {
		s := begin(t, faulty("list-lag=90s"))
		s.buy(nil)
		n := func() int { l, _ := at(s.must("GET", "/v1/video.list", nil), "data", "videos").([]any); return len(l) }
		if n() != 0 {
			t.Error("there at once")
		}
		s.clock.add(91 * time.Second)
		if n() != 1 {
			t.Error("never there")
		}
	})
	t.Run("slow first byte", func(t *testing.T) {
		s := begin(t, faulty("slow-first-byte=30ms"))
		began := time.Now()
		s.must("GET", "/v2/voices", nil)
		if took := time.Since(began); took < 30*time.Millisecond {
			t.Errorf("after %s", took)
		}
	})
	t.Run("an unknown fault", func(t *testing.T) {
		s := begin(t)
		for _, body := range []any{[]string{"cutt"}, []string{"refuse=maybe"}, []string{"list-lag=soon"}, "x"} {
			if code, _, _ := s.call("POST", "/_sandbox/faults", body); code != http.StatusBadRequest {
				t.Errorf("%v: %d", body, code)
			}
		}
		for _, n := range FaultNames() {
			if _, err := ParseFault(n + "=10"); err != nil && n != "list-lag" && n != "slow-first-byte" {
				t.Errorf("%s: %v", n, err)
			}
		}
	})
}
