package pipeline

import (
	"context"

	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/sharedcache"
)

// sharedCache returns the shared cache of a build.
func (p *Project) sharedCache(o BuildOptions) (*sharedcache.Cache, error) {
	return sharedcache.Of(p.Project, p.Account, sharedcache.Options{
		Address: p.o.Cache, ReadOnly: p.o.CacheReadOnly || o.Frozen || o.StandIns, Off: o.Local,
	})
}

// pull copies what the lockfile names and the store does not have, and adopts takes that another machine has bought.
func (p *Project) pull(ctx context.Context, sh *sharedcache.Cache, o BuildOptions) error {
	if err := sh.Pull(ctx); err != nil || o.StandIns || p.Account.IsOffline() {
		return err
	}
	plan, err := p.Plan(ctx, o.Clips)
	if err != nil {
		return err
	}
	var wanted []sharedcache.Take
	bought := map[string]bool{}
	for _, s := range plan.Steps {
		bought[s.Key] = bought[s.Key] || s.Action == planning.Buy
		if bought[s.Key] {
			take := sharedcache.Take{Clip: s.Clip, Key: s.Key, Route: s.Route, Inputs: s.Work.Request.Inputs}
			if earlier, ok := s.Work.Request.Earlier(); ok {
				take.Earlier = earlier.Key
			}
			wanted = append(wanted, take)
		}
	}
	return sh.Adopt(ctx, wanted, func(e lockfile.Entry) { p.warned(ctx, e.Clip, e) })
}

// push sends what the cache does not have, and reports whether everything is there.
func (p *Project) push(ctx context.Context, sh *sharedcache.Cache, names []string, sum *Summary) bool {
	complete := sh.Push(ctx, names)
	sum.Restored, sum.Shared = sh.Restored(), sh.Sent()
	return complete
}

// Restore copies files that the lockfile names and the store does not have from the shared cache, and returns how many
// came. It changes nothing else, so that other runs may work at the same time. A problem of the cache is an event, and
// no error.
func (p *Project) Restore(ctx context.Context) (int, error) {
	sh, err := p.sharedCache(BuildOptions{StandIns: true})
	if err != nil || sh.None() {
		return 0, err
	}
	defer sh.Close()
	if err := p.OpenState(); err != nil {
		return 0, err
	}
	err = sh.Pull(ctx)
	return sh.Restored(), err
}

// Share sends what the shared cache does not have, see [sharedcache.Cache.Share].
func (p *Project) Share(ctx context.Context, names []string, verify bool) (sharedcache.Shared, error) {
	sh, err := p.sharedCache(BuildOptions{})
	if err != nil {
		return sharedcache.Shared{}, err
	}
	defer sh.Close()
	return sh.Share(ctx, names, verify)
}
