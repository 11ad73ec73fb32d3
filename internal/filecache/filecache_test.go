package filecache

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

type record struct {
	Stamp
	Hash string `json:"sha256,omitempty"`
	Note string `json:"note,omitempty"`
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestLoadTreatsCorruptAsMissing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.json")
	for _, text := range []string{"", "{", "[1]", `{"a":"x"}`, `{"a":1} {}`, "\xff"} {
		write(t, path, text)
		if v, ok := Load[map[string]int](path); ok || v != nil {
			t.Errorf("%q: %v %v", text, v, ok)
		}
	}
	if _, ok := Load[map[string]int](path + "x"); ok {
		t.Error("a missing file has a value")
	}
	if err := Save(filepath.Join(path, "folder", "c.json"), 1); err == nil {
		t.Error("saved below a file")
	}
	if err := Save(path, map[string]int{"a": 1}); err != nil {
		t.Fatal(err)
	}
	if v, ok := Load[map[string]int](path); !ok || v["a"] != 1 {
		t.Error(v, ok)
	}
}

func TestEntries(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.json")
	write(t, path, "null")
	var wg sync.WaitGroup
	for _, key := range []string{"a", "b", "c", "d"} {
		wg.Go(func() {
			if err := SaveEntry(path, key, key+"!"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got, want := read(t, path), `{"a":"a!","b":"b!","c":"c!","d":"d!"}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if v, ok := LoadEntry[string](path, "c"); !ok || v != "c!" {
		t.Error(v, ok)
	}
	if _, ok := LoadEntry[string](path, "e"); ok {
		t.Error("an entry that was never saved")
	}
	if _, ok := LoadEntry[int](path, "c"); ok {
		t.Error("an entry of another type")
	}
}

func TestFilesFollowSizeAndTime(t *testing.T) {
	dir := t.TempDir()
	path, file := filepath.Join(dir, "c.json"), filepath.Join(dir, "f")
	// As older versions wrote it.
	write(t, path, `{"old":{"size":3,"mtime":5,"sha256":"abc"},"gone":{"size":1,"mtime":2}}`)
	c := OpenFiles[record](path)
	if r, ok := c.Get("old", Stamp{3, 5}); !ok || r.Hash != "abc" {
		t.Error(r, ok)
	}
	if r, ok := c.Get("old", Stamp{3, 6}); ok || r != (record{}) {
		t.Error("valid for another time", r)
	}
	if err := c.Save(nil); err != nil {
		t.Error(err)
	}
	write(t, file, "one")
	now, err := ReadStamp(file)
	if err != nil || now.Size != 3 {
		t.Fatal(now, err)
	}
	c.Edit("f", record{Stamp: now}, func(r *record) { r.Hash = "h" })
	c.Edit("f", record{Stamp: now}, func(r *record) { r.Note = "n" })
	if r, ok := c.Get("f", now); !ok || r.Hash != "h" || r.Note != "n" {
		t.Error(r, ok)
	}
	if err := os.Chtimes(file, time.Time{}, time.Unix(7, 8)); err != nil {
		t.Fatal(err)
	}
	now, _ = ReadStamp(file)
	c.Edit("f", record{Stamp: now}, func(r *record) { r.Note = "m" })
	if err := c.Save(func(name string) bool { return name != "gone" }); err != nil {
		t.Error(err)
	}
	want := `{"f":{"size":3,"mtime":7000000008,"note":"m"},"old":{"size":3,"mtime":5,"sha256":"abc"}}`
	if got := read(t, path); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if _, err := ReadStamp(file + "x"); !os.IsNotExist(err) {
		t.Error(err)
	}
}
