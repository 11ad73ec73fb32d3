package scaffold

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
)

// undo remembers what a Write created, to remove it again.
type undo struct {
	dir  string
	made []string // in order
}

// mkroot creates the project's folder and those above it.
func (u *undo) mkroot() error {
	var create []string
	for at := u.dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(at); err == nil || at == filepath.Dir(at) {
			break
		}
		create = append(create, at)
	}
	for _, at := range slices.Backward(create) {
		if err := os.Mkdir(at, 0o755); err != nil {
			return fault.Wrap(fault.Failed, err, "choose a folder you may write to", "create %s", at)
		}
		u.made = append(u.made, at)
	}
	return nil
}

// mkdir creates a folder and those above it.
func (u *undo) mkdir(name string) error {
	at := ""
	for _, part := range strings.Split(name, "/") {
		at = path.Join(at, part)
		p := filepath.Join(u.dir, filepath.FromSlash(at))
		err := os.Mkdir(p, 0o755)
		if err == nil {
			u.made = append(u.made, p)
		} else if !errors.Is(err, fs.ErrExist) {
			return fault.Wrap(fault.Failed, err, "make the folder writable, or choose another", "create %s", at)
		}
	}
	return nil
}

func (u *undo) write(name string, b []byte) error {
	if d := path.Dir(name); d != "." {
		if err := u.mkdir(d); err != nil {
			return err
		}
	}
	p := filepath.Join(u.dir, filepath.FromSlash(name))
	if _, err := atomicfile.WriteBytes(p, 0o644, b); err != nil {
		return fault.Wrap(fault.Failed, err, "make the folder writable, or choose another", "write %s", name)
	}
	u.made = append(u.made, p)
	return nil
}

// run removes everything, the newest first. A folder that has other files by now stays: os.Remove refuses it.
func (u *undo) run() {
	for i := len(u.made) - 1; i >= 0; i-- {
		os.Remove(u.made[i])
	}
}
