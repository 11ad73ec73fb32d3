//go:build linux

package secrets

import (
	"bytes"
	"encoding/base64"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"greenroom/internal/e2e/e2etest"
)

const canaryManifest = `version: 1
project: canary
size: SIZE
heygen: {api: API}
defaults:
  avatar: {id: Daisy-inskirt-20220818}
  voice: {id: 1bd001e7e50f421d891986aad5158bc8}
clips:
  hello: {script: "Hello.", captions: true}
  hola: {translate: {clip: hello, to: Spanish}}
  bad: {script: "Never.", voice: {pitch: 3}}
`

// canary returns the manifest for a generation of the API. v3 renders nothing smaller.
func canary(api string) string {
	size := map[string]string{"v2": "320x180", "v3": "1280x720"}[api]
	return strings.NewReplacer("API", api, "SIZE", size).Replace(canaryManifest)
}

// secrets are what must not be left anywhere: the key, and what makes a link open.
var secrets = []string{"canary/KEY+0123456789=xyz", "Signature=", "Key-Pair-Id", "access_token"}

// forms returns a secret as it may be written: plain, in a URL, in JSON, and in base64
// at each of its three alignments.
func forms(secret string) [][]byte {
	out := [][]byte{[]byte(secret), []byte(url.QueryEscape(secret)), []byte(url.PathEscape(secret))}
	for pad := range 3 {
		enc := base64.StdEncoding.EncodeToString(append(bytes.Repeat([]byte{'x'}, pad), secret...))
		enc = strings.TrimRight(enc, "=")
		if len(enc) > 8 {
			out = append(out, []byte(enc[4:len(enc)-3])) // away from its neighbours
		}
	}
	return out
}

func leaks(b []byte) string {
	for _, s := range secrets {
		for _, f := range forms(s) {
			if bytes.Contains(b, f) {
				return string(f)
			}
		}
	}
	return ""
}

// TestNothingKeepsAKeyOrALink runs real builds with a canary key, in both generations
// and through failures, and looks for it in every file, every word printed and every
// process.
func TestNothingKeepsAKeyOrALink(t *testing.T) {
	dir := t.TempDir()
	base := e2etest.Sandbox(t, filepath.Join(dir, "sandbox"))
	watch := watchProcesses(t)
	for _, api := range []string{"v2", "v3"} {
		project := filepath.Join(dir, api)
		if err := os.MkdirAll(project, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(project, "greenroom.yaml"), []byte(canary(api)), 0o644); err != nil {
			t.Fatal(err)
		}
		run := func(args ...string) {
			c := exec.Command("greenroom", args...)
			c.Dir, c.Env = project, append(os.Environ(), "HEYGEN_API_BASE="+base, "HEYGEN_API_KEY="+secrets[0])
			out, _ := c.CombinedOutput() // some of these fail on purpose
			if l := leaks(out); l != "" {
				t.Errorf("greenroom %v prints %q:\n%s", args, l, out)
			}
		}
		set := func(faults string) {
			res, err := http.Post(base+"/_sandbox/faults", "application/json", strings.NewReader(faults))
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
		}
		set(`["job-fails=no"]`)
		run("build", "bad", "--yes")
		set(`["html-200", "expired-link", "server-error", "changed-etag"]`)
		run("build", "--yes", "--verbose")
		set(`["cut=3000"]`)
		run("build", "--yes", "--json")
		set(`[]`)
		run("build", "--yes")
		for _, args := range [][]string{{"status", "--json"}, {"status", "--spend", "--json"}, {"status", "--why", "hello"}, {"plan", "--json"}, {"videos", "--json"}, {"voices", "--json"}, {"avatars"}, {"doctor"}, {"upload", "--list", "--json"}} {
			run(args...)
		}
		read := 0
		err := filepath.WalkDir(project, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			read++
			if l := leaks(b); l != "" {
				t.Errorf("%s holds %q", strings.TrimPrefix(path, project), l)
			}
			private(t, project, path)
			return err
		})
		if err != nil || read < 8 {
			t.Errorf("read %d files: %v", read, err)
		}
	}
	if n := watch(); n == 0 {
		t.Error("no process was seen")
	}
}

// private wants the records of a project to be their owner's alone. Media in the store are
// linked into public/ and readable there.
func private(t *testing.T, project, path string) {
	t.Helper()
	state := filepath.Join(project, ".greenroom")
	rel, err := filepath.Rel(state, path)
	if err != nil || !filepath.IsLocal(rel) || strings.HasPrefix(rel, "store") {
		return
	}
	for _, name := range []string{state, path} {
		if fi, err := os.Stat(name); err != nil || fi.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is readable by others: %v", name, fi.Mode())
		}
	}
}

// watchProcesses reads the command lines and the environments of this test's descendants
// until it is stopped. Other programs of the machine may well have signatures.
func watchProcesses(t *testing.T) (stop func() int) {
	done, seen := make(chan struct{}), 0
	own, shown := ownPrograms(t), map[string]bool{}
	var wg sync.WaitGroup
	wg.Go(func() {
		// A pause between two readings of /proc: without one this loop takes a processor from what it watches.
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			for _, pid := range below(os.Getpid()) {
				b, err := os.ReadFile(filepath.Join("/proc", pid, "cmdline"))
				if err != nil || len(b) == 0 {
					continue
				}
				seen++
				if x := leaks(b); x != "" {
					t.Errorf("a process shows %q", x)
				}
				inspect(t, pid, own, shown)
			}
		}
	})
	return func() int {
		close(done)
		wg.Wait()
		return seen
	}
}
