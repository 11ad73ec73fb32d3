package pipeline

import (
	"context"
	"errors"
	"sync"

	"golang.org/x/sync/errgroup"

	"greenroom/assets"
	bucket "greenroom/assets/remote"
	"greenroom/internal/fault"
	"greenroom/pipeline/event"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
)

// NoCache as an address turns the manifest's shared cache off.
const NoCache = "none"

// cacheJobs is how many objects travel at once; most of an S3 answer's time is waiting.
const cacheJobs = 8

// sharing is the shared cache of one run. It is opened at the first use. A cache never
// fails a build that can do without it: what goes wrong is said once and left.
type sharing struct {
	p      *Project
	config bucket.Config
	none   bool // there is no shared cache

	adopts bool // takes that others bought enter the lockfile

	once  sync.Once
	cache *bucket.Cache

	mu     sync.Mutex
	said   map[string]bool
	untrue map[string]bool   // objects and records that were read and found false
	why    map[string]string // what is not here: hash to the reason
	got    int
	sent   int
}

// sharing reads where the shared cache is: from the command, else from the manifest.
func (p *Project) sharing(o BuildOptions) (*sharing, error) {
	s := &sharing{p: p, adopts: !o.StandIns, said: map[string]bool{}, untrue: map[string]bool{}, why: map[string]string{}}
	c := p.Manifest.Cache
	if p.o.Cache != "" {
		c.At = nil
		if p.o.Cache != NoCache {
			at, err := assets.ParseLocation(p.o.Cache, p.Dir())
			if err != nil {
				return nil, fault.New(fault.Usage, "write it like s3://BUCKET/PREFIX, gs://BUCKET or file:///FOLDER; none turns it off", "the shared cache's address %v", err)
			}
			c.At = &at
		}
	}
	if c.At == nil || o.Local {
		s.none = true
		return s, nil
	}
	s.config = bucket.Config{At: *c.At, ReadOnly: c.ReadOnly || p.o.CacheReadOnly || o.Frozen || o.StandIns, Stall: c.Timeout}
	return s, nil
}

// open gives the cache, or nil when it cannot be used; that is said once.
func (s *sharing) open(ctx context.Context) *bucket.Cache {
	if s.none {
		return nil
	}
	s.once.Do(func() {
		c, err := bucket.Open(context.WithoutCancel(ctx), s.config)
		if err != nil {
			s.warn(ctx, err)
			return
		}
		s.cache = c
	})
	return s.cache
}

func (s *sharing) close() {
	if s.cache != nil {
		_ = s.cache.Close() // everything was verified before
	}
}

// warn says what is wrong with the cache, each kind once.
func (s *sharing) warn(ctx context.Context, err error) {
	var down *bucket.DownError
	var refused *bucket.RefusedError
	kind := err.Error()
	text := kind
	switch {
	case errors.As(err, &down):
		kind, text = "down", text+"; going on without it"
	case errors.As(err, &refused):
		kind, text = "refused", text+"; going on without it"
	}
	s.mu.Lock()
	said := s.said[kind]
	s.said[kind] = true
	s.mu.Unlock()
	if !said && ctx.Err() == nil {
		s.p.Send(ctx, event.Event{Stage: "cache", State: event.Warned, Message: s.config.At.String() + ": " + text})
	}
}

// object is a file that a clip needs in the store.
type object struct {
	clip, what string
	hash       assets.Hash
	size       int64
}

// objects lists an entry's files: the take, then what was made from it.
func objects(e lockfile.Entry) []object {
	out := []object{{e.Clip, "take", assets.Hash(e.Master), e.MasterBytes}}
	for _, f := range publishedFiles(e) {
		what := "rendition " + f.rendition
		if f.rendition == captionsRendition {
			what = captionsRendition
		}
		out = append(out, object{e.Clip, what, f.Hash, e.Rendition(f.rendition).Bytes})
	}
	return out
}

// pull brings what the lockfile names and the store lacks, and takes that somebody else
// has bought. Clips of local files are read from there.
func (s *sharing) pull(ctx context.Context, names []string) error {
	s.fetch(ctx, s.missing())
	if s.adopts && !s.p.Account.IsOffline() && context.Cause(ctx) == nil {
		if err := s.adopt(ctx, names); err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}

// Restore brings files that the lockfile names and the store lacks from the shared cache,
// and reports how many came. It changes nothing else, so that other runs may go on
// meanwhile; what is wrong with the cache is an event, and no error.
func (p *Project) Restore(ctx context.Context) (int, error) {
	s, err := p.sharing(BuildOptions{StandIns: true})
	if err != nil || s.none {
		return 0, err
	}
	defer s.close()
	if err := p.OpenState(); err != nil {
		return 0, err
	}
	s.fetch(ctx, s.missing())
	return s.got, context.Cause(ctx)
}

// missing lists what the lockfile names and the store lacks.
func (s *sharing) missing() (want []object) {
	known := map[assets.Hash]bool{}
	for _, c := range s.p.Manifest.Clips {
		e, ok := s.p.Lock.Get(c.Name)
		if !ok {
			continue
		}
		for _, o := range objects(e) {
			if known[o.hash] || s.p.Store.Has(o.hash, o.size) {
				continue
			}
			if isOwnFile(c, e, o) && s.fromFile(c, o) {
				continue
			}
			known[o.hash] = true
			want = append(want, o)
		}
	}
	return want
}

// fromFile takes a clip's own file in when it is what the lockfile says.
func (s *sharing) fromFile(c manifest.Clip, o object) bool {
	h, err := s.p.Inputs.Hash(c.File)
	if err != nil || h != string(o.hash) {
		return false
	}
	got, _, err := s.p.Store.Import(c.File)
	return err == nil && got == o.hash
}

// fetch brings objects side by side and remembers why one did not come.
func (s *sharing) fetch(ctx context.Context, want []object) {
	if len(want) == 0 {
		return
	}
	cache := s.open(ctx)
	var g errgroup.Group
	g.SetLimit(cacheJobs)
	for _, o := range want {
		if cache == nil {
			s.blame(o.hash, nil)
			continue
		}
		g.Go(func() error {
			err := cache.Get(ctx, s.p.Store, o.hash, o.size)
			if err == nil {
				s.mu.Lock()
				s.got++
				s.mu.Unlock()
				s.p.Send(ctx, event.Event{Clip: o.clip, Stage: "restore", State: event.Done, Done: o.size, Total: o.size, Message: o.what + " from the cache"})
				return nil
			}
			s.blame(o.hash, err)
			if !errors.Is(err, bucket.ErrMissing) {
				s.warn(ctx, err)
			}
			return nil
		})
	}
	_ = g.Wait() // the functions report through blame
}

func (s *sharing) blame(h assets.Hash, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var bad *bucket.BadError
	switch {
	case s.none:
		s.why[string(h)] = "there is no shared cache"
	case err == nil:
		s.why[string(h)] = "the cache cannot be opened"
	case errors.As(err, &bad):
		s.why[string(h)] = err.Error()
		s.untrue[string(h)] = true
	default:
		s.why[string(h)] = err.Error()
	}
}
