package planning

import (
	"context"
	"fmt"
	"runtime"

	"golang.org/x/sync/errgroup"

	"greenroom/assets"
	"greenroom/compose/media"
	"greenroom/internal/fault"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/project"
	"greenroom/pipeline/renditions"
)

const masterMissing = "the take's file is missing from the store"

// lostMaster returns why a clip's master must be downloaded or imported again; empty when it
// need not be.
func (pl *Planner) lostMaster(c manifest.Clip, e lockfile.Entry) string {
	if pl.refetch[c.Name] {
		return "asked for with --refetch"
	}
	switch pl.disk.Store.Condition(assets.Hash(e.Master), e.MasterBytes) {
	case assets.Missing:
		return masterMissing
	case assets.Damaged:
		return "damaged: the stored take was changed"
	}
	return ""
}

// notVideo returns what a stored master is when it is not a video; empty when it is one. It reads
// the first bytes alone: a build walks the complete file before it prepares it.
func (pl *Planner) notVideo(e lockfile.Entry) string {
	// A failure of this machine is reported by the step that opens the file again.
	if err := media.IsVideo(pl.disk.Store.Path(assets.Hash(e.Master))); err != nil && fault.MachineHint(err) == "" {
		return "the stored take is " + err.Error()
	}
	return ""
}

// unpublished returns why a clip must be published; empty when public/ has it, undamaged.
func (pl *Planner) unpublished(c manifest.Clip, e lockfile.Entry) string {
	for _, f := range renditions.Published(e) {
		name := pl.disk.PublicDir() + "/" + f.Name
		switch pl.disk.Store.FileCondition(pl.disk.Path(name), f.Hash, e.Rendition(f.Rendition).Bytes) {
		case assets.Missing:
			return "not in " + pl.disk.PublicDir() + " yet"
		case assets.Damaged:
			return "damaged: " + name + " was changed"
		}
	}
	return ""
}

// compare reads what clips rely on side by side, where there is no record of earlier
// comparisons: after an upgrade and for --verify.
func (pl *Planner) compare(ctx context.Context, clips []manifest.Clip) {
	if pl.disk.Store == nil || !pl.disk.Store.Unchecked() {
		return
	}
	var g errgroup.Group
	g.SetLimit(runtime.NumCPU())
	seen := map[string]bool{}
	read := func(path string, h assets.Hash, size int64) {
		if seen[path] || ctx.Err() != nil {
			return
		}
		seen[path] = true
		g.Go(func() error {
			pl.disk.Store.FileCondition(path, h, size)
			return nil
		})
	}
	for _, c := range clips {
		e, ok := pl.disk.Lock.Get(c.Name)
		if !ok {
			continue
		}
		for _, o := range renditions.Objects(e) {
			read(pl.disk.Store.Path(o.Hash), o.Hash, o.Size)
		}
		for _, f := range renditions.Published(e) {
			read(pl.disk.Path(pl.disk.PublicDir()+"/"+f.Name), f.Hash, e.Rendition(f.Rendition).Bytes)
		}
	}
	_ = g.Wait() // what is wrong shows in the plan
}

// WantAgain marks the clips whose masters are downloaded again.
func (pl *Planner) WantAgain(names []string) error {
	if len(names) == 0 {
		return fault.New(fault.Usage, "write `greenroom build --refetch CLIP`", "--refetch needs the names of clips")
	}
	pl.refetch = map[string]bool{}
	for _, n := range names {
		pl.refetch[n] = true
	}
	return nil
}

// MayRefetch makes sure that a build that downloads again has something to download.
func (pl *Planner) MayRefetch(plan *Plan) error {
	var list fault.List
	for _, s := range plan.Steps {
		if pl.refetch[s.Clip] && !s.Work.Again {
			hint := fmt.Sprintf("run `greenroom build %s` without --refetch", s.Clip)
			list = append(list, fault.New(fault.Usage, hint, "there is no take to download again: %s", s.Reason).For(s.Clip))
		}
	}
	return list.Or()
}

// agrees refuses a lockfile entry and a ledger row that name different files for one take:
// after a bad merge the entry may hold another clip's footage.
func (pl *Planner) agrees(c manifest.Clip, e lockfile.Entry, row *ledger.Row) error {
	if pl.refetch[c.Name] || row == nil || row.MasterHash == "" || e.Master == "" || e.TakeKey != row.Take || e.Master == row.MasterHash {
		return nil
	}
	f := fault.New(fault.Manifest,
		"if greenroom.lock was merged or edited, restore it with `git checkout "+project.LockName+"`; else `greenroom build --refetch "+c.Name+"` downloads the take again",
		"%s and the ledger disagree: the lockfile has file %s for this take, the ledger %s", project.LockName, e.Master[:12], row.MasterHash[:min(12, len(row.MasterHash))])
	place := c.Place
	f.Place = &place
	return f.For(c.Name)
}
