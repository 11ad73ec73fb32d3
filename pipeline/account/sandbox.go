package account

import (
	"os"
	"path/filepath"
)

// sandboxDir returns the folder for the state of the embedded sandbox: in the project, or a temporary one while the
// project has no state, so that a plan changes nothing. remove deletes a temporary folder.
func (a *Account) sandboxDir() (dir string, remove func() error, err error) {
	if _, err := os.Stat(a.disk.StateDir()); err == nil {
		return filepath.Join(a.disk.StateDir(), "sandbox"), func() error { return nil }, nil
	}
	dir, err = os.MkdirTemp("", "greenroom-sandbox-*")
	return dir, func() error { return os.RemoveAll(dir) }, err
}
