package pipeline

import (
	"path/filepath"

	"greenroom/internal/atomicfile"
	"greenroom/pipeline/films/records"
	"greenroom/pipeline/ledger"
	"greenroom/remotion"
)

// sweep removes the unfinished files that killed runs left in the project and in the
// system's temporary folder. The caller holds the submit lock. plan is of all clips; nil
// when it is not known which downloads will be resumed.
func (p *Project) sweep(plan *Plan) {
	render := p.path(StateDir + "/render")
	atomicfile.Sweep(p.dir, p.path(p.sourceDir()), p.state, filepath.Dir(p.voiceFile("x")), p.path(records.Folder))
	remotion.SweepKilled(render)
	if p.store == nil {
		return
	}
	if plan == nil {
		p.store.SweepTemp(nil)
		return
	}
	resumed := map[string]bool{}
	for _, s := range plan.Steps {
		if s.Action == Keep || s.Action == Publish || s.Action == Prepare {
			continue
		}
		resumed[takePart(s.Key)] = true
		if s.req.speech != nil {
			resumed[voicePart(s.req.speech.key)] = true
		}
	}
	p.store.SweepTemp(func(name string) bool { return resumed[name] })
}

// sweepLocked is sweep for a run that has nothing else to do. Another run that holds the lock
// sweeps by itself.
func (p *Project) sweepLocked(plan *Plan) {
	if p.store == nil {
		return
	}
	unlock, err := ledger.LockSubmitter(p.state)
	if err != nil {
		return
	}
	defer unlock()
	p.sweep(plan)
}

// takePart names the unfinished download of a take in the store.
func takePart(key string) string { return "take-" + key[:32] }

// voicePart names the unfinished download of a bought voice.
func voicePart(key string) string { return "voice-" + key[:32] }

// whenAll is the plan when it is of all clips.
func whenAll(plan *Plan, names []string) *Plan {
	if len(names) > 0 {
		return nil
	}
	return plan
}
