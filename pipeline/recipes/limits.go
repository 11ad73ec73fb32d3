package recipes

import (
	"os"
	"path/filepath"

	"greenroom/internal/filecache"
	"greenroom/internal/hashkey"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
)

// Limits with which a clip's master passed its check are recorded in a file of the state folder, when they are not the
// defaults. No file means the defaults: what is in lockfiles of earlier versions, or arrives with a new clone, is not
// checked again where the project changes no limits.

// LimitsChanged returns why a clip's master must be checked again; empty when not.
func (rc *Recipes) LimitsChanged(c manifest.Clip, e lockfile.Entry) string {
	passed, ok := filecache.Load[string](rc.limitsFile(c, e))
	if !ok {
		passed = asJSON(manifest.DefaultChecks())
	}
	if passed == asJSON(c.Checks) {
		return ""
	}
	return "the limits of its checks changed"
}

// RecordLimits records that a clip's master passed the check with the clip's limits. Without the file the next build
// checks again, so errors are ignored.
func (rc *Recipes) RecordLimits(c manifest.Clip, e lockfile.Entry) {
	file, passed := rc.limitsFile(c, e), asJSON(c.Checks)
	if passed == asJSON(manifest.DefaultChecks()) {
		_ = os.Remove(file)
		return
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err == nil {
		_ = filecache.Save(file, passed)
	}
}

func (rc *Recipes) limitsFile(c manifest.Clip, e lockfile.Entry) string {
	k := hashkey.New("limits/1")
	k.Field("clip", c.Name)
	k.Field("master", e.Master)
	return filepath.Join(rc.disk.StateDir(), "limits", k.Sum())
}
