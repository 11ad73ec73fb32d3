// Package workdir makes folders for the unfinished files of one process, which later
// processes remove when it was killed.
//
// The process holds a lock in its folder while it lives. The system frees the lock with the
// process, so that a folder whose lock is free belongs to no living process: also where
// process numbers mean nothing, as between containers that share a disk.
package workdir

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// lockFile is in each folder. A folder without it belongs to something else.
const lockFile = "greenroom.lock"

// newborn is how old a folder must be before it is taken for a killed process's: its lock is
// made a moment after it.
const newborn = time.Minute

// Dir is a folder of this process.
type Dir struct {
	path string
	lock *flock.Flock
	once sync.Once
}

// New makes a folder below parent whose name begins with prefix. Its Path stays until Close
// or until the process ends.
func New(parent, prefix string) (*Dir, error) {
	for range 100 {
		path, err := os.MkdirTemp(parent, prefix)
		if err != nil {
			return nil, err
		}
		lock := flock.New(filepath.Join(path, lockFile))
		held, err := lock.TryLock()
		switch {
		case errors.Is(err, fs.ErrNotExist): // swept in the moment before
			continue
		case err != nil:
			os.RemoveAll(path)
			return nil, err
		case held && there(path, lock):
			return &Dir{path: path, lock: lock}, nil
		}
		_ = lock.Close() // a sweep was faster
	}
	return nil, errors.New("other processes take the folder away")
}

// there reports that the lock is of the file that the folder has: a sweep may have removed both between the creation of
// the lock file and its locking.
func there(path string, lock *flock.Flock) bool {
	now, err := os.Stat(filepath.Join(path, lockFile))
	if err != nil {
		return false
	}
	held, err := lock.Stat()
	return err == nil && os.SameFile(now, held)
}

// Path is the folder.
func (d *Dir) Path() string { return d.path }

// Close removes the folder with all that is in it. It may be called again.
func (d *Dir) Close() {
	d.once.Do(func() {
		_ = d.lock.Close() // before its file goes, which Windows wants
		os.RemoveAll(d.path)
	})
}

// Sweep removes the folders of ended processes below parent whose names begin with prefix.
// What cannot be removed stays for the next sweep. It never removes a folder of another user
// or one without a lock file, except a new one whose process was killed before it made that:
// it is empty.
func Sweep(parent, prefix string) {
	d, err := os.Open(parent)
	if err != nil {
		return
	}
	defer d.Close()
	names, _ := d.Readdirnames(-1)
	for _, name := range names {
		if strings.HasPrefix(name, prefix) {
			sweep(filepath.Join(parent, name))
		}
	}
}

func sweep(path string) {
	fi, err := os.Lstat(path)
	if err != nil || !fi.IsDir() || !ours(fi) {
		return
	}
	at := filepath.Join(path, lockFile)
	if st, err := os.Lstat(at); err != nil || !st.Mode().IsRegular() {
		if time.Since(fi.ModTime()) > newborn {
			_ = os.Remove(path) // only when it is empty
		}
		return
	}
	lock := flock.New(at)
	if held, err := lock.TryLock(); err != nil || !held {
		return
	}
	// The children of a killed process may write for a moment longer. The lock file goes
	// last, so that what is left is found again.
	entries, _ := os.ReadDir(path)
	for _, e := range entries {
		if e.Name() != lockFile {
			os.RemoveAll(filepath.Join(path, e.Name()))
		}
	}
	// The lock is held until the folder is gone, or its new owner would lock a file that is about to go. Windows removes
	// no open file, so that there a new owner's own handle keeps the folder.
	if runtime.GOOS == "windows" {
		_ = lock.Close()
	}
	if left, err := os.ReadDir(path); err == nil && len(left) <= 1 {
		os.RemoveAll(path)
	}
	_ = lock.Close()
}
