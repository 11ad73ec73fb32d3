// Package atomicfile puts files in place completely or not at all.
//
// A file appears under its final name only after its bytes are on disk, and the
// folder that names it is synced too, so that a power cut right after a success
// loses nothing. It never leaves a temporary file behind on an error; Sweep removes those
// of killed processes.
package atomicfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Write creates or replaces path with what write produces.
func Write(path string, perm fs.FileMode, write func(io.Writer) error) (err error) {
	dir := filepath.Dir(path)
	f, err := createTemp(dir, filepath.Base(path))
	if err != nil {
		return err
	}
	tmp := f.Name()
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(tmp) // best effort: the error that brought us here matters more
		}
	}()
	err = write(f)
	if err != nil {
		return err
	}
	err = f.Chmod(perm)
	if err != nil {
		return err
	}
	err = f.Sync()
	if err != nil {
		return err
	}
	err = f.Close()
	if err != nil {
		return err
	}
	err = os.Rename(tmp, path)
	if err != nil {
		return err
	}
	return SyncDir(dir)
}

// WriteBytes is Write for bytes. Equal content is not rewritten, so that programs watching the file
// see no change; changed reports whether it was.
func WriteBytes(path string, perm fs.FileMode, b []byte) (changed bool, err error) {
	if fi, err := os.Stat(path); err == nil && fi.Size() == int64(len(b)) { // else it need not be read
		if have, err := os.ReadFile(path); err == nil && bytes.Equal(have, b) {
			return false, nil
		}
	}
	return true, Write(path, perm, func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	})
}

// Commit syncs a finished temporary file and renames it into place. Both names
// must be on one file system.
func Commit(tmp, final string) error {
	f, err := os.OpenFile(tmp, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("sync %s: %w", filepath.Base(tmp), err)
	}
	if err := os.Rename(tmp, final); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(final))
}

// Room tries to write 64 KiB into a folder and returns the system's error when that fails: a full
// disk, or a folder that cannot be written.
func Room(dir string) error {
	f, err := createTemp(dir, "room")
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, 64<<10))
	return errors.Join(err, f.Close(), os.Remove(f.Name()))
}

// WriteQuick replaces a file atomically but does not wait for the disk: for what can be made again
// after a power cut.
func WriteQuick(path string, b []byte) (err error) {
	f, err := createTemp(filepath.Dir(path), filepath.Base(path))
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Chmod(f.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
