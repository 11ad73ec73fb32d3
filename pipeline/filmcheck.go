package pipeline

import (
	"context"
	"maps"
	"path/filepath"
	"slices"

	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/pipeline/manifest"
)

// CheckFilms publishes the files that compositions name, reads each, and resolves every
// film whose clips are there, stand-ins too. It gives how many of all films are right; the
// error says what is wrong with files and films, and nothing of clips that are not ready:
// they are said elsewhere. It sends no request and buys nothing.
func (p *Project) CheckFilms(ctx context.Context, visit func(manifest.FilmName, *timeline.Film, error)) (right, all int, err error) {
	if len(p.Manifest.Compositions)+len(p.Manifest.RowCompositions) == 0 {
		return 0, 0, nil
	}
	set, err := p.FilmSet(nil, FilmOptions{AllowStandIns: true, AllowWarnings: true})
	if err != nil {
		return 0, 0, err
	}
	var bad fault.List
	err = set.Each(ctx, func(n manifest.FilmName, f *timeline.Film, err error) error {
		visit(n, f, err)
		if err == nil {
			right++
		}
		for _, f := range fault.All(err) {
			if f.Clip == "" || fault.KindOf(f) != fault.Failed {
				bad = append(bad, f)
			}
		}
		return nil
	})
	if err != nil {
		return right, set.Len(), err
	}
	bad.Sort()
	return right, set.Len(), onceEach(bad).Or()
}

// FilmInputs are the paths of all files that compositions name, of all rows, fonts among
// them, sorted. A table that cannot be read is a fault of the manifest, and left out here.
func FilmInputs(m *manifest.Manifest) []string {
	files := filmNames(map[string]named{}, m.Compositions)
	if len(m.RowCompositions) > 0 {
		_ = m.Rows(nil, func(row manifest.RowFilms) error {
			filmNames(files, row.Films)
			return nil
		})
	}
	maps.DeleteFunc(files, func(path string, _ named) bool { return !filepath.IsAbs(path) }) // our own fonts
	return slices.Sorted(maps.Keys(files))
}
