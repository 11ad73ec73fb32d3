// Package e2etest holds what the end-to-end tests share: the program itself, a sandbox, projects and films.
//
// The tests run the real program as a child process. It is built once for all packages, with the race detector when the
// tests have it, or with the flags of GREENROOM_E2E_RACE: the tests themselves decode and compare films, which the
// detector makes several times slower.
package e2etest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gofrs/flock"
	"github.com/rogpeppe/go-internal/testscript"

	_ "greenroom/internal/cli" // go test repeats a package when what it imports has changed: these tests depend on the program
)

// Main is the TestMain of a package of end-to-end tests. It puts greenroom and the given programs on the path, runs the
// tests and exits. It fails when a child process reported a data race, also one whose exit code no test reads.
func Main(m *testing.M, programs map[string]func()) {
	testscript.Main(withProgram{m}, programs)
}

// exitSoon shortens the pause that the race detector makes at the end of every process, for reports that another thread
// is still writing. The default is 1 s, which was half of the time of the scripts: they start greenroom hundreds of
// times.
const exitSoon = "atexit_sleep_ms=50"

// mediaVar names the folder in which the sandboxes of one package keep what they drew.
const mediaVar = "GREENROOM_E2E_MEDIA"

// ShareMedia prepares the folder of a sandbox, so that a film which another test's sandbox drew is not drawn again: a
// film's name is the hash of its request.
func ShareMedia(data string) error {
	shared := os.Getenv(mediaVar)
	if err := errors.Join(os.MkdirAll(shared, 0o755), os.MkdirAll(data, 0o755)); err != nil {
		return err
	}
	err := os.Symlink(shared, filepath.Join(data, "media"))
	if errors.Is(err, fs.ErrExist) { // it was started before
		return nil
	}
	return err
}

type withProgram struct{ tests *testing.M }

// Run builds the program, runs the tests and returns their exit code.
func (w withProgram) Run() int {
	dir, err := os.MkdirTemp("", "e2e-program-")
	if err != nil {
		return failed(err)
	}
	defer os.RemoveAll(dir)
	if err := install(dir); err != nil {
		return failed(err)
	}
	races := filepath.Join(dir, "race")
	for name, value := range map[string]string{
		"PATH":   dir + string(os.PathListSeparator) + os.Getenv("PATH"),
		"GORACE": exitSoon + " log_path=" + races,
		mediaVar: filepath.Join(dir, "media"),
	} {
		if err := os.Setenv(name, value); err != nil {
			return failed(err)
		}
	}
	code := w.tests.Run()
	reports, err := filepath.Glob(races + ".*")
	if err != nil {
		return failed(err)
	}
	for _, path := range reports {
		text, err := os.ReadFile(path)
		if err != nil {
			return failed(err)
		}
		fmt.Fprintf(os.Stderr, "a child process has a data race:\n%s\n", text)
		code = max(code, 1)
	}
	return code
}

func failed(err error) int {
	fmt.Fprintln(os.Stderr, "e2etest:", err)
	return 1
}

// install builds greenroom in the user's cache folder, where the next package finds it, and links it into dir, so that
// a later build does not replace it while tests run.
func install(dir string) error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return err
	}
	name := fmt.Sprintf("%x", sha256.Sum256([]byte(root)))[:12]
	args := []string{"build", "-buildvcs=false"}
	flags := strings.Fields(os.Getenv("GREENROOM_E2E_RACE"))
	if raceEnabled && len(flags) == 0 {
		flags = []string{"-race"}
	}
	args = append(args, flags...)
	if len(flags) > 0 {
		name += "-race"
	}
	built := filepath.Join(cache, "greenroom-ci", "e2e-"+name, "greenroom")
	if err := os.MkdirAll(filepath.Dir(built), 0o755); err != nil {
		return err
	}
	lock := flock.New(built + ".lock")
	if err := lock.Lock(); err != nil {
		return err
	}
	defer func() { _ = lock.Unlock() }() // the process ends soon after a failure
	cmd := exec.Command("go", append(args, "-o", built, ".")...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	program := filepath.Join(dir, "greenroom")
	if os.Link(built, program) == nil {
		return nil
	}
	return copyProgram(built, program) // the temporary folder is on another file system
}

func copyProgram(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

// Root returns a path below the module's root, such as Root(t, "testdata", "scripts").
func Root(t testing.TB, elem ...string) string {
	t.Helper()
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(append([]string{root}, elem...)...)
}

// moduleRoot returns the nearest folder above the working folder that has a go.mod.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		above := filepath.Dir(dir)
		if above == dir {
			return "", fmt.Errorf("no go.mod above the working folder")
		}
		dir = above
	}
}
