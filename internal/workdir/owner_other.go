//go:build !unix

package workdir

import "io/fs"

// owned is true: temporary folders are the user's own here.
func owned(fs.FileInfo) bool { return true }
