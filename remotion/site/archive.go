package site

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Bounds of an archive. A bundle has a few dozen files of some megabytes.
const (
	mostFiles = 20_000
	mostBytes = 4 << 30
)

// ErrHostile reports an archive, or a list of files, that no greenroom has made.
var ErrHostile = errors.New("this is not a bundle of greenroom's")

// inputs is the list of the files that a bundle was made from, with paths of this machine; no page reads it.
const inputs = "greenroom-inputs.json"

// Pack writes the files of a bundle, without the public folder, as an archive whose bytes depend on nothing else.
func Pack(w io.Writer, dir string) error {
	archive := tar.NewWriter(w)
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		switch {
		case err != nil:
			return err
		case rel == Public && d.IsDir():
			return fs.SkipDir
		case rel == Public, rel == inputs, !d.Type().IsRegular():
			return nil
		}
		return add(archive, name, filepath.ToSlash(rel))
	})
	return errors.Join(err, archive.Close())
}

func add(archive *tar.Writer, file, name string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	err = archive.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: st.Size(),
		ModTime: time.Unix(0, 0)})
	if err == nil {
		_, err = io.Copy(archive, f)
	}
	return err
}

// Unpack writes the files of an archive into an empty folder. It is ErrHostile for an archive with anything else than
// regular files of different names below the folder, with a public folder, without a page, or of more files or bytes
// than a bundle has.
func Unpack(r io.Reader, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	archive := tar.NewReader(r)
	bytes := int64(0)
	for n := 0; ; n++ {
		h, err := archive.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrHostile, err)
		}
		top, _, _ := strings.Cut(h.Name, "/")
		bytes += max(0, h.Size)
		switch {
		case h.Typeflag != tar.TypeReg || !local(h.Name) || top == Public:
			return fmt.Errorf("%w: it has %q, of type %q", ErrHostile, h.Name, h.Typeflag)
		case n >= mostFiles || bytes > mostBytes:
			return fmt.Errorf("%w: it has more than %d files or %d bytes", ErrHostile, mostFiles, int64(mostBytes))
		}
		if err := extract(root, h.Name, archive); err != nil {
			return err
		}
	}
	if _, err := root.Stat(Index); err != nil {
		return fmt.Errorf("%w: it has no %s", ErrHostile, Index)
	}
	return nil
}

func extract(root *os.Root, name string, from io.Reader) error {
	if err := root.MkdirAll(filepath.FromSlash(path.Dir(name)), 0o700); err != nil {
		return hostile(err)
	}
	out, err := root.OpenFile(filepath.FromSlash(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return hostile(err)
	}
	_, err = io.Copy(out, from)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = fmt.Errorf("%w: %q is cut off", ErrHostile, name)
	}
	if end := out.Close(); err == nil {
		err = end
	}
	return err
}

// hostile marks errors of names that an archive has twice, once as a folder, or outside of the folder.
func hostile(err error) error {
	if errors.Is(err, fs.ErrExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.EISDIR) {
		return fmt.Errorf("%w: %w", ErrHostile, err)
	}
	return err
}
