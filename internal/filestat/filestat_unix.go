//go:build unix

package filestat

import (
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// Dir reads files below a folder and outside of it. It begins at the folder, and not at the
// root for each of thousands of files, and allocates nothing: a third less than os.Stat.
type Dir struct{ dir *os.File }

// Open opens the folder that relative paths begin at.
func Open(dir string) (Dir, error) {
	f, err := os.Open(dir)
	return Dir{f}, err
}

// Close closes the folder.
func (d Dir) Close() { d.dir.Close() }

// Stat reads a file. It follows links.
func (d Dir) Stat(path string) (Stat, error) { return at(int(d.dir.Fd()), path, 0) }

// Read reads a file. It follows links.
func Read(path string) (Stat, error) { return at(unix.AT_FDCWD, path, 0) }

// Lread reads a file or the link itself.
func Lread(path string) (Stat, error) { return at(unix.AT_FDCWD, path, unix.AT_SYMLINK_NOFOLLOW) }

func at(dir int, path string, flags int) (Stat, error) {
	var st unix.Stat_t
	for {
		err := unix.Fstatat(dir, path, &st, flags)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return Stat{}, &fs.PathError{Op: "stat", Path: path, Err: err}
		}
		return Stat{
			Size: st.Size, ModTime: st.Mtim.Nano(), ChangeTime: st.Ctim.Nano(),
			Inode: uint64(st.Ino), Regular: uint32(st.Mode)&unix.S_IFMT == unix.S_IFREG,
		}, nil
	}
}
