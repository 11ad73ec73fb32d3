// Package sharedcache is what machines share: the files of takes and renditions by content, and records of bought
// takes.
package sharedcache

import (
	"context"
	"errors"
	"sync"

	"golang.org/x/sync/errgroup"

	"greenroom/assets"
	bucket "greenroom/assets/remote"
	"greenroom/internal/fault"
	"greenroom/pipeline/account"
	"greenroom/pipeline/event"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/project"
	"greenroom/pipeline/renditions"
)

// None as an address turns the manifest's shared cache off.
const None = "none"

// cacheJobs is how many objects travel at once; most of an S3 answer's time is waiting.
const cacheJobs = 8

// Options say which cache is used and how.
type Options struct {
	Address  string // replaces the manifest's; "" keeps it, None turns it off
	ReadOnly bool   // never write to it
	Off      bool   // no cache at all, whatever the address is
}

// Cache is the shared cache of one run. It is opened at the first use. It never fails a build that can do without it:
// each kind of problem is reported once, as a warning.
type Cache struct {
	on      *project.Project
	account *account.Account
	config  bucket.Config
	none    bool // there is no shared cache

	once  sync.Once
	cache *bucket.Cache

	mu       sync.Mutex
	reported map[string]bool
	corrupt  map[string]bool   // objects and records that do not match their name
	why      map[string]string // why an object is not here, by hash
	restored int
	sent     int
}

// Of returns the shared cache of a project: the one of the options, else the one of the manifest.
func Of(on *project.Project, a *account.Account, o Options) (*Cache, error) {
	s := &Cache{on: on, account: a, reported: map[string]bool{}, corrupt: map[string]bool{}, why: map[string]string{}}
	c := on.Manifest.Cache
	if o.Address != "" {
		c.At = nil
		if o.Address != None {
			at, err := assets.ParseLocation(o.Address, on.Dir())
			if err != nil {
				const hint = "write it like s3://BUCKET/PREFIX, gs://BUCKET or file:///FOLDER; none turns it off"
				return nil, fault.New(fault.Usage, hint, "the shared cache's address %v", err)
			}
			c.At = &at
		}
	}
	if c.At == nil || o.Off {
		s.none = true
		return s, nil
	}
	s.config = bucket.Config{At: *c.At, ReadOnly: c.ReadOnly || o.ReadOnly, Stall: c.Timeout}
	return s, nil
}

// None reports that there is no shared cache.
func (s *Cache) None() bool { return s.none }

// Config returns how the cache is opened. There must be one.
func (s *Cache) Config() bucket.Config { return s.config }

// Restored returns how many files came from the cache.
func (s *Cache) Restored() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.restored
}

// Sent returns how many files were sent to the cache.
func (s *Cache) Sent() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sent
}

// Why returns why an object is not here; empty when it was not missing.
func (s *Cache) Why(h assets.Hash) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.why[string(h)]
}

// open returns the cache, or nil when it cannot be used, which is reported once.
func (s *Cache) open(ctx context.Context) *bucket.Cache {
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

// Close ends the connection.
func (s *Cache) Close() {
	if s.cache != nil {
		_ = s.cache.Close() // everything was verified before
	}
}

// warn reports a problem of the cache, each kind once.
func (s *Cache) warn(ctx context.Context, err error) {
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
	known := s.reported[kind]
	s.reported[kind] = true
	s.mu.Unlock()
	if !known && ctx.Err() == nil {
		s.on.Send(ctx, event.Event{Stage: "cache", State: event.Warned, Message: s.config.At.String() + ": " + text})
	}
}

// Pull copies the files that the lockfile names and the store does not have. A problem of the cache is a warning; the
// error is that of the context.
func (s *Cache) Pull(ctx context.Context) error {
	s.fetch(ctx, s.missing())
	return context.Cause(ctx)
}

// missing lists what the lockfile names and the store does not have.
func (s *Cache) missing() (want []renditions.Object) {
	known := map[assets.Hash]bool{}
	for _, c := range s.on.Manifest.Clips {
		e, ok := s.on.Lock.Get(c.Name)
		if !ok {
			continue
		}
		for _, o := range renditions.Objects(e) {
			if known[o.Hash] || s.on.Store.Has(o.Hash, o.Size) {
				continue
			}
			if renditions.IsOwnFile(c, e, o) && s.fromFile(c, o) {
				continue
			}
			known[o.Hash] = true
			want = append(want, o)
		}
	}
	return want
}

// fromFile imports a clip's own file when it is what the lockfile names.
func (s *Cache) fromFile(c manifest.Clip, o renditions.Object) bool {
	h, err := s.on.Inputs.Hash(c.File)
	if err != nil || h != string(o.Hash) {
		return false
	}
	got, _, err := s.on.Store.Import(c.File)
	return err == nil && got == o.Hash
}

// fetch copies objects side by side and records why one did not come.
func (s *Cache) fetch(ctx context.Context, want []renditions.Object) {
	if len(want) == 0 {
		return
	}
	cache := s.open(ctx)
	var g errgroup.Group
	g.SetLimit(cacheJobs)
	for _, o := range want {
		if cache == nil {
			s.blame(o.Hash, nil)
			continue
		}
		g.Go(func() error {
			err := cache.Get(ctx, s.on.Store, o.Hash, o.Size)
			if err == nil {
				s.mu.Lock()
				s.restored++
				s.mu.Unlock()
				s.on.Send(ctx, event.Event{
					Clip: o.Clip, Stage: "restore", State: event.Done, Done: o.Size, Total: o.Size,
					Message: o.What + " from the cache",
				})
				return nil
			}
			s.blame(o.Hash, err)
			if !errors.Is(err, bucket.ErrMissing) {
				s.warn(ctx, err)
			}
			return nil
		})
	}
	_ = g.Wait() // the functions report through blame
}

func (s *Cache) blame(h assets.Hash, err error) {
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
		s.corrupt[string(h)] = true
	default:
		s.why[string(h)] = err.Error()
	}
}
