// Package workdir makes folders for the unfinished files of one process. If it is killed, later
// processes remove them.
//
// The process holds a lock in its folder. The system releases the lock when the process ends, so a
// folder whose lock is free belongs to no running process. This works also where process numbers mean
// nothing, as between containers that share a disk.
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

// Kind is a kind of folders.
type Kind struct {
	Prefix string // begins the folders' names
	Lock   string // the name of the lock file in each; a folder without it belongs to something else
}

// lockFile is the lock file's name in folders of New.
const lockFile = "greenroom.lock"

// minAge is the age from which an empty folder without a lock file is removed: a process that is
// not killed makes the lock file a moment after the folder.
const minAge = time.Minute

// Dir is a folder of this process.
type Dir struct {
	path string
	lock *flock.Flock
	once sync.Once
}

// New makes a folder below parent whose name begins with prefix. It exists until Close or until the
// process ends.
func New(parent, prefix string) (*Dir, error) { return Kind{prefix, lockFile}.New(parent) }

// Sweep removes the folders of ended processes that New made.
func Sweep(parent, prefix string) { Kind{prefix, lockFile}.Sweep(parent, nil) }

// New makes a folder of this kind below parent, "" for the system's folder of temporary files.
func (k Kind) New(parent string) (*Dir, error) {
	for range 100 {
		path, err := os.MkdirTemp(parent, k.Prefix)
		if err != nil {
			return nil, err
		}
		lock := flock.New(filepath.Join(path, k.Lock))
		held, err := lock.TryLock()
		switch {
		case errors.Is(err, fs.ErrNotExist): // a sweep removed it before it was locked
			continue
		case err != nil:
			os.RemoveAll(path)
			return nil, err
		case held && sameFile(lock):
			return &Dir{path: path, lock: lock}, nil
		}
		_ = lock.Close() // a sweep locked it first
	}
	return nil, errors.New("other processes remove the new folder again and again")
}

// sameFile reports that the locked file still has its name: a sweep may have removed folder and file
// between the creation of the file and its locking.
func sameFile(lock *flock.Flock) bool {
	now, err := os.Stat(lock.Path())
	if err != nil {
		return false
	}
	held, err := lock.Stat()
	return err == nil && os.SameFile(now, held)
}

// Path returns the folder.
func (d *Dir) Path() string { return d.path }

// Close removes the folder with all its contents. It may be called again.
func (d *Dir) Close() {
	d.once.Do(func() {
		_ = d.lock.Close() // Windows removes no open file
		os.RemoveAll(d.path)
	})
}

// Sweep removes the folders of this kind below parent whose processes have ended. What cannot be
// removed stays for the next sweep. It never removes a folder of another user or one without a lock
// file; except an empty one, whose process was killed before it made the file. ended, which may be
// nil, is called with each folder before its contents are removed.
func (k Kind) Sweep(parent string, ended func(dir string)) {
	d, err := os.Open(parent)
	if err != nil {
		return
	}
	defer d.Close()
	names, _ := d.Readdirnames(-1)
	for _, name := range names {
		if strings.HasPrefix(name, k.Prefix) {
			k.sweep(filepath.Join(parent, name), ended)
		}
	}
}

func (k Kind) sweep(path string, ended func(dir string)) {
	fi, err := os.Lstat(path)
	if err != nil || !fi.IsDir() || !owned(fi) {
		return
	}
	file := filepath.Join(path, k.Lock)
	if st, err := os.Lstat(file); err != nil || !st.Mode().IsRegular() {
		if time.Since(fi.ModTime()) > minAge {
			_ = os.Remove(path) // fails unless it is empty
		}
		return
	}
	lock := flock.New(file)
	if held, err := lock.TryLock(); err != nil || !held {
		return
	}
	if ended != nil {
		ended(path)
	}
	// The children of a killed process may write for a moment longer. The lock file is removed last,
	// so that the next sweep finds what they wrote.
	entries, _ := os.ReadDir(path)
	for _, e := range entries {
		if e.Name() != k.Lock {
			os.RemoveAll(filepath.Join(path, e.Name()))
		}
	}
	// The lock is held until the folder is removed: otherwise a new owner could lock the file just
	// before its removal. Windows removes no open file, so there a new owner keeps the folder anyway.
	if runtime.GOOS == "windows" {
		_ = lock.Close()
	}
	if left, err := os.ReadDir(path); err == nil && len(left) <= 1 {
		os.RemoveAll(path)
	}
	_ = lock.Close()
}
