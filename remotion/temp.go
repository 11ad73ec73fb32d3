package remotion

import (
	"os"
	"strings"

	"greenroom/internal/fault"
	"greenroom/internal/proc"
)

// ownTemp makes a temporary folder for one render and the environment that leads
// Remotion and the browser there: stopped ones leave frames, assets and a browser
// profile behind. It is not in the cache, whose path may be too long for the
// browser's sockets.
func ownTemp(env []string) (dir string, with []string, err error) {
	if env == nil {
		env = proc.Inherited()
	}
	parent := os.TempDir()
	for _, v := range env {
		if p, ok := strings.CutPrefix(v, "TMPDIR="); ok && p != "" {
			parent = p
		}
	}
	dir, err = os.MkdirTemp(parent, "greenroom-")
	if err != nil {
		return "", nil, fault.Wrap(fault.Failed, err, "set TMPDIR to a folder that can be written to", "create a temporary folder")
	}
	with = append([]string(nil), env...)
	return dir, append(with, "TMPDIR="+dir, "TMP="+dir, "TEMP="+dir), nil
}
