// Package segments renders films piece by piece: it cuts a film, encodes the pieces that no film had before, keeps them
// in the store, and joins them without encoding again.
package segments

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"

	"greenroom/assets"
	"greenroom/compose/media"
	"greenroom/compose/native"
	"greenroom/compose/native/piece"
	"greenroom/compose/timeline"
	"greenroom/internal/capacity"
	"greenroom/internal/keymutex"
	"greenroom/pipeline/sharedcache"
	"greenroom/pipeline/stage"
)

// Store keeps the files of pieces by their content. *assets.Store implements it.
type Store interface {
	Condition(h assets.Hash, size int64) assets.Condition
	Path(h assets.Hash) string
	TempPath(name string) string
	Adopt(path string) (assets.Hash, int64, error)
	Remove(h assets.Hash) error
}

// Shared is a cache of pieces that machines share.
type Shared interface {
	// Fetch brings the piece of a key into the store and returns its record. It reports false if there is none that
	// can be used.
	Fetch(ctx context.Context, key string) (Record, bool)
	// Send sends a piece of the store.
	Send(ctx context.Context, r Record)
	// Distrust makes the next Send of a key replace what the cache has.
	Distrust(key string)
}

// Maker renders films of one project.
type Maker struct {
	Store  Store
	Index  Index
	Shared Shared // nil if there is none
	// Leases split the work with other machines; nil: this machine encodes what the store and Shared do not have.
	Leases *sharedcache.Leases
	Tools  media.Tools
	// WorkDir is for unfinished files.
	WorkDir string
	// Fresh encodes every piece once, although the store has it.
	Fresh    bool
	Capacity *capacity.Capacity // bounds what is encoded at once on this one
	// Farm encodes pieces on other machines; nil: on this one.
	Farm *stage.Env

	probes   native.Probes
	progress progress
}

// progress is what a Maker knows of the pieces that it makes.
type progress struct {
	busy  keymutex.Mutex // by key: a piece that films have in common is made once
	made  sync.Map       // keys of pieces that were encoded by this Maker
	ahead sync.Map       // those of them that Make has encoded and no film has counted
}

// Film is a film to render.
type Film struct {
	Timeline *timeline.Film
	Content  map[string]string // SHA-256 of each file, by its key in Timeline.Media
	Out      string
	Encoding Encoding
	Tags     []string // see native.Spec
}

// Result is a rendered film.
type Result struct {
	native.Result
	Encoded, Reused int      // frames of pieces that were encoded now, and of those that were not
	Objects         []string // hashes of the pieces in the store
}

// Render renders a film. emit reports how many of its frames are ready; it may be nil.
func (m *Maker) Render(ctx context.Context, f Film, emit func(frame int)) (Result, error) {
	r, err := m.ranges(f)
	if err != nil {
		return Result{}, err
	}
	return m.RenderRanges(ctx, r, emit)
}

// ranges returns the pieces of a film that ffmpeg draws.
func (m *Maker) ranges(f Film) (Ranges, error) {
	if err := f.Timeline.Validate(); err != nil {
		return Ranges{}, err
	}
	preset := f.Encoding.Preset
	spec := f.Encoding.spec(f.Timeline)
	spec.Tools, spec.WorkDir, spec.Probes = m.Tools, m.WorkDir, &m.probes
	out := Ranges{Film: f.Timeline, Preset: preset, Out: f.Out, Tags: f.Tags}
	for _, span := range piece.Cut(f.Timeline) {
		part := native.PartOf(f.Timeline, span.From, span.To)
		key, err := f.Encoding.PartKey(part, f.Content)
		if err != nil {
			return Ranges{}, err
		}
		encode := func(ctx context.Context, out string, _ []string, emit func(int)) (native.Encoded, error) {
			if m.Farm != nil {
				in := PieceIn{Key: key, Film: f.Timeline, Content: f.Content, From: span.From, To: span.To,
					Preset: preset.Name, CRF: f.Encoding.CRF}
				return m.elsewhere(ctx, in, out, emit)
			}
			s := spec
			s.Out = out
			return native.RenderPart(ctx, s, part, preset, emit)
		}
		out.Pictures = append(out.Pictures,
			Source{Key: key, Ext: preset.PartExt(), Frames: span.Frames(), Work: encoding(f.Timeline), Make: encode})
	}
	key, err := f.Encoding.SoundKey(f.Timeline, f.Content)
	out.Sound = Source{Key: key, Ext: preset.SoundExt(), Seconds: f.Timeline.FPS.Seconds(f.Timeline.Frames),
		Make: func(ctx context.Context, out string, _ []string, _ func(int)) (native.Encoded, error) {
			if m.Farm != nil {
				in := PieceIn{Key: key, Film: f.Timeline, Content: f.Content, Preset: preset.Name, CRF: f.Encoding.CRF}
				return m.elsewhere(ctx, in, out, nil)
			}
			s := spec
			s.Out = out
			return native.RenderSound(ctx, s, preset)
		}}
	return out, err
}

