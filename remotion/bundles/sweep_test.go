package bundles

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestSweep(t *testing.T) {
	t.Parallel()
	now := time.Now()
	cache := t.TempDir()
	one, two := t.TempDir(), t.TempDir()
	add := func(name, project string, age time.Duration) {
		t.Helper()
		p := filepath.Join(cache, name)
		put(t, p, map[string]string{"index.html": "x"})
		if project != "" {
			if err := os.Symlink(filepath.Join(project, "public"), filepath.Join(p, "public")); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Chtimes(p, now.Add(-age), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	const day = 24 * time.Hour
	add("bundle-0000000000000001", one, 9*day) // ours, though the oldest
	add("bundle-0000000000000002", one, 2*day)
	add("bundle-0000000000000003", one, 3*day)
	add("bundle-0000000000000004", one, 4*day)
	add("bundle-0000000000000005", two, 5*day)
	add("bundle-0000000000000006", two, 6*day)
	add("bundle-0000000000000007", two, 7*day)
	add("bundle-0000000000000008.77.tmp", one, 2*day)
	add("bundle-0000000000000009.78.tmp", one, time.Minute)
	add("bundle-000000000000000a.gone", one, 2*day)
	add("render-1", "", 2*day)
	add("render-2", "", 50*time.Minute)
	add("something-else", "", 9*day)
	Sweep(cache, filepath.Join(cache, "bundle-0000000000000001"), time.Minute, now)
	have := map[string]bool{}
	entries, _ := os.ReadDir(cache)
	for _, e := range entries {
		have[e.Name()] = true
	}
	for _, want := range []string{"bundle-0000000000000001", "bundle-0000000000000002", "bundle-0000000000000005", "bundle-0000000000000006",
		"bundle-0000000000000009.78.tmp", "render-2", "something-else"} {
		if !have[want] {
			t.Errorf("%s was swept", want)
		}
		delete(have, want)
	}
	for name := range have {
		t.Errorf("%s was left", name)
	}
	if _, err := os.Stat(one); err != nil {
		t.Error("the project itself was swept through the link")
	}
}

func TestSweepSparesWhatIsInUse(t *testing.T) {
	t.Parallel()
	now := time.Now()
	cache := t.TempDir()
	for i, name := range []string{"bundle-0000000000000001", "bundle-0000000000000002", "bundle-0000000000000003", "bundle-0000000000000004"} {
		p := filepath.Join(cache, name)
		put(t, p, map[string]string{"index.html": "x"})
		age := time.Duration(i) * 35 * time.Minute
		if err := os.Chtimes(p, now.Add(-age), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	count := func() int { e, _ := os.ReadDir(cache); return len(e) }
	Sweep(cache, filepath.Join(cache, "bundle-0000000000000001"), time.Hour, now)
	if count() != 4 {
		t.Errorf("%d bundles left of 4 that renders with a stall limit of an hour may use", count())
	}
	Heartbeat(filepath.Join(cache, "bundle-0000000000000004"))()
	Sweep(cache, filepath.Join(cache, "bundle-0000000000000001"), time.Minute, now)
	if count() != 3 {
		t.Errorf("%d bundles left, want the current one, the touched one and one of 35 minutes", count())
	}
	Sweep(filepath.Join(cache, "gone"), "", time.Minute, now)
}

// put writes files below dir, by their slashed names.
func put(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
