//go:build unix

package storage

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"greenroom/internal/e2e/e2etest"
)

// s3 is a real S3 server on loopback with one bucket, seen through a proxy that can
// misbehave.
type s3 struct {
	dir  string // the bucket's files
	addr string // of the server
	base string // of the proxy

	mu    sync.Mutex
	spoil func(w http.ResponseWriter, r *http.Request, forward http.Handler)
	seen  []string // methods and paths that came by
}

const s3User, s3Password = "rehearsal", "not-a-secret-but-looks-like-one"

func startS3(t *testing.T) *s3 {
	t.Helper()
	root := t.TempDir()
	s := &s3{dir: filepath.Join(root, "data", "clips")}
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = l.Addr().String()
	l.Close()
	cmd := exec.Command(e2etest.Tool(t, "versitygw-v1.8.0", "versitygw"), "--access", s3User, "--secret", s3Password, "--port", s.addr, "--quiet", "posix", "--sidecar", t.TempDir(), filepath.Join(root, "data"))
	cmd.Dir = root
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	e2etest.Eventually(t, "the S3 server", func() bool {
		res, err := http.Get("http://" + s.addr + "/")
		if err == nil {
			res.Body.Close()
		}
		return err == nil
	})
	forward := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: s.addr})
	forward.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
	p := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		spoil := s.spoil
		s.seen = append(s.seen, r.Method+" "+r.URL.Path)
		s.mu.Unlock()
		if spoil == nil {
			forward.ServeHTTP(w, r)
			return
		}
		spoil(w, r, forward)
	}))
	t.Cleanup(func() {
		p.CloseClientConnections()
		p.Close()
	})
	s.base = p.URL
	return s
}

// url is the cache's address under a prefix of the bucket.
func (s *s3) url(prefix string) string {
	return "s3://clips/" + prefix + "?region=us-east-1&use_path_style=true&endpoint=" + s.base
}

// be makes the proxy misbehave until the returned function is called.
func (s *s3) be(spoil func(w http.ResponseWriter, r *http.Request, forward http.Handler)) (stop func()) {
	s.mu.Lock()
	s.spoil, s.seen = spoil, nil
	s.mu.Unlock()
	return func() {
		s.mu.Lock()
		s.spoil = nil
		s.mu.Unlock()
	}
}

func (s *s3) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.seen...)
}

// files lists the bucket's objects below a prefix with their sizes.
func (s *s3) files(t *testing.T, prefix string) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	root := filepath.Join(s.dir, prefix)
	err := filepath.Walk(root, func(path string, fi os.FileInfo, err error) error {
		if os.IsNotExist(err) {
			return nil
		}
		if err == nil && fi.Mode().IsRegular() {
			rel, _ := filepath.Rel(root, path)
			out[filepath.ToSlash(rel)] = fi.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// answer fetches what the server would say.
func answer(r *http.Request, forward http.Handler) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	forward.ServeHTTP(rec, r)
	return rec
}

// relay copies an answer with another body and without the checksums that would give a
// liar away before our own check does.
func relay(w http.ResponseWriter, rec *httptest.ResponseRecorder, body []byte) {
	for k, v := range rec.Header() {
		if !strings.HasPrefix(strings.ToLower(k), "x-amz-checksum") {
			w.Header()[k] = v
		}
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	w.WriteHeader(rec.Code)
	_, _ = w.Write(body)
}

// breakOff sends half of a body under the length of all of it and ends the connection.
func breakOff(w http.ResponseWriter, rec *httptest.ResponseRecorder) {
	for k, v := range rec.Header() {
		w.Header()[k] = v
	}
	body := rec.Body.Bytes()
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	w.WriteHeader(rec.Code)
	_, _ = w.Write(body[:len(body)/2])
	panic(http.ErrAbortHandler)
}
