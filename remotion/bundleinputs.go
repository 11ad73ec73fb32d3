package remotion

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"greenroom/internal/filecache"
	"greenroom/remotion/project"
)

// bundleInputs is what the bundler itself read for the last bundle of a project and what the sources do not name by
// paths: modules behind an alias, packages of the same workspace, files that a loader reads. They are known after the
// first bundle only.
type bundleInputs struct {
	Files   []string `json:"files"`   // relative to the project, with slashes
	Folders []string `json:"folders"` // all of whose files count: require.context()
	Env     []string `json:"env"`     // variables that the configuration's functions read
}

// inputsRecord is the driver's list in a bundle; its paths are absolute.
const inputsRecord = "greenroom-inputs.json"

// inputsOf is the name of a project's list in the cache.
func inputsOf(home string, at project.Layout) string { return place(home, at) + " " + at.Entry }

func recallInputs(home string, at project.Layout) bundleInputs {
	in, _ := filecache.LoadEntry[bundleInputs](filepath.Join(home, inputsMemory), inputsOf(home, at))
	return in
}

// readInputs reads a bundle's list, without what counts anyway: the sources' folders and the public folder.
func readInputs(bundle string, at project.Layout) (in bundleInputs) {
	b, err := os.ReadFile(filepath.Join(bundle, inputsRecord))
	if err != nil || json.Unmarshal(b, &in) != nil {
		return bundleInputs{}
	}
	known := append(sourceFolders(filepath.FromSlash(at.Entry)), filepath.FromSlash(at.PublicDir()), "node_modules")
	in.Files, in.Folders = relativeTo(at, in.Files, known), relativeTo(at, in.Folders, known)
	return in
}

func relativeTo(at project.Layout, names, known []string) []string {
	dirs := []string{at.Dir}
	if real, err := filepath.EvalSymlinks(at.Dir); err == nil && real != at.Dir {
		dirs = []string{real, at.Dir} // the bundler names files by their real paths
	}
	var out []string
	for _, name := range names {
		for _, dir := range dirs {
			rel, err := filepath.Rel(dir, name)
			if err != nil || !filepath.IsLocal(rel) && dir != dirs[len(dirs)-1] {
				continue
			}
			if !below(rel, known) && !slices.Contains(known, rel) &&
				!slices.Contains(bundleFiles, filepath.ToSlash(rel)) {
				out = append(out, filepath.ToSlash(rel))
			}
			break
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (in bundleInputs) equal(other bundleInputs) bool {
	return slices.Equal(in.Files, other.Files) && slices.Equal(in.Folders, other.Folders) &&
		slices.Equal(in.Env, other.Env)
}

// key is the key of the bundle that has a static part and these inputs as they are now.
func (in bundleInputs) key(static string, at project.Layout, environ []string) string {
	h := newKeyer()
	h.Field("static", static)
	in.hash(h, at, environ)
	return h.Sum()[:16]
}

// hash adds names and contents. One that is gone is another content.
func (in bundleInputs) hash(h keyer, at project.Layout, environ []string) {
	file := func(name string) error {
		sum, err := sumOf(at.Path(filepath.ToSlash(name)))
		if err != nil {
			sum = "unreadable"
		}
		h.Field("input "+filepath.ToSlash(name), sum)
		return nil
	}
	for _, name := range in.Files {
		_ = file(name)
	}
	for _, folder := range in.Folders {
		if err := walk(at.Dir, filepath.FromSlash(folder), nil, file); err != nil {
			h.Field("folder "+folder, "unreadable")
		}
	}
	h.environment(in.Env, environ)
}

// changedSince reports that a file may have changed while a bundle was made.
func (in bundleInputs) changedSince(begun time.Time, at project.Layout) bool {
	return slices.ContainsFunc(in.Files, func(name string) bool {
		st, err := os.Stat(at.Path(name))
		return err != nil || !st.ModTime().Before(begun.Add(-young))
	})
}

// bundleConfigs begin the names of files in the project's folder that tools of the bundle read by themselves.
var bundleConfigs = []string{
	"postcss.config.", ".postcssrc", "tailwind.config.", "babel.config.", ".babelrc", "svgr.config.", ".svgrrc",
	".browserslistrc",
}

// toolConfigs lists them.
func toolConfigs(at project.Layout) []string {
	entries, err := os.ReadDir(at.Dir)
	if err != nil {
		return nil // the sources that follow cannot be read either
	}
	var out []string
	for _, e := range entries {
		is := func(prefix string) bool { return strings.HasPrefix(e.Name(), prefix) }
		if slices.ContainsFunc(bundleConfigs, is) && e.Type().IsRegular() {
			out = append(out, e.Name())
		}
	}
	return out
}
