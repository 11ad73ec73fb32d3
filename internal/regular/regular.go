// Package regular opens files that others name: manifests, scripts, tables, fonts, pictures.
//
// Only regular files are opened. Opening a pipe or a device can wait for ever, and a read
// without a limit can take all memory: `/dev/zero`, a FIFO, a file of 300 GB with holes.
package regular

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// What is not a regular file, as the cause of an *fs.PathError.
var (
	ErrNotFile = errors.New("not a regular file") // a pipe, a socket, a device
	ErrFolder  = errors.New("is a folder")
)

// SizeError is a file that is larger than its reader allows.
type SizeError struct {
	Path      string
	Size, Max int64 // bytes; Size may be less than the file has when the file grows
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("%s: %d bytes, at most %d are read", e.Path, e.Size, e.Max)
}

// Open opens a regular file for reading. It never waits for the other end of a pipe.
func Open(path string) (*os.File, error) {
	fi, err := os.Stat(path) // before it is opened: opening some devices has effects
	if err != nil {
		return nil, err
	}
	if err := kind(path, fi); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDONLY|nonblock, 0)
	if err != nil {
		return nil, err
	}
	fi, err = f.Stat()
	if err == nil {
		err = kind(path, fi) // it may be another file now
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func kind(path string, fi fs.FileInfo) error {
	switch {
	case fi.IsDir():
		return &fs.PathError{Op: "open", Path: path, Err: ErrFolder}
	case !fi.Mode().IsRegular():
		return &fs.PathError{Op: "open", Path: path, Err: ErrNotFile}
	}
	return nil
}

// Read reads a regular file of at most limit bytes. A larger one is a *SizeError, and is not read.
func Read(path string, limit int64) ([]byte, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if fi.Size() > limit {
		return nil, &SizeError{path, fi.Size(), limit}
	}
	b := make([]byte, 0, fi.Size()+1)
	for {
		n, err := f.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		switch {
		case int64(len(b)) > limit: // it grows, or the file system reports no size, as /proc does
			return nil, &SizeError{path, int64(len(b)), limit}
		case errors.Is(err, io.EOF):
			return b, nil
		case err != nil:
			return nil, err
		case len(b) == cap(b):
			b = append(b, 0)[:len(b)]
		}
	}
}
