package films

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"greenroom/internal/fault"
	"greenroom/pipeline/manifest"
)

// IsName reports whether a name can mean films of the manifest: it is a pattern, or the name of a film, of a
// composition or of a family with films.
func IsName(m *manifest.Manifest, name string) bool {
	if isPattern(name) {
		return true
	}
	for n := range m.FilmNames() {
		if n.Name == name || n.Base == name || n.Each != "" && n.Each == name {
			return true
		}
	}
	return false
}

// CompositionNames returns the names of the manifest's compositions, sorted.
func CompositionNames(m *manifest.Manifest) []string {
	var out []string
	for _, c := range m.Compositions {
		out = append(out, c.Base)
	}
	for _, c := range m.RowCompositions {
		out = append(out, c.Name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func isPattern(name string) bool { return strings.ContainsAny(name, "*?[") }

// matcher returns a function that reports whether a film has one of several names. It fails if one of them matches no
// film.
func matcher(m *manifest.Manifest, names []string) (func(manifest.FilmName) bool, error) {
	want, unmatched := map[string]bool{}, map[string]bool{}
	var patterns []string
	for _, n := range names {
		unmatched[n] = true
		if !isPattern(n) {
			want[n] = true
			continue
		}
		if _, err := path.Match(n, ""); err != nil {
			return nil, fault.New(fault.Usage, "write it like 'hello-a*'", "invalid pattern %q", n)
		}
		patterns = append(patterns, n)
	}
	family := map[string]bool{} // a composition of the same name has precedence
	for f := range m.FilmNames() {
		delete(unmatched, f.Name)
		delete(unmatched, f.Base)
		family[f.Each] = want[f.Each]
		for _, pattern := range patterns {
			if ok, _ := path.Match(pattern, f.Name); ok {
				delete(unmatched, pattern)
			}
		}
	}
	for _, n := range names {
		family[n] = family[n] && unmatched[n]
		if unmatched[n] && !family[n] {
			return nil, unknownFilm(m, n)
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

func unknownFilm(m *manifest.Manifest, name string) error {
	file := filepath.Base(m.Path)
	var known []string
	for _, c := range m.Compositions {
		known = append(known, c.Base, c.Name)
	}
	for _, c := range m.RowCompositions {
		known = append(known, c.Name)
	}
	hint := "the manifest has " + firstOf(slices.Clone(known))
	if isPattern(name) {
		return fault.New(fault.Usage, hint, "no film matches %q in %s", name, file)
	}
	for n := range m.FilmNames() {
		if n.Each != "" {
			known = append(known, n.Name)
		}
	}
	if near := fault.Nearest(name, known); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return fault.New(fault.Usage, hint, "no composition %q in %s", name, file)
}

// firstOf returns the first names in alphabetical order.
func firstOf(names []string) string {
	slices.Sort(names)
	names = slices.Compact(names)
	const most = 8
	if len(names) > most {
		names = append(names[:most], "…")
	}
	return strings.Join(names, ", ")
}
