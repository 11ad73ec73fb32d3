package assets

import (
	"os"

	"golang.org/x/sys/unix"
)

// cloneInto makes a file that shares blocks with src, on APFS.
func cloneInto(r *os.Root, name, src string) error {
	in, err := os.Open(src)
	if err != nil {
		return err
	}
	defer in.Close()
	dir, err := r.Open(".")
	if err != nil {
		return err
	}
	defer dir.Close()
	if err := unix.Fclonefileat(int(in.Fd()), int(dir.Fd()), name, unix.CLONE_NOFOLLOW); err != nil {
		return err
	}
	return r.Chmod(name, 0o644)
}
