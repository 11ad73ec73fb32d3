//go:build unix

package storage

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"greenroom/internal/e2e/e2etest"
)

// TestRehearsal is what CI does: machine A builds and fills the cache, machine B has the
// committed files and the cache, and comes to the same bytes. Then everything that a
// cache can do wrong.
func TestRehearsal(t *testing.T) {
	server := startS3(t)
	r := newRehearsal(t, server, server.url("team"))
	if n := e2etest.BilledJobs(t, r.box); n != 2 {
		t.Fatalf("%d jobs billed for two takes", n)
	}
	whole := r.files(t, "team") // of a build: later runs add pieces of films
	maps.DeleteFunc(whole, func(name string, _ int64) bool { return strings.HasPrefix(name, "claims/") })

	t.Run("a clean clone without key or ffmpeg comes to the same bytes", func(t *testing.T) {
		b := r.clone(t, r.url("team"))
		if code, out := b.greenroom(t, "status", "--check"); code != 10 {
			t.Errorf("status --check before: exit %d\n%s", code, out)
		}
		wantText(t, b.must(t, "build", "--frozen"), "from the cache")
		r.same(t, b)
		b.must(t, "status", "--check", "--json")
		wantText(t, b.must(t, "build", "--frozen"), "everything is up to date")
		if dirty := e2etest.Run(t, b.dir, "git", "status", "--porcelain"); dirty != "" {
			t.Errorf("a frozen build changed committed files:\n%s", dirty)
		}
	})

	t.Run("render --all without a key comes to the same films", func(t *testing.T) {
		r.a.must(t, "render", "--all")
		b := r.clone(t, r.url("team"))
		b.env = append(b.env, "PATH="+os.Getenv("PATH")) // the last one counts: with ffmpeg
		b.must(t, "build", "--frozen")
		b.must(t, "render", "--all")
		for _, film := range []string{"out/card.mp4", "out/tall.mp4"} {
			one := e2etest.Read(t, filepath.Join(r.a.dir, film))
			if len(one) < 10_000 || !bytes.Equal(one, e2etest.Read(t, filepath.Join(b.dir, film))) {
				t.Errorf("%s differs, %d bytes on machine A", film, len(one))
			}
		}
	})

	t.Run("an empty cache: every clip and what is missing is named", func(t *testing.T) {
		b := r.clone(t, r.url("empty"))
		code, out := b.greenroom(t, "build", "--frozen", "--junit", "build.xml", "--annotations", "github")
		if code != 10 {
			t.Errorf("exit %d, want 10", code)
		}
		wantText(t, out, `"hello": frozen: take missing`, `"again": frozen: take missing`, `"bye": frozen: take missing`, "rendition webm missing", "rendition poster missing", "not in the cache",
			"greenroom.yaml:10:3", "hint: fill the cache", "::error file=greenroom.yaml,line=10,col=3,title=greenroom%3A not-up-to-date::")
		x := string(e2etest.Read(t, filepath.Join(b.dir, "build.xml")))
		wantText(t, x, `tests="3"`, `failures="3"`, `name="hello"`, `line="10"`, "take missing")
		if _, err := os.Stat(filepath.Join(b.dir, "public", "greenroom")); err == nil {
			t.Error("a frozen build that failed published something")
		}
		if n := e2etest.BilledJobs(t, r.box); n != 2 {
			t.Errorf("%d jobs billed", n)
		}
		code, out = b.greenroom(t, "build", "--frozen", "--only", "bye")
		if wantText(t, out, `"bye": frozen: take missing`); code != 10 || strings.Contains(out, `"hello"`) {
			t.Errorf("--only bye: exit %d\n%s", code, out)
		}
	})

	t.Run("no cache at all", func(t *testing.T) {
		code, out := r.clone(t, "none").greenroom(t, "build", "--frozen")
		if code != 10 {
			t.Errorf("exit %d, want 10", code)
		}
		wantText(t, out, "there is no shared cache")
	})

	t.Run("a changed script is a missing take", func(t *testing.T) {
		b := r.clone(t, r.url("team"))
		e2etest.Write(t, filepath.Join(b.dir, "greenroom.yaml"), strings.Replace(sharedManifest, "Good bye.", "Farewell.", 1))
		code, out := b.greenroom(t, "build", "--frozen")
		if code != 10 {
			t.Errorf("exit %d, want 10", code)
		}
		wantText(t, out, `"bye": frozen: take missing: script changed`, "commit greenroom.lock")
	})

	t.Run("another machine with the key does not buy the same words again", func(t *testing.T) {
		m := r.builder(t, r.url("team"))
		if err := os.Remove(filepath.Join(m.dir, "greenroom.lock")); err != nil {
			t.Fatal(err)
		}
		wantText(t, m.must(t, "build", "--yes"), "not bought again", "2 transcoded")
		if n := e2etest.BilledJobs(t, r.box); n != 2 {
			t.Errorf("%d jobs billed for two takes", n)
		}
		r.same(t, m)
	})

	objects := func(req *http.Request) bool {
		return req.Method == http.MethodGet && strings.Contains(req.URL.Path, "/sha256/")
	}
	for name, c := range map[string]struct {
		spoil func(w http.ResponseWriter, r *http.Request, forward http.Handler)
		says  string
	}{
		"lying": {func(w http.ResponseWriter, req *http.Request, forward http.Handler) {
			rec := answer(req, forward)
			body := rec.Body.Bytes()
			if objects(req) && len(body) > 0 {
				body[len(body)/2] ^= 1
			}
			relay(w, rec, body)
		}, "is corrupt: its content has the hash"},
		"another length": {func(w http.ResponseWriter, req *http.Request, forward http.Handler) {
			rec := answer(req, forward)
			body := rec.Body.Bytes()
			if objects(req) && len(body) > 0 {
				body = append(body, "more"...)
			}
			relay(w, rec, body)
		}, "bytes instead of"},
		"breaking off": {func(w http.ResponseWriter, req *http.Request, forward http.Handler) {
			if !objects(req) {
				forward.ServeHTTP(w, req)
				return
			}
			req.Header.Del("Range") // and never further than the first half
			breakOff(w, answer(req, forward))
		}, "the cache cannot be used"},
		"silent": {func(w http.ResponseWriter, req *http.Request, forward http.Handler) {
			<-req.Context().Done()
		}, "nothing came for 2s"},
		"an error page": {func(w http.ResponseWriter, req *http.Request, forward http.Handler) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, "<html>closed</html>")
		}, "the cache cannot be used"},
		"refusing": {func(w http.ResponseWriter, req *http.Request, forward http.Handler) {
			refuse(w)
		}, "the cache refuses"},
	} {
		t.Run("a cache that is "+name, func(t *testing.T) {
			b := r.clone(t, r.url("team"))
			stop := r.be(c.spoil)
			code, out := b.greenroom(t, "build", "--frozen")
			if code != 10 {
				t.Errorf("exit %d, want 10", code)
			}
			wantText(t, out, `"hello": frozen: `, `"bye": frozen: `, c.says)
			for line := range strings.Lines(out) {
				if n := strings.Count(line, "the cache refuses"); n > 1 { // one reason for all of a clip's files
					t.Errorf("the reason is printed %d times: %s", n, line)
				}
			}
			if left, _ := filepath.Glob(filepath.Join(b.dir, ".greenroom", "store", "tmp", "*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
			stop()
			wantText(t, b.must(t, "build", "--frozen"), "from the cache") // and nothing false was kept
			r.same(t, b)
		})
	}

	t.Run("a read that breaks off once goes on at the same byte", func(t *testing.T) {
		b := r.clone(t, r.url("team"))
		broken := map[string]bool{}
		ranges := 0
		stop := r.be(func(w http.ResponseWriter, req *http.Request, forward http.Handler) {
			r.mu.Lock()
			first := objects(req) && !broken[req.URL.Path]
			broken[req.URL.Path] = true
			if strings.HasPrefix(req.Header.Get("Range"), "bytes=") && !strings.HasPrefix(req.Header.Get("Range"), "bytes=0-") {
				ranges++
			}
			r.mu.Unlock()
			if first {
				breakOff(w, answer(req, forward))
			}
			forward.ServeHTTP(w, req)
		})
		b.must(t, "build", "--frozen")
		stop()
		r.same(t, b)
		if ranges == 0 {
			t.Error("no read went on in the middle")
		}
	})

	t.Run("unreachable, with the key: nothing is bought again", func(t *testing.T) {
		m := r.builder(t, "s3://clips/team?region=us-east-1&use_path_style=true&endpoint=http://"+closedPort(t))
		wantText(t, m.must(t, "build", "--yes"), "going on without it", "2 downloaded")
		if n := e2etest.BilledJobs(t, r.box); n != 2 {
			t.Errorf("%d jobs billed for two takes", n)
		}
	})

	t.Run("a cache that refuses writes does not fail a build", func(t *testing.T) {
		stop := r.be(func(w http.ResponseWriter, req *http.Request, forward http.Handler) {
			if req.Method == http.MethodGet || req.Method == http.MethodHead {
				forward.ServeHTTP(w, req)
				return
			}
			refuse(w)
		})
		defer stop()
		wantText(t, r.a.must(t, "build", "--cache", r.url("locked")), "the cache refuses", "going on without it")
		if got := r.files(t, "locked"); len(got) > 0 {
			t.Errorf("written: %v", got)
		}
	})

	t.Run("read-only writes nothing", func(t *testing.T) {
		stop := r.be(nil)
		defer stop()
		r.a.must(t, "build", "--read-only", "--cache", r.url("other"))
		if got := r.requests(); len(got) > 0 {
			t.Errorf("requests: %v", got)
		}
	})

	t.Run("killed while sending, then sent", func(t *testing.T) {
		reached := make(chan struct{}, 64)
		stop := r.be(func(w http.ResponseWriter, req *http.Request, forward http.Handler) {
			if req.Method != http.MethodPut {
				forward.ServeHTTP(w, req)
				return
			}
			_, _ = io.CopyN(io.Discard, req.Body, 1000)
			reached <- struct{}{}
			_, _ = io.Copy(io.Discard, req.Body) // only a read notices that the sender is gone
			<-req.Context().Done()
		})
		program, _ := exec.LookPath("greenroom")
		cmd := exec.Command(program, "cache", "push", "--cache", r.url("killed"))
		cmd.Dir, cmd.Env = r.a.dir, r.a.env
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		<-reached
		_ = cmd.Process.Signal(syscall.SIGKILL)
		_ = cmd.Wait()
		stop()
		for name := range r.files(t, "killed/sha256") {
			t.Errorf("half an upload is visible as %s", name)
		}
		r.a.must(t, "cache", "push", "--cache", r.url("killed"))
		got := r.files(t, "killed")
		for name, size := range whole {
			if got[name] != size {
				t.Errorf("%s has %d bytes, want %d", name, got[name], size)
			}
		}
		r.same(t, func() machine { b := r.clone(t, r.url("killed")); b.must(t, "build", "--frozen"); return b }())
	})

	t.Run("half-written and false objects are found and sent again", func(t *testing.T) {
		n := 0
		for name, size := range r.files(t, "killed/sha256") {
			path := filepath.Join(r.dir, "killed/sha256", name)
			if n++; n%2 == 0 {
				if err := os.Truncate(path, size/2); err != nil {
					t.Fatal(err)
				}
				continue
			}
			if err := os.WriteFile(path, bytes.Repeat([]byte{7}, int(size)), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		code, out := r.a.greenroom(t, "cache", "verify", "--read-only", "--cache", r.url("killed"))
		if code != 1 {
			t.Errorf("verify of a false cache: exit %d", code)
		}
		wantText(t, out, "is corrupt", "does not hold everything")
		wantText(t, r.a.must(t, "cache", "verify", "--cache", r.url("killed")), "sent, ", "found corrupt")
		wantText(t, r.a.must(t, "cache", "verify", "--read-only", "--cache", r.url("killed")), "0 found corrupt")
	})

	t.Run("two builds at once buy once", func(t *testing.T) { r.twoAtOnce(t, r.url("claimed")) })
}

// greenroomAgain makes sure that records that were rewritten are trusted.
func (r *rehearsal) greenroomAgain(t *testing.T, at string) {
	t.Helper()
	n := e2etest.BilledJobs(t, r.box)
	m := r.builder(t, at)
	if err := os.Remove(filepath.Join(m.dir, "greenroom.lock")); err != nil {
		t.Fatal(err)
	}
	m.must(t, "build", "--yes")
	if now := e2etest.BilledJobs(t, r.box); now != n {
		t.Errorf("%d jobs more were billed", now-n)
	}
}

func refuse(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(http.StatusForbidden)
	_, _ = io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>`)
}
