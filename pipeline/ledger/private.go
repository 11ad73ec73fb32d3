package ledger

import (
	"errors"
	"io/fs"
	"os"
)

// private makes the ledger's files readable by their owner alone: they hold scripts and
// request bodies. The file is created before SQLite opens it, and SQLite copies its mode to the files next to
// it the same mode. Files of earlier versions are changed.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		fi, err := os.Stat(name)
		if err == nil && fi.Mode().Perm()&0o077 != 0 {
			err = os.Chmod(name, 0o600)
		}
		// Another user's file stays as it is: it cannot be changed, and it can be read.
		if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) {
			return err
		}
	}
	return nil
}
