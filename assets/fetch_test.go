package assets

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// bodyA and bodyB are two objects of one size.
var (
	bodyA = bytes.Repeat([]byte("0123456789abcdef"), 128<<10)
	bodyB = bytes.Repeat([]byte("FEDCBA9876543210"), 128<<10)
)

func whole(b []byte, etag string, w http.ResponseWriter, r *http.Request) {
	w.Header().Set("ETag", etag)
	http.ServeContent(w, r, "c.webm", time.Unix(1700000000, 0), bytes.NewReader(b))
}

// half sends half of the body and drops the connection.
func half(b []byte, w http.ResponseWriter) {
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	_, _ = w.Write(b[:len(b)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

type handler func(n int, w http.ResponseWriter, r *http.Request)

// fetchFrom runs one download against a server and returns what is on disk.
func fetchFrom(t *testing.T, dst string, stall time.Duration, h handler) (FetchResult, []byte, error) {
	t.Helper()
	f, link := downloads(t, stall, h)
	res, err := f.Fetch(t.Context(), Download{Dst: dst, Link: link})
	b, _ := os.ReadFile(dst)
	return res, b, err
}

// downloads returns a Fetcher for a server, and the link to its file.
func downloads(t *testing.T, stall time.Duration, h handler) (*Fetcher, Link) {
	t.Helper()
	var n atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			t.Errorf("a HEAD left the machine")
		}
		h(int(n.Add(1)), w, r)
	}))
	t.Cleanup(s.Close)
	signature := 0
	f := &Fetcher{Stall: stall, Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		MaxBytes: 64 << 20,
		Allow: func(u *url.URL) error {
			if u.Hostname() != "127.0.0.1" {
				return errors.New("foreign")
			}
			return nil
		}}
	t.Cleanup(f.Close)
	return f, func(_ context.Context, expired bool) (string, error) {
		if expired {
			signature++
		}
		return fmt.Sprintf("%s/c.webm?sig=%d", s.URL, signature), nil
	}
}

