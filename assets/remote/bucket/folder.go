package bucket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// folder is a bucket in a folder. A key is a path below it.
type folder struct{ dir string }

// OpenFolder returns the bucket in a folder, which is created when it is missing and create is set.
func OpenFolder(dir string, create bool) (Bucket, error) {
	if create {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return nil, err
		}
	}
	fi, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	if !fi.IsDir() {
		return nil, fmt.Errorf("%s is not a directory", dir)
	}
	return folder{dir}, nil
}

// file opens a key for reading. A pipe or a device would hang the reader beyond any time limit.
func (b folder) file(key string) (*os.File, fs.FileInfo, error) {
	path := b.path(key)
	fi, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if !fi.Mode().IsRegular() {
		return nil, nil, ErrNotFile
	}
	f, err := os.Open(path)
	return f, fi, err
}

// ErrNotFile reports an object of a folder that is a folder, a pipe or a device.
var ErrNotFile = errors.New("it is not a file")

func (b folder) path(key string) string { return filepath.Join(b.dir, filepath.FromSlash(key)) }

func (b folder) Stat(_ context.Context, key string) (Info, error) {
	fi, err := os.Stat(b.path(key))
	if err != nil {
		return Info{}, err
	}
	if !fi.Mode().IsRegular() {
		return Info{}, ErrNotFile
	}
	return Info{Size: fi.Size()}, nil
}

func (b folder) Read(_ context.Context, key string, from int64) (io.ReadCloser, int64, error) {
	f, fi, err := b.file(key)
	if err != nil {
		return nil, 0, err
	}
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, fi.Size(), nil
}

func (b folder) Write(ctx context.Context, key string, r io.Reader, replace bool) error {
	path := b.path(key)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	// Next to the final file: a rename does not cross file systems. os.CreateTemp would make a file that only its owner
	// can read, in a folder that several people share.
	temp := path + "." + strconv.FormatInt(time.Now().UnixNano(), 16) + ".tmp"
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	defer os.Remove(temp) // it was renamed when all went well
	_, err = io.Copy(f, r)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if !replace {
		err := os.Link(temp, path)
		if err == nil || errors.Is(err, fs.ErrExist) {
			return err
		}
		// A file system without links: two writers at once both succeed, with the same bytes.
		if _, err := os.Stat(path); err == nil {
			return &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
		}
	}
	return os.Rename(temp, path)
}

func (b folder) Exists(context.Context) (bool, error) { return true, nil }

func (b folder) Close() {}
