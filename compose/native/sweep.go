package native

import (
	"os"
	"path/filepath"
	"strings"

	"greenroom/internal/workdir"
)

// workFolders are the runs' folders in the work folder.
var workFolders = workdir.Kind{Prefix: "greenroom-render-", Lock: "lock"}

// partFile is the file in a run's folder that has the path of its unfinished film.
const partFile = "part"

// sweep removes what killed runs left in the work folder and next to their films. It ignores errors: a
// film does not fail because of old files.
func sweep(work string) {
	workFolders.Sweep(work, func(dir string) {
		b, _ := os.ReadFile(filepath.Join(dir, partFile))
		part := string(b)
		if strings.Contains(filepath.Base(part), ".part.") && !usedByOther(work, dir, part) {
			os.Remove(part)
		}
	})
}

// usedByOther reports that another run writes to the same unfinished film.
func usedByOther(work, dir, part string) bool {
	entries, _ := os.ReadDir(work)
	for _, e := range entries {
		other := filepath.Join(work, e.Name())
		if other == dir || !strings.HasPrefix(e.Name(), workFolders.Prefix) {
			continue
		}
		if b, err := os.ReadFile(filepath.Join(other, partFile)); err == nil && string(b) == part {
			return true
		}
	}
	return false
}
