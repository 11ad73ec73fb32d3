//go:build unix

package pipeline

import (
	"os"

	"golang.org/x/sys/unix"
)

// looker tells files' sizes and times, for paths in or outside of a folder. It begins at
// the folder, and not at the root for each of thousands of files, and allocates nothing:
// a third less than os.Stat.
type looker struct{ dir *os.File }

func newLooker(dir string) (looker, error) {
	f, err := os.Open(dir)
	return looker{f}, err
}

func (l looker) close() { l.dir.Close() }

// look gives a file's size in bytes and the nanosecond of its last change. Links are followed.
func (l looker) look(path string) (size, mtime int64, err error) {
	var st unix.Stat_t
	for {
		if err = unix.Fstatat(int(l.dir.Fd()), path, &st, 0); err != unix.EINTR {
			return st.Size, st.Mtim.Nano(), err
		}
	}
}
