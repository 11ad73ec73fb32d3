package native

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/gofrs/flock"
)

// Each run has a folder of its own in the work folder and holds the lock in it while it
// lives: what no living run holds is what a killed one left.
const (
	workName = "greenroom-render-" // begins the folder's name
	partFile = "part"              // says where the run writes its film
	lockFile = "lock"
)

// claim makes a run's own folder. release removes it.
func claim(work string) (dir string, release func(), err error) {
	for range 100 {
		if dir, err = os.MkdirTemp(work, workName+"*"); err != nil {
			return "", nil, err
		}
		lock := flock.New(filepath.Join(dir, lockFile))
		held, err := lock.TryLock()
		if errors.Is(err, fs.ErrNotExist) {
			continue // a sweep was faster
		}
		if err != nil {
			os.RemoveAll(dir)
			return "", nil, err
		}
		if held && there(dir, lock) {
			return dir, func() {
				_ = lock.Close() // before its file goes, which Windows wants
				os.RemoveAll(dir)
			}, nil
		}
		// Another run took the folder for a dead one's, in the moment before the lock.
		_ = lock.Close()
	}
	return "", nil, errors.New("other runs take the folder away")
}

// there reports that the lock is of the file that the folder has: a sweep may have removed both between the creation of
// the lock file and its locking.
func there(dir string, lock *flock.Flock) bool {
	now, err := os.Stat(filepath.Join(dir, lockFile))
	if err != nil {
		return false
	}
	held, err := lock.Stat()
	return err == nil && os.SameFile(now, held)
}

// sweep removes what killed runs left in the work folder and beside their films. Errors
// are left for the next sweep: a film does not fail over old files.
func sweep(work string) {
	entries, _ := os.ReadDir(work)
	for _, e := range entries {
		dir := filepath.Join(work, e.Name())
		if !e.IsDir() || !strings.HasPrefix(e.Name(), workName) {
			continue
		}
		lock := flock.New(filepath.Join(dir, lockFile))
		if held, err := lock.TryLock(); err != nil || !held {
			continue
		}
		part, _ := os.ReadFile(filepath.Join(dir, partFile))
		if p := string(part); strings.Contains(filepath.Base(p), ".part.") && !written(work, dir, p) {
			os.Remove(p)
		}
		// The lock is held until the folder is gone, or its new owner would lock a file that is about to go. Windows
		// removes no open file, so that there a new owner's own handle keeps it.
		if runtime.GOOS == "windows" {
			_ = lock.Close()
		}
		os.RemoveAll(dir)
		_ = lock.Close()
	}
}

// written reports that a run in another folder writes to the same part by now.
func written(work, but, part string) bool {
	entries, _ := os.ReadDir(work)
	for _, e := range entries {
		dir := filepath.Join(work, e.Name())
		if dir == but || !strings.HasPrefix(e.Name(), workName) {
			continue
		}
		if b, err := os.ReadFile(filepath.Join(dir, partFile)); err == nil && string(b) == part {
			return true
		}
	}
	return false
}
