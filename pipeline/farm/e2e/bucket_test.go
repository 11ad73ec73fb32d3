package e2e

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"
)

const storageUser, storagePassword = "rehearsal", "not-a-secret-but-looks-like-one"

// bucket is a storage server with the protocol of S3 that we did not write, behind a proxy that can misbehave.
type bucket struct {
	*process
	address, root, sidecar string

	mu    sync.Mutex
	spoil func(w http.ResponseWriter, r *http.Request, forward http.Handler)
}

// startBucket sets the farm's cache.
func (f *farm) startBucket() {
	f.Helper()
	b := &bucket{address: freeAddress(f.TB), root: f.TempDir(), sidecar: f.TempDir()}
	if err := os.Mkdir(filepath.Join(b.root, "clips"), 0o755); err != nil {
		f.Fatal(err)
	}
	f.bucket = b
	f.serveBucket()
	forward := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: b.address})
	forward.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.mu.Lock()
		spoil := b.spoil
		b.mu.Unlock()
		if spoil == nil {
			forward.ServeHTTP(w, r)
			return
		}
		spoil(w, r, forward)
	}))
	f.Cleanup(func() {
		proxy.CloseClientConnections()
		proxy.Close()
	})
	f.cache = "s3://clips/farm?region=us-east-1&use_path_style=true&endpoint=" + proxy.URL
}

// serveBucket starts the storage server, with what an earlier one has stored.
func (f *farm) serveBucket() {
	f.Helper()
	b := f.bucket
	b.process = f.startPath(b.root, filepath.Join(programs, "..", "versitygw-v1.8.0", "versitygw"), "--access", storageUser,
		"--secret", storagePassword, "--port", b.address, "--quiet", "posix", "--sidecar", b.sidecar, b.root)
	late := time.After(time.Minute)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		res, err := http.Get("http://" + b.address + "/")
		if err == nil {
			res.Body.Close()
			return
		}
		select {
		case <-tick.C:
		case <-b.done:
			f.Fatalf("the storage server has ended:\n%s", b.out)
		case <-late:
			f.Fatalf("the storage server does not answer: %v", err)
		}
	}
}

// be makes the storage misbehave until the returned function is called.
func (b *bucket) be(spoil func(w http.ResponseWriter, r *http.Request, forward http.Handler)) (stop func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spoil = spoil
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.spoil = nil
	}
}
