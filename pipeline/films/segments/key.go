package segments

import (
	"encoding/json"
	"fmt"
	"strconv"

	"greenroom/compose/native"
	"greenroom/compose/timeline"
	"greenroom/internal/hashkey"
)

// Encoding is how pieces are encoded.
type Encoding struct {
	Preset *native.Preset
	CRF    int    // 0: the preset's own
	FFmpeg string // its version
}

// spec returns a specification of a film for this encoding.
func (e Encoding) spec(f *timeline.Film) native.Spec { return native.Spec{Film: f, CRF: e.CRF} }

// PartKey returns the hash of everything that the bytes of a piece depend on: what is seen in it, with times relative
// to its start, the content of its files, and how it is encoded. Names of layers and files are not part of it. Content
// is the SHA-256 of each file, by its key in the film.
func (e Encoding) PartKey(p native.Part, content map[string]string) (string, error) {
	film, err := anonymous(p.Film, content)
	if err != nil {
		return "", err
	}
	return e.key("piece/1", film, e.Preset.Values(e.spec(p.Film)), p.Plan(), played(p.Film))
}

// SoundKey is PartKey for the sound of a film.
func (e Encoding) SoundKey(f *timeline.Film, content map[string]string) (string, error) {
	heard := timeline.Film{FPS: f.FPS, Frames: f.Frames, Media: f.Media, Sounds: f.Sounds}
	film, err := anonymous(&heard, content)
	if err != nil {
		return "", err
	}
	return e.key("sound/1", film, e.Preset.SoundValues(e.spec(f)))
}

func (e Encoding) key(schema string, film *timeline.Film, settings []string, more ...any) (string, error) {
	k, err := keyOf(schema, film, settings, more...)
	if err != nil {
		return "", err
	}
	k.Field("encoder", e.Preset.Name)
	k.Field("ffmpeg", e.FFmpeg)
	return k.Sum(), nil
}

// RangeKey is PartKey for another renderer than ffmpeg; settings are what its bytes depend on besides.
func RangeKey(p native.Part, content map[string]string, settings ...string) (string, error) {
	film, err := anonymous(p.Film, content)
	if err != nil {
		return "", err
	}
	k, err := keyOf("range/1", film, settings, played(p.Film))
	if err != nil {
		return "", err
	}
	return k.Sum(), nil
}

// audible is the part of a sound that is played in a range of frames.
type audible struct {
	Content      string
	File         timeline.Media
	From, Frames int // in the range
	Played       int // frames of the sound that came before
	Skip         float64
	Loop         bool
	Gain         []float64 // of each frame
}

// RangeSoundKey returns the hash of the sounds from a frame of a film to another, last not included, for another
// renderer than ffmpeg: gains change from frame to frame. It returns "" for a range without sounds.
func RangeSoundKey(
	f *timeline.Film, from, to int, content map[string]string, settings ...string,
) (string, error) {
	var list []audible
	for i := range f.Sounds {
		s := &f.Sounds[i]
		first, end := max(s.From, from), min(s.From+s.Frames, to)
		if first >= end {
			continue
		}
		h := audible{Content: content[s.Media], File: f.Media[s.Media], From: first - from, Frames: end - first,
			Played: first - s.From, Skip: s.Skip, Loop: s.Loop}
		h.File.Public = ""
		for at := first; at < end; at++ {
			h.Gain = append(h.Gain, s.GainAt(f.FPS.Seconds(at)))
		}
		list = append(list, h)
	}
	if list == nil {
		return "", nil
	}
	k, err := keyOf("range sound/1", &timeline.Film{FPS: f.FPS, Frames: to - from}, settings, list)
	if err != nil {
		return "", err
	}
	return k.Sum(), nil
}

// keyOf returns the key of a film without names, of more values and of settings.
func keyOf(schema string, film *timeline.Film, settings []string, more ...any) (*hashkey.Key, error) {
	k := hashkey.New(schema)
	for _, v := range append([]any{film}, more...) {
		b, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		k.Field("drawn", string(b))
	}
	for _, s := range settings {
		k.Field("setting", s)
	}
	return k, nil
}

// played returns how much of each layer's footage came before the part, which the JSON of a film does not have.
func played(f *timeline.Film) []int {
	var out []int
	for i := range f.Layers {
		if v := f.Layers[i].Video; v != nil {
			out = append(out, v.Played)
		}
	}
	return out
}

// anonymous returns a film without names: files are named by their content, layers and sounds by their number. Files
// that nothing shows are omitted.
func anonymous(f *timeline.Film, content map[string]string) (*timeline.Film, error) {
	out := *f
	out.Name, out.Warnings, out.Media = "", nil, map[string]timeline.Media{}
	var missing error
	named := func(key string) string {
		hash := content[key]
		if hash == "" {
			missing = fmt.Errorf("the content of %q is not known", key)
		}
		m := f.Media[key]
		m.Public = ""
		out.Media[hash] = m
		return hash
	}
	out.Layers = append([]timeline.Layer(nil), f.Layers...)
	for i := range out.Layers {
		l := &out.Layers[i]
		l.ID = strconv.Itoa(i)
		switch {
		case l.Picture != nil:
			p := *l.Picture
			p.Media = named(p.Media)
			l.Picture = &p
		case l.Video != nil:
			v := *l.Video
			v.Media = named(v.Media)
			l.Video = &v
		case l.Text != nil:
			t := *l.Text
			t.Fonts = append([]timeline.Font(nil), t.Fonts...)
			for j := range t.Fonts {
				t.Fonts[j].Media = named(t.Fonts[j].Media)
			}
			l.Text = &t
		}
	}
	out.Sounds = append([]timeline.Sound(nil), f.Sounds...)
	for i := range out.Sounds {
		out.Sounds[i].ID = strconv.Itoa(i)
		out.Sounds[i].Media = named(out.Sounds[i].Media)
	}
	return &out, missing
}
