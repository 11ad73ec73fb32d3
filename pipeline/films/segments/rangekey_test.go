package segments

import (
	"testing"

	"greenroom/compose/timeline"
)

// TestKeysOfSounds: a range has the key of its own part of each sound; a silent one has none.
func TestKeysOfSounds(t *testing.T) {
	film := func(change func(*timeline.Film)) *timeline.Film {
		f := &timeline.Film{FPS: timeline.Rate{Num: 25, Den: 1}, Frames: 200,
			Media: map[string]timeline.Media{"voice": {Public: "greenroom/voice.webm", Seconds: 4}},
			Sounds: []timeline.Sound{{ID: "voice", Media: "voice", From: 50, Frames: 100,
				Gain: []timeline.Point{{Gain: 1}, {At: 4, Gain: 1}, {At: 5, Gain: 0.5}}}}}
		if change != nil {
			change(f)
		}
		return f
	}
	content := map[string]string{"voice": "abc"}
	key := func(f *timeline.Film, from, to int) string {
		k, err := RangeSoundKey(f, from, to, content, "project")
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	if k := key(film(nil), 0, 50); k != "" {
		t.Errorf("a range before the sound has the key %s", k)
	}
	if k := key(film(nil), 150, 200); k != "" {
		t.Errorf("a range after the sound has the key %s", k)
	}
	first := key(film(nil), 50, 100)
	for name, c := range map[string]struct {
		film     *timeline.Film
		from, to int
		same     bool
	}{
		"later, with its film":   {film(func(f *timeline.Film) { f.Sounds[0].From = 60 }), 60, 110, false}, // another gain at its end
		"another name":           {film(func(f *timeline.Film) { f.Sounds[0].ID = "x"; f.Name = "y" }), 50, 100, true},
		"another place":          {film(func(f *timeline.Film) { f.Media["voice"] = timeline.Media{Public: "b.webm", Seconds: 4} }), 50, 100, true},
		"a gain after the range": {film(func(f *timeline.Film) { f.Sounds[0].Gain[2].Gain = 0.4 }), 50, 100, true},
		"a gain in the range":    {film(func(f *timeline.Film) { f.Sounds[0].Gain[0].Gain = 0.4 }), 50, 100, false},
		"another start":          {film(func(f *timeline.Film) { f.Sounds[0].Skip = 0.2 }), 50, 100, false},
		"the next frames":        {film(nil), 51, 101, false},
	} {
		if got := key(c.film, c.from, c.to) == first; got != c.same {
			t.Errorf("%s: the same key is %v, want %v", name, got, c.same)
		}
	}
	content["voice"] = "def"
	if key(film(nil), 50, 100) == first {
		t.Error("another file has the same key")
	}
}
