package films

import (
	"context"
	"maps"
	"path/filepath"
	"slices"

	"greenroom/internal/fault"
	"greenroom/pipeline/manifest"
)

// Check resolves every film of the manifest whose clips exist, stand-ins included, and calls visit for each film. It
// returns how many of all films can be rendered. The error has what is wrong with files and films, without the clips
// that are not ready: those are reported elsewhere.
func (s *Source) Check(ctx context.Context, visit func(Film, error)) (ok, all int, err error) {
	if len(s.Manifest.Compositions)+len(s.Manifest.RowCompositions) == 0 {
		return 0, 0, nil
	}
	set, err := s.Choose(nil, Options{AllowStandIns: true, AllowWarnings: true})
	if err != nil {
		return 0, 0, err
	}
	var bad fault.List
	err = set.Each(ctx, func(f Film, err error) error {
		visit(f, err)
		if err == nil {
			ok++
		}
		for _, f := range fault.All(err) {
			if f.Clip == "" || fault.KindOf(f) != fault.Failed {
				bad = append(bad, f)
			}
		}
		return nil
	})
	if err != nil {
		return ok, set.Len(), err
	}
	bad.Sort()
	return ok, set.Len(), bad.Unique().Or()
}

// Inputs returns the paths of all files that compositions name, of all rows, fonts included, sorted. It ignores a
// table that cannot be read, which is a fault of the manifest.
func Inputs(m *manifest.Manifest) []string {
	files := map[string]namedFile{}
	addNamedFiles(files, m.Compositions)
	if len(m.RowCompositions) > 0 {
		_ = m.Rows(nil, func(row manifest.RowFilms) error {
			addNamedFiles(files, row.Films)
			return nil
		})
	}
	maps.DeleteFunc(files, func(path string, _ namedFile) bool { return !filepath.IsAbs(path) }) // built-in fonts
	return slices.Sorted(maps.Keys(files))
}
