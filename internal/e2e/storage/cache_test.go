//go:build unix

package storage

import (
	"bytes"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"greenroom/internal/e2e/e2etest"
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

// greenroom runs the program there and returns its exit code and both streams.
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
		t.Errorf("the output has a secret, or a library's own message:\n%s", b)
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

// wantText fails unless the text has every part.
func wantText(t *testing.T, out string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(out, p) {
			t.Errorf("no %q in the output:\n%s", p, out)
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
	e2etest.Run(t, ".", "git", "clone", "-q", r.git, dir)
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
	return rehearse(t, server, cache, func(dir string) {
		e2etest.Write(t, filepath.Join(dir, "greenroom.yaml"), sharedManifest)
		e2etest.Write(t, filepath.Join(dir, ".gitignore"), ".greenroom/\npublic/greenroom/\n")
	})
}

// rehearse is a rehearsal with another project.
func rehearse(t *testing.T, server *s3, cache string, project func(dir string)) *rehearsal {
	t.Helper()
	r := &rehearsal{s3: server, keys: []string{"AWS_ACCESS_KEY_ID=" + s3User, "AWS_SECRET_ACCESS_KEY=" + s3Password, "AWS_EC2_METADATA_DISABLED=true"}}
	dir := t.TempDir()
	r.box = e2etest.Sandbox(t, filepath.Join(dir, "sandbox"))
	r.git = filepath.Join(dir, "a")
	project(r.git)
	r.a = machine{dir: r.git, env: append(os.Environ(), append([]string{"HEYGEN_API_KEY=k", "HEYGEN_API_BASE=" + r.box, "GREENROOM_CACHE_URL=" + cache}, r.keys...)...)}
	wantText(t, r.a.must(t, "build", "--yes"), " bought", "sent to the cache")
	e2etest.Run(t, r.git, "git", "init", "-q")
	e2etest.Run(t, r.git, "git", "add", "-A")
	e2etest.Run(t, r.git, "git", "-c", "user.name=A", "-c", "user.email=a@example.invalid", "commit", "-qm", "clips")
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
		if !bytes.Equal(e2etest.Read(t, path), e2etest.Read(t, filepath.Join(b.dir, rel))) {
			t.Errorf("%s differs", rel)
		}
	}
	if clips != 3 {
		t.Errorf("%d clips were compared", clips)
	}
}

// TestSharedFolder does the same with a folder that other users can write to.
func TestSharedFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	at := "file://" + dir
	r := newRehearsal(t, nil, at)
	b := r.clone(t, at)
	b.must(t, "build", "--frozen")
	r.same(t, b)
	c := r.builder(t, at)
	wantText(t, c.must(t, "build", "--stand-ins"), "from the cache") // no stand-in for what is there
	r.same(t, c)
	t.Run("the shipped CI files", func(t *testing.T) { ciSteps(t, r, at) })

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
			wantText(t, out, "is corrupt")
			for _, path := range list { // complete again for the next one
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
		if n := e2etest.BilledJobs(t, r.box); n != 2 {
			t.Errorf("%d jobs billed for two takes", n)
		}
		r.same(t, m)
	})
	t.Run("a record of another take is not trusted", func(t *testing.T) {
		records, _ := filepath.Glob(filepath.Join(dir, "takes", "*", "*", "*.yaml"))
		if len(records) != 2 {
			t.Fatalf("records: %v", records)
		}
		one, two := e2etest.Read(t, records[0]), e2etest.Read(t, records[1])
		e2etest.Write(t, records[0], string(two))
		e2etest.Write(t, records[1], "clips: [1, 2")
		m := r.builder(t, at)
		if err := os.Remove(filepath.Join(m.dir, "greenroom.lock")); err != nil {
			t.Fatal(err)
		}
		wantText(t, m.must(t, "build", "--yes"), "it is of another take", "it cannot be read", "bought by", "2 downloaded")
		if got := e2etest.Read(t, records[0]); bytes.Equal(got, two) || len(got) < len(one)/2 {
			t.Errorf("the false record is kept: %s", got)
		}
		r.greenroomAgain(t, at)
	})
	t.Run("two builds at once buy once", func(t *testing.T) { r.twoAtOnce(t, at) })
	t.Run("not a folder", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		e2etest.Write(t, file, "x")
		wantText(t, r.a.must(t, "build", "--cache", "file://"+file), "going on without it")
	})
}
