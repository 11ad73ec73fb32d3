package segments

import (
	"testing"

	"greenroom/compose/native"
	"greenroom/compose/timeline"
)

// scene returns a part of a film with every kind of layer, and its content.
func scene(change func(f *timeline.Film), shift int) (*timeline.Film, map[string]string) {
	f := &timeline.Film{
		Name: "film", Width: 64, Height: 36, FPS: timeline.Rate{Num: 25, Den: 1}, Frames: 100,
		Media: map[string]timeline.Media{
			"clip": {Public: "a/clip.webm", Width: 64, Height: 36, Seconds: 9, Codec: "vp9", Alpha: true},
			"logo": {Public: "a/logo.png", Width: 8, Height: 8}, "font": {Public: "a/f.ttf"},
			"unused": {Public: "a/u.png"}, "voice": {Seconds: 9},
		},
	}
	add := func(l timeline.Layer) {
		l.From, l.Opacity = l.From+shift, 1
		f.Layers = append(f.Layers, l)
	}
	box := timeline.Rect{X: 3, Y: 2, W: 20, H: 20}
	add(timeline.Layer{ID: "fill", Kind: timeline.KindFill, Frames: 100, Box: box,
		Fill: &timeline.Fill{Colors: []string{"#102030"}}})
	add(timeline.Layer{ID: "logo", Kind: timeline.KindPicture, From: 20, Frames: 40, Box: box,
		Picture: &timeline.Picture{Media: "logo", Crop: timeline.Rect{W: 8, H: 8}},
		Enter:   timeline.Motion{Frames: 5, Fade: true}})
	add(timeline.Layer{ID: "clip", Kind: timeline.KindVideo, Frames: 100, Box: box,
		Video: &timeline.Video{Media: "clip", Crop: timeline.Rect{W: 64, H: 36}}})
	add(timeline.Layer{ID: "words", Kind: timeline.KindText, From: 30, Frames: 10, Box: box, Text: &timeline.Text{
		Size: 10, Color: "#FFFFFF", Highlight: "#FF0000", Fonts: []timeline.Font{{Media: "font"}},
		Lines: []timeline.Line{{X: 1, Baseline: 9, Runs: []timeline.Run{{Text: "Hi", On: 32 + shift, Off: 35 + shift}}}}}})
	f.Frames += shift
	f.Layers[0].From, f.Layers[0].Frames = 0, f.Frames // drawn in one picture with the ground in both films
	f.Sounds = []timeline.Sound{{ID: "voice", Media: "voice", Frames: 50, Gain: []timeline.Point{{Gain: 1}}}}
	if change != nil {
		change(f)
	}
	content := map[string]string{"clip": "1", "logo": "2", "font": "3", "unused": "4", "voice": "5", "other": "6"}
	return f, content
}

