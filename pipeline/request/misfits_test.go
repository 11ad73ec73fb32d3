package request

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"greenroom/internal/fault"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/manifest/member"
	"greenroom/pipeline/routes"
)

// written returns a clip whose members are recorded at the given lines, in the clip or under defaults.
func written(c manifest.Clip, own, shared map[string]int) manifest.Clip {
	record := func(to *member.List, lines map[string]int) {
		for name, line := range lines {
			at := func() fault.Place { return fault.Place{Line: line, Column: 7} }
			path, key := "", name
			if i := strings.LastIndex(name, "."); i >= 0 {
				path, key = "."+name[:i], name[i+1:]
			}
			member.NewRecorder("clips.one", to).Record("clips.one"+path, key, at)
		}
	}
	record(&c.Places.Own, own)
	record(&c.Places.Shared, shared)
	c.Name, c.Place = "one", fault.Place{File: "greenroom.yaml", Line: 3, Column: 3, Text: "  one:"}
	return c
}

func line(n int) string { return fmt.Sprint("text of line ", n) }

func spokenClip() manifest.Clip {
	return manifest.Clip{
		Source: manifest.SourceAvatar, Script: "Hi.", Transparent: true, Width: 1280, Height: 720, KeyColor: "#00FF00", Take: 1,
		Avatar: manifest.Avatar{ID: "daisy", Style: "normal", Scale: 1}, Voice: manifest.Voice{ID: "v1", Speed: 1},
	}
}

