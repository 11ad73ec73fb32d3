package remotion

import (
	"os"
	"path/filepath"
	"slices"
	"time"

	"greenroom/internal/lazyregexp"
)

const (
	keepBundles = 2         // of a project: the one in use and the one before an edit
	idle        = time.Hour // untouched for so long, a bundle is in nobody's use
	beat        = time.Minute
)

// Names in the cache. A bundle's name changes before it is taken away, so that
// half of one never stands under a name that a render would use.
var (
	bundleName = lazyregexp.New(`^bundle-[0-9a-f]{16}$`)
	leftover   = lazyregexp.New(`^(bundle-[0-9a-f]{16}\..*|render-.*|driver-.*)$`)
)

// sweep removes the bundles of a project but the newest two, and what killed
// renders left. In use is told by age and not by a lock: a render touches what
// it uses every minute while it is heard from, and one that is silent for longer
// than its stall limit is stopped. That needs no lock file to go stale, and holds
// between processes and on every system. Errors are left for the next sweep: a
// film that is done does not fail over old files.
func sweep(cache string, current string, stall time.Duration, now time.Time) {
	entries, err := os.ReadDir(cache)
	if err != nil {
		return
	}
	spared := now.Add(-max(idle, 2*stall))
	type bundle struct {
		path string
		used time.Time
	}
	projects := map[string][]bundle{}
	for _, e := range entries {
		st, err := e.Info()
		if err != nil {
			continue
		}
		p := filepath.Join(cache, e.Name())
		switch {
		case bundleName.MatchString(e.Name()) && e.IsDir():
			// Projects may share a cache; the link in a bundle says whose it is.
			whose, _ := os.Readlink(filepath.Join(p, "public"))
			projects[whose] = append(projects[whose], bundle{p, st.ModTime()})
		case leftover.MatchString(e.Name()) && st.ModTime().Before(spared):
			os.RemoveAll(p)
		}
	}
	for _, list := range projects {
		slices.SortFunc(list, func(a, b bundle) int {
			if a.path == current || b.path == current {
				return map[bool]int{true: -1, false: 1}[a.path == current]
			}
			return b.used.Compare(a.used)
		})
		for _, b := range list[min(keepBundles, len(list)):] {
			if gone := b.path + ".gone"; b.used.Before(spared) && os.Rename(b.path, gone) == nil {
				os.RemoveAll(gone)
			}
		}
	}
}

// heartbeat touches what a render uses, at most once a minute.
func heartbeat(paths ...string) func() {
	var last time.Time
	return func() {
		if now := time.Now(); now.Sub(last) >= beat {
			last = now
			for _, p := range paths {
				_ = os.Chtimes(p, now, now) // the bundle may not be there yet
			}
		}
	}
}
