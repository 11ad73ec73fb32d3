package media

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestTheVersionIsAskedOncePerMachine counts how often ffmpeg is started to find out its version.
func TestTheVersionIsAskedOncePerMachine(t *testing.T) {
	t.Parallel()
	real, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(real)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	own := filepath.Join(dir, "ffmpeg")
	if err := os.WriteFile(own, data, 0o755); err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(dir, "script")
	text := "#!/bin/sh\necho x >>" + dir + "/started\nexec " + real + ` "$@"` + "\n"
	if err := os.WriteFile(script, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	find := func(folder, ffmpeg string) (Tools, error) {
		f := &Finder{Folder: folder, LookPath: func(name string) (string, error) {
			if name == "ffmpeg" {
				return ffmpeg, nil
			}
			return exec.LookPath(name)
		}}
		return f.Find(context.Background())
	}
	folder := filepath.Join(dir, "machine", "cache")
	first, err := find(folder, own)
	if err != nil {
		t.Fatal(err)
	}
	// The same size and time: the record counts, and a program that cannot even run is not started.
	info, err := os.Stat(own)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(own, make([]byte, len(data)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(own, time.Time{}, info.ModTime()); err != nil {
		t.Fatal(err)
	}
	again, err := find(folder, own)
	if err != nil || again != first {
		t.Errorf("%+v, %v; want %+v of the record", again, err, first)
	}
	// In this order: the last one leaves no file to change.
	for _, c := range []struct {
		name   string
		change func() error
	}{
		{"another time", func() error { return os.Chtimes(own, time.Time{}, info.ModTime().Add(time.Second)) }},
		{"another size", func() error { return os.WriteFile(own, make([]byte, 9), 0o755) }},
		{"a record cut off", func() error { return os.WriteFile(filepath.Join(folder, "tools.json"), []byte(`{"a`), 0o600) }},
		{"no program at all", func() error { return os.Remove(own) }},
	} {
		if err := c.change(); err != nil {
			t.Fatal(err)
		}
		if _, err := find(folder, own); err == nil {
			t.Errorf("%s: the record counts", c.name)
		}
	}
	// A script may start another program tomorrow.
	for range 2 {
		if _, err := find(folder, script); err != nil {
			t.Fatal(err)
		}
	}
	started, err := os.ReadFile(filepath.Join(dir, "started"))
	if err != nil || len(started) != 2*2*len("x\n") { // -version and -encoders, twice
		t.Errorf("the script was started %d times, want 4 (%v)", len(started)/2, err)
	}
	// So may a link to a program of another name; a link to the same name is the program.
	manager := filepath.Join(dir, "manager")
	for _, move := range []struct{ from, to string }{{script, manager}, {manager, filepath.Join(dir, "bin", "ffmpeg")}} {
		if err := os.MkdirAll(filepath.Dir(move.to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(move.from, move.to); err != nil {
			t.Fatal(err)
		}
	}
	if !isShim(filepath.Join(dir, "bin", "ffmpeg")) || !isShim(manager) {
		t.Error("a link of a version manager counts as the program")
	}
	direct := filepath.Join(dir, "direct", "ffmpeg")
	if err := os.MkdirAll(filepath.Dir(direct), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(real, direct); err != nil {
		t.Fatal(err)
	}
	if isShim(direct) {
		t.Error("a link to the program itself counts as another one")
	}
	// A folder that cannot be made costs time alone.
	if _, err := find(filepath.Join(script, "no"), real); err != nil {
		t.Error(err)
	}
}