func TestMisfits(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, route       string
		change            func(*manifest.Clip)
		own, shared       map[string]int
		line              int // 0: nothing is refused
		message, hintPart string
	}{
		{name: "an ordinary clip", route: routes.V1WebM},
		{name: "members at their defaults", route: routes.V1WebM, own: map[string]int{"voice.speed": 5, "avatar.style": 6}},
		{"speed", routes.V1WebM, func(c *manifest.Clip) { c.Voice.Speed = 1.2 }, map[string]int{"voice.speed": 5}, nil,
			5, "/v1/video.webm has no member for voice.speed", "route v2-key, or draft: voice, or omit voice.speed"},
		{"captions", routes.V1WebM, func(c *manifest.Clip) { c.Captions = true }, nil, map[string]int{"captions": 2},
			2, "/v1/video.webm makes no captions", "route v2-key"},
		{"captions in a transparent picture", routes.V3WebM, func(c *manifest.Clip) { c.Captions, c.Burned.On = true, true }, nil,
			map[string]int{"captions.burned-in": 2}, 2, "captions are not burned into a transparent picture, whose background is removed",
			"use transparent: false (v2, v3 and templates burn captions in so), or captions: true and a captions layer in the composition"},
		{"a preset on v3", routes.V3, func(c *manifest.Clip) {
			c.Transparent, c.Captions, c.Burned = false, true, manifest.Burned{On: true, Preset: "bold"}
		}, map[string]int{"captions.burned-in": 4, "captions.burned-in.preset": 5}, nil, 5,
			"v3 burns captions in as it likes, without a preset", "use heygen.api: v2 (v2 and templates take a preset), or captions: burned-in"},
		{"captions in the picture of a drafted voice", routes.V3, func(c *manifest.Clip) {
			c.Transparent, c.Captions, c.Burned.On, c.Draft = false, true, true, manifest.DraftVoice
		}, map[string]int{"captions.burned-in": 4}, nil, 4, "speech that is bought before the picture has no captions that HeyGen burns in",
			"use draft: none, or captions: true and a captions layer"},
		{"captions in the picture of an agent's film", routes.V3Agent, func(c *manifest.Clip) {
			c.Source, c.Agent, c.Avatar, c.Voice = manifest.SourceAgent, &manifest.Agent{Prompt: "x"}, manifest.Avatar{}, manifest.Voice{}
			c.Captions, c.Burned.On = true, true
		}, map[string]int{"captions.burned-in": 4}, nil, 4, "an agent clip does not use captions.burned-in", "v2, v3 and templates burn captions in"},
		{"scale", routes.V1WebM, func(c *manifest.Clip) { c.Avatar.Scale = 2 }, nil, nil,
			3, "/v1/video.webm does not move or scale avatars", "place the clip in the composition"},
		{"a photo", routes.V1WebM, func(c *manifest.Clip) { c.Avatar = manifest.Avatar{Photo: "a.png", TalkingPhoto: true} },
			map[string]int{"avatar.photo": 8}, nil, 8, "/v1/video.webm takes studio avatars only", "route v2-key"},
		{"a talking photo", routes.V1WebM, func(c *manifest.Clip) { c.Avatar.TalkingPhoto = true }, nil, nil,
			3, "/v1/video.webm takes studio avatars only", "route v2-key"},
		{"a drafted voice has all that", routes.V1WebM,
			func(c *manifest.Clip) { c.Draft, c.Captions, c.Voice.Speed = manifest.DraftVoice, true, 1.2 }, nil, nil, 0, "", ""},
		{"emotion on v3", routes.V3WebM, func(c *manifest.Clip) { c.Voice.Emotion = "Friendly" }, map[string]int{"voice.emotion": 9},
			map[string]int{"voice.emotion": 2}, 9, "v3 voices take no emotion", "heygen.api: v2, or omit voice.emotion"},
		{"an offset on v3", routes.V3Key, func(c *manifest.Clip) { c.Avatar.Offset.X = 0.1 }, nil, map[string]int{"avatar.offset": 2},
			2, "v3 does not move or scale avatars", "heygen.api: v2"},
		{"a style on v3", routes.V3, func(c *manifest.Clip) { c.Transparent, c.Avatar.Style = false, "circle" }, nil, nil,
			3, "v3 does not move or scale avatars", "heygen.api: v2"},
		{"a background video on v3", routes.V3, func(c *manifest.Clip) { c.Transparent, c.BackgroundVideo = false, "a.mp4" },
			map[string]int{"background.video": 6}, nil, 6, "v3 has no video backgrounds", "an image"},
		{"an image behind scenes on v3", routes.V3Studio, func(c *manifest.Clip) {
			c.Transparent, c.BackgroundImage, c.Scenes = false, "a.png", []manifest.Scene{{Script: "Hi"}}
		}, map[string]int{"background.image": 6}, nil, 6, "v3 has no image backgrounds in films of several scenes", "a colour"},
		{"scenes on one route", routes.V3Key, func(c *manifest.Clip) { c.Scenes = []manifest.Scene{{Script: "Hi"}} },
			map[string]int{"scenes": 4}, nil, 4, "route v3-key makes one scene", "a clip for each scene"},
		{"a voice of own sound", routes.V2Key, func(c *manifest.Clip) { c.AudioFile = "a.wav" }, map[string]int{"voice.id": 7}, nil,
			7, "a clip with its own sound does not use voice.id", "omit voice.id in the clip; under defaults it is fine"},
		{"a voice under defaults", routes.V2Key, func(c *manifest.Clip) { c.AudioFile = "a.wav" }, nil, map[string]int{"voice.id": 2},
			0, "", ""},
		{"a color of a transparent clip", routes.V2Key, func(c *manifest.Clip) { c.Background = "#112233" },
			map[string]int{"background": 5}, nil, 5, "a transparent clip does not use background", "omit background"},
		{"the voice of an agent", routes.V1Agent, func(c *manifest.Clip) {
			c.Source, c.Agent, c.Avatar, c.Voice = manifest.SourceAgent, &manifest.Agent{Prompt: "x", VoiceID: "v"}, manifest.Avatar{}, manifest.Voice{}
		}, map[string]int{"agent.voice": 4}, nil, 4, "v1's agent takes no voice", "heygen.api: v3, or omit agent.voice"},
		{"the avatar of an agent's clip", routes.V3Agent, func(c *manifest.Clip) {
			c.Source, c.Agent = manifest.SourceAgent, &manifest.Agent{Prompt: "x"}
		}, map[string]int{"avatar.id": 4}, nil, 4, "an agent clip does not use avatar.id", "write it as agent: {avatar: …}"},
		{"the speed of a translation", routes.V3Translate, func(c *manifest.Clip) {
			c.Source, c.Translate, c.Voice.Speed = manifest.SourceTranslate, &manifest.Translate{To: "Spanish"}, 2
		}, map[string]int{"voice.speed": 4}, nil, 4, "a translate clip does not use voice.speed", "keeps the voice of its source"},
		{"a color of a cutout", routes.V3Cutout, func(c *manifest.Clip) {
			c.Source, c.File, c.Cutout, c.Background = manifest.SourceFile, "a.mp4", true, "#112233"
		}, map[string]int{"background": 4}, nil, 4, "a cutout does not use background", "omit background"},
		{"a size on v3", routes.V3WebM, func(c *manifest.Clip) { c.Width, c.Height = 640, 360 }, map[string]int{"size": 4}, nil,
			4, "v3 does not render 640x360", "choose 1280x720"},
		{"that size on v2", routes.V2Key, func(c *manifest.Clip) { c.Width, c.Height = 640, 360 }, nil, nil, 0, "", ""},
		{"that size of a translation", routes.V3TranslateKey, func(c *manifest.Clip) {
			c.Source, c.Translate, c.Width, c.Height = manifest.SourceTranslate, &manifest.Translate{To: "Spanish"}, 640, 360
		}, nil, nil, 0, "", ""},
	} {
		c := spokenClip()
		if x.change != nil {
			x.change(&c)
		}
		err := Misfits(written(c, x.own, x.shared), x.route, line)
		if x.line == 0 {
			if err != nil {
				t.Errorf("%s on %s: %v", x.name, x.route, err)
			}
			continue
		}
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Manifest || f.Place == nil {
			t.Errorf("%s on %s: %v", x.name, x.route, err)
			continue
		}
		if f.Msg != x.message || !strings.Contains(f.Hint, x.hintPart) {
			t.Errorf("%s on %s: %q, hint %q; want %q, %q", x.name, x.route, f.Msg, f.Hint, x.message, x.hintPart)
		}
		text := line(x.line)
		if x.line == 3 {
			text = "  one:" // the clip's own place
		}
		if f.Place.Line != x.line || f.Place.Text != text || f.Place.File != "greenroom.yaml" {
			t.Errorf("%s on %s is refused at %+v, want line %d", x.name, x.route, f.Place, x.line)
		}
	}
}

