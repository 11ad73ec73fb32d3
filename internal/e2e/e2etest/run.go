package e2etest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Run runs a program in a folder and returns its stdout. The test fails with its stderr when the program fails.
func Run(t testing.TB, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, errOut.String())
	}
	return out.String()
}

// Write writes a file and the folders above it.
func Write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Read returns a file's content.
func Read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Eventually polls until a condition holds, for at most a minute.
func Eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.After(time.Minute)
	for !holds() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("%s did not happen", what)
		}
	}
}

// All reports whether `make test-all` runs the tests: then each matrix is run completely. A usual run has
// representatives.
func All() bool { return os.Getenv("GREENROOM_TEST_ALL") != "" }

// Number returns the number in an environment variable, or usual when there is none. `make kill` sets larger ones.
func Number(name string, usual int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil && n > 0 {
		return n
	}
	return usual
}

// Tool returns the path of a program that .ci/setup builds for the tests, outside the checkout.
func Tool(t testing.TB, folder, name string) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(cache, "greenroom-ci", folder, name)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%s is not there; run .ci/setup test: %v", name, err)
	}
	return path
}

// Sandbox runs `greenroom sandbox` until the test ends and returns its address. Its account is in the folder data.
func Sandbox(t testing.TB, data string, flags ...string) string {
	t.Helper()
	file := data + ".url"
	if err := ShareMedia(data); err != nil {
		t.Fatal(err)
	}
	args := []string{"sandbox", "--listen", "127.0.0.1:0", "--speed", "600", "--data", data, "--url-file", file}
	box := exec.Command("greenroom", append(args, flags...)...)
	if err := box.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = box.Process.Signal(os.Interrupt)
		_ = box.Wait()
	})
	address := ""
	Eventually(t, "the sandbox's start", func() bool {
		b, _ := os.ReadFile(file) // not there yet
		address = strings.TrimSpace(string(b))
		return address != ""
	})
	return address
}

// BilledJobs returns the number of jobs that a sandbox has billed.
func BilledJobs(t testing.TB, base string) int {
	t.Helper()
	res, err := http.Get(base + "/_sandbox/account")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var account struct {
		Billed int `json:"billed_jobs"`
	}
	if err := json.NewDecoder(res.Body).Decode(&account); err != nil {
		t.Fatal(err)
	}
	return account.Billed
}
