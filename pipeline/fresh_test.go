package pipeline

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"greenroom/pipeline/unchanged"
)

// freshOptions opens a project an hour from now, so that files which the test just wrote count
// as older than the run.
func freshOptions(dir string) Options {
	return Options{
		ManifestPath: filepath.Join(dir, ManifestName), LookPath: exec.LookPath, Version: "test",
		Getenv: func(string) string { return "" },
		Now:    func() time.Time { return time.Now().Add(time.Hour) },
	}
}

// recorded is a built project whose inputs are old enough to be recorded.
func recorded(t *testing.T, n int) string {
	t.Helper()
	dir := t.TempDir()
	builtProject(t, dir, n)
	old := time.Now().Add(-time.Hour)
	inputs, err := filepath.Glob(filepath.Join(dir, "scripts", "*"))
	if err != nil || len(inputs) != n {
		t.Fatal(inputs, err)
	}
	for _, f := range append(inputs, filepath.Join(dir, ManifestName)) {
		if err := os.Chtimes(f, old, old); err != nil {
			t.Fatal(err)
		}
	}
	upToDate(t, dir)
	if c, ok := Unchanged(freshOptions(dir)); !ok || c != n {
		t.Fatalf("after a run with nothing to do: %d %v", c, ok)
	}
	return dir
}

// rebuild runs a build the long way.
func rebuild(dir string) (Summary, error) {
	p, err := Open(freshOptions(dir))
	if err != nil {
		return Summary{}, err
	}
	defer p.Close()
	return p.Build(context.Background(), BuildOptions{})
}

// upToDate is a rebuild that must find everything up to date.
func upToDate(t *testing.T, dir string) {
	t.Helper()
	sum, err := rebuild(dir)
	if err != nil || sum.UpToDate != sum.Clips {
		t.Fatalf("%+v %v", sum, err)
	}
}

func TestFreshSeesEveryChange(t *testing.T) {
	t.Parallel()
	dir := recorded(t, 3)
	p, err := Open(freshOptions(dir))
	if err != nil {
		t.Fatal(err)
	}
	type reliedOn struct {
		path  string
		input bool
	}
	var files []reliedOn
	p.recorder().EachFile(func(path string, input bool) { files = append(files, reliedOn{path, input}) })
	p.Close()
	if want := 5 + 3*(1+1+2*2); len(files) != want {
		t.Fatalf("%d files, want %d: %v", len(files), want, files)
	}
	for i, f := range files {
		path := f.path
		fi, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		// A hard link shares its bytes and times with another entry: both show.
		t.Run(fmt.Sprintf("%d %s", i, filepath.Base(path)), func(t *testing.T) {
			if err := os.Chtimes(path, time.Time{}, fi.ModTime().Add(time.Second)); err != nil {
				t.Fatal(err)
			}
			if _, ok := Unchanged(freshOptions(dir)); ok {
				t.Error("a new time went unseen")
			}
			if err := os.Chtimes(path, time.Time{}, fi.ModTime()); err != nil {
				t.Fatal(err)
			}
			away := path + ".away"
			if err := os.Rename(path, away); err != nil {
				t.Fatal(err)
			}
			if _, ok := Unchanged(freshOptions(dir)); ok {
				t.Error("a missing file went unseen")
			}
			if err := os.Rename(away, path); err != nil {
				t.Fatal(err)
			}
			if !f.input { // its change time is new: it is read once, and found right
				if _, ok := Unchanged(freshOptions(dir)); ok {
					t.Error("a time that was set back went unseen")
				}
				upToDate(t, dir)
			}
			if _, ok := Unchanged(freshOptions(dir)); !ok {
				t.Error("not fresh again once everything is as it was")
			}
		})
	}
}

