package pipeline

import (
	"context"

	"greenroom/internal/keymutex"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/recipes"
)

// duplicates are clips with the same master and the same recipe: rows
// with equal words, or a clip under two names. They are checked and prepared once.
type duplicates struct {
	known map[string]lockfile.Entry
	keymutex.Mutex
}

// learnDuplicates notes what is ready before the run, also of clips that it leaves alone.
func (b *build) learnDuplicates(ctx context.Context, plan *planning.Plan) {
	b.duplicates.known = map[string]lockfile.Entry{}
	if len(plan.Steps) < len(b.Manifest.Clips) {
		for _, c := range b.Manifest.Clips {
			if e, ok := b.Lock.Get(c.Name); ok && b.recipes.StaleRendition(ctx, c, e) == "" {
				b.duplicates.known[recipes.DuplicateKey(c, e, e.Route)] = e
			}
		}
	}
	for _, s := range plan.Steps {
		if e, ok := b.Lock.Get(s.Clip); ok && (s.Action == planning.Keep || s.Action == planning.Publish) {
			b.duplicates.known[recipes.DuplicateKey(*s.Work.Clip, e, e.Route)] = e
		}
	}
}

// duplicate returns what was prepared for an equal clip; unlock must be called when the clip
// is done, and shares what it has.
func (b *build) duplicate(s planning.Step, e lockfile.Entry) (ready lockfile.Entry, ok bool, unlock func(made *lockfile.Entry)) {
	key := recipes.DuplicateKey(*s.Work.Clip, e, s.Work.Request.Route)
	free, _ := b.duplicates.Lock(key)
	b.mu.Lock()
	other, ok := b.duplicates.known[key]
	b.mu.Unlock()
	if ok { // its files were in the store when it became known
		e.Info, e.Renditions = other.Info, other.Renditions // one that is on record does not change
	}
	return e, ok, func(made *lockfile.Entry) {
		if made != nil {
			b.mu.Lock()
			b.duplicates.known[key] = *made
			b.mu.Unlock()
		}
		free()
	}
}
