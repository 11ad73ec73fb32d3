package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"greenroom/assets"
	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/pipeline/film"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/project"
)

// FilmOptions say which films, and what may be in them.
type FilmOptions struct {
	AllowStandIns bool
	AllowWarnings bool     // also clips whose take HeyGen warned of
	Only          []string // films, compositions, families or patterns such as hello-a*; all without
	Shard         project.Shard
	Format        string // "9:16"; all without
}

// Films resolves films that a renderer can draw, all at once: see [Project.FilmSet]. It gives all of them or what is wrong
// with any. It is for a few films; those of a table's rows are had one at a time from a FilmSet.
func (p *Project) Films(ctx context.Context, names []string, o FilmOptions) ([]*timeline.Film, error) {
	set, err := p.FilmSet(names, o)
	if err != nil {
		return nil, err
	}
	var out []*timeline.Film
	var bad fault.List
	err = set.Each(ctx, func(_ manifest.FilmName, f *timeline.Film, err error) error {
		if err != nil {
			bad = append(bad, fault.All(err)...)
		} else {
			out = append(out, f)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(bad) > 0 {
		bad.Sort()
		return nil, onceEach(bad).Or()
	}
	return out, nil
}

// onceEach drops what several formats of one composition say alike.
func onceEach(list fault.List) fault.List {
	seen := map[string]bool{}
	return slices.DeleteFunc(list, func(e *fault.Error) bool {
		key := e.Place.String() + e.Clip + e.Msg
		again := seen[key]
		seen[key] = true
		return again
	})
}

// Each resolves the films of the set, one at a time and in order, and hands each to visit: the film, or what is wrong with
// it. Clips that are not up to date are faults that name them; so are stand-ins unless they are allowed. It ends at the
// first error of visit, and at one that is no single film's.
//
// Files and fonts that compositions name are published first, so that Media.File and Media.Public of every film can be
// read. It sends no request and buys nothing. Films of rows are read from the table as they come: memory does not grow
// with it. The length of a film is Film.Frames: whatever draws it must come to exactly that.
func (s *FilmSet) Each(ctx context.Context, visit func(n manifest.FilmName, f *timeline.Film, err error) error) error {
	p := s.p
	if err := p.OpenState(); err != nil {
		return err
	}
	p.warnOfManifest(ctx)
	r := &filmReader{p: p, o: s.o, lost: map[string]error{}, names: map[string]string{}, bad: map[string]error{},
		facts: film.Facts{Clips: map[string]film.Clip{}, Files: map[string]film.File{}, Fonts: map[string]film.Font{}}}
	if err := s.open(ctx, r); err != nil {
		return err
	}
	if own := s.chosen(p.Manifest.Compositions); len(own) > 0 {
		if err := s.resolve(ctx, r, p.Manifest, own, nil, visit); err != nil {
			return err
		}
	}
	wanted := s.rows()
	if len(wanted) == 0 {
		return nil
	}
	return p.Manifest.Rows(func(clip string) bool { return wanted[clip] }, func(row manifest.RowFilms) error {
		return s.resolve(ctx, r, row.View, s.chosen(row.Films), row.Err, visit)
	})
}

// open finds out what the films need: which clips, and where every file is.
func (s *FilmSet) open(ctx context.Context, r *filmReader) error {
	m := s.p.Manifest
	files := map[string]bool{}
	clips := map[string]bool{}
	look := func(view *manifest.Manifest, films []manifest.Composition) {
		for path := range filmNames(map[string]named{}, films) {
			files[path] = true
		}
		for _, c := range within(view, s.chosen(films)) {
			for _, l := range c.Layers {
				if l.Kind == manifest.LayerClip {
					clips[l.Of] = true
				}
			}
		}
	}
	look(m, m.Compositions)
	err := m.Rows(nil, func(row manifest.RowFilms) error {
		look(row.View, row.Films)
		return context.Cause(ctx)
	})
	if err != nil {
		return err
	}
	if err := r.plan(ctx, clips); err != nil {
		return err
	}
	paths := make([]string, 0, len(files))
	for path := range files {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	return r.publishAll(paths)
}

// resolve hands films to visit that share a view: all of the manifest's own, or those of one row.
func (s *FilmSet) resolve(ctx context.Context, r *filmReader, view *manifest.Manifest, films []manifest.Composition, wrong error, visit func(manifest.FilmName, *timeline.Film, error) error) error {
	if wrong == nil {
		if err := r.read(ctx, within(view, films)); err != nil {
			return err
		}
	}
	for _, c := range films {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		n := c.FilmName()
		err, resolved := wrong, (*timeline.Film)(nil)
		if err == nil {
			err = r.faults(within(view, []manifest.Composition{c})).Or()
		}
		if err == nil {
			resolved, err = film.Resolve(view, c.Name, r.facts)
		}
		if err := visit(n, resolved, s.ofRow(n, err)); err != nil {
			return err
		}
	}
	return nil
}

// ofRow says which row a fault is about.
func (s *FilmSet) ofRow(n manifest.FilmName, err error) error {
	if err == nil || n.Each == "" {
		return err
	}
	where := fmt.Sprintf("(row %s:%d)", s.p.Manifest.Table(n.Each), n.Line)
	var out fault.List
	for _, f := range fault.All(err) {
		e := *f
		if !strings.Contains(e.Msg, where) {
			e.Msg += " " + where
		}
		out = append(out, &e)
	}
	return out.Or()
}

// within gives compositions with everything that they nest, each once.
func within(m *manifest.Manifest, films []manifest.Composition) []manifest.Composition {
	var out []manifest.Composition
	seen := map[string]bool{}
	var add func(c manifest.Composition)
	add = func(c manifest.Composition) {
		if seen[c.Name] {
			return
		}
		seen[c.Name] = true
		out = append(out, c)
		for _, ref := range c.Nests() {
			if n, ok := m.Nested(ref.Name, c.Format); ok {
				add(n)
			}
		}
	}
	for _, c := range films {
		add(c)
	}
	return out
}

// publishFiles puts files of compositions below public/, in a folder of their own.
func (p *Project) publishFiles(files []assets.File) error {
	// The folder above must be ours before something of ours lies in it.
	if err := assets.Own(p.Path(p.PublicDir())); err != nil {
		return err
	}
	if _, err := p.Store.Publish(p.Path(p.FilesDir()), files); err != nil {
		return err
	}
	return p.Store.Sweep(p.Path(p.FilesDir()))
}
