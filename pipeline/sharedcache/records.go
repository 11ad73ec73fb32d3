package sharedcache

import (
	"context"
	"errors"
	"slices"
	"strings"

	"greenroom/assets"
	bucket "greenroom/assets/remote"
	"greenroom/compose/media"
	"greenroom/internal/fault"
	"greenroom/pipeline/event"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/origin"
	"greenroom/pipeline/renditions"
)

// recordName is where a take is on record for machines whose lockfile does not have it. The
// origin is part of the name: what the sandbox or another account made is never found by a
// project that would not accept it.
func recordName(o origin.Origin, takeKey string) string { return string(o) + "/" + takeKey }

// recordOrigins are the origins whose takes the project accepts, its own account first.
func (s *Cache) recordOrigins(ctx context.Context) []origin.Origin {
	id := s.account.Identity(ctx, true)
	return slices.Concat([]origin.Origin{id.Current}, id.Aliases, id.Accepted)
}

// recordClip is the name a take has in its record.
const recordClip = "take"

// Take is a take that a build would buy.
type Take struct {
	Clip, Key, Route string
	Earlier          string // the key that earlier versions gave it; empty when it is the same
	Inputs           lockfile.Inputs
}

// Adopt finds takes that this project would buy and another machine has bought. They enter the lockfile as if they had
// been bought here: the master is verified by its hash, checked and prepared here like any other. recorded is called
// for each.
func (s *Cache) Adopt(ctx context.Context, wanted []Take, recorded func(lockfile.Entry)) error {
	tried := map[string]lockfile.Entry{} // without a video where there is no record
	for _, t := range wanted {
		if context.Cause(ctx) != nil {
			break
		}
		cache := s.open(ctx)
		if cache == nil {
			return nil
		}
		e, have := tried[t.Key]
		if !have {
			var err error
			e, err = s.anyRecord(ctx, cache, t)
			if errors.Is(err, bucket.ErrMissing) && t.Earlier != "" {
				old := t
				old.Key = t.Earlier
				e, err = s.anyRecord(ctx, cache, old)
			}
			if err != nil {
				if !errors.Is(err, bucket.ErrMissing) {
					s.warn(ctx, err)
				}
				e = lockfile.Entry{}
			}
			tried[t.Key] = e
		}
		if e.VideoID == "" {
			continue
		}
		e.Clip, e.Inputs = t.Clip, t.Inputs
		if err := s.on.Lock.Set(e); err != nil {
			return err
		}
		message := "this take is in the cache as video " + e.VideoID + "; not bought again"
		s.on.Send(ctx, event.Event{Clip: t.Clip, Stage: "restore", State: event.Done, Message: message})
		recorded(e)
	}
	return context.Cause(ctx)
}

// anyRecord reads a take's record under the first origin that has one.
func (s *Cache) anyRecord(ctx context.Context, cache *bucket.Cache, st Take) (e lockfile.Entry, err error) {
	for _, o := range s.recordOrigins(ctx) {
		if e, err = s.record(ctx, cache, st, o); !errors.Is(err, bucket.ErrMissing) {
			break
		}
	}
	return e, err
}

// record reads a take's record, validates it, and copies its files into the store.
func (s *Cache) record(ctx context.Context, cache *bucket.Cache, st Take, o origin.Origin) (lockfile.Entry, error) {
	name := recordName(o, st.Key)
	b, err := cache.Record(ctx, name)
	if err != nil {
		return lockfile.Entry{}, err
	}
	corrupt := func(why string) (lockfile.Entry, error) {
		s.mu.Lock()
		s.corrupt[name] = true
		s.mu.Unlock()
		return lockfile.Entry{}, &bucket.BadError{Object: "record of " + st.Clip, Why: why}
	}
	f, err := lockfile.Parse("record", b)
	if err != nil {
		return corrupt("it cannot be read")
	}
	e, ok := f.Get(recordClip)
	if !ok || e.TakeKey != st.Key || e.Origin != string(o) || e.Route != st.Route || e.VideoID == "" ||
		e.MasterBytes == 0 {
		return corrupt("it is of another take")
	}
	// Only the take is used, and only if its content is verified; everything else is made here.
	e.Renditions, e.Info = nil, lockfile.Info{}
	var missing error
	for _, o := range renditions.Objects(e) {
		if s.on.Store.Has(o.Hash, o.Size) {
			continue
		}
		if err := cache.Get(ctx, s.on.Store, o.Hash, o.Size); err != nil {
			s.blame(o.Hash, err)
			missing = err
		} else {
			s.mu.Lock()
			s.restored++
			s.mu.Unlock()
		}
	}
	var bad *bucket.BadError
	if errors.Is(missing, bucket.ErrMissing) || errors.As(missing, &bad) {
		return corrupt("a file that it names is " + strings.TrimPrefix(missing.Error(), "the cache's "))
	}
	if missing == nil {
		if err := media.Playable(s.on.Store.Path(assets.Hash(e.Master))); err != nil && fault.MachineHint(err) == "" { // sent by an earlier version
			return corrupt("the take that it names is " + err.Error())
		}
	}
	return e, missing
}
