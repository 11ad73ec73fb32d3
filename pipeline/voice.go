package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"greenroom/assets"
	"greenroom/compose/standin"
	"greenroom/heygen"
	"greenroom/internal/atomicfile"
	"greenroom/pipeline/captions"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/request"
)

// speechRow is the key of the row in which a sound is bought: that of the row on record when
// it is the project's own, or of a new one for the current account.
func (p *Project) speechRow(take string) string {
	ctx := context.Background()
	if row := p.rows[take]; row != nil && p.Account.OwnRow(ctx, *row) {
		return row.Key
	}
	return ledger.KeyOf(take, string(p.Account.Identity(ctx, false).Current))
}

// voice is what is known of a bought sound: the answer that named it, and the sound
// itself once it is in the store.
type voice struct {
	// Link opens the sound. It stands here only between the answer and the end of the
	// download: HeyGen has no list on which a sound could be found again.
	Link    string        `json:"link,omitempty"`
	ID      string        `json:"id,omitempty"` // of the request, for HeyGen's support
	Seconds float64       `json:"seconds"`      // of the sound; as announced until it is here
	Audio   string        `json:"audio,omitempty"`
	Bytes   int64         `json:"bytes,omitempty"`
	Words   []heygen.Word `json:"words,omitempty"`
}

func (p *Project) voiceFile(key string) string {
	return filepath.Join(p.StateDir(), "voices", key+".json")
}

// answered is the record of a bought sound, whether or not it is here yet.
func (p *Project) answered(key string) (v voice, ok bool) {
	b, err := os.ReadFile(p.voiceFile(key))
	return v, err == nil && json.Unmarshal(b, &v) == nil && (v.Link != "" || v.Audio != "")
}

// heard is a bought sound that is in the store.
func (p *Project) heard(r *request.Speech) (voice, bool) {
	if r == nil {
		return voice{}, false
	}
	v, ok := p.answered(r.Row)
	if !ok || v.Audio == "" || v.Seconds <= 0 {
		return voice{}, false
	}
	if p.Store != nil {
		return v, p.Store.Has(assets.Hash(v.Audio), v.Bytes)
	}
	fi, err := os.Stat(p.sound(v))
	return v, err == nil && fi.Size() == v.Bytes
}

// sound is where a bought sound stands.
func (p *Project) sound(v voice) string {
	return assets.PathIn(filepath.Join(p.StateDir(), "store"), assets.Hash(v.Audio))
}

// keepVoice writes the record. It is on disk, synced, when nil comes back; nobody else
// may read it while it holds a link.
func (p *Project) keepVoice(key string, v voice) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	path := p.voiceFile(key)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	_, err = atomicfile.WriteBytes(path, 0o600, b)
	return err
}

// voiceRoom finds out before money is spent whether the answer could be kept.
func (p *Project) voiceRoom() error {
	dir := filepath.Dir(p.voiceFile("x"))
	return errors.Join(os.MkdirAll(dir, 0o700), atomicfile.Room(dir))
}

// Bounds of what an answer may say.
const (
	maxWords    = 20000
	maxWordRune = 200
)

// goodWords keeps of a list of words what can be true: in order of time, inside the
// sound, with something to read.
func goodWords(in []heygen.Word, seconds float64) (out []heygen.Word) {
	last := 0.0
	for _, w := range in {
		w.Text = strings.TrimSpace(strings.Map(func(r rune) rune {
			if unicode.IsControl(r) {
				return ' '
			}
			return r
		}, w.Text))
		if w.End = math.Min(w.End, seconds); w.Text == "" || !(w.Start >= last && w.End > w.Start) || len([]rune(w.Text)) > maxWordRune {
			continue // not a number compares false too
		}
		if last, out = w.Start, append(out, w); len(out) == maxWords {
			break
		}
	}
	return out
}

func standinWords(in []heygen.Word) (out []standin.Word) {
	for _, w := range in {
		out = append(out, standin.Word{Text: w.Text, Start: w.Start, End: w.End})
	}
	return out
}

// captions of a bought voice: one for each word, in the shape of @remotion/captions.
func (v voice) captions() (out []captions.Caption) {
	ms := func(seconds float64) int64 {
		return time.Duration(seconds * float64(time.Second)).Round(time.Millisecond).Milliseconds()
	}
	for _, w := range v.Words {
		out = captions.Add(out, w.Text, ms(w.Start), ms(w.End))
	}
	return captions.Ordered(out)
}
