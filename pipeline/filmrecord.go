package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"

	"greenroom/internal/atomicfile"
	"greenroom/internal/filestat"
	"greenroom/internal/hashkey"
)

// FilmRecords is the folder, below the project's own, of the records of rendered films.
const FilmRecords = StateDir + "/render/films"

// FilmRecord is a film that was drawn into a file.
type FilmRecord struct {
	Key   string `json:"key"`
	File  string `json:"file"` // for people; inside of the project relative to it
	Bytes int64  `json:"bytes"`
	Shown string `json:"shown"` // what the file looked like when it was hashed; see shownBy
	Hash  string `json:"sha256"`
	Drawn
}

// Drawn is what a film came to.
type Drawn struct {
	Frames  int     `json:"frames"`
	Width   int     `json:"width"`  // pixels
	Height  int     `json:"height"` // pixels
	FPS     float64 `json:"fps"`
	Seconds float64 `json:"seconds"` // that drawing it took
}

// FilmKey is the hash of everything that a film's file depends on: the film, how it is encoded, this program's version and
// ffmpeg's. The film is any JSON that says what is drawn: a resolved one, which names clips, files and fonts by their content,
// or the key that Remotion's side gives.
func (p *Project) FilmKey(f any, tool string, settings ...string) (string, error) {
	b, err := json.Marshal(f)
	if err != nil {
		return "", err
	}
	k := hashkey.New("film/1")
	k.Field("film", string(b))
	k.Field("program", p.o.Version)
	k.Field("tool", tool)
	for _, s := range settings {
		k.Field("setting", s)
	}
	return k.Sum(), nil
}

// FilmStands reports that a file holds the film of a key, complete and as it was rendered. A file that looks as its record
// says is trusted; another time or inode costs a read of all of its bytes.
func (p *Project) FilmStands(path, key string) (FilmRecord, bool) {
	var r FilmRecord
	b, err := os.ReadFile(p.filmRecord(path))
	if err != nil || json.Unmarshal(b, &r) != nil || r.Key != key {
		return r, false
	}
	st, err := filestat.Read(path)
	if err != nil || !st.Regular || st.Size != r.Bytes {
		return r, false
	}
	shown := fileState(st, false)
	if shown == r.Shown {
		return r, true
	}
	hash, err := hashFile(path)
	if err != nil || hash != r.Hash {
		return r, false
	}
	r.Shown = shown                // a copy, or a touch: the same bytes
	_ = p.writeFilmRecord(path, r) // only a cache
	return r, true
}

// RecordFilm writes down that a file holds the film of a key. The record is only a cache: without it the film is rendered again.
func (p *Project) RecordFilm(path, key string, d Drawn) error {
	st, err := filestat.Read(path)
	if err != nil {
		return err
	}
	hash, err := hashFile(path)
	if err != nil {
		return err
	}
	return p.writeFilmRecord(path, FilmRecord{key, p.filmName(path), st.Size, fileState(st, false), hash, d})
}

func (p *Project) writeFilmRecord(path string, r FilmRecord) error {
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	to := p.filmRecord(path)
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	_, err = atomicfile.WriteBytes(to, 0o600, b)
	return err
}

// filmName is how a film's file is known: a project that moves takes its films along.
func (p *Project) filmName(path string) string {
	if rel, err := filepath.Rel(p.Dir(), path); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return path
}

// filmRecord is one file's record; a project that is cloned has none yet.
func (p *Project) filmRecord(path string) string {
	sum := sha256.Sum256([]byte(p.filmName(path)))
	return filepath.Join(p.Path(FilmRecords), hex.EncodeToString(sum[:12])+".json")
}

func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
