package account

import (
	"os"
	"path/filepath"
)

// sandboxDir is where the embedded sandbox keeps its state: in the project, or in a folder of its own while the project has no
// state, so that a plan changes nothing. remove deletes the latter.
func (a *Account) sandboxDir() (dir string, remove func() error, err error) {
	if _, err := os.Stat(a.disk.StateDir()); err == nil {
		return filepath.Join(a.disk.StateDir(), "sandbox"), func() error { return nil }, nil
	}
	dir, err = os.MkdirTemp("", "greenroom-sandbox-*")
	return dir, func() error { return os.RemoveAll(dir) }, err
}
