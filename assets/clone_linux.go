package assets

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// cloneInto makes a file that shares blocks with src: on Btrfs, XFS and others that can.
func cloneInto(r *os.Root, name, src string) error {
	in, err := os.Open(src)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := r.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	return errors.Join(unix.IoctlFileClone(int(out.Fd()), int(in.Fd())), out.Close())
}
