package records

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"greenroom/compose/native"
	"greenroom/compose/timeline"
)

// File is a film's rendered file.
type File struct {
	Name  string // of the file, without the extension
	Path  string // absolute
	Bytes int64
	Time  int64 // when it was written, Unix nanoseconds
	Output
}

// Files returns the files that were rendered and still exist, by their path.
func (s Store) Files() map[string]File {
	out := map[string]File{}
	list, _ := filepath.Glob(filepath.Join(s.folder(), "*.json")) // the pattern is valid
	for _, name := range list {
		var r Record
		b, err := os.ReadFile(name)
		if err != nil || json.Unmarshal(b, &r) != nil || r.File == "" {
			continue
		}
		path := filepath.FromSlash(r.File)
		if !filepath.IsAbs(path) {
			path = filepath.Join(s.Dir, path)
		}
		fi, err := os.Stat(path)
		if err != nil || !fi.Mode().IsRegular() || fi.Size() != r.Bytes {
			continue // it was replaced or removed
		}
		base := filepath.Base(path)
		film := strings.TrimSuffix(base, filepath.Ext(base))
		out[path] = File{Name: film, Path: path, Bytes: fi.Size(), Time: fi.ModTime().UnixNano(), Output: r.Output}
	}
	return out
}

// PieceHashes returns the hashes of the pieces that recorded films were joined of, and of the files of exported
// projects.
func (s Store) PieceHashes() map[string]bool {
	out := map[string]bool{}
	var list []string
	for _, folder := range []string{s.folder(), Store{Dir: s.Dir, Exports: true}.folder()} {
		found, _ := filepath.Glob(filepath.Join(folder, "*.json")) // the pattern is valid
		list = append(list, found...)
	}
	for _, name := range list {
		var r Record
		b, err := os.ReadFile(name)
		if err != nil || json.Unmarshal(b, &r) != nil {
			continue
		}
		for _, h := range r.Pieces {
			out[h] = true
		}
	}
	return out
}

// Current reports whether a file has a film as it is now, whatever rendered it. A film that ffmpeg encoded with its
// preset's own quality is found by its key. The key of any other is not known here, because it depends on the flags
// of that render: then neither the manifest nor a file that the film shows may be newer. An ffmpeg of "" is one that
// is not installed.
func (s Store) Current(f *timeline.Film, ffmpeg, manifest string, file File) bool {
	for _, preset := range native.Presets {
		if ffmpeg == "" || !slices.Contains(preset.Exts, strings.ToLower(filepath.Ext(file.Path))) {
			continue
		}
		for _, way := range []string{Pieces, Whole} {
			key, err := s.NativeKey(f, ffmpeg, preset.Name, 0, way)
			if err != nil {
				continue
			}
			if _, ok := s.UpToDate(file.Path, key); ok {
				return true
			}
		}
	}
	sources := []string{manifest}
	for _, m := range f.Media {
		sources = append(sources, m.File)
	}
	return !slices.ContainsFunc(sources, func(path string) bool {
		fi, err := os.Stat(path)
		return err != nil || fi.ModTime().UnixNano() > file.Time
	})
}
