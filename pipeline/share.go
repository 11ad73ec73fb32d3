package pipeline

import (
	"context"
	"encoding/json"
	"sync"

	"greenroom/assets/remote"
	"greenroom/internal/capacity"
	"greenroom/internal/fault"
	"greenroom/pipeline/event"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/sharedcache"
	"greenroom/pipeline/stage"
	"greenroom/pipeline/units"
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

// farm runs units on the workers of an engine. It connects when the first unit comes: a run that is up to date needs no
// server.
type farm struct {
	p *Project

	once   sync.Once
	units  *units.Farm
	helper *units.Helper
	err    error
}

// elsewhere returns the project's other machines; nil if this one runs everything.
func (p *Project) elsewhere() stage.Elsewhere {
	if p.farm == nil {
		return nil
	}
	return p.farm
}

// Do implements stage.Elsewhere.
func (f *farm) Do(
	ctx context.Context, u stage.Unit, send func(context.Context, event.Event),
) (json.RawMessage, error) {
	f.once.Do(func() { f.err = f.open(ctx) })
	if f.err != nil {
		return nil, f.err
	}
	return f.units.Do(ctx, u, send)
}

func (f *farm) open(ctx context.Context) error {
	cache, err := f.p.engineCache()
	if err != nil {
		return err
	}
	t, err := f.p.Tools.Find(ctx)
	if err != nil {
		return err
	}
	path, err := units.FindProgram(f.p.LookPath)
	if err != nil {
		return err
	}
	f.helper, err = units.StartHelper(ctx, path, f.p.o.Engine, func(text string) {
		f.p.Send(context.WithoutCancel(ctx), event.Event{Stage: "farm", State: event.Warned, Message: text})
	})
	if err != nil {
		return err
	}
	f.units = &units.Farm{
		Store: f.p.Store, Cache: cache, Asker: f.helper,
		Machine: units.Machine{Version: f.p.o.Version, FFmpeg: t.Version},
	}
	return nil
}

// engineCache returns the cache through which the machines of an engine exchange files. It fails if there is an engine
// and none that can be written to.
func (p *Project) engineCache() (config remote.Config, err error) {
	if p.o.Engine.Server == "" {
		return config, nil
	}
	sh, err := p.sharedCache(BuildOptions{})
	if err != nil {
		return config, err
	}
	config = sh.Config()
	const hint = "add cache: s3://BUCKET/PREFIX to the manifest, or use --cache"
	switch {
	case sh.None():
		return config, fault.New(
			fault.Usage, hint, "--engine needs a shared cache, through which the machines exchange files",
		)
	case config.ReadOnly:
		return config, fault.New(
			fault.Usage, "omit --read-only", "--engine writes to the shared cache, which is read-only here",
		)
	}
	return config, nil
}

// close ends the connection. Units that the workers have begun go on, and the next run takes their results.
func (f *farm) close() {
	if f == nil {
		return
	}
	if f.helper != nil {
		f.helper.Close()
	}
	if f.units != nil {
		f.units.Close()
	}
}

// farmEnv is what steps use that encode films on other machines; nil if this one encodes them.
func (p *Project) farmEnv() *stage.Env {
	other := p.elsewhere()
	if other == nil {
		return nil
	}
	return &stage.Env{
		Store: p.Store, Tools: p.Tools.Find, Capacity: capacity.Here(0), Threads: 1,
		Send: p.Send, Elsewhere: other,
	}
}
