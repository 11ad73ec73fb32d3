package segments

import (
	"context"
	"os"

	"golang.org/x/sync/errgroup"

	"greenroom/assets"
	"greenroom/compose/native"
	"greenroom/compose/timeline"
	"greenroom/internal/capacity"
)

// Source is a file that films are joined of: the pictures of a range of frames, or sound.
type Source struct {
	Key    string // of everything that its bytes depend on
	Ext    string
	Frames int // 0 for sound
	// Seconds is the length of sound.
	Seconds float64
	Work    capacity.Work // that Make does on this machine
	// Needs are the files that Make reads. They are made only if the store does not have the source itself.
	Needs []Source
	// Make writes the file; needs are the paths of Needs. emit reports how many frames are ready.
	Make func(ctx context.Context, out string, needs []string, emit func(frame int)) (native.Encoded, error)
	// Valid is called after Make and reports whether what Make has read is still what the key is of; otherwise other
	// films do not get the file. It may be nil.
	Valid func(ctx context.Context) bool
}

// Ranges is a film that is joined of ranges of frames, whoever draws them.
type Ranges struct {
	Film     *timeline.Film // name, size, rate, length and transparency; nothing else is read
	Pictures []Source       // in order
	Sound    Source
	Preset   *native.Preset // the kind of file
	Out      string
	// Tagged copies the tags of the first range's file.
	Tagged bool
	Tags   []string // see native.Spec
}

// unit is a source of one film: one that is shown twice is one unit.
type unit struct {
	Source
	needs []*unit

	record Record
	reused bool
	warned []string
}

// units returns the sources of a film, each as often as it is used, and the sound as the last one.
func (r Ranges) units() []*unit {
	known := map[string]*unit{}
	var add func(s Source) *unit
	add = func(s Source) *unit {
		if known[s.Key] == nil {
			u := &unit{Source: s}
			known[s.Key] = u
			for _, n := range s.Needs {
				u.needs = append(u.needs, add(n))
			}
		}
		return known[s.Key]
	}
	var out []*unit
	for _, s := range append(r.Pictures[:len(r.Pictures):len(r.Pictures)], r.Sound) {
		out = append(out, add(s))
	}
	return out
}

// Missing returns the keys of the sources that RenderRanges would make.
func (m *Maker) Missing(ctx context.Context, r Ranges) map[string]bool {
	out := map[string]bool{}
	seen := map[*unit]bool{}
	var add func(list []*unit)
	add = func(list []*unit) {
		for _, u := range list {
			if !seen[u] && !m.has(ctx, u) {
				out[u.Key] = true
				add(u.needs)
			}
			seen[u] = true
		}
	}
	add(r.units())
	return out
}

// has reports whether a unit need not be made.
func (m *Maker) has(ctx context.Context, u *unit) bool {
	if _, made := m.progress.made.Load(u.Key); m.Fresh && !made {
		return false
	}
	_, ok := m.find(ctx, u)
	return ok
}

// RenderRanges makes the sources of a film that the store does not have, and joins all. emit reports how many of its
// frames are ready; it may be nil.
func (m *Maker) RenderRanges(ctx context.Context, r Ranges, emit func(frame int)) (Result, error) {
	if err := os.MkdirAll(m.WorkDir, 0o700); err != nil {
		return Result{}, err
	}
	units := r.units()
	if err := m.makeAll(ctx, units, m.Fresh, emit); err != nil {
		return Result{}, err
	}
	if !agree(units) {
		// The encoder's library has changed although its version is the same: one film has one encoder.
		m.progress.made.Clear()
		if err := m.makeAll(ctx, units, true, emit); err != nil {
			return Result{}, err
		}
	}
	return m.join(ctx, r, units)
}

// needs makes what a unit is made of, and returns the paths.
func (m *Maker) needs(ctx context.Context, u *unit, fresh bool) (paths []string, err error) {
	g, inside := errgroup.WithContext(ctx)
	g.SetLimit(1)
	if m.Farm != nil {
		g.SetLimit(m.limit())
	}
	started := map[*unit]bool{}
	for _, n := range u.needs {
		if started[n] {
			continue
		}
		started[n] = true
		g.Go(func() error { return m.make(inside, n, fresh, true, nil) })
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	for _, n := range u.needs {
		paths = append(paths, m.Store.Path(assets.Hash(n.record.Hash)))
	}
	return paths, nil
}

// join makes the film of its sources.
func (m *Maker) join(ctx context.Context, r Ranges, units []*unit) (Result, error) {
	var res Result
	j := native.Joined{Film: r.Film, Tagged: r.Tagged}
	counted := map[*unit]bool{}
	for i, u := range units {
		path := m.Store.Path(assets.Hash(u.record.Hash))
		if i == len(units)-1 {
			j.Sound = path
		} else {
			j.Parts, j.Frames = append(j.Parts, path), append(j.Frames, u.Frames)
			if u.reused || counted[u] { // a piece that is shown twice is encoded once
				res.Reused += u.Frames
			} else {
				res.Encoded += u.Frames
			}
		}
		if !counted[u] {
			res.Objects = append(append(res.Objects, u.record.Hash), m.known(u)...)
		}
		counted[u] = true
	}
	spec := native.Spec{Film: r.Film, Tools: m.Tools, WorkDir: m.WorkDir, Out: r.Out, Tags: r.Tags}
	var err error
	res.Result, err = native.Join(ctx, spec, j, r.Preset)
	for _, u := range units {
		res.Warnings = append(res.Warnings, u.warned...)
		u.warned = nil
	}
	return res, err
}

// known returns the hashes of the files that a unit is made of, as far as there are any.
func (m *Maker) known(u *unit) (hashes []string) {
	for _, n := range u.needs {
		r := n.record
		if r.Hash == "" {
			r, _ = m.Index.Get(n.Key)
		}
		if r.Hash != "" {
			hashes = append(hashes, r.Hash)
		}
	}
	return hashes
}
