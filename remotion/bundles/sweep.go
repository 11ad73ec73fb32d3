// Package bundles removes what renders left in the cache: old bundles, and the folders of killed renders.
package bundles

import (
	"os"
	"path/filepath"
	"slices"
	"time"

	"greenroom/internal/lazyregexp"
)

const (
	keepBundles = 2         // of a project: the one in use and the one before an edit
	idle        = time.Hour // a bundle that was not touched for this time is not in use
	beat        = time.Minute
)

// Name matches a bundle in the cache. A bundle is renamed before it is removed, so that a render never finds half of
// one.
var (
	Name     = lazyregexp.New(`^bundle-[0-9a-f]{16}$`)
	leftover = lazyregexp.New(`^(bundle-[0-9a-f]{16}\..*|render-.*|driver-.*)$`)
)

// Sweep removes the bundles of a project but the newest two, and what killed renders left. What is in use is known by
// its age, without a lock: a render touches what it uses every minute, and one that reports nothing for longer than its
// stall limit is stopped. So there is no lock file that may be stale, and it works between processes and on every
// system. It ignores errors: a finished film does not fail because of old files.
func Sweep(cache string, current string, stall time.Duration, now time.Time) {
	entries, err := os.ReadDir(cache)
	if err != nil {
		return
	}
	inUseSince := now.Add(-max(idle, 2*stall))
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
		case Name.MatchString(e.Name()) && e.IsDir():
			// Projects may share a cache; the link in a bundle names its project.
			owner, _ := os.Readlink(filepath.Join(p, "public"))
			projects[owner] = append(projects[owner], bundle{p, st.ModTime()})
		case leftover.MatchString(e.Name()) && st.ModTime().Before(inUseSince):
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
			if gone := b.path + ".gone"; b.used.Before(inUseSince) && os.Rename(b.path, gone) == nil {
				os.RemoveAll(gone)
			}
		}
	}
}

// Heartbeat touches what a render uses, at most once a minute.
func Heartbeat(paths ...string) func() {
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
