//go:build unix

package storage

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/internal/e2e/e2etest"
)

// startGCS is a server of Google's storage protocol on loopback with the bucket "clips".
func startGCS(t *testing.T) (address, dir string) {
	t.Helper()
	root := t.TempDir()
	dir = filepath.Join(root, "clips")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	address = closedPort(t)
	host, port, _ := strings.Cut(address, ":")
	cmd := exec.Command(e2etest.Tool(t, "fake-gcs-server-v1.52.3", "fake-gcs-server"), "-scheme", "http", "-host", host, "-port", port,
		"-backend", "filesystem", "-filesystem-root", root, "-public-host", address, "-external-url", "http://"+address, "-log-level", "error")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	e2etest.Eventually(t, "the storage server", func() bool {
		res, err := http.Get("http://" + address + "/storage/v1/b/clips")
		if err == nil {
			res.Body.Close()
		}
		return err == nil && res.StatusCode == http.StatusOK
	})
	return address, dir
}

// TestGoogleCloudStorage: a cache under gs:// is filled and read, and what is wrong with
// it is reported in greenroom's words.
func TestGoogleCloudStorage(t *testing.T) {
	address, dir := startGCS(t)
	t.Setenv("STORAGE_EMULATOR_HOST", address)
	const cache = "gs://clips/team"
	r := newRehearsal(t, &s3{}, cache)
	here := []string{"STORAGE_EMULATOR_HOST=" + address}
	r.keys = here

	b := r.clone(t, cache)
	wantText(t, b.must(t, "build", "--frozen"), "from the cache")
	r.same(t, b)

	m := r.builder(t, cache)
	if err := os.Remove(filepath.Join(m.dir, "greenroom.lock")); err != nil {
		t.Fatal(err)
	}
	wantText(t, m.must(t, "build", "--yes"), "not bought again")
	if n := e2etest.BilledJobs(t, r.box); n != 2 {
		t.Errorf("%d jobs billed for two takes", n)
	}

	fails := func(name, cache string, keys []string, says ...string) {
		t.Run(name, func(t *testing.T) {
			r.keys = keys
			b := r.clone(t, cache)
			code, out := b.greenroom(t, "build", "--frozen")
			if code != 10 {
				t.Errorf("exit %d, want 10", code)
			}
			wantText(t, out, append(says, `"hello": frozen: take missing`, "greenroom.yaml:10:3")...)
			if strings.Contains(out, "private key") || strings.Contains(out, "Warning:") {
				t.Errorf("words of a library:\n%s", out)
			}
		})
	}
	nobody := []string{"GOOGLE_APPLICATION_CREDENTIALS="}
	fails("no credentials", cache, nobody, "no Google credentials are found", "gcloud auth application-default login")
	fails("credentials that are none", cache, []string{"GOOGLE_APPLICATION_CREDENTIALS=" + filepath.Join(r.git, "greenroom.yaml")}, "no Google credentials are found")
	fails("no such bucket", "gs://nowhere", here, "gs://nowhere", "there is no such bucket")
	fails("an empty place", "gs://clips/empty", here, "not in the cache")
	fails("no server", cache, []string{"STORAGE_EMULATOR_HOST=" + closedPort(t)}, "the cache cannot be used: no answer from 127.0.0.1:")

	n := 0
	err := filepath.Walk(filepath.Join(dir, "team", "sha256"), func(path string, fi os.FileInfo, err error) error {
		if err != nil || !fi.Mode().IsRegular() {
			return err
		}
		n++
		text := e2etest.Read(t, path)
		text[len(text)/2] ^= 1
		return os.WriteFile(path, text, 0o644)
	})
	if err != nil || n < 5 {
		t.Fatalf("%d objects in the bucket: %v", n, err)
	}
	fails("lying", cache, here, "is corrupt")
}
