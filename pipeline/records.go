package pipeline

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
)

// recordName is where a take is on record for machines whose lockfile does not have it. The
// origin is part of the name: what the sandbox or another account made is never found by a
// project that would not accept it.
func recordName(o origin.Origin, takeKey string) string { return string(o) + "/" + takeKey }

// recordOrigins are the origins whose takes the project accepts, its own account first.
func (s *sharing) recordOrigins(ctx context.Context) []origin.Origin {
	id := s.p.Account.Identity(ctx, true)
	return slices.Concat([]origin.Origin{id.Current}, id.Aliases, id.Accepted)
}

// recordClip is the name a take has in its record.
const recordClip = "take"

// adopt looks for takes that this project would buy now and another machine has bought.
// What is found enters the lockfile as if it had been bought here: the master is proven
// by its hash, checked and prepared here like any other.
func (s *sharing) adopt(ctx context.Context, names []string) error {
	plan, err := s.p.Plan(ctx, names)
	if err != nil {
		return err
	}
	tried := map[string]lockfile.Entry{}
	for _, st := range plan.Steps {
		e, have := tried[st.Key]
		if st.Action != Buy && !have || context.Cause(ctx) != nil {
			continue
		}
		cache := s.open(ctx)
		if cache == nil {
			return nil
		}
		if !have {
			if e, err = s.anyRecord(ctx, cache, st); err != nil {
				if !errors.Is(err, bucket.ErrMissing) {
					s.warn(ctx, err)
				}
				continue
			}
			tried[st.Key] = e
		}
		e.Clip, e.Inputs = st.Clip, st.req.Inputs
		if err := s.p.Lock.Set(e); err != nil {
			return err
		}
		s.p.Send(ctx, event.Event{Clip: st.Clip, Stage: "restore", State: event.Done, Message: "this take is in the cache as video " + e.VideoID + "; not bought again"})
		s.p.warned(ctx, st.Clip, e)
	}
	return nil
}

// anyRecord reads a take's record under the first origin that has one.
func (s *sharing) anyRecord(ctx context.Context, cache *bucket.Cache, st Step) (e lockfile.Entry, err error) {
	for _, o := range s.recordOrigins(ctx) {
		if e, err = s.record(ctx, cache, st, o); !errors.Is(err, bucket.ErrMissing) {
			break
		}
	}
	return e, err
}

// record reads a take's record, validates it, and copies its files into the store.
func (s *sharing) record(ctx context.Context, cache *bucket.Cache, st Step, o origin.Origin) (lockfile.Entry, error) {
	name := recordName(o, st.Key)
	b, err := cache.Record(ctx, name)
	if err != nil {
		return lockfile.Entry{}, err
	}
	untrue := func(why string) (lockfile.Entry, error) {
		s.mu.Lock()
		s.untrue[name] = true
		s.mu.Unlock()
		return lockfile.Entry{}, &bucket.BadError{Object: "record of " + st.Clip, Why: why}
	}
	f, err := lockfile.Parse("record", b)
	if err != nil {
		return untrue("it cannot be read")
	}
	e, ok := f.Get(recordClip)
	if !ok || e.TakeKey != st.Key || e.Origin != string(o) || e.Route != st.Route || e.VideoID == "" || e.MasterBytes == 0 {
		return untrue("it speaks of another take")
	}
	// Only the take is believed, and only what proves itself; all else is made here.
	e.Renditions, e.Info = nil, lockfile.Info{}
	var missing error
	for _, o := range objects(e) {
		if s.p.Store.Has(o.hash, o.size) {
			continue
		}
		if err := cache.Get(ctx, s.p.Store, o.hash, o.size); err != nil {
			s.blame(o.hash, err)
			missing = err
		} else {
			s.mu.Lock()
			s.got++
			s.mu.Unlock()
		}
	}
	var bad *bucket.BadError
	if errors.Is(missing, bucket.ErrMissing) || errors.As(missing, &bad) {
		return untrue("a file that it names is " + strings.TrimPrefix(missing.Error(), "the cache's "))
	}
	if missing == nil {
		if err := media.Playable(s.p.Store.Path(assets.Hash(e.Master))); err != nil && fault.MachineHint(err) == "" { // sent by an earlier version
			return untrue("the take that it names is " + err.Error())
		}
	}
	return e, missing
}
