package films

import (
	"iter"
	"path/filepath"

	"greenroom/internal/fault"
	"greenroom/pipeline/manifest"
)

// Set is a choice of the manifest's films.
type Set struct {
	src   *Source
	o     Options
	match []func(manifest.FilmName) bool // a film has to match all of them
	n     int
}

// Choose returns the films that names and options choose; without names, all that the options do. A name is that of a
// composition, which means all of its formats and rows, of a film such as tour-9x16 or hello-ada, of a family, or a
// pattern such as hello-a*. It fails if a name matches no film, and if no film is chosen.
func (s *Source) Choose(names []string, o Options) (*Set, error) {
	m := s.Manifest
	if len(m.Compositions)+len(m.RowCompositions) == 0 {
		const hint = "add one:  compositions: {tour: {layers: [{clip: NAME}]}}"
		return nil, fault.New(fault.Usage, hint, "%s has no compositions", filepath.Base(m.Path))
	}
	set := &Set{src: s, o: o}
	for _, list := range [][]string{names, o.Only} {
		if len(list) == 0 {
			continue
		}
		match, err := matcher(m, list)
		if err != nil {
			return nil, err
		}
		set.match = append(set.match, match)
	}
	named := 0 // before format and shard
	for n := range m.FilmNames() {
		if set.named(n) {
			named++
		}
		if set.Has(n) {
			set.n++
		}
	}
	switch {
	case set.n > 0:
		return set, nil
	case o.Format != "" && named > 0 && o.Shard.Of <= 1:
		const hint = "add it to the composition's formats:, or omit --format"
		return nil, fault.New(fault.Usage, hint, "no film has the shape %s", o.Format)
	case o.Shard.Of > 1:
		return nil, fault.New(fault.Usage, "use fewer machines", "shard %d/%d of %d films is empty",
			o.Shard.Index, o.Shard.Of, named)
	}
	return nil, fault.New(fault.Usage, "omit --only, or choose other films", "nothing is left to render")
}

// Len returns how many films the set has.
func (s *Set) Len() int { return s.n }

// Names returns the names of the films, in order. It reads no file.
func (s *Set) Names() iter.Seq[manifest.FilmName] {
	return func(yield func(manifest.FilmName) bool) {
		for n := range s.src.Manifest.FilmNames() {
			if s.Has(n) && !yield(n) {
				return
			}
		}
	}
}

// Has reports whether a film is in the set. The films of a row belong to the shard that builds the row's own clip.
func (s *Set) Has(n manifest.FilmName) bool {
	item := n.Name
	if n.Each != "" {
		item = n.Clip
	}
	return s.named(n) && (s.o.Format == "" || n.Format == s.o.Format) && s.o.Shard.Holds(item)
}

func (s *Set) named(n manifest.FilmName) bool {
	for _, match := range s.match {
		if !match(n) {
			return false
		}
	}
	return true
}

// chosen returns those of some films that are in the set.
func (s *Set) chosen(list []manifest.Composition) (out []manifest.Composition) {
	for _, c := range list {
		if s.Has(c.FilmName()) {
			out = append(out, c)
		}
	}
	return out
}

// rows returns the clips whose rows have a film in the set.
func (s *Set) rows() map[string]bool {
	out := map[string]bool{}
	for n := range s.Names() {
		if n.Each != "" {
			out[n.Clip] = true
		}
	}
	return out
}