// makeAll encodes the units that the store does not have. With fresh it encodes all.
func (m *Maker) makeAll(ctx context.Context, units []*unit, fresh bool, emit func(frame int)) error {
	var mu sync.Mutex
	done, now := 0, map[*unit]int{}
	report := func(u *unit, frame int) {
		mu.Lock()
		defer mu.Unlock()
		done += frame - now[u]
		now[u] = frame
		if emit != nil {
			emit(done)
		}
	}
	g, inside := errgroup.WithContext(ctx)
	g.SetLimit(m.limit())
	var later []*unit // that another machine is encoding
	started := map[*unit]bool{}
	for _, u := range units {
		if started[u] {
			continue
		}
		started[u] = true
		g.Go(func() error {
			err := m.make(inside, u, fresh, false, func(frame int) { report(u, frame) })
			if errors.Is(err, errElsewhere) {
				mu.Lock()
				defer mu.Unlock()
				later = append(later, u)
				return nil
			}
			report(u, u.Frames)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for _, u := range later {
		if err := m.make(ctx, u, fresh, true, func(frame int) { report(u, frame) }); err != nil {
			return err
		}
		report(u, u.Frames)
	}
	return nil
}

// limit returns how many pieces are made at once.
func (m *Maker) limit() int {
	if m.Farm != nil {
		return 64 // they wait for other machines
	}
	return max(1, runtime.NumCPU()/native.PartThreads)
}

// errElsewhere reports a unit that another machine is encoding.
var errElsewhere = errors.New("another machine is encoding this piece")

// make sets the record of a unit: from the store, from the shared cache, or after encoding it. While another machine is
// encoding it, make fails with errElsewhere, or waits.
func (m *Maker) make(ctx context.Context, u *unit, fresh, wait bool, emit func(frame int)) error {
	unlock, _ := m.progress.busy.Lock(u.Key)
	defer unlock()
	u.reused = false
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	if _, made := m.progress.made.Load(u.Key); !fresh || made {
		u.record, u.reused = m.find(ctx, u)
		if u.reused {
			_, first := m.progress.ahead.LoadAndDelete(u.Key)
			u.reused = !first
			return nil
		}
	}
	if m.Leases != nil && !fresh {
		find := func() bool {
			u.record, u.reused = m.find(ctx, u)
			return u.reused
		}
		release, state := m.Leases.Lease(ctx, u.Key, wait, find)
		defer release()
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case state == sharedcache.Done:
			return nil
		case state == sharedcache.Elsewhere:
			return errElsewhere
		}
	}
	needs, err := m.needs(ctx, u, fresh)
	if err != nil {
		return err
	}
	out := m.Store.TempPath("piece-" + u.Key + u.Ext)
	defer os.Remove(out) // gone when it was adopted
	if m.Farm == nil {
		release, err := m.Capacity.Use(ctx, u.Work)
		if err != nil {
			return err
		}
		defer release()
	}
	done, err := u.Make(ctx, out, needs, emit)
	if err != nil {
		return err
	}
	r := Record{Key: u.Key, Frames: u.Frames}
	if u.Frames > 0 {
		r.Parameters, err = parametersOf(out)
		if err != nil {
			return fmt.Errorf("read an encoded piece: %w", err)
		}
	}
	hash, size, err := m.Store.Adopt(out)
	if err != nil {
		return err
	}
	r.Hash, r.Bytes = string(hash), size
	u.record, u.warned = r, done.Warnings
	if u.Valid != nil && !u.Valid(ctx) {
		return nil // good for this film at most
	}
	m.progress.made.Store(u.Key, true)
	if m.Shared != nil {
		m.Shared.Send(ctx, r)
	}
	return m.Index.Set(r)
}

// find returns the record of a unit whose file is in the store, complete and unchanged. A corrupt file is removed.
func (m *Maker) find(ctx context.Context, u *unit) (Record, bool) {
	if r, ok := m.Index.Get(u.Key); ok && r.Frames == u.Frames {
		switch m.Store.Condition(assets.Hash(r.Hash), r.Bytes) {
		case assets.Intact:
			return r, true
		case assets.Damaged:
			_ = m.Store.Remove(assets.Hash(r.Hash)) // it is made again
		}
		m.Index.Forget(u.Key)
	}
	if m.Shared == nil {
		return Record{}, false
	}
	r, ok := m.Shared.Fetch(ctx, u.Key)
	if !ok {
		return Record{}, false
	}
	if !m.holds(ctx, u, r) {
		m.Shared.Distrust(u.Key)
		return Record{}, false
	}
	return r, m.Index.Set(r) == nil
}

// soundSlack is by how much encoded sound may be longer or shorter than its film, seconds: a few blocks of its codec.
const soundSlack = 0.1

// holds reports whether a piece that another machine encoded is what its record describes. Its bytes are those of its
// hash, but the record is anyone's who writes to the cache.
func (m *Maker) holds(ctx context.Context, u *unit, r Record) bool {
	path := m.Store.Path(assets.Hash(r.Hash))
	if u.Frames == 0 {
		sound, err := media.ProbeSound(ctx, m.Tools, path)
		return err == nil && r.Frames == 0 && math.Abs(sound.Seconds-u.Seconds) < soundSlack
	}
	parameters, err := parametersOf(path)
	if err != nil || r.Frames != u.Frames || r.Parameters != parameters {
		return false
	}
	info, err := media.Probe(ctx, m.Tools, path)
	return err == nil && info.Frames == u.Frames
}

// agree reports whether one decoder can play all pieces in a row.
func agree(units []*unit) bool {
	for _, u := range units {
		if u.Frames > 0 && u.record.Parameters != units[0].record.Parameters {
			return false
		}
	}
	return true
}
