package films

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"greenroom/internal/fault"
	"greenroom/pipeline/films/resolve"
	"greenroom/pipeline/manifest"
)

// Each resolves the films of the set, one at a time and in order, and calls visit for each: with the film, or with
// its name and what is wrong with it. Clips that are not up to date are faults that name them, and so are stand-ins
// unless they are allowed. Each ends at the first error that visit returns, and at one that does not belong to a
// single film.
//
// It first publishes the files and fonts that compositions name, so that Media.File and Media.Public of every film
// can be read. Films of rows are read from the table one row at a time: memory does not grow with the table. A
// renderer must produce exactly as many frames as the film has.
func (s *Set) Each(ctx context.Context, visit func(Film, error) error) error {
	store, err := s.src.Open(ctx)
	if err != nil {
		return err
	}
	r := newReader(s.src, store, s.o)
	if err := s.survey(ctx, r); err != nil {
		return err
	}
	m := s.src.Manifest
	if own := s.chosen(m.Compositions); len(own) > 0 {
		if err := s.resolve(ctx, r, m, own, nil, visit); err != nil {
			return err
		}
	}
	wanted := s.rows()
	if len(wanted) == 0 {
		return nil
	}
	return m.Rows(func(clip string) bool { return wanted[clip] }, func(row manifest.RowFilms) error {
		return s.resolve(ctx, r, row.View, s.chosen(row.Films), row.Err, visit)
	})
}

// survey plans the clips that the films show and publishes the files that any composition names.
func (s *Set) survey(ctx context.Context, r *reader) error {
	m := s.src.Manifest
	files := map[string]namedFile{}
	clips := map[string]bool{}
	add := func(view *manifest.Manifest, list []manifest.Composition) {
		addNamedFiles(files, list)
		addClips(clips, Within(view, s.chosen(list)))
	}
	add(m, m.Compositions)
	err := m.Rows(nil, func(row manifest.RowFilms) error {
		add(row.View, row.Films)
		return context.Cause(ctx)
	})
	if err != nil {
		return err
	}
	r.clip, err = s.src.Clips(ctx, slices.Sorted(maps.Keys(clips)))
	if err != nil {
		return err
	}
	return r.publish(slices.Sorted(maps.Keys(files)))
}

// addClips adds the names of the clips that compositions show.
func addClips(names map[string]bool, list []manifest.Composition) {
	for _, c := range list {
		for _, l := range c.Layers {
			if l.Kind == manifest.LayerClip {
				names[l.Of] = true
			}
		}
	}
}

// resolve calls visit for films that share a view of the manifest: all of its own films, or those of one row. wrong
// is what keeps all of them from being resolved, or nil.
func (s *Set) resolve(ctx context.Context, r *reader, view *manifest.Manifest, list []manifest.Composition,
	wrong error, visit func(Film, error) error) error {
	if wrong == nil {
		if err := r.read(ctx, Within(view, list)); err != nil {
			return err
		}
	}
	for _, c := range list {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		f, err := Film{Name: c.FilmName()}, wrong
		if err == nil {
			err = r.faults(Within(view, []manifest.Composition{c})).Or()
		}
		if err == nil {
			f.Timeline, err = resolve.Film(view, c.Name, r.facts)
		}
		if err == nil {
			f.Content, f.Takes = r.content(f.Timeline), r.takes(f.Timeline)
		}
		if err := visit(f, s.withRow(f.Name, err)); err != nil {
			return err
		}
	}
	return nil
}

// withRow adds the row of the table to what is wrong with a row's film.
func (s *Set) withRow(n manifest.FilmName, err error) error {
	if err == nil || n.Each == "" {
		return err
	}
	where := fmt.Sprintf("(row %s:%d)", s.src.Manifest.Table(n.Each), n.Line)
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

// Within returns compositions and everything that they nest, each once.
func Within(m *manifest.Manifest, list []manifest.Composition) []manifest.Composition {
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
	for _, c := range list {
		add(c)
	}
	return out
}
