// Package records keeps a record of each film that was rendered into a file. It is the one place that decides whether
// such a file is up to date.
//
// Records are a cache: they may be deleted at any time, and a film without one is rendered again.
package records

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"

	"greenroom/compose/timeline"
	"greenroom/internal/atomicfile"
	"greenroom/internal/filestat"
	"greenroom/internal/hashkey"
)

// Folder has the records of films, ExportFolder those of projects for editors, below the project's folder.
const (
	Folder       = ".greenroom/render/films"
	ExportFolder = ".greenroom/render/exports"
)

// Renderers of films.
const (
	Native   = "native"
	Remotion = "remotion"
)

// Store has the records of one project.
type Store struct {
	Dir     string // the project's folder, absolute
	Version string // of greenroom
	// Exports has the records of projects for editors, not of films.
	Exports bool
}

// Record is what is known about the file of a film.
type Record struct {
	Key   string `json:"key"`
	File  string `json:"file"` // relative to the project if it is inside
	Bytes int64  `json:"bytes"`
	Stamp string `json:"shown"` // state of the file when it was hashed
	Hash  string `json:"sha256"`
	// Pieces are the hashes of the files in the store that it was joined of.
	Pieces []string `json:"pieces,omitempty"`
	Output
}

// Output describes a rendered film.
type Output struct {
	Frames  int     `json:"frames"`
	Width   int     `json:"width"`  // pixels
	Height  int     `json:"height"` // pixels
	FPS     float64 `json:"fps"`
	Seconds float64 `json:"seconds"` // how long rendering took
}

// Key returns the hash of everything that the file of a film depends on: the film, how it is encoded, the version of
// greenroom and that of ffmpeg. The film is any value whose JSON has everything that is shown: a resolved film, which
// names clips, files and fonts by their content, or the key of a Remotion composition.
func (s Store) Key(film any, ffmpeg string, settings ...string) (string, error) {
	b, err := json.Marshal(film)
	if err != nil {
		return "", err
	}
	k := hashkey.New("film/1")
	k.Field("film", string(b))
	k.Field("program", s.Version)
	k.Field("tool", ffmpeg)
	for _, setting := range settings {
		k.Field("setting", setting)
	}
	return k.Sum(), nil
}

// Ways in which ffmpeg encodes a film.
const (
	Pieces = "pieces" // piece by piece
	Whole  = "whole"  // in one run
)

// NativeKey returns the key of a film that ffmpeg encodes with a preset. A crf of 0 is the preset's own.
func (s Store) NativeKey(f *timeline.Film, ffmpeg, preset string, crf int, way string) (string, error) {
	settings := []string{Native, preset, strconv.Itoa(crf)}
	if way != Whole { // earlier versions had only this way
		settings = append(settings, way)
	}
	return s.Key(f, ffmpeg, settings...)
}

// UpToDate returns the record of a file and reports whether the file has the film of a key, complete and unchanged. A
// file with the recorded stamp is trusted; otherwise all of its bytes are read.
func (s Store) UpToDate(path, key string) (Record, bool) {
	var r Record
	b, err := os.ReadFile(s.recordFile(path))
	if err != nil || json.Unmarshal(b, &r) != nil || r.Key != key {
		return r, false
	}
	st, err := filestat.Read(path)
	if err != nil || !st.Regular || st.Size != r.Bytes {
		return r, false
	}
	now := stamp(st)
	if now == r.Stamp {
		return r, true
	}
	hash, err := hashOf(path)
	if err != nil || hash != r.Hash {
		return r, false
	}
	r.Stamp = now        // it was copied or touched
	_ = s.write(path, r) // only a cache
	return r, true
}

// Save records that a file has the film of a key, and which pieces it was joined of.
func (s Store) Save(path, key string, out Output, pieces ...string) error {
	st, err := filestat.Read(path)
	if err != nil {
		return err
	}
	hash, err := hashOf(path)
	if err != nil {
		return err
	}
	return s.write(path, Record{key, s.fileName(path), st.Size, stamp(st), hash, pieces, out})
}

func (s Store) write(path string, r Record) error {
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	to := s.recordFile(path)
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	_, err = atomicfile.WriteBytes(to, 0o600, b)
	return err
}

func (s Store) folder() string {
	if s.Exports {
		return filepath.Join(s.Dir, filepath.FromSlash(ExportFolder))
	}
	return filepath.Join(s.Dir, filepath.FromSlash(Folder))
}

// fileName returns the name of a film's file in its record: relative, so that a project can be moved with its films.
func (s Store) fileName(path string) string {
	if rel, err := filepath.Rel(s.Dir, path); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return path
}

// recordFile returns the path of a file's record.
func (s Store) recordFile(path string) string {
	sum := sha256.Sum256([]byte(s.fileName(path)))
	return filepath.Join(s.folder(), hex.EncodeToString(sum[:12])+".json")
}

// stamp changes with the time, the inode and the size of a file.
func stamp(st filestat.Stat) string { return "=" + strconv.FormatUint(st.Token(), 16) }

// hashOf returns the SHA-256 of a file, in hex.
func hashOf(path string) (string, error) {
	sum, _, err := hashkey.File(path)
	return hex.EncodeToString(sum[:]), err
}
