package remotion

import (
	"os"
	"strings"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/internal/proc"
	"greenroom/internal/workdir"
)

// tempPrefix begins the names of the temporary folders; renderPrefix of those in the cache.
const (
	tempPrefix   = "greenroom-run-"
	renderPrefix = "render-"
)

// ownTemp makes a temporary folder for one render and the environment that leads
// Remotion and the browser there: stopped ones leave frames, assets and a browser
// profile behind. It is not in the cache, whose path may be too long for the
// browser's sockets. What killed renders left there is removed first.
func ownTemp(env []string) (dir *workdir.Dir, with []string, err error) {
	if env == nil {
		env = proc.Inherited()
	}
	parent := tempParent(env)
	workdir.Sweep(parent, tempPrefix)
	dir, err = workdir.New(parent, tempPrefix)
	if err != nil {
		return nil, nil, fault.Wrap(fault.Failed, err, "set TMPDIR to a folder that can be written to",
			"create a temporary folder")
	}
	with = append([]string(nil), env...)
	return dir, append(with, "TMPDIR="+dir.Path(), "TMP="+dir.Path(), "TEMP="+dir.Path()), nil
}

// SweepKilled removes what killed renders left in a cache and in the temporary folder.
func SweepKilled(cache string) {
	workdir.Sweep(tempParent(proc.Inherited()), tempPrefix)
	workdir.Sweep(cache, renderPrefix)
	atomicfile.Sweep(cache)
}

func tempParent(env []string) string {
	parent := os.TempDir()
	for _, v := range env {
		if p, ok := strings.CutPrefix(v, "TMPDIR="); ok && p != "" {
			parent = p
		}
	}
	return parent
}
