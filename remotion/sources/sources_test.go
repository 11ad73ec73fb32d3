package sources

import (
	"greenroom/remotion/project"
	"os"
	"path/filepath"
	"testing"
	"time"
)

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

// TestBundleKeyStays holds the key that older versions gave a bundle: it names a folder in the cache.
func TestBundleKeyStays(t *testing.T) {
	at := project.Layout{Dir: t.TempDir(), Entry: "src/index.ts"}
	put(t, at.Dir, map[string]string{"lib/a.ts": "export {}\n", "lib/b.ts": "b", "c.json": "{}"})
	in := Inputs{Files: []string{"c.json", "missing.ts"}, Folders: []string{"lib", "none"}, Env: []string{"A", "B"}}
	if got, want := in.Key("abc", at, []string{"A=1", "A=2", "C=3"}), "1080ea8285ea00ed"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestAHashIsTrusted as long as the file's size and time are the same, and not when it is too new to tell.
func TestAHashIsTrusted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, old := filepath.Join(dir, "a"), time.Now().Add(-time.Hour)
	h := OpenHashes(filepath.Join(dir, "state", "hashes.json"), dir)
	sum := func(text string, at time.Time) string {
		t.Helper()
		put(t, dir, map[string]string{"a": text})
		if err := os.Chtimes(file, at, at); err != nil {
			t.Fatal(err)
		}
		s, err := h.Sum(file)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	soon := time.Now().Add(time.Hour) // as new as a file can be
	if sum("one", soon) == sum("two", soon) {
		t.Error("a file that was just written is trusted by its time")
	}
	first := sum("one", old)
	if sum("two", old) != first {
		t.Error("a file of the same size and time was read again")
	}
	h.Save()
	h = OpenHashes(h.file, dir)
	if sum("two", old) != first {
		t.Error("the next run read it again")
	}
	if sum("three", old) == first {
		t.Error("another size was not seen")
	}
	put(t, dir, map[string]string{"state/hashes.json": "null"})
	if h = OpenHashes(h.file, dir); sum("one", old) != first {
		t.Error("a corrupt cache changes what a file is")
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	h.Save()
	if b, err := os.ReadFile(h.file); err != nil || string(b) != "{}" {
		t.Errorf("of a file that is gone there is kept: %s %v", b, err)
	}
}
