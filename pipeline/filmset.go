package pipeline

import (
	"fmt"
	"iter"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"greenroom/internal/fault"
	"greenroom/pipeline/manifest"
)

// FilmSet is a choice of the manifest's films.
type FilmSet struct {
	p    *Project
	o    FilmOptions
	test []func(manifest.FilmName) bool
	n    int
}

// FilmSet chooses films: those of the names, or all without names, less what the options leave out. A name is that of a
// composition, which means all of its formats and rows, of a film such as tour-9x16 or hello-ada, of a family, or a
// pattern such as hello-a*.
func (p *Project) FilmSet(names []string, o FilmOptions) (*FilmSet, error) {
	m := p.Manifest
	if len(m.Compositions)+len(m.RowCompositions) == 0 {
		return nil, fault.New(fault.Usage, "add one:  compositions: {tour: {layers: [{clip: NAME}]}}", "%s has no compositions", filepath.Base(m.Path))
	}
	s := &FilmSet{p: p, o: o}
	for _, list := range [][]string{names, o.Only} {
		if len(list) == 0 {
			continue
		}
		test, err := p.filmMatcher(list)
		if err != nil {
			return nil, err
		}
		s.test = append(s.test, test)
	}
	chosen := 0 // before shape and machine
	for n := range m.FilmNames() {
		if s.named(n) {
			chosen++
		}
		if s.Holds(n) {
			s.n++
		}
	}
	switch {
	case s.n > 0:
		return s, nil
	case o.Format != "" && chosen > 0 && o.Shard.Of <= 1:
		return nil, fault.New(fault.Usage, "add it to the composition's formats:, or leave --format out", "no film has the shape %s", o.Format)
	case o.Shard.Of > 1:
		return nil, fault.New(fault.Usage, "use fewer machines", "shard %d/%d of %d films is empty", o.Shard.Index, o.Shard.Of, chosen)
	}
	return nil, fault.New(fault.Usage, "leave --only out, or choose other films", "nothing is left to render")
}

// Len is how many films there are.
func (s *FilmSet) Len() int { return s.n }

// Names gives the films in order, without reading anything.
func (s *FilmSet) Names() iter.Seq[manifest.FilmName] {
	return func(yield func(manifest.FilmName) bool) {
		for n := range s.p.Manifest.FilmNames() {
			if s.Holds(n) && !yield(n) {
				return
			}
		}
	}
}

// Holds reports that a film is one of the set. The films of a row are on the machine that builds the row's own clip.
func (s *FilmSet) Holds(n manifest.FilmName) bool {
	part := n.Name
	if n.Each != "" {
		part = n.Clip
	}
	return s.named(n) && (s.o.Format == "" || n.Format == s.o.Format) && s.o.Shard.Holds(part)
}

func (s *FilmSet) named(n manifest.FilmName) bool {
	for _, test := range s.test {
		if !test(n) {
			return false
		}
	}
	return true
}

// chosen leaves the films of the set.
func (s *FilmSet) chosen(films []manifest.Composition) (out []manifest.Composition) {
	for _, c := range films {
		if s.Holds(c.FilmName()) {
			out = append(out, c)
		}
	}
	return out
}

// rows are the clips whose rows have a film in the set.
func (s *FilmSet) rows() map[string]bool {
	out := map[string]bool{}
	for n := range s.Names() {
		if n.Each != "" {
			out[n.Clip] = true
		}
	}
	return out
}

// IsFilm reports that a name or pattern is one of the manifest's: of a film, a composition or a family with films.
func (p *Project) IsFilm(name string) bool {
	if isPattern(name) {
		return true
	}
	for n := range p.Manifest.FilmNames() {
		if n.Name == name || n.Base == name || n.Each != "" && n.Each == name {
			return true
		}
	}
	return false
}

func isPattern(name string) bool { return strings.ContainsAny(name, "*?[") }

// filmMatcher makes one test of several names; one that no film answers to is a fault.
func (p *Project) filmMatcher(names []string) (func(manifest.FilmName) bool, error) {
	want, left := map[string]bool{}, map[string]bool{}
	var patterns []string
	for _, n := range names {
		left[n] = true
		if !isPattern(n) {
			want[n] = true
			continue
		}
		if _, err := path.Match(n, ""); err != nil {
			return nil, fault.New(fault.Usage, "write it like 'hello-a*'", "%q is no pattern", n)
		}
		patterns = append(patterns, n)
	}
	family := map[string]bool{} // a name that a composition has too is the composition's
	for f := range p.Manifest.FilmNames() {
		delete(left, f.Name)
		delete(left, f.Base)
		family[f.Each] = want[f.Each]
		for _, pattern := range patterns {
			if ok, _ := path.Match(pattern, f.Name); ok {
				delete(left, pattern)
			}
		}
	}
	for _, n := range names {
		if family[n] = family[n] && left[n]; left[n] && !family[n] {
			return nil, p.noFilm(n)
		}
	}
	return func(f manifest.FilmName) bool {
		if want[f.Name] || want[f.Base] || family[f.Each] {
			return true
		}
		return slices.ContainsFunc(patterns, func(pattern string) bool {
			ok, _ := path.Match(pattern, f.Name)
			return ok
		})
	}, nil
}

func (p *Project) noFilm(name string) error {
	file := filepath.Base(p.Manifest.Path)
	var known []string
	for _, c := range p.Manifest.Compositions {
		known = append(known, c.Base, c.Name)
	}
	for _, c := range p.Manifest.RowCompositions {
		known = append(known, c.Name)
	}
	hint := "the manifest has " + someOf(slices.Clone(known))
	if isPattern(name) {
		return fault.New(fault.Usage, hint, "no film is named like %q in %s", name, file)
	}
	for n := range p.Manifest.FilmNames() {
		if n.Each != "" {
			known = append(known, n.Name)
		}
	}
	if near := manifest.Nearest(name, known); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return fault.New(fault.Usage, hint, "no composition %q in %s", name, file)
}

// CompositionNames are the names of the manifest's compositions, sorted.
func (p *Project) CompositionNames() []string {
	var out []string
	for _, c := range p.Manifest.Compositions {
		out = append(out, c.Base)
	}
	for _, c := range p.Manifest.RowCompositions {
		out = append(out, c.Name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func someOf(names []string) string {
	slices.Sort(names)
	names = slices.Compact(names)
	const most = 8
	if len(names) > most {
		names = append(names[:most], "…")
	}
	return strings.Join(names, ", ")
}
