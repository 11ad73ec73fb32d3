package sharedcache

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"golang.org/x/sync/errgroup"

	"greenroom/assets"
	bucket "greenroom/assets/remote"
	"greenroom/internal/fault"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/origin"
	"greenroom/pipeline/renditions"
	"greenroom/pipeline/routes"
)

// Push sends the files of the clips that the cache does not have; no names: all. It reports whether everything is
// there, so that no later run needs to check.
func (s *Cache) Push(ctx context.Context, names []string) bool {
	if s.none || s.config.ReadOnly {
		return true
	}
	clips, err := s.on.Clips.Named(names)
	if err != nil || context.Cause(ctx) != nil {
		return false
	}
	var g errgroup.Group
	g.SetLimit(cacheJobs)
	var failed sync.Map
	seen := map[assets.Hash]bool{}
	for _, c := range clips {
		e, ok := s.on.Lock.Get(c.Name)
		if !ok || s.on.Store == nil {
			continue
		}
		var send []renditions.Object
		for _, o := range renditions.Objects(e) {
			if !renditions.IsOwnFile(c, e, o) && !seen[o.Hash] && s.on.Store.Has(o.Hash, o.Size) {
				seen[o.Hash] = true
				send = append(send, o)
			}
		}
		if len(send) == 0 {
			continue
		}
		cache := s.open(ctx)
		if cache == nil {
			return false
		}
		g.Go(func() error {
			if err := s.send(ctx, cache, e, send); err != nil {
				failed.Store(c.Name, true)
				s.warn(ctx, err)
			}
			return nil
		})
	}
	_ = g.Wait() // the functions report through failed
	complete := true
	failed.Range(func(any, any) bool { complete = false; return false })
	return complete
}

// send puts a clip's files, then the record of its take: a record never speaks of a file
// that is not there yet.
func (s *Cache) send(ctx context.Context, cache *bucket.Cache, e lockfile.Entry, list []renditions.Object) error {
	for _, o := range list {
		s.mu.Lock()
		replace := s.corrupt[string(o.Hash)]
		s.mu.Unlock()
		sent, err := cache.Put(ctx, s.on.Store.Path(o.Hash), o.Hash, o.Size, replace)
		if err != nil {
			return fmt.Errorf("send the %s of %s: %w", o.What, e.Clip, err)
		}
		if sent {
			s.mu.Lock()
			s.sent++
			s.mu.Unlock()
		}
	}
	if e.Route == routes.File || e.Route == routes.Video || e.VideoID == "" || e.Origin == "" ||
		e.Origin == string(origin.Foreign) || !s.on.Store.Has(assets.Hash(e.Master), e.MasterBytes) {
		return nil
	}
	f, err := lockfile.Parse("record", nil)
	if err != nil {
		return err
	}
	name := recordName(origin.Origin(e.Origin), e.TakeKey)
	e.Clip, e.Inputs, e.Renditions, e.Info, e.Tool = recordClip, "", nil, lockfile.Info{}, ""
	f.Set(e)
	b, err := f.Encode()
	if err != nil {
		return err
	}
	s.mu.Lock()
	replace := s.corrupt[name]
	s.mu.Unlock()
	return cache.PutRecord(ctx, name, b, replace)
}

// Shared is what the cache holds of a project.
type Shared struct {
	Sent     int  `json:"sent"`     // files sent now
	Corrupt  int  `json:"corrupt"`  // files whose content did not match their name
	Complete bool `json:"complete"` // everything of the named clips is there

	Read bool `json:"-"` // the cache was read: the other members are an answer
}

// Share sends what the shared cache does not have, without building anything. With verify, every object of the clips
// that the cache has is read and verified first; a corrupt one is replaced when the right bytes are here.
func (s *Cache) Share(ctx context.Context, names []string, verify bool) (Shared, error) {
	var out Shared
	if s.none {
		return out, fault.New(
			fault.Usage, "add cache: s3://BUCKET/PREFIX to the manifest, or use --cache", "there is no shared cache",
		)
	}
	clips, err := s.on.Clips.Named(names)
	if err != nil {
		return out, err
	}
	if err := s.on.PeekState(); err != nil {
		return out, err
	}
	cache := s.open(ctx)
	if cache == nil {
		return out, fault.New(
			fault.Failed, "check the address and the credentials", "the shared cache %s cannot be opened", s.config.At,
		)
	}
	complete := true
	if verify {
		var g errgroup.Group
		g.SetLimit(cacheJobs)
		seen := map[assets.Hash]bool{}
		for _, c := range clips {
			e, ok := s.on.Lock.Get(c.Name)
			for _, o := range renditions.Objects(e) {
				if !ok || seen[o.Hash] || renditions.IsOwnFile(c, e, o) {
					continue
				}
				seen[o.Hash] = true
				g.Go(func() error {
					if err := cache.Verify(ctx, o.Hash, o.Size, io.Discard); err != nil {
						s.blame(o.Hash, err)
						if !errors.Is(err, bucket.ErrMissing) {
							s.warn(ctx, err)
						}
						s.mu.Lock()
						complete = complete && s.on.Store != nil && s.on.Store.Has(o.Hash, o.Size)
						s.mu.Unlock()
					}
					return nil
				})
			}
		}
		_ = g.Wait() // the functions report through blame
	}
	pushed := s.Push(ctx, names)
	out = Shared{
		Read: true, Sent: s.Sent(), Corrupt: len(s.corrupt),
		Complete: complete && pushed && !s.config.ReadOnly || verify && len(s.why) == 0,
	}
	if context.Cause(ctx) != nil {
		return out, context.Cause(ctx)
	}
	if !out.Complete {
		return out, fault.New(
			fault.Failed, "run it where the files are, with credentials that may write",
			"the shared cache does not hold everything of this project",
		)
	}
	return out, nil
}
