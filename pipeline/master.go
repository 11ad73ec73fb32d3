package pipeline

import (
	"context"
	"os"
	"sync"
	"time"

	"greenroom/assets"
	"greenroom/compose/media"
	"greenroom/internal/capacity"
	"greenroom/internal/fault"
	"greenroom/pipeline/delivery"
	"greenroom/pipeline/event"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/renditions"
	"greenroom/pipeline/request"
	"greenroom/pipeline/routes"
)

// verifiedMasters are masters that were walked and decoded in this run: clips with equal words have
// equal masters, and one process for each of thousands would be most of a build.
type verifiedMasters struct {
	mu    sync.Mutex
	known map[assets.Hash]bool
}

// verifyMaster reports why a downloaded file cannot be a clip's master: it walks the
// container and decodes the first picture.
func (b *build) verifyMaster(ctx context.Context) func(path string, h assets.Hash) error {
	return func(path string, h assets.Hash) error {
		b.masters.mu.Lock()
		known := b.masters.known[h]
		b.masters.mu.Unlock()
		if known {
			return nil
		}
		if err := media.Complete(path); err != nil {
			return delivery.Fault(err)
		}
		t, err := b.Tools.Find(ctx)
		if err != nil {
			return err
		}
		release, err := b.capacity.Use(ctx, capacity.Decoding(0, 0))
		if err != nil {
			return err
		}
		defer release()
		if err := media.Decodes(ctx, t, path); err != nil {
			return delivery.Fault(err)
		}
		b.masters.mu.Lock()
		defer b.masters.mu.Unlock()
		if b.masters.known == nil {
			b.masters.known = map[assets.Hash]bool{}
		}
		b.masters.known[h] = true
		return nil
	}
}

// leastWithin is how long --wait lets a download take at least: a short limit means that
// jobs are not waited for, not that the file of a finished one is left.
const leastWithin = 10 * time.Second

// within is how long one download may take; 0: as long as it goes on.
func (b *build) within() time.Duration {
	if b.o.Wait <= 0 {
		return 0
	}
	return max(b.o.Wait, leastWithin)
}

// storedMaster reports that the ledger's master of a take is in the store and complete.
func (b *build) storedMaster(row ledger.Row) bool {
	h := assets.Hash(row.MasterHash)
	return row.MasterHash != "" && b.Store.Has(h, row.MasterBytes) && media.Playable(b.Store.Path(h)) == nil
}

// free reports that a clip's master can be brought again without buying anything.
func (b *build) free(ctx context.Context, s planning.Step) bool {
	switch s.Work.Request.Route {
	case routes.File, routes.Video:
		return true
	}
	if r := s.Submission(); r.State == ledger.Submitted || r.State == ledger.Completed {
		return true
	}
	e, have := b.Account.OwnTake(ctx, s.Clip)
	return b.router.Bought(e, have, s.Key)
}

// playable finds a master that cannot be prepared before it is tried, and marks its step so
// that it is brought again where that is free.
func (b *build) playable(ctx context.Context, s *planning.Step) error {
	e, ok := b.Lock.Get(s.Clip)
	if !ok {
		return nil
	}
	err := media.Playable(b.Store.Path(assets.Hash(e.Master)))
	if err == nil {
		return nil
	}
	if hint := fault.MachineHint(err); hint != "" {
		return fault.Wrap(fault.Failed, err, hint, "read the stored take").For(s.Clip)
	}
	if !b.free(ctx, *s) {
		return fault.Wrap(fault.Media, err, "", "the stored take cannot be used").For(s.Clip)
	}
	s.Work.Again = true
	b.Send(ctx, event.Event{Clip: s.Clip, Stage: "fetch", State: event.Warned, Message: "the stored take is " + err.Error() + "; bringing it again"})
	return nil
}

// unchanged keeps what was made from a master when the same bytes came again.
func (b *build) unchanged(e lockfile.Entry) lockfile.Entry {
	old, ok := b.Lock.Get(e.Clip)
	if ok && old.TakeKey == e.TakeKey && old.Master == e.Master {
		e.Info, e.Renditions, e.Tool = old.Info, old.Renditions, old.Tool
		if e.Captions == nil {
			e.Captions = old.Captions
		}
	}
	return e
}

// prepared reports that a clip's renditions are up to date with its master, which passed its check.
func (b *build) prepared(ctx context.Context, s planning.Step) bool {
	e, ok := b.Lock.Get(s.Clip)
	return ok && b.hasRenditions(ctx, s, e) && b.recipes.LimitsChanged(*s.Work.Clip, e) == ""
}

// hasRenditions reports that a lockfile entry has all that is made from a step's master.
func (b *build) hasRenditions(ctx context.Context, s planning.Step, e lockfile.Entry) bool {
	return e.TakeKey == s.Key && b.recipes.StaleRendition(ctx, *s.Work.Clip, e) == "" && b.previews.StaleCaptions(*s.Work.Clip, s.Work.Request, e.Captions != nil) == ""
}

// importFile copies a clip's own file into the store. Pictures and animated WebP, which ffmpeg cannot read, are packed
// into a lossless MOV.
func (b *build) importFile(ctx context.Context, s planning.Step) error {
	c := *s.Work.Clip
	b.Send(ctx, event.Event{Clip: s.Clip, Stage: "resolve", State: event.Started, Message: "importing " + b.Rel(c.File)})
	hash, size, err := b.importFootage(ctx, s)
	if err != nil {
		return err
	}
	entry := lockfile.Entry{Clip: s.Clip, TakeKey: s.Key, Route: s.Route, Master: string(hash), MasterBytes: size, Inputs: s.Work.Request.Inputs}
	return b.Lock.Set(b.unchanged(entry))
}

func (b *build) importFootage(ctx context.Context, s planning.Step) (assets.Hash, int64, error) {
	c := *s.Work.Clip
	if !renditions.IsPacked(c) {
		if err := media.Playable(c.File); err != nil {
			hint := fault.ReadHint(err, "replace the file by a complete video")
			return "", 0, fault.Wrap(fault.Media, err, hint, "%s cannot be used", b.Rel(c.File))
		}
		return b.Store.Import(c.File)
	}
	t, err := b.Tools.Find(ctx)
	if err != nil {
		return "", 0, err
	}
	release, err := b.capacity.Use(ctx, capacity.Encoding(0, 0, 1))
	if err != nil {
		return "", 0, err
	}
	defer release()
	out := b.Store.TempPath("pack-" + s.Clip + "-" + s.Key[:16] + ".mov")
	defer os.Remove(out) // gone already when it was adopted
	if len(c.Frames) > 0 {
		err = media.PackSequence(ctx, t, c.Frames, request.SequenceRate(c, b.Manifest.FPS), out)
	} else {
		err = media.PackAnimation(ctx, t, c.File, out)
	}
	if err != nil {
		return "", 0, err
	}
	return b.Store.Adopt(out)
}
