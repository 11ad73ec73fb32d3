package watch

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"greenroom/pipeline"
	"greenroom/pipeline/films"
	"greenroom/pipeline/manifest"
)

// Backdrop is a colour or picture of the project to show clips over.
type Backdrop struct {
	Name  string `json:"name"`
	Color string `json:"color,omitempty"` // "#RRGGBB"
	File  string `json:"-"`               // absolute
}

const (
	mostColors   = 8
	mostPictures = 40
	deepest      = 5 // folders below the project's own
)

var errEnough = errors.New("one row is enough")

// Backdrops returns the colours that the manifest's compositions and styles use, and the pictures of the project: those
// that compositions name first.
func (s *Session) Backdrops() []Backdrop {
	p, err := pipeline.Open(s.o.Project)
	if err != nil {
		return s.pictures(nil) // the manifest has an error, which shows elsewhere
	}
	defer p.Close()
	return append(colors(p.Manifest), s.pictures(films.Inputs(p.Manifest))...)
}

// colors returns the opaque colours of backgrounds, then those of plates below text, each once.
func colors(m *manifest.Manifest) (out []Backdrop) {
	add := func(c string) {
		c = strings.ToUpper(c)
		if len(c) != len("#RRGGBB") || c == "#000000" || c == "#FFFFFF" || len(out) == mostColors {
			return // part of every choice, or transparent
		}
		if !slices.ContainsFunc(out, func(b Backdrop) bool { return b.Color == c }) {
			out = append(out, Backdrop{Name: c, Color: c})
		}
	}
	films := slices.Clone(m.Compositions)
	if len(m.RowCompositions) > 0 {
		_ = m.Rows(nil, func(row manifest.RowFilms) error { // they differ in words, not in colours
			films = append(films, row.Films...)
			return errEnough
		})
	}
	for _, c := range films {
		if c.Background != nil {
			for _, color := range c.Background.Colors {
				add(color)
			}
		}
	}
	for _, c := range films {
		for _, l := range c.Layers {
			if l.Style.Plate != nil {
				add(l.Style.Plate.Color)
			}
		}
	}
	return out
}

// pictures returns the named files that are pictures, then those found in the project's folders.
func (s *Session) pictures(named []string) (out []Backdrop) {
	add := func(path string) {
		switch strings.ToLower(filepath.Ext(path)) {
		case ".png", ".jpg", ".jpeg", ".webp":
		default:
			return
		}
		if len(out) < mostPictures && !slices.ContainsFunc(out, func(b Backdrop) bool { return b.File == path }) {
			out = append(out, Backdrop{Name: s.relative(path), File: path})
		}
	}
	for _, path := range named {
		add(path)
	}
	_ = filepath.WalkDir(s.root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil //nolint: a folder that cannot be read has no pictures for us
		case d.IsDir() && path != s.root &&
			(ignored(s.files.at(), path) || strings.Count(s.relative(path), "/") >= deepest):
			return filepath.SkipDir
		case len(out) == mostPictures:
			return filepath.SkipAll
		case d.Type().IsRegular():
			add(path)
		}
		return nil
	})
	return out
}