func pieceKey(t *testing.T, e Encoding, shift int, change func(f *timeline.Film), content ...string) string {
	t.Helper()
	f, hashes := scene(change, shift)
	for i := 0; i+1 < len(content); i += 2 {
		hashes[content[i]] = content[i+1]
	}
	key, err := e.PartKey(native.PartOf(f, shift+10, shift+60), hashes)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// TestTheKeyChangesWithWhatIsSeen, and with nothing else.
func TestTheKeyChangesWithWhatIsSeen(t *testing.T) {
	h264 := Encoding{Preset: &native.Presets[0], FFmpeg: "7.1"}
	key := pieceKey(t, h264, 0, nil)
	seen := map[string]string{key: "the piece itself"}
	differs := func(what, k string) {
		t.Helper()
		if other, there := seen[k]; there {
			t.Errorf("%s has the key of %s", what, other)
		}
		seen[k] = what
	}
	layer := func(i int, change func(l *timeline.Layer)) func(f *timeline.Film) {
		return func(f *timeline.Film) { change(&f.Layers[i]) }
	}
	for what, change := range map[string]func(f *timeline.Film){
		"another colour":        layer(0, func(l *timeline.Layer) { l.Fill.Colors[0] = "#102031" }),
		"another place":         layer(0, func(l *timeline.Layer) { l.Box.X++ }),
		"an opacity":            layer(0, func(l *timeline.Layer) { l.Opacity = 0.5 }),
		"a radius":              layer(0, func(l *timeline.Layer) { l.Radius = 2 }),
		"a later picture":       layer(1, func(l *timeline.Layer) { l.From++ }),
		"a slower fade":         layer(1, func(l *timeline.Layer) { l.Enter.Frames++ }),
		"a crop":                layer(1, func(l *timeline.Layer) { l.Picture.Crop.W = 7 }),
		"skipped footage":       layer(2, func(l *timeline.Layer) { l.Video.Skip = 1 }),
		"footage that loops":    layer(2, func(l *timeline.Layer) { l.Video.Loop = true }),
		"later footage":         layer(2, func(l *timeline.Layer) { l.From++; l.Frames-- }),
		"other words":           layer(3, func(l *timeline.Layer) { l.Text.Lines[0].Runs[0].Text = "Ho" }),
		"a later highlight":     layer(3, func(l *timeline.Layer) { l.Text.Lines[0].Runs[0].On++ }),
		"another size of words": layer(3, func(l *timeline.Layer) { l.Text.Size = 11 }),
		"a transparent ground":  func(f *timeline.Film) { f.Transparent = true },
		"another rate":          func(f *timeline.Film) { f.FPS.Num = 30 },
		"another canvas":        func(f *timeline.Film) { f.Width = 66 },
		"another order":         func(f *timeline.Film) { f.Layers[0], f.Layers[1] = f.Layers[1], f.Layers[0] },
		"another media fact": func(f *timeline.Film) {
			m := f.Media["clip"]
			m.Alpha = false
			f.Media["clip"] = m
		},
	} {
		if what == "a transparent ground" {
			differs(what, pieceKey(t, Encoding{Preset: &native.Presets[4], FFmpeg: "7.1"}, 0, change))
			continue
		}
		differs(what, pieceKey(t, h264, 0, change))
	}
	for _, file := range []string{"clip", "logo", "font"} {
		differs("another "+file, pieceKey(t, h264, 0, nil, file, "new"))
	}
	differs("another ffmpeg", pieceKey(t, Encoding{Preset: &native.Presets[0], FFmpeg: "7.2"}, 0, nil))
	differs("another quality", pieceKey(t, Encoding{Preset: &native.Presets[0], CRF: 20, FFmpeg: "7.1"}, 0, nil))
	for i := range native.Presets[1:] {
		differs("another preset", pieceKey(t, Encoding{Preset: &native.Presets[i+1], FFmpeg: "7.1"}, 0, nil))
	}

	for what, k := range map[string]string{
		"another time in the film":       pieceKey(t, h264, 250, nil),
		"another file that is not shown": pieceKey(t, h264, 0, nil, "unused", "new", "voice", "new"),
		"names": pieceKey(t, h264, 0, func(f *timeline.Film) {
			f.Name, f.Layers[1].ID, f.Layers[1].Picture.Media = "x", "y", "other"
			f.Media["other"] = f.Media["logo"]
			m := f.Media["clip"]
			m.Public, m.File = "elsewhere.webm", "/elsewhere"
			f.Media["clip"] = m
		}, "other", "2"),
		"sound": pieceKey(t, h264, 0, func(f *timeline.Film) { f.Sounds[0].Gain[0].Gain = 0.5 }),
		"what comes after": pieceKey(t, h264, 0, func(f *timeline.Film) {
			f.Layers = append(f.Layers, timeline.Layer{ID: "end", Kind: timeline.KindFill, From: 60, Frames: 40, Opacity: 1,
				Box: timeline.Rect{W: 9, H: 9}, Fill: &timeline.Fill{Colors: []string{"#FFFFFF"}}})
		}),
	} {
		if k != key {
			t.Errorf("%s changes the key", what)
		}
	}
}

// TestTheKeyOfSound depends on sounds.
func TestTheKeyOfSound(t *testing.T) {
	of := func(e Encoding, change func(f *timeline.Film), voice string) string {
		f, content := scene(change, 0)
		content["voice"] = voice
		key, err := e.SoundKey(f, content)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	e := Encoding{Preset: &native.Presets[0], FFmpeg: "7.1"}
	key := of(e, nil, "5")
	for what, k := range map[string]string{
		"gain":   of(e, func(f *timeline.Film) { f.Sounds[0].Gain[0].Gain = 0.5 }, "5"),
		"start":  of(e, func(f *timeline.Film) { f.Sounds[0].From = 1 }, "5"),
		"length": of(e, func(f *timeline.Film) { f.Frames++ }, "5"),
		"file":   of(e, nil, "6"),
		"codec":  of(Encoding{Preset: &native.Presets[2], FFmpeg: "7.1"}, nil, "5"),
		"ffmpeg": of(Encoding{Preset: &native.Presets[0], FFmpeg: "7.2"}, nil, "5"),
	} {
		if k == key {
			t.Errorf("another %s has the same key", what)
		}
	}
	if of(e, func(f *timeline.Film) { f.Layers, f.Width = nil, 2 }, "5") != key {
		t.Error("pictures change the key of the sound")
	}
}
