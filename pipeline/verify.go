package pipeline

import (
	"context"
	"fmt"

	"greenroom/assets"
	"greenroom/internal/fault"
	"greenroom/pipeline/event"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/renditions"
)

// publishedIntact reports which published file of a clip is missing or was changed.
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

// verified reports what --verify found.
func (p *Project) verified(ctx context.Context, plan *planning.Plan) {
	damaged := 0
	for _, s := range plan.Steps {
		if s.Action != planning.Keep {
			damaged++
		}
	}
	p.Send(ctx, event.Event{Stage: "verify", State: event.Done, Message: fmt.Sprintf("%d of %d clips are intact", len(plan.Steps)-damaged, len(plan.Steps))})
}
