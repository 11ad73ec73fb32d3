package gc

import (
	"greenroom/pipeline/planning"
	"greenroom/pipeline/project"
	voicestep "greenroom/pipeline/stage/voice"

	"path/filepath"

	"greenroom/internal/atomicfile"
	"greenroom/pipeline/films/records"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/stage/fetch"
	"greenroom/remotion"
)

// Sweep removes the unfinished files that killed runs left in the project and in the
// system's temporary folder. The caller holds the submit lock. plan is of all clips; nil
// when it is not known which downloads will be resumed.
func (c *Collector) Sweep(plan *planning.Plan) {
	render := c.disk.Path(project.StateDir + "/render")
	atomicfile.Sweep(c.disk.Dir(), c.disk.Path(c.disk.SourceDir()), c.disk.StateDir(), filepath.Dir(c.voices.File("x")), c.disk.Path(records.Folder))
	remotion.SweepKilled(render)
	if c.disk.Store == nil {
		return
	}
	if plan == nil {
		c.disk.Store.SweepTemp(nil)
		return
	}
	resumed := map[string]bool{}
	for _, s := range plan.Steps {
		if s.Action == planning.Keep || s.Action == planning.Publish || s.Action == planning.Prepare {
			continue
		}
		resumed[fetch.Part(s.Key)] = true
		if s.Work.Request.Speech != nil {
			resumed[voicestep.Part(s.Work.Request.Speech.Row)] = true
		}
	}
	c.disk.Store.SweepTemp(func(name string) bool { return resumed[name] })
}

// SweepLocked is Sweep for a run that has nothing else to do. Another run that holds the lock
// sweeps by itself.
func (c *Collector) SweepLocked(plan *planning.Plan) {
	if c.disk.Store == nil {
		return
	}
	unlock, err := ledger.LockSubmitter(c.disk.StateDir())
	if err != nil {
		return
	}
	defer unlock()
	c.Sweep(plan)
}
