package pipeline

import (
	"greenroom/pipeline/planning"
	voicestep "greenroom/pipeline/stage/voice"

	"path/filepath"

	"greenroom/internal/atomicfile"
	"greenroom/pipeline/films/records"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/stage/fetch"
	"greenroom/remotion"
)

// sweep removes the unfinished files that killed runs left in the project and in the
// system's temporary folder. The caller holds the submit lock. plan is of all clips; nil
// when it is not known which downloads will be resumed.
func (p *Project) sweep(plan *planning.Plan) {
	render := p.Path(StateDir + "/render")
	atomicfile.Sweep(p.Dir(), p.Path(p.SourceDir()), p.StateDir(), filepath.Dir(p.voices.File("x")), p.Path(records.Folder))
	remotion.SweepKilled(render)
	if p.Store == nil {
		return
	}
	if plan == nil {
		p.Store.SweepTemp(nil)
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
	p.Store.SweepTemp(func(name string) bool { return resumed[name] })
}

// sweepLocked is sweep for a run that has nothing else to do. Another run that holds the lock
// sweeps by itself.
func (p *Project) sweepLocked(plan *planning.Plan) {
	if p.Store == nil {
		return
	}
	unlock, err := ledger.LockSubmitter(p.StateDir())
	if err != nil {
		return
	}
	defer unlock()
	p.sweep(plan)
}

// whenAll is the plan when it is of all clips.
func whenAll(plan *planning.Plan, names []string) *planning.Plan {
	if len(names) > 0 {
		return nil
	}
	return plan
}
