//go:build !unix

package workdir

import "io/fs"

// ours is true: temporary folders are the user's own here.
func ours(fs.FileInfo) bool { return true }
