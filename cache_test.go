//go:build unix

package main

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

const sharedManifest = `version: 1
project: rehearsal
size: 320x240
heygen: {api: auto, budget: $50}
cache: {url: "file:../unused", timeout: 2s}
defaults:
  avatar: {id: Daisy-inskirt-20220818}
  voice: {id: 1bd001e7e50f421d891986aad5158bc8}
clips:
  hello: {script: "Hello."}
  again: {script: "Hello."}
  bye:   {script: "Good bye.", captions: true}
compositions:
  card: {background: ["#16301F", "#0B120D"], layers: [{clip: hello, box: {right: 0, bottom: 0, width: 60%}}, {text: "Hello", at: 0.2s, style: title}]}
  tall: {size: 180x320, layers: [{clip: bye}, {captions: bye, mode: word}]}
`

// machine is a folder with an environment of its own.
type machine struct {
	dir string
	env []string
}

// greenroom runs the program there and gives its exit code and both streams.
func (m machine) greenroom(t *testing.T, args ...string) (code int, out string) {
	t.Helper()
	program, err := exec.LookPath("greenroom")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Env = m.dir, m.env
	b, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if bytes.Contains(b, []byte("SDK 20")) || bytes.Contains(b, []byte(s3Password)) || bytes.Contains(b, []byte("use_path_style")) {
		t.Errorf("the output tells what must stay secret, or is not ours:\n%s", b)
	}
	return cmd.ProcessState.ExitCode(), string(b)
}

func (m machine) must(t *testing.T, args ...string) string {
	t.Helper()
	code, out := m.greenroom(t, args...)
	if code != 0 {
		t.Fatalf("greenroom %s: exit %d\n%s", strings.Join(args, " "), code, out)
	}
	return out
}

// says fails unless the text has every part.
func wantText(t *testing.T, out string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(out, p) {
			t.Errorf("nothing says %q:\n%s", p, out)
		}
	}
}

// rehearsal is machine A after its build, and what came of it.
type rehearsal struct {
	*s3
	a    machine
	git  string // the committed project
	box  string // the sandbox's address
	keys []string
}

// clone is machine B: the committed files and nothing else. It has no key and no ffmpeg,
// and the way to HeyGen is closed.
func (r *rehearsal) clone(t *testing.T, cache string) machine {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "b")
	run(t, ".", "git", "clone", "-q", r.git, dir)
	program, err := exec.LookPath("greenroom")
	if err != nil {
		t.Fatal(err)
	}
	m := machine{dir: dir, env: append([]string{"HOME=" + t.TempDir(), "NO_COLOR=1", "PATH=" + filepath.Dir(program), "HEYGEN_API_BASE=http://" + closedPort(t), "GREENROOM_CACHE_URL=" + cache}, r.keys...)}
	if _, err := os.Stat(filepath.Join(dir, ".greenroom")); err == nil {
		t.Fatal("the clone has state")
	}
	return m
}

// builder is another machine with the key.
func (r *rehearsal) builder(t *testing.T, cache string) machine {
	m := r.clone(t, cache)
	m.env = append([]string{"HOME=" + t.TempDir(), "NO_COLOR=1", "PATH=" + os.Getenv("PATH"), "HEYGEN_API_KEY=k", "HEYGEN_API_BASE=" + r.box, "GREENROOM_CACHE_URL=" + cache}, r.keys...)
	return m
}

func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// newRehearsal builds on machine A, which fills the cache; no server: a folder.
func newRehearsal(t *testing.T, server *s3, cache string) *rehearsal {
	t.Helper()
	r := &rehearsal{s3: server, keys: []string{"AWS_ACCESS_KEY_ID=" + s3User, "AWS_SECRET_ACCESS_KEY=" + s3Password, "AWS_EC2_METADATA_DISABLED=true"}}
	dir := t.TempDir()
	address := filepath.Join(dir, "url")
	box := exec.Command("greenroom", "sandbox", "--listen", "127.0.0.1:0", "--speed", "600", "--data", filepath.Join(dir, "sandbox"), "--url-file", address)
	if err := box.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = box.Process.Signal(os.Interrupt)
		_ = box.Wait()
	})
	eventually(t, "the sandbox", func() bool {
		b, _ := os.ReadFile(address)
		r.box = strings.TrimSpace(string(b))
		return r.box != ""
	})
	r.git = filepath.Join(dir, "a")
	put(t, filepath.Join(r.git, "greenroom.yaml"), sharedManifest)
	put(t, filepath.Join(r.git, ".gitignore"), ".greenroom/\npublic/greenroom/\n")
	r.a = machine{dir: r.git, env: append(os.Environ(), append([]string{"HEYGEN_API_KEY=k", "HEYGEN_API_BASE=" + r.box, "GREENROOM_CACHE_URL=" + cache}, r.keys...)...)}
	wantText(t, r.a.must(t, "build", "--yes"), "2 bought", "sent to the cache")
	run(t, r.git, "git", "init", "-q")
	run(t, r.git, "git", "add", "-A")
	run(t, r.git, "git", "-c", "user.name=A", "-c", "user.email=a@example.invalid", "commit", "-qm", "clips")
	return r
}

