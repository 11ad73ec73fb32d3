package pipeline

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
	"greenroom/pipeline/request"
)

// push sends what the cache lacks of the clips; no names: all. It reports whether
// everything it had to send is there, so that no later run needs to look.
func (s *sharing) push(ctx context.Context, names []string, sum *Summary) bool {
	defer func() {
		s.mu.Lock()
		sum.Restored, sum.Shared = s.got, s.sent
		s.mu.Unlock()
	}()
	if s.none || s.config.ReadOnly {
		return true
	}
	clips, err := s.p.Clips.Named(names)
	if err != nil || context.Cause(ctx) != nil {
		return false
	}
	var g errgroup.Group
	g.SetLimit(cacheJobs)
	var failed sync.Map
	seen := map[assets.Hash]bool{}
	for _, c := range clips {
		e, ok := s.p.Lock.Get(c.Name)
		if !ok || s.p.Store == nil {
			continue
		}
		var send []object
		for _, o := range objects(e) {
			if !isOwnFile(c, e, o) && !seen[o.hash] && s.p.Store.Has(o.hash, o.size) {
				seen[o.hash] = true
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
	whole := true
	failed.Range(func(any, any) bool { whole = false; return false })
	return whole
}

// send puts a clip's files, then the record of its take: a record never speaks of a file
// that is not there yet.
func (s *sharing) send(ctx context.Context, cache *bucket.Cache, e lockfile.Entry, list []object) error {
	for _, o := range list {
		s.mu.Lock()
		replace := s.untrue[string(o.hash)]
		s.mu.Unlock()
		sent, err := cache.Put(ctx, s.p.Store.Path(o.hash), o.hash, o.size, replace)
		if err != nil {
			return fmt.Errorf("send the %s of %s: %w", o.what, e.Clip, err)
		}
		if sent {
			s.mu.Lock()
			s.sent++
			s.mu.Unlock()
		}
	}
	if e.Route == request.File || e.Route == request.Video || e.VideoID == "" || e.Origin == "" || e.Origin == string(origin.Foreign) || !s.p.Store.Has(assets.Hash(e.Master), e.MasterBytes) {
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
	replace := s.untrue[name]
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

// Share sends what the shared cache lacks, without building anything. With verify, every
// object of the clips that the cache has is read and proven first; a false one is
// replaced when the true bytes are here.
func (p *Project) Share(ctx context.Context, names []string, verify bool) (Shared, error) {
	var out Shared
	sh, err := p.sharing(BuildOptions{})
	if err != nil {
		return out, err
	}
	defer sh.close()
	if sh.none {
		return out, fault.New(fault.Usage, "add cache: s3://BUCKET/PREFIX to the manifest, or give --cache", "there is no shared cache")
	}
	clips, err := p.Clips.Named(names)
	if err != nil {
		return out, err
	}
	if err := p.PeekState(); err != nil {
		return out, err
	}
	cache := sh.open(ctx)
	if cache == nil {
		return out, fault.New(fault.Failed, "check the address and the credentials", "the shared cache %s cannot be opened", sh.config.At)
	}
	whole := true
	if verify {
		var g errgroup.Group
		g.SetLimit(cacheJobs)
		seen := map[assets.Hash]bool{}
		for _, c := range clips {
			e, ok := p.Lock.Get(c.Name)
			for _, o := range objects(e) {
				if !ok || seen[o.hash] || isOwnFile(c, e, o) {
					continue
				}
				seen[o.hash] = true
				g.Go(func() error {
					if err := cache.Verify(ctx, o.hash, o.size, io.Discard); err != nil {
						sh.blame(o.hash, err)
						if !errors.Is(err, bucket.ErrMissing) {
							sh.warn(ctx, err)
						}
						sh.mu.Lock()
						whole = whole && p.Store != nil && p.Store.Has(o.hash, o.size)
						sh.mu.Unlock()
					}
					return nil
				})
			}
		}
		_ = g.Wait() // the functions report through blame
	}
	var sum Summary
	pushed := sh.push(ctx, names, &sum)
	out = Shared{Read: true, Sent: sum.Shared, Corrupt: len(sh.untrue), Complete: whole && pushed && !sh.config.ReadOnly || verify && len(sh.why) == 0}
	if context.Cause(ctx) != nil {
		return out, context.Cause(ctx)
	}
	if !out.Complete {
		return out, fault.New(fault.Failed, "run it where the files are, with credentials that may write", "the shared cache does not hold everything of this project")
	}
	return out, nil
}
