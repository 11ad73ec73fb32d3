package scaffold

import (
	"os"
	"slices"
	"strings"

	"greenroom/internal/fault"
)

// harmless are files that a new, empty repository has.
var harmless = []string{"readme", "license", "licence", "changelog", "notice", "contributing"}

// Others lists the files of a folder that is not empty, by name. What a new repository begins with does not count, nor
// do
// greenroom's own manifest, scripts and files of an interrupted init.
func Others(dir string) (names []string, err error) {
	list, err := os.ReadDir(dir)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fault.Wrap(fault.Failed, err, "make the folder readable", "read %s", dir)
	}
	for _, f := range list {
		name := f.Name()
		stem, _, _ := strings.Cut(strings.ToLower(name), ".")
		if strings.HasPrefix(name, ".") || slices.Contains(harmless, stem) || ours(dir, name) {
			continue
		}
		names = append(names, name)
	}
	return names, nil
}

// atTheTop are the entries that Write makes in a project's folder.
var atTheTop = []string{"src", "public", "package.json", "package-lock.json", "remotion.config.ts", "tsconfig.json"}

// ours reports that an earlier, interrupted Write made the entry.
func ours(dir, name string) bool {
	_, err := os.Stat(dir + "/src/greenroom/" + marker)
	return err == nil && slices.Contains(atTheTop, name)
}
