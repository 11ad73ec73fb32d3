package watch

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"greenroom/internal/fault"
	"greenroom/pipeline"
)

// films checks the compositions against their files and clips when one of these changed. It
// publishes the files again and reports faults like those of the manifest. It waits for footage
// that is still being written.
func (s *Session) films(ctx context.Context, p *pipeline.Project, in inputs) {
	// Thousands of rows have a record each: they are read again when a folder changed.
	if of := stampOf(s.filmRecords()) + stampOf(filepath.Join(s.root, "out")); of != s.renderedOf || s.rendered == nil {
		s.renderedOf, s.rendered = of, p.FilmRecords().Files()
	}
	list := &filmList{s: s, p: p, ctx: ctx, files: maps.Clone(s.rendered)}
	rendered := filmFilesStamp(list.files)
	if len(p.Manifest.Compositions)+len(p.Manifest.RowCompositions) == 0 {
		s.setFilmFaults(nil)
		s.filmsKey, s.filmsFiles = [32]byte{}, [32]byte{}
		list.rest()
		s.setFilms(list.films)
		return
	}
	if in.footage != "" {
		return
	}
	h := sha256.New()
	h.Write(in.films[:])
	for _, c := range s.State().Clips {
		fmt.Fprintf(h, "%s %s %s\n", c.Name, c.State, c.Src)
	}
	fmt.Fprintln(h, rendered)
	key := [32]byte(h.Sum(nil))
	if key == s.filmsKey {
		return
	}
	right, all, err := p.Films().Check(ctx, list.add)
	if ctx.Err() != nil {
		return // the run that overtook this one checks again
	}
	changed := s.filmsFiles != in.films && s.filmsFiles != [32]byte{}
	s.filmsKey, s.filmsFiles = key, in.films
	s.setFilmFaults(faultsOf(err))
	list.rest()
	s.setFilms(list.films)
	if err != nil && fault.KindOf(err) != fault.Manifest && fault.KindOf(err) != fault.Media {
		s.filmsKey = [32]byte{} // a full disk, perhaps: the next run checks again
	}
	if err == nil && changed {
		s.notify(fmt.Sprintf("compositions: %d of %d films can be rendered", right, all))
	}
}

func (s *Session) setFilms(films []Film) {
	if !slices.Equal(s.State().Films, films) {
		s.change(func(st *State) { st.Films = films })
	}
}

// setFilmFaults replaces the faults of the compositions.
func (s *Session) setFilmFaults(bad []Fault) {
	if len(bad) == 0 && len(s.filmFaults) == 0 {
		return
	}
	s.change(func(st *State) {
		st.Faults = slices.DeleteFunc(
			slices.Clone(st.Faults), func(f Fault) bool { return slices.Contains(s.filmFaults, f) },
		)
		st.Faults = append(st.Faults, bad...)
	})
	s.filmFaults = bad
}