func TestLyingServersEndInTheRightBytes(t *testing.T) {
	for name, c := range map[string]struct {
		want []byte
		h    handler
	}{
		"honest": {bodyA, func(n int, w http.ResponseWriter, r *http.Request) { whole(bodyA, `"a"`, w, r) }},
		"cut, resumed": {bodyA, func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 1 {
				w.Header().Set("ETag", `"a"`)
				half(bodyA, w)
			}
			whole(bodyA, `"a"`, w, r)
		}},
		"cut, then another object": {bodyB, func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 1 {
				w.Header().Set("ETag", `"a"`)
				half(bodyA, w)
			}
			whole(bodyB, `"b"`, w, r)
		}},
		"cut, Range ignored": {bodyA, func(n int, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", `"a"`)
			if n == 1 {
				half(bodyA, w)
			}
			_, _ = w.Write(bodyA)
		}},
		"cut, wrong Content-Range": {bodyA, func(n int, w http.ResponseWriter, r *http.Request) {
			switch n {
			case 1:
				w.Header().Set("ETag", `"a"`)
				half(bodyA, w)
			case 2:
				w.Header().Set("Content-Range", fmt.Sprintf("bytes 9-%d/%d", len(bodyA)-1, len(bodyA)))
				w.WriteHeader(206)
				_, _ = w.Write(bodyA[9:])
			default:
				whole(bodyA, `"a"`, w, r)
			}
		}},
		"cut, link expired": {bodyA, func(n int, w http.ResponseWriter, r *http.Request) {
			switch {
			case n == 1:
				w.Header().Set("ETag", `"a"`)
				half(bodyA, w)
			case r.URL.Query().Get("sig") == "0":
				w.WriteHeader(403)
			default:
				whole(bodyA, `"a"`, w, r)
			}
		}},
		"weak ETag, date counts": {bodyA, func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 1 {
				w.Header().Set("ETag", `W/"a"`)
				w.Header().Set("Last-Modified", time.Unix(1700000000, 0).UTC().Format(http.TimeFormat))
				half(bodyA, w)
			}
			whole(bodyA, `W/"a"`, w, r)
		}},
		"busy, then fine": {bodyA, func(n int, w http.ResponseWriter, r *http.Request) {
			switch n {
			case 1:
				w.WriteHeader(503)
			case 2:
				w.Header().Set("Retry-After", "7")
				w.WriteHeader(429)
			case 3:
				w.Header().Set("Retry-After", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
				w.WriteHeader(429)
			case 4:
				fmt.Fprint(w, "<!DOCTYPE html><p>hold on")
			default:
				whole(bodyA, `"a"`, w, r)
			}
		}},
		"stalls, then resumes": {bodyA, func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 1 {
				w.Header().Set("ETag", `"a"`)
				w.Header().Set("Content-Length", strconv.Itoa(len(bodyA)))
				_, _ = w.Write(bodyA[:len(bodyA)/2])
				_ = http.NewResponseController(w).Flush()
				<-r.Context().Done()
				return
			}
			whole(bodyA, `"a"`, w, r)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			dst := filepath.Join(t.TempDir(), "clip")
			res, b, err := fetchFrom(t, dst, 500*time.Millisecond, c.h)
			if err != nil || !bytes.Equal(b, c.want) {
				t.Fatalf("%d bytes, %v", len(b), err)
			}
			if strings.Contains(name, "resume") && res.Refetched > fetchBuffer {
				t.Errorf("%d bytes fetched again", res.Refetched)
			}
			if es, _ := os.ReadDir(filepath.Dir(dst)); len(es) != 1 {
				t.Errorf("left behind: %v", es)
			}
			// Into a store the bytes are named as they pass: by those that are kept alone.
			store, err := Open(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			f, link := downloads(t, 500*time.Millisecond, c.h)
			hash, _, err := f.FetchInto(t.Context(), store, Download{Dst: store.TempPath("take"), Link: link})
			b, rerr := os.ReadFile(store.Path(hash))
			if err != nil || rerr != nil || !bytes.Equal(b, c.want) || store.Verify(hash) != nil {
				t.Errorf("into a store: %s, %d bytes, %v, %v", hash, len(b), err, rerr)
			}
		})
	}
}

func TestLiesThatCannotBeMendedLeaveNoFile(t *testing.T) {
	for name, c := range map[string]struct {
		want error
		h    handler
	}{
		"a page for ever": {ErrNotMedia, func(n int, w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "<html>no") }},
		"an XML error": {ErrNotMedia, func(n int, w http.ResponseWriter,
			r *http.Request) {
			fmt.Fprint(w, `<?xml version="1.0"?><Error/>`)
		}},
		"compressed": {ErrEncoded, func(n int, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bodyA)
		}},
		"larger than allowed": {ErrTooBig, func(n int, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(65<<20))
			_, _ = w.Write(bodyA)
		}},
		"a foreign host": {ErrHost, func(n int, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://localhost:1/x", http.StatusFound)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			dst := filepath.Join(t.TempDir(), "clip")
			_, b, err := fetchFrom(t, dst, time.Second, c.h)
			if !errors.Is(err, c.want) || b != nil {
				t.Errorf("%v, %d bytes under the final name", err, len(b))
			}
		})
	}
	var status *StatusError
	_, _, err := fetchFrom(t, filepath.Join(t.TempDir(), "clip"), time.Second,
		func(n int, w http.ResponseWriter, r *http.Request) { w.WriteHeader(400) })
	if !errors.As(err, &status) || status.Status != 400 {
		t.Errorf("%v", err)
	}
}

