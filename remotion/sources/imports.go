package sources

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"greenroom/internal/lazyregexp"
	"greenroom/remotion/project"
)

// maxSource is the largest file that is read as a source, bytes.
const maxSource = 4 << 20

var (
	sourceEndings = []string{".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".css", ".scss"}
	// relative names a file by a path: import, export … from, require, @import, url().
	relative = lazyregexp.New("[\"'(`](\\.{1,2}/[^\"'`()?\\n]+)")
)

// isSource reports whether a file's text may name other files or register compositions.
func isSource(name string) bool { return slices.Contains(sourceEndings, filepath.Ext(name)) }

// Read returns a source's text; "" for another file.
func Read(path string) string {
	if st, err := os.Stat(path); !isSource(path) || err != nil || !st.Mode().IsRegular() || st.Size() > maxSource {
		return ""
	}
	b, _ := os.ReadFile(path) // gone since: then nothing names it
	return string(b)
}

// imported returns the existing files that a source names by paths, relative to the project, but not those below the
// folders. A path that is not an import may match a file, too: then one file more is hashed.
func imported(project, name, text string, folders []string) (out []string) {
	for _, m := range relative.FindAllStringSubmatch(text, -1) {
		at := filepath.Join(filepath.Dir(name), filepath.FromSlash(m[1]))
		if Below(at, folders) {
			continue
		}
		for _, try := range append([]string{"", ".json"}, sourceEndings...) {
			if st, err := os.Stat(filepath.Join(project, at+try)); err == nil && st.Mode().IsRegular() {
				out = append(out, at+try)
				break
			} else if err == nil && st.IsDir() && try == "" {
				for _, ending := range sourceEndings {
					index := filepath.Join(at, "index"+ending)
					if st, err := os.Stat(filepath.Join(project, index)); err == nil && st.Mode().IsRegular() {
						out = append(out, index)
						break
					}
				}
			}
		}
	}
	return out
}

// Below reports that a name lies in one of the folders.
func Below(name string, folders []string) bool {
	return slices.ContainsFunc(folders,
		func(f string) bool { return strings.HasPrefix(name, f+string(filepath.Separator)) })
}

// Files visits what a bundle is made from besides packages and public/: every file of the source folders, and the
// files that those import from elsewhere. Names are relative to the project.
func Files(at project.Layout, visit func(name string) error) error {
	entry := filepath.FromSlash(at.Entry)
	folders := sourceFolders(entry)
	seen := map[string]bool{}
	var next []string
	// public/ is hashed for a film, node_modules by the lockfile, the folders are walked
	known := append([]string{filepath.FromSlash(at.PublicDir()), "node_modules"}, folders...)
	add := func(name string) error {
		seen[name] = true
		next = append(next, imported(at.Dir, name, Read(filepath.Join(at.Dir, name)), known)...)
		return visit(name)
	}
	for _, folder := range folders {
		if err := walk(at.Dir, folder, nil, add); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	if !seen[entry] { // it lies in the project itself
		if err := add(entry); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	for len(next) > 0 {
		name := next[0]
		next = next[1:]
		if !seen[name] {
			if err := add(name); err != nil && !os.IsNotExist(err) { // gone since
				return err
			}
		}
	}
	return nil
}
