package pipeline

import (
	"context"
	"fmt"
	"runtime"

	"golang.org/x/sync/errgroup"

	"greenroom/assets"
	"greenroom/compose/media"
	"greenroom/internal/fault"
	"greenroom/pipeline/event"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/renditions"
)

const masterMissing = "the take's file is missing from the store"

// lostMaster says why a clip's master must be downloaded or imported again; empty when it
// need not be.
func (pl *planner) lostMaster(c manifest.Clip, e lockfile.Entry) string {
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

// notVideo says what a stored master is when it is no video; empty when it is one. It reads
// the first bytes alone: a build walks the complete file before it prepares it.
func (pl *planner) notVideo(e lockfile.Entry) string {
	// A failure of this machine is reported by the step that opens the file again.
	if err := media.IsVideo(pl.disk.Store.Path(assets.Hash(e.Master))); err != nil && fault.MachineHint(err) == "" {
		return "the stored take is " + err.Error()
	}
	return ""
}

// unpublished says why a clip must be published; empty when public/ has it, undamaged.
func (pl *planner) unpublished(c manifest.Clip, e lockfile.Entry) string {
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

// publishedIntact says which published file of a clip is missing or was changed.
func (p *Project) publishedIntact(clip string, e lockfile.Entry) *fault.Error {
	if p.Store == nil {
		return nil
	}
	hint := "run `greenroom build " + clip + "`, which publishes it again"
	for _, f := range renditions.Published(e) {
		name := p.PublicDir() + "/" + f.Name
		switch p.Store.FileCondition(p.Path(name), f.Hash, e.Rendition(f.Rendition).Bytes) {
		case assets.Missing:
			return fault.New(fault.Failed, hint, "%s is missing", name).For(clip)
		case assets.Damaged:
			return fault.New(fault.Media, hint, "%s is damaged: it was changed after it was published", name).For(clip)
		}
	}
	return nil
}

// compare reads what clips rely on side by side, where there is no record of earlier
// comparisons: after an upgrade and for --verify.
func (pl *planner) compare(ctx context.Context, clips []manifest.Clip) {
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

// verify forgets that anything was compared, and removes damaged takes that no clip uses now
// but that the ledger would use again: they are downloaded when a clip needs them.
func (p *Project) verify(ctx context.Context) error {
	if err := p.PeekState(); err != nil || p.Store == nil {
		return err
	}
	p.Store.Recheck()
	rows, err := p.Ledger.List(ctx)
	if err != nil {
		return err
	}
	used := map[string]bool{}
	for _, c := range p.Manifest.Clips {
		if e, ok := p.Lock.Get(c.Name); ok {
			used[e.Master] = true
		}
	}
	for _, r := range rows {
		if r.MasterHash == "" || used[r.MasterHash] {
			continue
		}
		if context.Cause(ctx) != nil {
			return context.Cause(ctx)
		}
		used[r.MasterHash] = true
		h := assets.Hash(r.MasterHash)
		if p.Store.Condition(h, r.MasterBytes) != assets.Damaged {
			continue
		}
		if err := p.Store.Remove(h); err != nil {
			return fault.Wrap(fault.Failed, err, "make the folder writable and run the same command again", "remove a damaged take")
		}
		p.Send(ctx, event.Event{Clip: r.Clip, Stage: "verify", State: event.Warned,
			Message: fmt.Sprintf("an earlier take, video %s, was damaged and is removed; it is downloaded again when it is needed", r.VideoID)})
	}
	return nil
}

// verified tells what --verify found.
func (p *Project) verified(ctx context.Context, plan *Plan) {
	damaged := 0
	for _, s := range plan.Steps {
		if s.Action != Keep {
			damaged++
		}
	}
	p.Send(ctx, event.Event{Stage: "verify", State: event.Done, Message: fmt.Sprintf("%d of %d clips are intact", len(plan.Steps)-damaged, len(plan.Steps))})
}

// wantsAgain marks the clips whose masters are downloaded again.
func (pl *planner) wantsAgain(names []string) error {
	if len(names) == 0 {
		return fault.New(fault.Usage, "write `greenroom build --refetch CLIP`", "--refetch needs the names of clips")
	}
	pl.refetch = map[string]bool{}
	for _, n := range names {
		pl.refetch[n] = true
	}
	return nil
}

// mayRefetch makes sure that a build that downloads again has something to download.
func mayRefetch(plan *Plan, want map[string]bool) error {
	var list fault.List
	for _, s := range plan.Steps {
		if want[s.Clip] && !s.again {
			hint := fmt.Sprintf("run `greenroom build %s` without --refetch", s.Clip)
			list = append(list, fault.New(fault.Usage, hint, "there is no take to download again: %s", s.Reason).For(s.Clip))
		}
	}
	return list.Or()
}
