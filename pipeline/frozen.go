package pipeline

import (
	"context"
	"fmt"
	"strings"

	"greenroom/assets"
	"greenroom/internal/fault"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/renditions"
	"greenroom/pipeline/sharedcache"
)

// frozen publishes exactly what the lockfile names and makes nothing: no purchase,
// no request to HeyGen, no upload, no transcoding. What is missing comes from the shared
// cache; what is not there either is named, all of it, and then nothing is published.
func (p *Project) frozen(ctx context.Context, o BuildOptions) (sum Summary, err error) {
	start := p.o.Now()
	p.Account.Offline()
	plan, err := p.Plan(ctx, o.Clips)
	if err != nil {
		return sum, err
	}
	defer func() {
		sum.Took = p.o.Now().Sub(start)
		sum.Seconds = sum.Took.Seconds()
	}()
	sum = Summary{Clips: len(plan.Steps), UpToDate: plan.Counts()[planning.Keep]}
	if plan.UpToDate() && p.Publisher.PropsCurrent() {
		sum.Published = true
		return sum, nil
	}
	sh, err := p.sharedCache(o)
	if err != nil {
		return sum, err
	}
	defer sh.Close()
	end, err := p.begin()
	if err != nil {
		return sum, err
	}
	defer end()
	p.collector().Sweep(nil)
	if err := p.pull(ctx, sh, o); err != nil {
		return sum, err
	}
	if plan, err = p.Plan(ctx, o.Clips); err != nil {
		return sum, err
	}
	sum.Restored = sh.Restored()
	var list fault.List
	for _, s := range plan.Steps {
		if s.Action != planning.Keep && s.Action != planning.Publish {
			list = append(list, p.missingFiles(ctx, s, sh))
		}
	}
	if sum.Failed = len(list); sum.Failed > 0 {
		return sum, list.Or()
	}
	if err := p.Publisher.Publish(ctx, true); err != nil {
		return sum, err
	}
	sum.Published = context.Cause(ctx) == nil
	return sum, context.Cause(ctx)
}

// missingFiles reports what of a clip is missing that a frozen build may not make.
func (p *Project) missingFiles(ctx context.Context, s planning.Step, sh *sharedcache.Cache) *fault.Error {
	place := s.Work.Clip.Place
	place.File = p.Rel(place.File)
	say := func(hint, format string, args ...any) *fault.Error {
		f := fault.New(fault.Stale, hint, "frozen: "+format, args...).For(s.Clip)
		f.Place = &place
		return f
	}
	e, have := p.Lock.Get(s.Clip)
	if have && e.TakeKey == s.Key && !p.Account.IsOwnTake(ctx, e) {
		return say("run `greenroom build` where the account's key is, and commit "+LockName, "%s", p.Account.OtherOrigin(ctx, p.Account.OriginOf(e)))
	}
	if !have || e.TakeKey != s.Key {
		return say("run `greenroom build` where it may spend, and commit greenroom.lock", "take missing: %s", s.Reason)
	}
	var parts []string
	last := "" // a reason that holds for several files is printed once, after the last of them
	for _, o := range renditions.Objects(e) {
		if p.Store == nil {
			continue
		}
		gone := "missing"
		switch p.Store.Condition(o.Hash, o.Size) {
		case assets.Intact:
			continue
		case assets.Damaged:
			gone = "damaged"
		}
		why := sh.Why(o.Hash)
		if n := len(parts); n > 0 && why != last && last != "" {
			parts[n-1] += ": " + last
		}
		parts, last = append(parts, fmt.Sprintf("%s %s (sha256 %s…, %.1f kB)", o.What, gone, o.Hash[:12], float64(o.Size)/1e3)), why
	}
	if last != "" {
		parts[len(parts)-1] += ": " + last
	}
	if len(parts) > 0 {
		return say("fill the cache: `greenroom cache push` where the clips were built, or `greenroom build` where the key is", "%s", strings.Join(parts, "; "))
	}
	return say("run `greenroom build`, and commit greenroom.lock", "renditions missing: %s", s.Reason)
}
