package manifest

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestUnchangedLooksAtEveryFile: the manifest, a script next to it, a table, and a script
// that its rows share. Times say nothing, bytes do.
func TestUnchangedLooksAtEveryFile(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{
		"greenroom.yaml": "version: 1\ndefaults: {avatar: {id: a}, voice: {id: v}}\nclips:\n  one: {script: one.md}\n" +
			"each:\n  all: {rows: people.csv, name: \"{{id}}\", script: shared.txt}\n",
		"one.md": "Hello.", "shared.txt": "Hello {{name}}.", "people.csv": "id,name\n1,Ada\n2,Bob\n",
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range files {
		write(name, text)
	}
	m, err := Load(t.Context(), filepath.Join(dir, "greenroom.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		fi, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		other := []byte(text)
		other[len(other)-2] ^= 1
		write(name, string(other)) // as long, and as old
		if err := os.Chtimes(filepath.Join(dir, name), time.Time{}, fi.ModTime()); err != nil {
			t.Fatal(err)
		}
		if m.Unchanged() {
			t.Errorf("%s: a change went unseen", name)
		}
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		if m.Unchanged() {
			t.Errorf("%s: went away unseen", name)
		}
		write(name, text)
		if !m.Unchanged() {
			t.Errorf("%s: changed, although it holds what it held", name)
		}
	}
}
