package remotion

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// bundleFiles are the files beside src that change what a bundle holds.
var bundleFiles = []string{"package.json", "package-lock.json", "tsconfig.json", "remotion.config.ts", "postcss.config.mjs", "tailwind.config.js"}

// bundlePackages are the installed packages whose version changes a bundle even
// where the lockfile says something else.
var bundlePackages = []string{"remotion", "@remotion/bundler"}

// bundleKey hashes everything a bundle is made from: bytes and names, never
// times. The generated clips are in it: components may import
// clips.gen.ts. public/ is not, it is linked in; the
// project's place is, because the link names it.
func bundleKey(project, entry string) (string, error) {
	k := keyer{sha256.New()}
	k.field("schema", "bundle/2")
	k.field("driver", string(driverSource)) // says how to bundle
	k.field("place", project)
	k.field("entry", entry)
	for _, name := range bundleFiles {
		b, err := os.ReadFile(filepath.Join(project, name))
		if err == nil {
			k.field(name, string(b))
		} else if !os.IsNotExist(err) {
			return "", err
		}
	}
	for _, name := range bundlePackages {
		var p struct{ Version string }
		// A package that is not there has no version; the driver says so better.
		if b, err := os.ReadFile(filepath.Join(project, "node_modules", filepath.FromSlash(name), "package.json")); err == nil {
			_ = json.Unmarshal(b, &p)
		}
		k.field("package "+name, p.Version)
	}
	// Made without public/, a bundle has no link to it.
	st, err := os.Stat(filepath.Join(project, "public"))
	k.field("public", fmt.Sprint(err == nil && st.IsDir()))
	if runtime.GOOS == "windows" { // Remotion copies there instead of linking
		if err := k.tree(project, "public", nil); err != nil && !os.IsNotExist(err) {
			return "", err
		}
	}
	folders := []string{"src"}
	if rel, err := filepath.Rel(project, filepath.Dir(entry)); err == nil && rel != "src" {
		folders = append(folders, rel)
	}
	for _, folder := range folders {
		if err := k.tree(project, folder, nil); err != nil && !os.IsNotExist(err) {
			return "", err
		}
	}
	return hex.EncodeToString(k.Sum(nil))[:16], nil
}

// keyer hashes named, length-prefixed fields, so that no two inputs run together.
type keyer struct{ hash.Hash }

func (k keyer) field(name, value string) { fmt.Fprintf(k, "%s %d:%s\n", name, len(value), value) }

// tree hashes every file below a folder, through links as the bundler goes.
// above holds the real folders on the way down: a link to one of them is not
// followed again.
func (k keyer) tree(project, folder string, above []string) error {
	dir := filepath.Join(project, folder)
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
	for _, e := range entries {
		if temporary(e.Name()) || e.Name() == "node_modules" {
			continue
		}
		name := filepath.Join(folder, e.Name())
		err := k.entry(project, name, append(above[:len(above):len(above)], resolved))
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // gone since, or a dangling link
			return err
		}
	}
	return nil
}

func (k keyer) entry(project, name string, above []string) error {
	p := filepath.Join(project, name)
	st, err := os.Stat(p)
	if err != nil {
		return err
	}
	if st.IsDir() {
		return k.tree(project, name, above)
	}
	if !st.Mode().IsRegular() {
		return nil // reading a pipe would wait for ever
	}
	f, err := os.Open(p)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return err
	}
	k.field(filepath.ToSlash(name), string(sum.Sum(nil)))
	return nil
}

// temporary tells the files that atomic writes leave for a moment.
func temporary(name string) bool {
	return strings.HasPrefix(name, ".") && strings.Contains(name, ".tmp")
}

// entryPoint finds the file that calls registerRoot.
func entryPoint(project string) string {
	for _, name := range []string{"src/index.ts", "src/index.tsx", "src/index.js", "src/index.jsx", "remotion/index.ts", "remotion/index.tsx"} {
		p := filepath.Join(project, filepath.FromSlash(name))
		if st, err := os.Stat(p); err == nil && st.Mode().IsRegular() {
			return p
		}
	}
	return ""
}
