package render

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"greenroom/internal/fault"
	"greenroom/internal/hashkey"
	"greenroom/pipeline/event"
	"greenroom/pipeline/films/ranges"
	"greenroom/pipeline/films/segments"
	"greenroom/pipeline/stage"
	"greenroom/remotion"
	"greenroom/remotion/site"
)

// rendering is what the films of a run that are rendered at the same time have in common. Its lock is held while keys
// or the bundle of the project are used.
type rendering struct {
	sync.Mutex
	archives map[string]stage.File // of bundles, by their folder

	mu     sync.Mutex       // of the fields below
	said   map[string]bool  // warnings
	claims map[string]*part // by the keys of pictures and sound: which range renders them
}

// first reports whether a text is new in this run.
func (c *rendering) first(text string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.said == nil {
		c.said = map[string]bool{}
	}
	known := c.said[text]
	c.said[text] = true
	return !known
}

// claim records that a range renders its pictures, or its sound. both reports that it should render the other one, too.
func (c *rendering) claim(p *part, pictures bool) (both bool) {
	key, other, wanted := p.pictures, p.sound, p.wantSound
	if !pictures {
		key, other, wanted = p.sound, p.pictures, p.wantPictures
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.claims == nil {
		c.claims = map[string]*part{}
	}
	c.claims[key] = p
	if both = wanted && (c.claims[other] == nil || c.claims[other] == p); both {
		c.claims[other] = p
	}
	return both
}

// away is what other machines need to render ranges of a film.
type away struct {
	once bool
	in   *ranges.In // nil if this machine renders them
	err  error
}

// elsewhere returns what other machines need to render ranges of the film; nil if this machine renders them. The bundle
// and the public files are those of the time of the first range, and the keys are computed again after it.
func (r *runs) elsewhere(ctx context.Context) (*ranges.In, error) {
	run := r.j.r
	if run.maker.Farm == nil {
		return nil, nil
	}
	run.rendering.Lock()
	defer run.rendering.Unlock()
	if !r.away.once {
		r.away.in, r.away.err = r.send(ctx)
		r.away.once = ctx.Err() == nil
	}
	return r.away.in, r.away.err
}

func (r *runs) send(ctx context.Context) (*ranges.In, error) {
	j := r.j
	if err := j.r.openSession(ctx, j.name); err != nil {
		return nil, err
	}
	dir, _, err := j.r.session.Prepare(ctx, j.r.progress(j.name))
	if err != nil {
		return nil, err
	}
	j.r.keys.Forget() // files may have changed since the film was cut
	a, reason, err := j.r.keys.Away(j.spec)
	if err != nil {
		return nil, err
	}
	if reason != "" {
		j.warnOnce("rendered on this machine: " + reason)
		return nil, nil
	}
	archive, err := j.r.rendering.archive(j.r.maker.Store, dir)
	if err != nil {
		return nil, err
	}
	for _, p := range r.parts {
		r.compare(p)
	}
	return &ranges.In{
		Film: j.name, Composition: j.spec.Composition, Input: a.Input, Values: a.Values, Ext: j.ext(), CRF: j.spec.CRF,
		Exact: j.spec.Exact, Shape: ranges.ShapeOf(r.facts), Tools: a.Tools, Bundle: archive.Hash, Archive: archive.Path,
		Public: a.Public,
	}, nil
}

// archive packs a bundle into a file that exists until the run ends.
func (c *rendering) archive(store segments.Store, dir string) (stage.File, error) {
	if f, ok := c.archives[dir]; ok {
		return f, nil
	}
	failed := func(err error) error {
		return fault.Wrap(fault.Failed, err, fault.ReadHint(err, "free some space and run the same command again"),
			"pack the bundle of the project for other machines")
	}
	out, err := os.CreateTemp(filepath.Dir(store.TempPath("bundle")), "bundle-*.tar")
	if err != nil {
		return stage.File{}, failed(err)
	}
	err = site.Pack(out, dir)
	err = errors.Join(err, out.Close())
	sum, _, hashErr := hashkey.File(out.Name())
	err = errors.Join(err, hashErr)
	if err != nil {
		_ = os.Remove(out.Name()) // incomplete; the next process sweeps it
		return stage.File{}, failed(err)
	}
	if c.archives == nil {
		c.archives = map[string]stage.File{}
	}
	f := stage.File{Hash: fmt.Sprintf("%x", sum), Path: out.Name()}
	c.archives[dir] = f
	return f, nil
}

// close removes the archives.
func (c *rendering) close() {
	for _, f := range c.archives {
		_ = os.Remove(f.Path) // the next process sweeps it
	}
	c.archives = nil
}

// ask has a range rendered on another machine, or on this one if the others refuse it.
func (r *runs) ask(ctx context.Context, p *part, in ranges.In, want remotion.Range) error {
	in.From, in.To, in.Pictures, in.Sound = want.From, want.To, want.Pictures != "", want.Sound != ""
	maker := r.j.r.maker
	env := *maker.Farm
	env.Again = maker.Fresh
	env.Send = func(ctx context.Context, e event.Event) {
		switch {
		case e.State == event.Progress:
			r.progress(p, int(e.Frac*float64(in.To-in.From)))
		case r.j.r.rendering.first(e.Message):
			maker.Farm.Send(ctx, e)
		}
	}
	out, err := stage.Do(ctx, env, ranges.Step(r.refused(p)), in)
	if err != nil {
		return err
	}
	for path, o := range map[string]stage.Object{want.Pictures: out.Pictures, want.Sound: out.Sound} {
		if path == "" {
			continue
		}
		if err := maker.Link(o.Hash, path); err != nil {
			return r.unwritten(err, p)
		}
	}
	return nil
}

// refused returns the step for a range that the other machines refuse.
func (r *runs) refused(p *part) stage.Func[ranges.In, ranges.Out] {
	return func(ctx context.Context, env stage.Env, in ranges.In) (out ranges.Out, err error) {
		err = r.here(ctx, p, func(film *remotion.Film, emit func(int)) error {
			out, err = ranges.Into(ctx, env.Store, film, in, emit)
			return err
		})
		return out, err
	}
}
