package pipeline

import (
	"context"
	"os"

	"greenroom/assets"
	"greenroom/compose/media"
	"greenroom/internal/fault"
	"greenroom/pipeline/event"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/renditions"
	"greenroom/pipeline/request"
)

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
	if err := b.cores.Acquire(ctx, 1); err != nil {
		return "", 0, err
	}
	defer b.cores.Release(1)
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
