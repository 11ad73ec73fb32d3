//go:build !unix

package filestat

import (
	"os"
	"path/filepath"
)

// Dir reads files below a folder and outside of it.
type Dir struct{ dir string }

// Open names the folder that relative paths begin at.
func Open(dir string) (Dir, error) { return Dir{dir}, nil }

// Close does nothing.
func (Dir) Close() {}

// Stat reads a file. It follows links.
func (d Dir) Stat(path string) (Stat, error) {
	if !filepath.IsAbs(path) {
		path = filepath.Join(d.dir, path)
	}
	return Read(path)
}

// Read reads a file. It follows links.
func Read(path string) (Stat, error) {
	fi, err := os.Stat(path)
	return of(fi), err
}

// Lread reads a file or the link itself.
func Lread(path string) (Stat, error) {
	fi, err := os.Lstat(path)
	return of(fi), err
}

func of(fi os.FileInfo) Stat {
	if fi == nil {
		return Stat{}
	}
	return Stat{Size: fi.Size(), ModTime: fi.ModTime().UnixNano(), Regular: fi.Mode().IsRegular()}
}
