//go:build unix

package workdir

import (
	"io/fs"
	"os"
	"syscall"
)

// ours reports that this user owns a folder: others may make any name in a temporary folder.
func ours(fi fs.FileInfo) bool {
	st, ok := fi.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Getuid()
}
