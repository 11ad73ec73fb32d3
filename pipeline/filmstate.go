package pipeline

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"greenroom/compose/native"
	"greenroom/compose/timeline"
)

// FilmFile is the finished file of a film.
type FilmFile struct {
	Name  string // of its file, without the extension
	File  string // absolute
	Bytes int64
	Time  int64 // when it was written, Unix nanoseconds
	Drawn
}

// FilmFiles returns the files that `greenroom render` made and that still exist, by absolute path.
func (p *Project) FilmFiles() map[string]FilmFile {
	out := map[string]FilmFile{}
	records, _ := filepath.Glob(filepath.Join(p.Path(FilmRecords), "*.json")) // the pattern is valid
	for _, name := range records {
		var r FilmRecord
		b, err := os.ReadFile(name)
		if err != nil || json.Unmarshal(b, &r) != nil || r.File == "" {
			continue
		}
		path := filepath.FromSlash(r.File)
		if !filepath.IsAbs(path) {
			path = filepath.Join(p.Dir(), path)
		}
		fi, err := os.Stat(path)
		if err != nil || !fi.Mode().IsRegular() || fi.Size() != r.Bytes {
			continue // replaced since, or removed
		}
		base := filepath.Base(path)
		name := strings.TrimSuffix(base, filepath.Ext(base))
		out[path] = FilmFile{Name: name, File: path, Bytes: fi.Size(), Time: fi.ModTime().UnixNano(), Drawn: r.Drawn}
	}
	return out
}

// FilmCurrent reports that a file holds a film as it is now. A file of the native renderer's own settings is recognized
// by its key; for any other one, nothing that the film is made of may be newer than the file.
func (p *Project) FilmCurrent(ctx context.Context, f *timeline.Film, file FilmFile) bool {
	if tools, err := p.Tools.Find(ctx); err == nil {
		for _, preset := range native.Presets {
			if !slices.Contains(preset.Exts, strings.ToLower(filepath.Ext(file.File))) {
				continue
			}
			if key, err := p.FilmKey(f, tools.Version, "native", preset.Name, "0"); err == nil {
				if _, ok := p.FilmStands(file.File, key); ok {
					return true
				}
			}
		}
	}
	made := []string{p.Manifest.Path}
	for _, m := range f.Media {
		made = append(made, m.File)
	}
	for _, path := range made {
		if fi, err := os.Stat(path); err != nil || fi.ModTime().UnixNano() > file.Time {
			return false
		}
	}
	return true
}
