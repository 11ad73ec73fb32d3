//go:build unix

package workdir

import (
	"io/fs"
	"os"
	"syscall"
)

// owned reports that this user owns a folder: others may make any name in a temporary folder.
func owned(fi fs.FileInfo) bool {
	st, ok := fi.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Getuid()
}