// TestMisfitsOfScenes: a member that two scenes have is reported once, at the place where it is written.
func TestMisfitsOfScenes(t *testing.T) {
	t.Parallel()
	c := spokenClip()
	c.Script, c.Transparent = "", false
	s := manifest.Scene{Script: "One", Avatar: c.Avatar, Voice: c.Voice}
	s.Voice.Emotion, s.Avatar.Scale = "Excited", 2
	c.Scenes = []manifest.Scene{s, s}
	err := Misfits(written(c, map[string]int{"scenes.voice.emotion": 8, "scenes.avatar.scale": 7}, nil), routes.V3Studio, line)
	list := fault.All(err)
	if len(list) != 2 {
		t.Fatalf("%d faults: %v", len(list), err)
	}
	for i, want := range []struct {
		message string
		line    int
	}{{"v3 does not move or scale avatars", 7}, {"v3 voices take no emotion", 8}} {
		if list[i].Msg != want.message || list[i].Place.Line != want.line {
			t.Errorf("%q at line %d, want %q at %d", list[i].Msg, list[i].Place.Line, want.message, want.line)
		}
	}
	// The emotion of the clip, which its scenes take over, is written at the clip.
	err = Misfits(written(c, map[string]int{"voice.emotion": 5, "avatar.scale": 6}, nil), routes.V3Studio, line)
	if list := fault.All(err); len(list) != 2 || list[0].Place.Line != 6 || list[1].Place.Line != 5 {
		t.Errorf("%v", err)
	}
	if err := Misfits(written(c, nil, nil), routes.V2, line); err != nil {
		t.Errorf("v2 carries both: %v", err)
	}
}
