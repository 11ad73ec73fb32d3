package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"

	"greenroom/assets"
	"greenroom/compose/media"
	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/pipeline/event"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
)

// sequenceRate returns how many pictures of a clip's sequence are shown in a second.
func (p *Project) sequenceRate(c manifest.Clip) timeline.Rate {
	if c.Rate.Num > 0 {
		return c.Rate
	}
	return p.Manifest.FPS
}

// keyFootage puts a clip's file into the key: its content, or that of all pictures and their rate.
func (p *Project) keyFootage(k *keyer, c manifest.Clip) error {
	if len(c.Frames) == 0 {
		return p.keyFile(k, "file", c.File)
	}
	all := sha256.New()
	for _, f := range c.Frames {
		h, err := p.inputs.hash(f)
		if err != nil {
			return err
		}
		fmt.Fprintln(all, h)
	}
	k.field("frames", hex.EncodeToString(all.Sum(nil)))
	k.field("rate", p.sequenceRate(c).String())
	return nil
}

// isPacked reports footage that ffmpeg cannot read, and whose take is packed from it.
func isPacked(c manifest.Clip) bool { return len(c.Frames) > 0 || media.IsAnimation(c.File) }

// isOwnFile reports a take that is a file of the project byte for byte: every machine has it, so the shared cache does
// not keep it. Packed takes differ between versions of ffmpeg.
func isOwnFile(c manifest.Clip, e lockfile.Entry, o object) bool {
	return o.what == "take" && e.Route == routeFile && !isPacked(c)
}

// importFile copies a clip's own file into the store. Pictures and animated WebP, which ffmpeg cannot read, are packed
// into a lossless MOV.
func (b *build) importFile(ctx context.Context, s Step) error {
	c := *s.clip
	b.send(ctx, event.Event{Clip: s.Clip, Stage: "resolve", State: event.Started, Message: "importing " + b.rel(c.File)})
	hash, size, err := b.importFootage(ctx, s)
	if err != nil {
		return err
	}
	entry := lockfile.Entry{Clip: s.Clip, TakeKey: s.Key, Route: s.Route, Master: string(hash), MasterBytes: size, Inputs: s.req.inputs}
	return b.setEntry(b.unchanged(entry))
}

func (b *build) importFootage(ctx context.Context, s Step) (assets.Hash, int64, error) {
	c := *s.clip
	if !isPacked(c) {
		if err := media.Playable(c.File); err != nil {
			hint := fault.ReadHint(err, "replace the file by a complete video")
			return "", 0, fault.Wrap(fault.Media, err, hint, "%s cannot be used", b.rel(c.File))
		}
		return b.store.Import(c.File)
	}
	t, err := b.tools(ctx)
	if err != nil {
		return "", 0, err
	}
	if err := b.cores.Acquire(ctx, 1); err != nil {
		return "", 0, err
	}
	defer b.cores.Release(1)
	out := b.store.TempPath("pack-" + s.Clip + "-" + s.Key[:16] + ".mov")
	defer os.Remove(out) // gone already when it was adopted
	if len(c.Frames) > 0 {
		err = media.PackSequence(ctx, t, c.Frames, b.sequenceRate(c), out)
	} else {
		err = media.PackAnimation(ctx, t, c.File, out)
	}
	if err != nil {
		return "", 0, err
	}
	return b.store.Adopt(out)
}
