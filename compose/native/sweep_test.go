package native

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/gofrs/flock"
)

// TestSweepTakesWhatKilledRunsLeft: folders that no run holds go with the half films they name; what is in use, and
// what is not ours, stays.
func TestSweepTakesWhatKilledRunsLeft(t *testing.T) {
	work, out := filepath.Join(t.TempDir(), "a [b]"), t.TempDir() // a pattern would not find it
	put := func(path, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	dead := func(n, part string) string { return filepath.Join(work, workName+n, part) }
	left, again, twice, whole := filepath.Join(out, "a.part.mp4"), filepath.Join(out, "b.part.mp4"), filepath.Join(out, "d.part.mp4"), filepath.Join(out, "c.mp4")
	for _, path := range []string{left, again, twice, whole} {
		put(path, "pictures")
	}
	put(dead("1", partFile), left)
	put(dead("2", partFile), again)
	put(dead("3", partFile), whole)
	put(dead("4", "graph"), "no part yet")
	put(dead("5", partFile), twice)
	put(dead("6", partFile), twice)
	put(filepath.Join(work, "films", "x.json"), "{}")
	put(filepath.Join(work, workName+"file"), "not a folder")
	if err := os.MkdirAll(work, 0o755); err != nil {
		t.Fatal(err)
	}
	alive, release, err := claim(work) // draws the film again that 2 was at
	if err != nil {
		t.Fatal(err)
	}
	put(filepath.Join(alive, partFile), again)
	sweep(work)
	for path, stays := range map[string]bool{
		left: false, again: true, twice: false, whole: true, alive: true,
		dead("1", ""): false, dead("2", ""): false, dead("3", ""): false, dead("4", ""): false, dead("5", ""): false, dead("6", ""): false,
		filepath.Join(work, "films", "x.json"): true, filepath.Join(work, workName+"file"): true,
	} {
		if _, err := os.Stat(path); (err == nil) != stays {
			t.Errorf("%s: stays %v, want %v", filepath.Base(path), err == nil, stays)
		}
	}
	release()
	if _, err := os.Stat(alive); err == nil {
		t.Error("the run's own folder is left")
	}
}

// TestNoSweepTakesALivingRunsFolder: whoever looks while the run lives finds it held.
func TestNoSweepTakesALivingRunsFolder(t *testing.T) {
	dir, release, err := claim(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	other := flock.New(filepath.Join(dir, lockFile))
	defer other.Close()
	if held, err := other.TryLock(); err != nil || held {
		t.Errorf("taken: %v, %v", held, err)
	}
}
