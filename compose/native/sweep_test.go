package native

import (
	"os"
	"path/filepath"
	"testing"
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
	dead := func(n, part string) string { return filepath.Join(work, workFolders.Prefix+n, part) }
	left, again, twice, whole := filepath.Join(out, "a.part.mp4"), filepath.Join(out, "b.part.mp4"),
		filepath.Join(out, "d.part.mp4"), filepath.Join(out, "c.mp4")
	for _, path := range []string{left, again, twice, whole} {
		put(path, "pictures")
	}
	for _, n := range []string{"1", "2", "3", "4", "5", "6"} {
		put(dead(n, workFolders.Lock), "")
	}
	put(dead("1", partFile), left)
	put(dead("2", partFile), again)
	put(dead("3", partFile), whole)
	put(dead("4", "graph"), "no part yet")
	put(dead("5", partFile), twice)
	put(dead("6", partFile), twice)
	put(filepath.Join(work, "films", "x.json"), "{}")
	put(filepath.Join(work, workFolders.Prefix+"file"), "not a folder")
	if err := os.MkdirAll(work, 0o755); err != nil {
		t.Fatal(err)
	}
	own, err := workFolders.New(work) // renders the film of 2 again
	if err != nil {
		t.Fatal(err)
	}
	alive := own.Path()
	put(filepath.Join(alive, partFile), again)
	sweep(work)
	for path, stays := range map[string]bool{
		left: false, again: true, twice: false, whole: true, alive: true,
		dead("1", ""): false, dead("2", ""): false, dead("3", ""): false, dead("4", ""): false, dead("5", ""): false,
		dead("6", ""):                          false,
		filepath.Join(work, "films", "x.json"): true, filepath.Join(work, workFolders.Prefix+"file"): true,
	} {
		if _, err := os.Stat(path); (err == nil) != stays {
			t.Errorf("%s: stays %v, want %v", filepath.Base(path), err == nil, stays)
		}
	}
	own.Close()
	if _, err := os.Stat(alive); err == nil {
		t.Error("the run's own folder is left")
	}
}
