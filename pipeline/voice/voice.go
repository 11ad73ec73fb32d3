// Package voice keeps the sounds of voice drafts: the answer that named a bought sound, and the sound itself in the
// store.
package voice

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"greenroom/assets"
	"greenroom/heygen"
	"greenroom/internal/atomicfile"
	"greenroom/pipeline/captions"
	"greenroom/pipeline/project"
	"greenroom/pipeline/request"
)

// Voice is what is known of a bought sound.
type Voice struct {
	// Link opens the sound. It is on disk only between the answer and the end of the download: HeyGen has no list on
	// which a sound could be found again.
	Link    string        `json:"link,omitempty"`
	ID      string        `json:"id,omitempty"` // of the request, for HeyGen's support
	Seconds float64       `json:"seconds"`      // of the sound; as announced until it is here
	Audio   string        `json:"audio,omitempty"`
	Bytes   int64         `json:"bytes,omitempty"`
	Words   []heygen.Word `json:"words,omitempty"`
}

// Store reads and writes the records of a project's sounds.
type Store struct{ disk *project.Project }

// Of returns the sounds of a project.
func Of(disk *project.Project) *Store { return &Store{disk} }

// File returns the record of a sound by the key of its ledger row, absolute.
func (s *Store) File(key string) string {
	return filepath.Join(s.disk.StateDir(), "voices", key+".json")
}

// Answer returns the record of a bought sound, whether or not the sound is here yet.
func (s *Store) Answer(key string) (v Voice, ok bool) {
	b, err := os.ReadFile(s.File(key))
	return v, err == nil && json.Unmarshal(b, &v) == nil && (v.Link != "" || v.Audio != "")
}

// Here returns a bought sound that is in the store; r may be nil.
func (s *Store) Here(r *request.Speech) (Voice, bool) {
	if r == nil {
		return Voice{}, false
	}
	v, ok := s.Answer(r.Row)
	if !ok || v.Audio == "" || v.Seconds <= 0 {
		return Voice{}, false
	}
	if s.disk.Store != nil {
		return v, s.disk.Store.Has(assets.Hash(v.Audio), v.Bytes)
	}
	fi, err := os.Stat(s.Path(v))
	return v, err == nil && fi.Size() == v.Bytes
}

// Path returns the file of a sound in the store, absolute.
func (s *Store) Path(v Voice) string {
	return assets.PathIn(filepath.Join(s.disk.StateDir(), "store"), assets.Hash(v.Audio))
}

// Save writes the record and syncs it. Only its owner may read it, because it may contain a link.
func (s *Store) Save(key string, v Voice) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	path := s.File(key)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	_, err = atomicfile.WriteBytes(path, 0o600, b)
	return err
}

// CheckSpace fails when the answer to a purchase could not be saved.
func (s *Store) CheckSpace() error {
	dir := filepath.Dir(s.File("x"))
	return errors.Join(os.MkdirAll(dir, 0o700), atomicfile.Room(dir))
}

// Bounds of an answer's words.
const (
	maxWords    = 20000
	maxWordRune = 200
)

// ValidWords returns the words that can be right: in order of time, inside the sound, with a text.
func ValidWords(in []heygen.Word, seconds float64) (out []heygen.Word) {
	last := 0.0
	for _, w := range in {
		w.Text = strings.TrimSpace(strings.Map(func(r rune) rune {
			if unicode.IsControl(r) {
				return ' '
			}
			return r
		}, w.Text))
		w.End = math.Min(w.End, seconds)
		if w.Text == "" || !(w.Start >= last && w.End > w.Start) || len([]rune(w.Text)) > maxWordRune {
			continue // not a number compares false, too
		}
		last = w.Start
		out = append(out, w)
		if len(out) == maxWords {
			break
		}
	}
	return out
}

// Captions returns a caption for each word, in the shape of @remotion/captions.
func (v Voice) Captions() (out []captions.Caption) {
	ms := func(seconds float64) int64 {
		return time.Duration(seconds * float64(time.Second)).Round(time.Millisecond).Milliseconds()
	}
	for _, w := range v.Words {
		out = captions.Add(out, w.Text, ms(w.Start), ms(w.End))
	}
	return captions.Ordered(out)
}
