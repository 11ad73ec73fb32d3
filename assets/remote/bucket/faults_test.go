package bucket

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// keptUpload is one upload in parts, at a service that keeps only half of each request.
type keptUpload struct {
	mu       sync.Mutex
	have     bytes.Buffer
	requests []string
	finished bool
}

func (k *keptUpload) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.requests = append(k.requests, r.Method+" "+r.URL.RawQuery)
	if r.Method == http.MethodPost {
		w.Header().Set("Location", "http://"+r.Host+"/session")
		return
	}
	body, _ := io.ReadAll(r.Body)
	var from, to, total int64
	span := r.Header.Get("Content-Range")
	n, _ := fmt.Sscanf(span, "bytes %d-%d/%d", &from, &to, &total)
	if from != int64(k.have.Len()) {
		http.Error(w, "a gap", http.StatusBadRequest)
		return
	}
	half := body[:(len(body)+1)/2]
	k.have.Write(half)
	if n == 3 && int64(k.have.Len()) == total {
		k.finished = true
		return
	}
	w.Header().Set("Range", fmt.Sprintf("bytes=0-%d", k.have.Len()-1))
	w.WriteHeader(http.StatusPermanentRedirect)
}

// TestTheRestOfAPartIsSent: Google's service may keep fewer bytes of an upload than it was sent.
func TestTheRestOfAPartIsSent(t *testing.T) {
	k := &keptUpload{}
	s := httptest.NewServer(k)
	defer s.Close()
	t.Setenv("STORAGE_EMULATOR_HOST", s.URL+"/storage/v1/")
	text := bytes.Repeat([]byte("greenroom "), PartSize/8)
	if err := opened(t, "gs://clips").Write(t.Context(), "x", bytes.NewReader(text), false); err != nil {
		t.Fatal(err)
	}
	if q := k.requests[0]; !strings.Contains(q, "ifGenerationMatch=0") {
		t.Errorf("the upload has no condition: %s", q)
	}
	if !k.finished || !bytes.Equal(k.have.Bytes(), text) {
		t.Errorf("finished %v, %d bytes of %d arrived in %d requests", k.finished, k.have.Len(), len(text), len(k.requests))
	}
}

func opened(t *testing.T, address string) Bucket {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Open(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestAnswersOfGoogle: what is temporary is requested again, the rest is an error at once, with the service's words.
func TestAnswersOfGoogle(t *testing.T) {
	for _, c := range []struct {
		name   string
		status []int // of one request after another; 200 after them
		body   string
		want   error
		says   string
		sent   int
	}{
		{"busy", []int{429, 503}, "", nil, "", 3},
		{"refused", []int{403}, `{"error": {"message": "No access to clips.", "errors": [{"reason": "forbidden"}]}}`,
			fs.ErrPermission, "No access to clips. (forbidden, HTTP 403)", 1},
		{"no key", []int{401}, "<html>", fs.ErrPermission, "Unauthorized (HTTP 401, HTTP 401)", 1},
		{"missing", []int{404}, "", fs.ErrNotExist, "Not Found", 1},
		{"wrong", []int{400}, "", nil, "Bad Request", 1},
		{"down", []int{500, 500, 500, 500, 500}, "", nil, "Internal Server Error", gcsTries},
		{"moved", []int{302}, "", nil, "Found", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			sent := 0
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				sent++
				if sent <= len(c.status) {
					w.Header().Set("Location", "/elsewhere")
					w.WriteHeader(c.status[sent-1])
					_, _ = io.WriteString(w, c.body)
					return
				}
				_, _ = io.WriteString(w, `{"size": "3"}`)
			}))
			defer s.Close()
			t.Setenv("STORAGE_EMULATOR_HOST", strings.TrimPrefix(s.URL, "http://"))
			info, err := opened(t, "gs://clips").Stat(t.Context(), "a b")
			if c.says == "" && (err != nil || info.Size != 3) {
				t.Errorf("%d bytes, %v", info.Size, err)
			}
			if c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("got %v, want %s", err, c.says)
			}
			if c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("%v is no %v", err, c.want)
			}
			if sent != c.sent {
				t.Errorf("%d requests, want %d", sent, c.sent)
			}
		})
	}
}

// TestAServerThatIgnoresARange: the start of an object is never taken for its rest.
func TestAServerThatIgnoresARange(t *testing.T) {
	for _, answer := range []string{"", "bytes 0-9/10", "bytes 5-9", "bytes 5-9/x"} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if answer != "" {
				w.Header().Set("Content-Range", answer)
				w.WriteHeader(http.StatusPartialContent)
			}
			_, _ = io.WriteString(w, "0123456789")
		}))
		t.Setenv("STORAGE_EMULATOR_HOST", s.URL)
		t.Setenv("AWS_ACCESS_KEY_ID", "tester")
		t.Setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
		for _, address := range []string{"gs://clips", "s3://clips?region=us-east-1&use_path_style=true&endpoint=" + s.URL} {
			if r, _, err := opened(t, address).Read(t.Context(), "x", 5); err == nil {
				r.Close()
				t.Errorf("%s: an answer with the range %q was accepted", address, answer)
			}
		}
		s.Close()
	}
}

func TestFolders(t *testing.T) {
	dir := t.TempDir()
	if _, err := OpenFolder(filepath.Join(dir, "none"), false); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that is missing: %v", err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenFolder(file, false); err == nil || !strings.Contains(err.Error(), "not a directory") {
		t.Errorf("a file: %v", err)
	}
	b, err := OpenFolder(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Stat(t.Context(), "sub"); !errors.Is(err, ErrNotFile) {
		t.Errorf("stat of a folder: %v", err)
	}
	if _, _, err := b.Read(t.Context(), "sub", 0); !errors.Is(err, ErrNotFile) {
		t.Errorf("read of a folder: %v", err)
	}
	if err := b.Write(t.Context(), "file/below", strings.NewReader(""), false); err == nil {
		t.Error("a file became a folder")
	}
}
