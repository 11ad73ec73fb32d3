package pipeline

import (
	"context"

	"greenroom/internal/fault"
	"greenroom/pipeline/film"
	"greenroom/pipeline/manifest"
)

// CheckFilms publishes the files that compositions name, reads each, and resolves every
// film whose clips are there, stand-ins too. It gives how many films are right; the
// error says what is wrong with files and films, and nothing of clips that are not ready:
// they are said elsewhere. It sends no request and buys nothing.
func (p *Project) CheckFilms(ctx context.Context) (right int, err error) {
	films := p.Manifest.Compositions
	if len(films) == 0 {
		return 0, nil
	}
	if err := p.openState(); err != nil {
		return 0, err
	}
	f := film.Facts{Files: map[string]film.File{}, Fonts: map[string]film.Font{}}
	clips, _ := p.filmClips(ctx, films, FilmOptions{AllowStandIns: true}) // a clip that is missing leaves its films out below
	if f.Clips = clips; f.Clips == nil {
		f.Clips = map[string]film.Clip{}
	}
	if err := p.filmFiles(ctx, films, &f); err != nil {
		return 0, err
	}
	var bad fault.List
	for _, c := range films {
		if err := context.Cause(ctx); err != nil {
			return right, err
		}
		if !p.shownIn(c, f.Clips) {
			continue
		}
		if _, err := film.Resolve(p.Manifest, c.Name, f); err != nil {
			bad = append(bad, fault.All(err)...)
			continue
		}
		right++
	}
	bad.Sort()
	return right, onceEach(bad).Or()
}

// shownIn reports that every clip of a film is among those that are there.
func (p *Project) shownIn(c manifest.Composition, clips map[string]film.Clip) bool {
	for _, part := range p.within([]manifest.Composition{c}) {
		for _, l := range part.Layers {
			if _, ok := clips[l.Of]; l.Kind == manifest.LayerClip && !ok {
				return false
			}
		}
	}
	return true
}

// FilmInputs are the paths of all files that compositions name, fonts among them, sorted.
func FilmInputs(m *manifest.Manifest) []string { return sortedPaths(filmNames(m.Compositions)) }
