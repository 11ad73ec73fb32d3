package export

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"greenroom/assets"
	"greenroom/internal/fault"
)

// place puts the files next to the project and returns their names, relative to its folder.
func (x *Exporter) place(files map[string]assets.Hash) ([]string, error) {
	dir := filepath.Join(x.Dir, MediaFolder)
	out := []string{}
	var list []assets.File
	for _, name := range slices.Sorted(maps.Keys(files)) {
		out = append(out, MediaFolder+"/"+name)
		list = append(list, assets.File{Name: name, Hash: files[name]})
	}
	if len(list) == 0 {
		return out, nil
	}
	if x.Media == Copy {
		_, err := x.Store.Publish(dir, list)
		return out, err
	}
	if err := assets.Own(dir); err != nil {
		return nil, err
	}
	for _, f := range list {
		if err := x.link(dir, f); err != nil {
			return nil, fault.Wrap(fault.Failed, err, "use --media copy", "link %s", f.Name)
		}
	}
	return out, nil
}

// link replaces a file by a symbolic link to the store: relative inside the project's folder, so that both can be moved
// together.
func (x *Exporter) link(dir string, f assets.File) error {
	target := x.Store.Path(f.Hash)
	if rel, err := filepath.Rel(x.Project, dir); err == nil && filepath.IsLocal(rel) {
		if target, err = filepath.Rel(dir, target); err != nil {
			return err
		}
	}
	path := filepath.Join(dir, f.Name)
	if now, err := os.Readlink(path); err == nil && now == target {
		return nil
	}
	tmp := path + ".tmp"
	_ = os.Remove(tmp) // of a run that was killed
	if err := os.Symlink(target, tmp); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}

func sorted(list []string) []string {
	slices.SortFunc(list, strings.Compare)
	return slices.Compact(list)
}
