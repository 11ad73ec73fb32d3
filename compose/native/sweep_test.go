package native

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestSweepTakesWhatKilledRunsLeft: old folders go with the half films they name; what is in use, and what is not ours, stays.
func TestSweepTakesWhatKilledRunsLeft(t *testing.T) {
	work, out := filepath.Join(t.TempDir(), "a [b]"), t.TempDir() // a pattern would not find it
	now := time.Now()
	put := func(path, text string, age time.Duration) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, p := range []string{path, filepath.Dir(path)} {
			if err := os.Chtimes(p, now.Add(-age), now.Add(-age)); err != nil {
				t.Fatal(err)
			}
		}
	}
	stale, busy, whole := filepath.Join(out, "a.part.mp4"), filepath.Join(out, "b.part.mp4"), filepath.Join(out, "c.mp4")
	put(stale, "half", 2*time.Hour)
	put(whole, "film", 2*time.Hour)
	put(busy, "half", time.Minute)
	put(filepath.Join(work, workName+"1", partFile), stale, 2*time.Hour)
	put(filepath.Join(work, workName+"2", partFile), busy, 2*time.Hour) // drawn again by now
	put(filepath.Join(work, workName+"3", partFile), whole, 2*time.Hour)
	put(filepath.Join(work, workName+"4", partFile), busy, time.Minute)
	put(filepath.Join(work, "films", "x.json"), "{}", 2*time.Hour)
	sweep(work, now)
	for path, stays := range map[string]bool{
		stale: false, busy: true, whole: true,
		filepath.Join(work, workName+"1"): false, filepath.Join(work, workName+"2"): false, filepath.Join(work, workName+"3"): false,
		filepath.Join(work, workName+"4"): true, filepath.Join(work, "films", "x.json"): true,
	} {
		if _, err := os.Stat(path); (err == nil) != stays {
			t.Errorf("%s: stays %v, want %v", filepath.Base(path), err == nil, stays)
		}
	}
}