func TestFreshDependsOnTheProgramsToo(t *testing.T) {
	t.Parallel()
	dir := recorded(t, 1)
	for name, change := range map[string]func(*Options){
		"another greenroom": func(o *Options) { o.Version = "other" },
		"no ffmpeg":         func(o *Options) { o.LookPath = func(string) (string, error) { return "", exec.ErrNotFound } },
		"another ffmpeg":    func(o *Options) { o.LookPath = func(string) (string, error) { return os.Executable() } },
	} {
		o := freshOptions(dir)
		change(&o)
		if _, ok := Unchanged(o); ok {
			t.Errorf("%s went unseen", name)
		}
	}
	if _, ok := Unchanged(freshOptions(t.TempDir())); ok {
		t.Error("an empty folder is fresh")
	}
}

func TestACorruptRecordIsNotTrusted(t *testing.T) {
	t.Parallel()
	dir := recorded(t, 2)
	path := filepath.Join(dir, StateDir, unchanged.File)
	complete, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{
		"empty": {}, "cut in a line": complete[:len(complete)-len(complete)/3], "noise": []byte("\x00\xff\n\n\t\t\n"),
		"cut between lines": complete[:bytes.LastIndexByte(complete[:len(complete)-1], '\n')+1],
		"no count":          append([]byte("x\n"), complete...),
	} {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, ok := Unchanged(freshOptions(dir)); ok {
			t.Errorf("%s: trusted", name)
		}
	}
	upToDate(t, dir) // and the next run writes it again
	if _, ok := Unchanged(freshOptions(dir)); !ok {
		t.Error("not written again")
	}
}

// An input saved a moment ago may be saved again within the same tick of the file
// system's clock: nothing is recorded yet.
func TestAYoungInputIsNotRecorded(t *testing.T) {
	t.Parallel()
	dir := recorded(t, 1)
	script := filepath.Join(dir, "scripts", "00000.md")
	young := time.Now().Add(2 * time.Hour)
	if err := os.Chtimes(script, young, young); err != nil {
		t.Fatal(err)
	}
	upToDate(t, dir)
	if _, ok := Unchanged(freshOptions(dir)); ok {
		t.Error("recorded")
	}
}

func TestAMissingPublishedFileIsPutBack(t *testing.T) {
	t.Parallel()
	dir := recorded(t, 2)
	files, err := filepath.Glob(filepath.Join(dir, "public", "greenroom", "clip-00001.*.webm"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	if err := os.Remove(files[0]); err != nil {
		t.Fatal(err)
	}
	sum, err := rebuild(dir)
	if err != nil || sum.UpToDate != 1 || sum.Bought+sum.Prepared+sum.Fetched != 0 {
		t.Fatalf("%+v %v", sum, err)
	}
	if _, err := os.Stat(files[0]); err != nil {
		t.Error(err)
	}
}

// TestAnEditDuringARunIsNotRecorded: what was up to date when the run began is not, once a
// script was saved meanwhile, as long and as old as it was.
func TestAnEditDuringARunIsNotRecorded(t *testing.T) {
	t.Parallel()
	dir := recorded(t, 2)
	if err := os.Remove(filepath.Join(dir, StateDir, unchanged.File)); err != nil {
		t.Fatal(err)
	}
	o := freshOptions(dir)
	o.Now = time.Now
	p, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	scripts, err := filepath.Glob(filepath.Join(dir, "scripts", "*"))
	if err != nil || len(scripts) != 2 {
		t.Fatal(scripts, err)
	}
	fi, err := os.Stat(scripts[0])
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(scripts[0])
	if err != nil {
		t.Fatal(err)
	}
	text[0] ^= 1
	if err := os.WriteFile(scripts[0], text, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(scripts[0], time.Time{}, fi.ModTime()); err != nil {
		t.Fatal(err)
	}
	if sum, err := p.Build(t.Context(), BuildOptions{}); err != nil || sum.UpToDate != 2 {
		t.Fatalf("%+v %v", sum, err)
	}
	if _, ok := Unchanged(freshOptions(dir)); ok {
		t.Error("the edit is recorded as up to date")
	}
}
