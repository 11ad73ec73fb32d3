// Package sources reads what a Remotion bundle is made from, and hashes it for the keys of bundles and films.
package sources

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"greenroom/internal/hashkey"
	"greenroom/remotion/project"
)

// bundleFiles are files of the project's folder that change what a bundle holds.
var bundleFiles = []string{"package.json", "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock",
	"tsconfig.json"}

// Packages are the installed packages whose version changes a bundle even if the lockfile has another version.
var Packages = []string{"remotion", "@remotion/bundler"}

// Key is a key with rules for the files in it.
type Key struct {
	*hashkey.Key
	SumOf func(path string) (string, error) // of a file's content; nil reads it
	Skip  func(name string) bool            // omits files, by their slashed names in the project; nil: none
}

// NewKey returns an empty key, which reads every file and omits none.
func NewKey() Key { return Key{Key: new(hashkey.Key)} }

// sources Hashes what a bundle is made from, wherever the project lies: bytes and names,
// never times. driver is the hash of the driver, which decides how to bundle.
func (k Key) Sources(at project.Layout, driver string) error {
	k.Field("driver", driver)
	k.Field("entry", at.Entry)
	for _, name := range append(slices.Clone(bundleFiles), toolConfigs(at)...) {
		b, err := os.ReadFile(at.Path(name))
		if err == nil {
			k.Field(name, string(b))
		} else if !os.IsNotExist(err) {
			return err
		}
	}
	for _, name := range Packages {
		k.Field("package "+name, Installed(at.Dir, name))
	}
	// Made without public/, a bundle has no link to it.
	st, err := os.Stat(at.Path(at.PublicDir()))
	k.Field("public", fmt.Sprint(err == nil && st.IsDir()))
	return Files(at, func(name string) error { return k.FileAs(at.Path(name), name) })
}

// sourceFolders are src and the entry point's own folder.
func sourceFolders(entry string) []string {
	if dir := filepath.Dir(entry); dir != "src" && dir != "." {
		return []string{"src", dir}
	}
	return []string{"src"}
}

// Installed returns a package's version in node_modules; "" for a missing one, which the driver reports.
func Installed(dir, name string) string {
	folder, err := project.Find(dir, name)
	if err != nil {
		return ""
	}
	version, err := project.Version(folder)
	if err != nil {
		return ""
	}
	return version
}

// walk visits every file below a folder, through links as the bundler goes. above holds
// the real folders on the way down: a link to one of them is not followed again.
func walk(root, folder string, above []string, visit func(name string) error) error {
	dir := filepath.Join(root, folder)
	resolved, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return err
	}
	if slices.Contains(above, resolved) {
		return nil
	}
	entries, err := os.ReadDir(dir) // sorted
	if err != nil {
		return err
	}
	above = append(above[:len(above):len(above)], resolved)
	for _, e := range entries {
		if temporary(e.Name()) || e.Name() == "node_modules" {
			continue
		}
		name := filepath.Join(folder, e.Name())
		st, err := os.Stat(filepath.Join(root, name))
		switch {
		case err != nil:
		case st.IsDir():
			err = walk(root, name, above, visit)
		case st.Mode().IsRegular(): // reading a pipe would wait for ever
			err = visit(name)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // gone since, or a dangling link
			return err
		}
	}
	return nil
}

// WalkPublic visits every file of the public folder with its name below "public", whatever
// the folder is called.
func WalkPublic(at project.Layout, visit func(file, name string) error) error {
	public := filepath.FromSlash(at.PublicDir())
	return walk(at.Dir, public, nil, func(name string) error {
		rel, err := filepath.Rel(public, name)
		if err != nil {
			return err
		}
		return visit(filepath.Join(at.Dir, name), filepath.Join("public", rel))
	})
}

// FileAs hashes the content of a file, and the name that it has in the key.
func (k Key) FileAs(file, name string) error {
	if k.Skip != nil && k.Skip(filepath.ToSlash(name)) {
		return nil
	}
	read := k.SumOf
	if read == nil {
		read = Sum
	}
	sum, err := read(file)
	if err != nil {
		return err
	}
	k.Field(filepath.ToSlash(name), sum)
	return nil
}

// Sum returns the SHA-256 of a file's bytes, not in hexadecimal digits.
func Sum(path string) (string, error) {
	sum, _, err := hashkey.File(path)
	if err != nil {
		return "", err
	}
	return string(sum[:]), nil
}

// temporary reports whether a name is that of an unfinished atomic write.
func temporary(name string) bool {
	return strings.HasPrefix(name, ".") && strings.Contains(name, ".tmp")
}

// Environment hashes variables by name.
func (k Key) Environment(names, environ []string) {
	for _, name := range names {
		value := "unset"
		for _, v := range environ {
			if n, set, _ := strings.Cut(v, "="); n == name {
				value = "=" + set
			}
		}
		k.Field("variable "+name, value)
	}
}
