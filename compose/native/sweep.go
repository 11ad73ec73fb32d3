package native

import (
	"os"
	"path/filepath"
	"strings"
	"time"
)

// workName begins the name of a run's own folder; partFile in it says where the run writes its film.
const (
	workName = "greenroom-render-"
	partFile = "part"
	idle     = time.Hour // untouched for so long, a folder is in nobody's use: a run touches its own at every report
)

// sweep removes what killed runs left in the work folder and beside their films. Use is told by age, as a lock file would
// be left behind too. Errors are left for the next sweep: a film does not fail over old files.
func sweep(work string, now time.Time) {
	old := func(path string) bool {
		fi, err := os.Lstat(path)
		return err == nil && now.Sub(fi.ModTime()) > idle
	}
	entries, _ := os.ReadDir(work)
	for _, e := range entries {
		dir := filepath.Join(work, e.Name())
		if !strings.HasPrefix(e.Name(), workName) || !old(dir) {
			continue
		}
		part, _ := os.ReadFile(filepath.Join(dir, partFile))
		// Another run may be writing the same film by now: then it is young.
		if p := string(part); strings.Contains(filepath.Base(p), ".part.") && old(p) {
			os.Remove(p)
		}
		os.RemoveAll(dir)
	}
}

// touched passes reports on and says that the folder is in use.
func touched(dir string, emit func(Event)) func(Event) {
	var last time.Time
	return func(e Event) {
		if now := time.Now(); now.Sub(last) > time.Minute {
			last = now
			_ = os.Chtimes(dir, now, now)
		}
		emit(e)
	}
}
