package assets

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"greenroom/internal/benchtest"
)

// BenchmarkFetch compares a download of 500 MB over loopback with curl's. Ours is
// on disk, synced and renamed when it ends; curl's is not.
func BenchmarkFetch(b *testing.B) {
	const size = 500 << 20
	dir := b.TempDir()
	src := filepath.Join(dir, "src.webm")
	f, err := os.Create(src)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := f.Write([]byte("\x1a\x45\xdf\xa3")); err != nil {
		b.Fatal(err)
	}
	if err := f.Truncate(size); err != nil {
		b.Fatal(err)
	}
	f.Close()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"a"`)
		http.ServeFile(w, r, src)
	}))
	defer s.Close()
	ours, theirs := filepath.Join(dir, "ours.webm"), filepath.Join(dir, "curl.webm")
	benchtest.Ratio(b, benchtest.Wall, 5, benchtest.Way{Name: "greenroom", Do: func() error {
		os.Remove(ours)
		res, err := (&Fetcher{}).Fetch(b.Context(), Download{Dst: ours,
			Link: func(context.Context, bool) (string, error) { return s.URL + "/src.webm", nil }})
		if err == nil && res.Bytes != size {
			err = fmt.Errorf("%d bytes", res.Bytes)
		}
		return err
	}}, benchtest.Way{Name: "curl", Do: func() error {
		os.Remove(theirs)
		return exec.Command("curl", "-sS", "--fail", "-o", theirs, s.URL+"/src.webm").Run()
	}})
}

// BenchmarkRefetch reports the most bytes that were requested twice when a server
// cuts each of many connections.
func BenchmarkRefetch(b *testing.B) {
	const size, cut = 40 << 20, 3<<20 + 12345
	var served int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from := int64(0)
		w.Header().Set("ETag", `"a"`)
		if v := r.Header.Get("Range"); v != "" {
			_, _ = fmt.Sscanf(v, "bytes=%d-", &from)
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, size-1, size))
			w.Header().Set("Content-Length", strconv.FormatInt(size-from, 10))
			w.WriteHeader(http.StatusPartialContent)
		} else {
			w.Header().Set("Content-Length", strconv.Itoa(size))
		}
		head := io.LimitReader(webmStart{}, min(cut, size-from))
		if from > 0 {
			head = io.LimitReader(zeros{}, min(cut, size-from))
		}
		n, _ := io.Copy(w, head)
		served += n
		if from+n < size {
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}
	}))
	defer s.Close()
	var most int64
	for b.Loop() {
		served = 0
		f := &Fetcher{Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
			Allow: func(*url.URL) error { return nil }}
		res, err := f.Fetch(b.Context(), Download{Dst: filepath.Join(b.TempDir(), "c.webm"),
			Link: func(context.Context, bool) (string, error) { return s.URL, nil }})
		if err != nil {
			b.Fatal(err)
		}
		if res.Attempts < 10 {
			b.Fatalf("%d attempts", res.Attempts)
		}
		most = max(most, (served-size)/int64(res.Attempts-1))
	}
	b.ReportMetric(float64(most), "B-again/cut")
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// webmStart is zeros after the first bytes of a WebM file, whatever the read size.
type webmStart struct{}

func (webmStart) Read(p []byte) (int, error) {
	clear(p)
	return copy(p, "\x1a\x45\xdf\xa3") + max(0, len(p)-4), nil
}