// same compares what two machines publish, byte for byte.
func (r *rehearsal) same(t *testing.T, b machine) {
	t.Helper()
	list, _ := filepath.Glob(filepath.Join(r.a.dir, "public", "greenroom", "*.*"))
	clips := 0
	for _, path := range append(list, filepath.Join(r.a.dir, "src", "greenroom", "clips.gen.json")) {
		rel, _ := filepath.Rel(r.a.dir, path)
		if strings.HasPrefix(filepath.Base(rel), ".") {
			continue
		}
		if strings.HasSuffix(rel, ".webm") {
			clips++
		}
		if !bytes.Equal(readAll(t, path), readAll(t, filepath.Join(b.dir, rel))) {
			t.Errorf("%s differs", rel)
		}
	}
	if clips != 3 {
		t.Errorf("%d clips were compared", clips)
	}
}

// TestRehearsal is what CI does: machine A builds and fills the cache, machine B has the
// committed files and the cache, and comes to the same bytes. Then everything that a
// cache can do wrong.
func TestRehearsal(t *testing.T) {
	server := startS3(t)
	r := newRehearsal(t, server, server.url("team"))
	if n := billedJobs(t, r.box); n != 2 {
		t.Fatalf("%d jobs billed for two takes", n)
	}

	t.Run("a clean clone without key or ffmpeg comes to the same bytes", func(t *testing.T) {
		b := r.clone(t, r.url("team"))
		if code, out := b.greenroom(t, "status", "--check"); code != 10 {
			t.Errorf("status --check before: exit %d\n%s", code, out)
		}
		wantText(t, b.must(t, "build", "--frozen"), "from the cache")
		r.same(t, b)
		b.must(t, "status", "--check", "--json")
		wantText(t, b.must(t, "build", "--frozen"), "everything is up to date")
		if dirty := run(t, b.dir, "git", "status", "--porcelain"); dirty != "" {
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
			one := readAll(t, filepath.Join(r.a.dir, film))
			if len(one) < 10_000 || !bytes.Equal(one, readAll(t, filepath.Join(b.dir, film))) {
				t.Errorf("%s differs, %d bytes on machine A", film, len(one))
			}
		}
	})

	t.Run("an empty cache: every clip and what it lacks is named", func(t *testing.T) {
		b := r.clone(t, r.url("empty"))
		code, out := b.greenroom(t, "build", "--frozen", "--junit", "build.xml", "--annotations", "github")
		if code != 10 {
			t.Errorf("exit %d, want 10", code)
		}
		wantText(t, out, `"hello": frozen: take missing`, `"again": frozen: take missing`, `"bye": frozen: take missing`, "rendition webm missing", "rendition poster missing", "not in the cache",
			"greenroom.yaml:10:3", "hint: fill the cache", "::error file=greenroom.yaml,line=10,col=3,title=greenroom%3A not-up-to-date::")
		x := string(readAll(t, filepath.Join(b.dir, "build.xml")))
		wantText(t, x, `tests="3"`, `failures="3"`, `name="hello"`, `line="10"`, "take missing")
		if _, err := os.Stat(filepath.Join(b.dir, "public", "greenroom")); err == nil {
			t.Error("a frozen build that failed published something")
		}
		if n := billedJobs(t, r.box); n != 2 {
			t.Errorf("%d jobs billed", n)
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
		put(t, filepath.Join(b.dir, "greenroom.yaml"), strings.Replace(sharedManifest, "Good bye.", "Farewell.", 1))
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
		if n := billedJobs(t, r.box); n != 2 {
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
		}, "is not true: its content has the hash"},
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
		if n := billedJobs(t, r.box); n != 2 {
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
		whole := r.files(t, "team")
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
		wantText(t, out, "is not true", "does not hold everything")
		wantText(t, r.a.must(t, "cache", "verify", "--cache", r.url("killed")), "sent, ", "found untrue")
		wantText(t, r.a.must(t, "cache", "verify", "--read-only", "--cache", r.url("killed")), "0 found untrue")
	})

}

// greenroomAgain sees that records that were written anew are believed.
func (r *rehearsal) greenroomAgain(t *testing.T, at string) {
	t.Helper()
	n := billedJobs(t, r.box)
	m := r.builder(t, at)
	if err := os.Remove(filepath.Join(m.dir, "greenroom.lock")); err != nil {
		t.Fatal(err)
	}
	m.must(t, "build", "--yes")
	if now := billedJobs(t, r.box); now != n {
		t.Errorf("%d jobs more were billed", now-n)
	}
}

func refuse(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(http.StatusForbidden)
	_, _ = io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>`)
}

// TestSharedFolder does the same with a folder that somebody else can write to.
func TestSharedFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	at := "file://" + dir
	r := newRehearsal(t, nil, at)
	b := r.clone(t, at)
	b.must(t, "build", "--frozen")
	r.same(t, b)

	list, _ := filepath.Glob(filepath.Join(dir, "sha256", "*", "*"))
	if len(list) < 6 {
		t.Fatalf("the folder has %v", list)
	}
	for name, spoil := range map[string]func(path string, size int64) error{
		"short": func(path string, size int64) error { return os.Truncate(path, size-1) },
		"long":  func(path string, size int64) error { return os.Truncate(path, size+1) },
		"false": func(path string, size int64) error {
			return os.WriteFile(path, bytes.Repeat([]byte("x"), int(size)), 0o644)
		},
		"a pipe": func(path string, _ int64) error {
			return errors.Join(os.Remove(path), syscall.Mkfifo(path, 0o644))
		},
		"a folder": func(path string, _ int64) error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o755)) },
		"a link": func(path string, _ int64) error {
			return errors.Join(os.Remove(path), os.Symlink("/etc/hostname", path))
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, path := range list {
				fi, err := os.Stat(path)
				if err == nil {
					err = spoil(path, fi.Size())
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			b := r.clone(t, at)
			code, out := b.greenroom(t, "build", "--frozen")
			if code != 10 {
				t.Errorf("exit %d, want 10", code)
			}
			wantText(t, out, "is not true")
			for _, path := range list { // whole again for the next one
				if err := os.RemoveAll(path); err != nil {
					t.Fatal(err)
				}
			}
			r.a.must(t, "cache", "push", "--cache", at)
		})
	}
	t.Run("another machine with the key does not buy the same words again", func(t *testing.T) {
		m := r.builder(t, at)
		if err := os.Remove(filepath.Join(m.dir, "greenroom.lock")); err != nil {
			t.Fatal(err)
		}
		wantText(t, m.must(t, "build", "--yes"), "not bought again", "2 transcoded")
		if n := billedJobs(t, r.box); n != 2 {
			t.Errorf("%d jobs billed for two takes", n)
		}
		r.same(t, m)
	})
	t.Run("a record that speaks of another take is not believed", func(t *testing.T) {
		records, _ := filepath.Glob(filepath.Join(dir, "takes", "*", "*", "*.yaml"))
		if len(records) != 2 {
			t.Fatalf("records: %v", records)
		}
		one, two := readAll(t, records[0]), readAll(t, records[1])
		put(t, records[0], string(two))
		put(t, records[1], "clips: [1, 2")
		m := r.builder(t, at)
		if err := os.Remove(filepath.Join(m.dir, "greenroom.lock")); err != nil {
			t.Fatal(err)
		}
		wantText(t, m.must(t, "build", "--yes"), "it speaks of another take", "it cannot be read", "2 bought")
		if got := readAll(t, records[0]); bytes.Equal(got, two) || len(got) < len(one)/2 {
			t.Errorf("the false record stands: %s", got)
		}
		r.greenroomAgain(t, at)
	})
	t.Run("not a folder", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		put(t, file, "x")
		wantText(t, r.a.must(t, "build", "--cache", "file://"+file), "going on without it")
	})
}
