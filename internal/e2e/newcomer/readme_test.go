package newcomer

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"greenroom/internal/e2e/e2etest"
)

// TestREADME runs the shell blocks of README as a newcomer would, in one shell and
// an empty folder. `make` lines are CI's own business.
func TestREADME(t *testing.T) {
	b, err := os.ReadFile(e2etest.Root(t, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, m := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(b), -1) {
		for _, l := range strings.Split(strings.TrimSpace(m[1]), "\n") {
			if !strings.HasPrefix(l, "make ") {
				lines = append(lines, l)
			}
		}
	}
	if len(lines) != 5 || !strings.HasPrefix(lines[0], "greenroom init tour && cd tour") {
		t.Fatalf("README's blocks changed; check what this test skips: %q", lines)
	}
	modules := e2etest.Modules(t)
	// The packages are there already; npm would fetch the same ones.
	lines = append(lines[:1], append([]string{"ln -s '" + modules + "' node_modules"}, lines[1:]...)...)
	cmd := exec.Command("bash", "-euo", "pipefail", "-c", strings.Join(lines, "\n"))
	cmd.Dir = t.TempDir()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, says := range []string{"2 clips: 2 bought, 2 downloaded|1 clip: 1 bought", `Presenter.mp4`} {
		if !regexp.MustCompile(says).Match(out) {
			t.Errorf("no %q in\n%s", says, out)
		}
	}
	film := filepath.Join(cmd.Dir, "tour", "out", "Presenter.mp4")
	if fi, err := os.Stat(film); err != nil || fi.Size() < 10_000 {
		t.Errorf("no film: %v", err)
	}
}

// TestREADMEManifest plans with the manifest next to the film.
func TestREADMEManifest(t *testing.T) {
	b, err := os.ReadFile(e2etest.Root(t, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(b), -1)
	if len(blocks) != 1 || strings.Count(blocks[0][1], "\n") != 8 {
		t.Fatalf("README shows one manifest, of eight lines: %q", blocks) // make gallery draws its film
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"greenroom.yaml": blocks[0][1], "scripts/intro.md": "Hello, and welcome.\n"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("greenroom", "plan", "-C", dir)
	out, err := cmd.CombinedOutput()
	if err != nil || !regexp.MustCompile(`1 clip: 1 to buy`).Match(out) {
		t.Errorf("%v\n%s", err, out)
	}
}
