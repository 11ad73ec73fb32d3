// Package site moves a bundle of a Remotion project to another machine: the bundle's own files as one archive, and the
// files of the public folder by their content.
package site

import (
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Public is the folder of a site with the files of the project's public folder.
const Public = "public"

// Index is the page of a site. A bundle without it is not complete.
const Index = "index.html"

// File is a file of the public folder.
type File struct {
	Name string `json:"name"` // with slashes, below the folder
	Hash string `json:"sha256"`
	Path string `json:"-"` // on this machine
}

// Tools are the programs that decide the bytes of a range.
type Tools struct {
	Remotion string `json:"remotion"` // the version of its packages, which have the encoder
	Browser  string `json:"browser"`  // a hash of its programs; "" if Remotion has its own
	Driver   string `json:"driver"`   // a hash
	Platform string `json:"platform"` // of the packages' programs, and of the browser
}

// Differ returns how another machine's tools differ from those that a range is for; "" if they are the same.
func (t Tools) Differ(wanted Tools) string {
	switch {
	case t.Remotion != wanted.Remotion:
		return fmt.Sprintf("the worker has Remotion %s, the range is for %s", t.Remotion, wanted.Remotion)
	case t.Platform != wanted.Platform:
		return fmt.Sprintf("the worker is a machine of %s, the range is for %s", t.Platform, wanted.Platform)
	case t.Driver != wanted.Driver:
		return "the worker has another driver of Remotion: its greenroom is another one"
	case t.Browser != wanted.Browser:
		return "the worker has another browser than the range is for"
	}
	return ""
}

// Place puts files of a public folder into a site, under their names. stored returns the path of a file by its hash,
// and linked files share its blocks.
func Place(dir string, files []File, stored func(hash string) string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, f := range files {
		if !local(f.Name) {
			return fmt.Errorf("%w: the name %q leaves the public folder", ErrHostile, f.Name)
		}
		name := path.Join(Public, f.Name)
		if err := root.MkdirAll(filepath.FromSlash(path.Dir(name)), 0o700); err != nil {
			return err
		}
		to := filepath.Join(dir, filepath.FromSlash(name)) // of folders that were made here
		if os.Link(stored(f.Hash), to) == nil {
			continue
		}
		if err := copyFile(root, name, stored(f.Hash)); err != nil {
			return hostile(err)
		}
	}
	return nil
}

func copyFile(root *os.Root, name, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := root.OpenFile(filepath.FromSlash(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if end := out.Close(); err == nil {
		err = end
	}
	return err
}

// local reports whether a name with slashes is that of a file below a folder, on every system.
func local(name string) bool {
	return name != "." && path.Clean(name) == name && filepath.IsLocal(filepath.FromSlash(name)) &&
		!strings.ContainsAny(name, "\\\x00") && !slices.Contains(strings.Split(name, "/"), "..")
}
