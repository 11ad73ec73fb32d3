package pipeline

import (
	"context"
	"fmt"

	"greenroom/internal/hashkey"
	"greenroom/internal/keymutex"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
)

// twins are clips that stand on the same master and want the same done with it: rows
// with equal words, or a clip under two names. They are checked and prepared once.
type twins struct {
	known map[string]lockfile.Entry
	keymutex.Mutex
}

// twinKey is everything that checks and recipes are made from.
func twinKey(c manifest.Clip, e lockfile.Entry, route string) string {
	k := hashkey.New("twin/1")
	k.Field("master", e.Master)
	k.Field("key color", screenColor(c, route))
	k.Field("transparent", fmt.Sprint(c.Transparent))
	k.Number("announced", e.Duration)
	k.Number("coverage min", c.Checks.CoverageMin)
	k.Number("coverage max", c.Checks.CoverageMax)
	k.Number("duration", c.Checks.Duration)
	k.Field("border", c.Checks.Border)
	k.Field("crop", fmt.Sprint(c.Prepare.Crop))
	k.Number("scale", c.Prepare.Scale)
	k.Field("hold", fmt.Sprint(c.Prepare.Hold))
	if c.Prepare.Loudness != nil {
		k.Number("loudness", *c.Prepare.Loudness)
	}
	return k.Sum()
}

// learnTwins notes what is ready before the run, also of clips that it leaves alone.
func (b *build) learnTwins(ctx context.Context, plan *Plan) {
	b.twins.known = map[string]lockfile.Entry{}
	if len(plan.Steps) < len(b.Manifest.Clips) {
		for _, c := range b.Manifest.Clips {
			if e, ok := b.Lock.Get(c.Name); ok && b.recipes.staleRendition(ctx, c, e) == "" {
				b.twins.known[twinKey(c, e, e.Route)] = e
			}
		}
	}
	for _, s := range plan.Steps {
		if e, ok := b.Lock.Get(s.Clip); ok && (s.Action == Keep || s.Action == Publish) {
			b.twins.known[twinKey(*s.clip, e, e.Route)] = e
		}
	}
}

// twin gives a clip what was prepared for another; unlock must be called when the clip
// is done, and tells the others what it has.
func (b *build) twin(s Step, e lockfile.Entry) (ready lockfile.Entry, ok bool, unlock func(made *lockfile.Entry)) {
	key := twinKey(*s.clip, e, s.req.Route)
	free, _ := b.twins.Lock(key)
	b.mu.Lock()
	other, ok := b.twins.known[key]
	b.mu.Unlock()
	if ok { // its files were in the store when it became known
		e.Info, e.Renditions = other.Info, other.Renditions // nobody changes one that is on record
	}
	return e, ok, func(made *lockfile.Entry) {
		if made != nil {
			b.mu.Lock()
			b.twins.known[key] = *made
			b.mu.Unlock()
		}
		free()
	}
}
