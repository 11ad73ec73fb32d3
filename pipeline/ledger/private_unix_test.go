//go:build unix

package ledger

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Scripts and request bodies are in these files; they were 0644.
func TestLedgerFilesArePrivate(t *testing.T) {
	for _, old := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "ledger.db")
		if old { // made by an earlier version
			l, err := Open(path, Options{Now: time.Now})
			if err != nil {
				t.Fatal(err)
			}
			_ = l.Close()
			for _, name := range []string{path, path + "-wal", path + "-shm"} {
				_ = os.Chmod(name, 0o644) // the last two may not exist
			}
		}
		l, err := Open(path, Options{Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		unlock, err := LockSubmitter(filepath.Dir(path))
		if err != nil {
			t.Fatal(err)
		}
		files, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
		if len(files) < 5 {
			t.Errorf("only %q exist", files)
		}
		for _, name := range files {
			if fi, err := os.Stat(name); err != nil || fi.Mode().Perm() != 0o600 {
				t.Errorf("%s (old: %v): %v %v", filepath.Base(name), old, fi.Mode(), err)
			}
		}
		unlock()
		_ = l.Close()
	}
}
