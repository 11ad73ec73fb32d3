package pipeline

import (
	"greenroom/internal/fault"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
)

// NotReady is the error of a film whose clip is not up to date.
func (p *Project) NotReady(clip, reason string) *fault.Error {
	hint := "run `greenroom build` first"
	if e, ok := p.Lock.Get(clip); ok && p.Account.OriginOf(e).Drawn() && !p.o.AllowSandbox {
		hint += "; --allow-sandbox renders drawn presenters for a preview"
	}
	return fault.New(fault.Failed, hint, "clip is not ready: %s", reason).For(clip)
}

// DrawnClips counts the clips on record that no paid provider made.
func (p *Project) DrawnClips() (n int) {
	for _, c := range p.Manifest.Clips {
		if e, ok := p.Lock.Get(c.Name); ok && p.Account.OriginOf(e).Drawn() {
			n++
		}
	}
	return n
}

// agrees refuses a lockfile entry and a ledger row that name different files for one take:
// after a bad merge the entry may hold another clip's footage.
func (pl *planner) agrees(c manifest.Clip, e lockfile.Entry, row *ledger.Row) error {
	if pl.refetch[c.Name] || row == nil || row.MasterHash == "" || e.Master == "" || e.TakeKey != row.Take || e.Master == row.MasterHash {
		return nil
	}
	f := fault.New(fault.Manifest,
		"if greenroom.lock was merged or edited, restore it with `git checkout "+LockName+"`; else `greenroom build --refetch "+c.Name+"` downloads the take again",
		"%s and the ledger disagree: the lockfile has file %s for this take, the ledger %s", LockName, e.Master[:12], row.MasterHash[:min(12, len(row.MasterHash))])
	place := c.Place
	f.Place = &place
	return f.For(c.Name)
}
