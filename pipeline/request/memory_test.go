package request

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"

	"greenroom/compose/timeline"
	"greenroom/heygen"
	"greenroom/pipeline/manifest"
)

// memory holds files by path and take keys by clip. It implements Sources.
type memory struct {
	files, takes map[string]string
}

func newMemory() memory {
	return memory{
		files: map[string]string{
			"a.png": "picture a", "copy of a.png": "picture a", "b.png": "picture b", "a.wav": "sound a", "b.wav": "sound b",
			"a.mp4": "film a", "copy of a.mp4": "film a", "b.mp4": "film b",
			"a.srt": "text a", "copy of a.srt": "text a", "b.srt": "text b",
		},
		takes: map[string]string{"intro": hashOf("take of intro"), "outro": hashOf("take of outro")},
	}
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Hash implements Sources.
func (m memory) Hash(path string) (string, error) {
	text, ok := m.files[path]
	if !ok {
		return "", fmt.Errorf("%s does not exist", path)
	}
	return hashOf(text), nil
}

// TakeKey implements Sources.
func (m memory) TakeKey(_ context.Context, clip string) (string, error) {
	key, ok := m.takes[clip]
	if !ok {
		return "", fmt.Errorf("no clip %s", clip)
	}
	return key, nil
}

// SequenceRate implements Sources.
func (m memory) SequenceRate(c manifest.Clip) string {
	return SequenceRate(c, timeline.Rate{Num: 30, Den: 1}).String()
}

// materials returns ids that follow from the contents of files, for the files of a request.
func (m memory) materials(t *testing.T, r Request) Materials {
	t.Helper()
	out := Materials{
		Uploads: map[string]Upload{}, Photos: map[string]string{},
		Engines:  map[string]*heygen.Engine{"daisy": {Type: "avatar_iii"}, "josh": {Type: "avatar_iv"}},
		Template: template(),
	}
	for _, f := range r.Files() {
		hash, err := m.Hash(f.Path)
		if err != nil {
			hash = f.Path // a sound or a take that was bought: its path is made of its key
		}
		if f.Use == AsSpeaker {
			out.Photos[f.Path] = "photo-" + hash
			continue
		}
		out.Uploads[f.Path] = Upload{ID: "asset-" + hash, URL: "https://files.example/" + hash}
	}
	return out
}

// template returns a template whose variables all have a value of their own.
func template() heygen.Template {
	t := heygen.Template{ID: "t123"}
	for _, v := range [][2]string{{"name", "text"}, {"logo", "image"}, {"who", "character"}, {"tone", "voice"}} {
		designed := map[string]any{"content": "as designed"}
		t.Variables = append(t.Variables, heygen.TemplateVariable{Name: v[0], Type: v[1], Properties: designed})
	}
	return t
}

// sent returns everything that HeyGen gets for a request: what buys its voice, and what buys its picture. Title and
// marker are constant.
func (m memory) sent(t *testing.T, r Request) (string, error) {
	t.Helper()
	voice := ""
	if r.Speech != nil {
		// A voice is bought once for both generations: what is spoken is in its take key.
		voice = "voice " + r.Speech.Take + "\n"
		r = r.WithSound("sounds/" + r.Speech.Take)
	}
	if r.Translate.Clip != "" {
		r = r.WithSource("takes/" + r.Translate.TakeKey)
	}
	p, err := r.Post("title", m.materials(t, r))
	return voice + p.Path + "\n" + string(p.Body), err
}
