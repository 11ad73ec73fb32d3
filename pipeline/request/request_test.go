package request

import (
	"errors"
	"strings"
	"testing"

	"greenroom/compose/timeline"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/routes"
)

func newRequest(t *testing.T, c manifest.Clip, route string) Request {
	t.Helper()
	r, err := New(t.Context(), c, route, newMemory())
	if err != nil {
		t.Fatalf("%s: %v", route, err)
	}
	return r
}

func TestChangedSince(t *testing.T) {
	t.Parallel()
	before := newRequest(t, spokenClip(), routes.V2Key)
	for want, change := range map[string]func(*manifest.Clip){
		"":                                   func(*manifest.Clip) {},
		"script, voice speed":                func(c *manifest.Clip) { c.Script, c.Voice.Speed = "Ho.", 1.2 },
		"avatar x, avatar y":                 func(c *manifest.Clip) { c.Avatar.Offset = manifest.Offset{X: 0.1, Y: 0.1} },
		"avatar, avatar photo, avatar style": func(c *manifest.Clip) { c.Avatar.ID, c.Avatar.Photo = "", "a.png" },
		"height, width":                      func(c *manifest.Clip) { c.Width, c.Height = 720, 1280 },
		"captions":                           func(c *manifest.Clip) { c.Captions = true },
		"take":                               func(c *manifest.Clip) { c.Take = 2 },
		"sound":                              func(c *manifest.Clip) { c.Draft = manifest.DraftVoice },
		"avatar kind, avatar style":          func(c *manifest.Clip) { c.Avatar.TalkingPhoto = true },
	} {
		after := newRequest(t, with(change), routes.V2Key)
		if got := after.ChangedSince(before.Inputs); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	other := newRequest(t, spokenClip(), routes.V3Key)
	if got := other.ChangedSince(before.Inputs); got != "route" {
		t.Errorf("on another route %q changed", got)
	}
}

// TestEarlier: takes of versions whose key had less or more than the request are up to date.
func TestEarlier(t *testing.T) {
	t.Parallel()
	plain := newRequest(t, spokenClip(), routes.V2Key)
	talking := newRequest(t, with(func(c *manifest.Clip) { c.Avatar.TalkingPhoto = true }), routes.V2Key)
	earlier, ok := talking.Earlier()
	if !ok || talking.Key == plain.Key || earlier.Key != plain.Key || earlier.ChangedSince(plain.Inputs) != "" {
		t.Errorf("a talking photo had the key of an avatar: %v", ok)
	}
	if !earlier.Scenes[0].Avatar.TalkingPhoto {
		t.Error("the earlier request would buy an avatar")
	}
	image := newRequest(t, with(func(c *manifest.Clip) { c.BackgroundImage = "a.png" }), routes.V2Key)
	earlier, ok = image.Earlier()
	if !ok || image.Key != plain.Key || earlier.Key == plain.Key || earlier.ChangedSince(plain.Inputs) != "background image" {
		t.Errorf("an image that is not sent was in the key: %v", ok)
	}
	if earlier.Frame.Image.Path != "" || len(earlier.Files()) != 0 {
		t.Error("the earlier request has an image")
	}
	for name, change := range map[string]func(*manifest.Clip){
		"an avatar":         func(*manifest.Clip) {},
		"a photo":           func(c *manifest.Clip) { c.Avatar = manifest.Avatar{Photo: "a.png", TalkingPhoto: true, Scale: 1} },
		"a color":           func(c *manifest.Clip) { c.Background = "#112233" },
		"scenes":            func(c *manifest.Clip) { c.Scenes = []manifest.Scene{{Script: "Hi", Avatar: c.Avatar, Voice: c.Voice}} },
		"a drafted voice":   func(c *manifest.Clip) { c.Draft = manifest.DraftVoice },
		"sound of its own":  func(c *manifest.Clip) { c.AudioFile = "a.wav" },
		"a talking v3 look": func(c *manifest.Clip) { c.Route = routes.V3Key },
	} {
		r := newRequest(t, with(change), routes.V2Key)
		if same, ok := r.Earlier(); ok || same.Key != r.Key {
			t.Errorf("%s had another key", name)
		}
	}
	opaqueImage := with(func(c *manifest.Clip) { opaque(c); c.BackgroundImage = "a.png" })
	for _, route := range []string{routes.V2, routes.V3} {
		if _, ok := newRequest(t, opaqueImage, route).Earlier(); ok {
			t.Errorf("an image that is sent on %s had another key", route)
		}
	}
}

// TestPhotosTalk: v2 makes a talking photo of every picture, whatever the clip contains.
func TestPhotosTalk(t *testing.T) {
	t.Parallel()
	for _, talking := range []bool{false, true} {
		c := with(func(c *manifest.Clip) { c.Avatar = manifest.Avatar{Photo: "a.png", TalkingPhoto: talking, Scale: 1} })
		p, err := posted(t, c, routes.V2Key)
		if err != nil || !strings.Contains(string(p.Body), `"talking_photo_id":"photo a.png"`) {
			t.Errorf("talking-photo: %v: %s %v", talking, p.Body, err)
		}
	}
}

// TestKeysStay: what a voice draft or a translation is driven by does not change the key.
func TestKeysStay(t *testing.T) {
	t.Parallel()
	c := with(func(c *manifest.Clip) { c.Draft, c.Captions = manifest.DraftVoice, true })
	r := newRequest(t, c, routes.V2Key)
	with := r.WithSound("voice.wav")
	if with.Key != r.Key || with.Sound.Path != "voice.wav" || with.Scenes[0].Text != "" || with.Frame.Captions {
		t.Errorf("%+v", with.Canonical)
	}
	if r.Scenes[0].Text != "Hi." || r.Sound.Path != "" {
		t.Error("the request without the sound changed, too")
	}
	tr := newRequest(t, translateClip("", "intro"), routes.V2Translate)
	if from := tr.WithSource("master.mp4"); from.Key != tr.Key || from.Translate.File.Path != "master.mp4" || tr.Translate.File.Path != "" {
		t.Errorf("%+v", from.Translate)
	}
}

func TestSequences(t *testing.T) {
	t.Parallel()
	clip := func(rate timeline.Rate, frames ...string) manifest.Clip {
		return manifest.Clip{Source: manifest.SourceFile, File: "pictures", Frames: frames, Rate: rate, Take: 1}
	}
	base := newRequest(t, clip(timeline.Rate{}, "a.png", "b.png"), routes.File)
	if base.Footage.Rate != "30/1" || base.Footage.File.Path != "" {
		t.Errorf("%+v", base.Footage)
	}
	for name, x := range map[string]struct {
		clip manifest.Clip
		same bool
	}{
		"the project's rate":     {clip(timeline.Rate{Num: 30, Den: 1}, "a.png", "b.png"), true},
		"a copy of a picture":    {clip(timeline.Rate{}, "copy of a.png", "b.png"), true},
		"another rate":           {clip(timeline.Rate{Num: 25, Den: 1}, "a.png", "b.png"), false},
		"another order":          {clip(timeline.Rate{}, "b.png", "a.png"), false},
		"a picture more":         {clip(timeline.Rate{}, "a.png", "b.png", "b.png"), false},
		"a picture less":         {clip(timeline.Rate{}, "a.png"), false},
		"a film, not a sequence": {manifest.Clip{Source: manifest.SourceFile, File: "a.mp4", Take: 1}, false},
	} {
		if got := newRequest(t, x.clip, routes.File); (got.Key == base.Key) != x.same {
			t.Errorf("%s: the same take %v, want %v", name, got.Key == base.Key, x.same)
		}
	}
}

// TestFilesThatCannotBeRead: every file and every take of a clip must be known, and the error names the first that is
// not.
func TestFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for missing, x := range map[string]struct {
		route string
		clip  manifest.Clip
	}{
		"none.wav": {routes.V2Key, with(func(c *manifest.Clip) { c.AudioFile = "none.wav" })},
		"face.png": {routes.V2Key, with(func(c *manifest.Clip) { c.Avatar.Photo = "face.png" })},
		"wall.png": {routes.V2, with(func(c *manifest.Clip) { opaque(c); c.BackgroundImage = "wall.png" })},
		"wall.mp4": {routes.V2, with(func(c *manifest.Clip) { opaque(c); c.BackgroundVideo = "wall.mp4" })},
		"two.png": {routes.V2, with(func(c *manifest.Clip) {
			opaque(c)
			c.Scenes = []manifest.Scene{{Script: "One", Avatar: c.Avatar}, {Script: "Two", Avatar: manifest.Avatar{Photo: "two.png"}}}
		})},
		"film.mp4":      {routes.File, manifest.Clip{Source: manifest.SourceFile, File: "film.mp4"}},
		"frame.png":     {routes.File, manifest.Clip{Source: manifest.SourceFile, Frames: []string{"a.png", "frame.png", "later.png"}}},
		"note.pdf":      {routes.V1Agent, manifest.Clip{Source: manifest.SourceAgent, Agent: &manifest.Agent{Files: []string{"a.png", "note.pdf"}}}},
		"talk.mp4":      {routes.V3Translate, translateClip("talk.mp4", "")},
		"no clip other": {routes.V3Translate, translateClip("", "other")},
		"logo.png": {routes.V2Template, manifest.Clip{Source: manifest.SourceTemplate, Template: &manifest.Template{
			Variables: []manifest.Variable{{Name: "logo", File: "logo.png"}}}}},
	} {
		r, err := New(t.Context(), x.clip, x.route, newMemory())
		if err == nil || !strings.Contains(err.Error(), missing) || r.Key != "" {
			t.Errorf("%s on %s: %v, key %q", missing, x.route, err, r.Key)
		}
		var s *SpeechError
		if errors.As(err, &s) {
			t.Errorf("%s is reported as a voice's fault", missing)
		}
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		route string
		clip  manifest.Clip
		want  []FileUse
	}{
		{routes.V2Key, spokenClip(), nil},
		{routes.V2Key, with(func(c *manifest.Clip) { c.AudioFile, c.BackgroundImage = "a.wav", "a.png" }), []FileUse{{"a.wav", ByID}}},
		{routes.V2, with(func(c *manifest.Clip) { opaque(c); c.BackgroundImage = "a.png" }), []FileUse{{"a.png", ByID}}},
		{routes.V2, with(func(c *manifest.Clip) {
			opaque(c)
			a := manifest.Avatar{Photo: "a.png"}
			c.BackgroundImage, c.Scenes = "a.png", []manifest.Scene{{Script: "One", Avatar: a}, {Script: "Two", Avatar: a}}
		}), []FileUse{{"a.png", AsSpeaker}, {"a.png", ByID}}},
		{routes.V3Agent, agentClip(), []FileUse{{"a.png", ByID}, {"b.png", ByID}}},
		{routes.V2Template, templateClip(), []FileUse{{"a.png", ByID}}},
		{routes.V2Translate, translateClip("a.mp4", ""), []FileUse{{"a.mp4", ByAddress}}},
		{routes.V2TranslateKey, translateClip("a.mp4", ""), []FileUse{{"a.mp4", ByAddress}}},
		{routes.V3TranslateKey, translateClip("a.mp4", ""), []FileUse{{"a.mp4", ByID}}},
		{routes.V3Translate, translateClip("", "intro"), nil},
		{routes.V3Cutout, manifest.Clip{Source: manifest.SourceFile, File: "a.mp4", Cutout: true}, []FileUse{{"a.mp4", ByID}}},
		{routes.File, manifest.Clip{Source: manifest.SourceFile, File: "a.mp4"}, nil},
	} {
		got := newRequest(t, x.clip, x.route).Files()
		if len(got) != len(x.want) {
			t.Errorf("%s: %v, want %v", x.route, got, x.want)
			continue
		}
		for i := range got {
			if got[i] != x.want[i] {
				t.Errorf("%s: %v, want %v", x.route, got, x.want)
			}
		}
	}
}