func TestAnotherProcessGoesOnAtTheSameByte(t *testing.T) {
	dst := filepath.Join(t.TempDir(), "clip")
	dead := false
	_, _, err := fetchFrom(t, dst, time.Second, func(n int, w http.ResponseWriter, r *http.Request) {
		if n == 1 {
			w.Header().Set("ETag", `"a"`)
			half(bodyA, w)
		}
		dead = true
		w.WriteHeader(400)
	})
	if err == nil || !dead {
		t.Fatal("the first call should fail half-way")
	}
	first := ""
	res, b, err := fetchFrom(t, dst, time.Second, func(n int, w http.ResponseWriter, r *http.Request) {
		if n == 1 {
			first = r.Header.Get("Range")
		}
		whole(bodyA, `"a"`, w, r)
	})
	if err != nil || !bytes.Equal(b, bodyA) || res.Resumed == 0 || first != fmt.Sprintf("bytes=%d-", res.Resumed) {
		t.Errorf("%v, asked for %q, %+v", err, first, res)
	}
}

func TestPublishOwnsItsFolderAndNothingElse(t *testing.T) {
	s, err := Open(filepath.Join(t.TempDir(), "store"))
	if err != nil {
		t.Fatal(err)
	}
	put := func(text string) Hash {
		p := s.TempPath("x")
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		h, _, err := s.Adopt(p)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	root := filepath.Join(t.TempDir(), "public", "greenroom")
	for i := range 4 {
		if _, err := s.Publish(root, []File{{Name: fmt.Sprintf("a.%d.webm", i), Hash: put(fmt.Sprint(i))}}); err != nil {
			t.Fatal(err)
		}
		if err := s.Sweep(root); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []bool{false, false, true, true} {
		if _, err := os.Stat(filepath.Join(root, fmt.Sprintf("a.%d.webm", i))); (err == nil) != want {
			t.Errorf("generation %d present: %v", i, err == nil)
		}
	}
	foreign := t.TempDir()
	if err := os.WriteFile(filepath.Join(foreign, "mine.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Publish(foreign, nil); err == nil || !strings.Contains(err.Error(), "mine.txt") {
		t.Errorf("took over a folder: %v", err)
	}
	if _, err := s.Publish(root, []File{{Name: "../x.webm", Hash: put("z")}}); err == nil {
		t.Error("left its folder")
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(foreign, link); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Publish(link, nil); err == nil {
		t.Error("followed a symbolic link")
	}
}

func TestADamagedFileIsFound(t *testing.T) {
	s, _ := Open(t.TempDir())
	p := s.TempPath("x")
	_ = os.WriteFile(p, []byte("hello"), 0o600)
	h, n, err := s.Adopt(p)
	if err != nil || !s.Has(h, n) || s.Has(h, n+1) || s.Verify(h) != nil {
		t.Fatal(err)
	}
	_ = os.Chmod(s.Path(h), 0o600)
	_ = os.WriteFile(s.Path(h), []byte("jello"), 0o600)
	if !errors.Is(s.Verify(h), ErrCorrupt) {
		t.Error("not noticed")
	}
}

// TestConnectionsAreKept: one fetcher's downloads follow one another on one connection,
// which ends with the fetcher. Each had opened its own and left it open for 30 seconds.
func TestConnectionsAreKept(t *testing.T) {
	var opened, closed atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter,
		r *http.Request) {
		whole(bodyA, `"a"`, w, r)
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			opened.Add(1)
		case http.StateClosed:
			closed.Add(1)
		}
	}
	s.Start()
	defer s.Close()
	f := &Fetcher{}
	for i := range 10 {
		if _, err := f.Fetch(t.Context(), Download{Dst: filepath.Join(t.TempDir(), strconv.Itoa(i)),
			Link: func(context.Context, bool) (string, error) { return s.URL, nil }}); err != nil {
			t.Fatal(err)
		}
	}
	if n := opened.Load(); n != 1 {
		t.Errorf("%d connections for 10 downloads", n)
	}
	f.Close()
	for end := time.Now().Add(10 * time.Second); closed.Load() < opened.Load(); runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatalf("%d of %d connections were closed", closed.Load(), opened.Load())
		}
	}
}
