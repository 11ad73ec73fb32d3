package sources

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

// Inputs is what the bundler itself read for the last bundle of a project and what the sources do not name by
// paths: modules behind an alias, packages of the same workspace, files that a loader reads. They are known after the
// first bundle only.
type Inputs struct {
	Files   []string `json:"files"`   // relative to the project, with slashes
	Folders []string `json:"folders"` // all of whose files count: require.context()
	Env     []string `json:"env"`     // variables that the configuration's functions read
}

// inputsRecord is the driver's list in a bundle; its paths are absolute.
const inputsRecord = "greenroom-inputs.json"

// inputsOf is the name of a project's list in the cache.
func inputsOf(home string, at project.Layout) string { return Place(home, at) + " " + at.Entry }

// Recall returns the list of the project's last bundle; an empty one before the first.
func Recall(home string, at project.Layout) Inputs {
	in, _ := filecache.LoadEntry[Inputs](filepath.Join(home, inputsMemory), inputsOf(home, at))
	return in
}

// ReadInputs reads a bundle's list, without what counts anyway: the sources' folders and the public folder.
func ReadInputs(bundle string, at project.Layout) (in Inputs) {
	b, err := os.ReadFile(filepath.Join(bundle, inputsRecord))
	if err != nil || json.Unmarshal(b, &in) != nil {
		return Inputs{}
	}
	known := append(sourceFolders(filepath.FromSlash(at.Entry)), filepath.FromSlash(at.PublicDir()), "node_modules")
	in.Files, in.Folders = relativeTo(at, in.Files, known), relativeTo(at, in.Folders, known)
	return in
}

// Remember keeps the list for the project's next bundle.
func (in Inputs) Remember(home string, at project.Layout) {
	SaveEntry(home, inputsMemory, inputsOf(home, at), in)
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
			if !Below(rel, known) && !slices.Contains(known, rel) &&
				!slices.Contains(bundleFiles, filepath.ToSlash(rel)) {
				out = append(out, filepath.ToSlash(rel))
			}
			break
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Equal reports whether two lists are the same.
func (in Inputs) Equal(other Inputs) bool {
	return slices.Equal(in.Files, other.Files) && slices.Equal(in.Folders, other.Folders) &&
		slices.Equal(in.Env, other.Env)
}

// Key is the key of the bundle that has a static part and these inputs as they are now.
func (in Inputs) Key(static string, at project.Layout, environ []string) string {
	h := NewKey()
	h.Field("static", static)
	in.Hash(h, at, environ)
	return h.Sum()[:16]
}

// Hash adds names and contents of files that h does not skip. One that is gone is another content.
func (in Inputs) Hash(h Key, at project.Layout, environ []string) {
	file := func(name string) error {
		if h.Skip != nil && h.Skip(filepath.ToSlash(name)) {
			return nil
		}
		sum, err := Sum(at.Path(filepath.ToSlash(name)))
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
	h.Environment(in.Env, environ)
}

// ChangedSince reports that a file may have changed while a bundle was made.
func (in Inputs) ChangedSince(begun time.Time, at project.Layout) bool {
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
