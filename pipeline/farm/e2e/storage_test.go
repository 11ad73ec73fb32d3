package e2e

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestBadStorage: the same bytes as on one machine, or an error that names what is wrong, and the films once the storage is
// well again.
func TestBadStorage(t *testing.T) {
	f := newFarm(t)
	f.worker()
	for i, c := range []struct {
		name  string
		spoil func(w http.ResponseWriter, r *http.Request, forward http.Handler)
		fails string // what the message contains; "" if the run succeeds
	}{
		{"slow", func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
			time.Sleep(200 * time.Millisecond) // the storage's slowness is what this is about
			forward.ServeHTTP(w, r)
		}, ""},
		{"every third request fails", func() func(http.ResponseWriter, *http.Request, http.Handler) {
			var n atomic.Int32
			return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
				if n.Add(1)%3 == 0 {
					w.WriteHeader(http.StatusServiceUnavailable)
					return
				}
				forward.ServeHTTP(w, r)
			}
		}(), ""},
		{"full", func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
			if r.Method == http.MethodPut || r.Method == http.MethodPost {
				_, _ = io.Copy(io.Discard, r.Body)
				w.Header().Set("Content-Type", "application/xml")
				w.WriteHeader(http.StatusInsufficientStorage)
				_, _ = io.WriteString(w, "<Error><Code>XMinioStorageFull</Code><Message>Storage backend has reached its "+
					"minimum free drive threshold.</Message></Error>")
				return
			}
			forward.ServeHTTP(w, r)
		}, "cache"},
	} {
		t.Run(c.name, func(t *testing.T) {
			here := f.local(f.numbered(2, 1, i)) // others in each case: a farm does not make what it has
			dir := f.copyOf(here)
			well := f.bucket.be(c.spoil)
			var said strings.Builder
			for _, command := range [][]string{{"build"}, {"render", "--all"}} {
				p := f.greenroom(dir, command[0], command[1:]...)
				code := p.end()
				said.WriteString(p.out.String())
				if c.fails == "" && code != 0 {
					t.Errorf("exit code %d:\n%s", code, p.out)
				}
			}
			well()
			if c.fails != "" && !strings.Contains(said.String(), c.fails) {
				t.Errorf("it does not say %q:\n%s", c.fails, &said)
			}
			f.must(f.greenroom(dir, "build"))
			f.must(f.greenroom(dir, "render", "--all"))
			f.same(here, dir)
			if t.Failed() {
				t.Logf("%s", &said)
			}
		})
	}
}
