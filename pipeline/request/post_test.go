package request

import (
	"slices"
	"strings"
	"testing"

	"greenroom/heygen"
	"greenroom/internal/goldentest"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/routes"
)

// posted returns path and body of a clip's request.
func posted(t *testing.T, c manifest.Clip, route string) (Post, error) {
	t.Helper()
	m := newMemory()
	r, err := New(t.Context(), c, route, m)
	if err != nil {
		t.Fatalf("%s: %v", route, err)
	}
	if r.Speech != nil {
		r = r.WithSound("voice.wav")
	}
	if r.Translate.Clip != "" {
		r = r.WithSource("master.mp4")
	}
	all := m.materials(t, r)
	for path, u := range all.Uploads {
		u.ID, u.URL = "asset "+path, "https://files.example/"+path
		all.Uploads[path] = u
	}
	for path := range all.Photos {
		all.Photos[path] = "photo " + path
	}
	return r.Post("T", all)
}

func with(change func(*manifest.Clip)) manifest.Clip {
	c := spokenClip()
	change(&c)
	return c
}

func opaque(c *manifest.Clip) { c.Transparent = false }

type bodyCase struct {
	name, route string
	clip        manifest.Clip
}

// bodyCases are a clip for each kind of body, by name.
var bodyCases = []bodyCase{
	{"a script on the key color", routes.V2Key, spokenClip()},
	{"all members of a voice", routes.V2Key, with(func(c *manifest.Clip) {
		c.Voice, c.Captions = manifest.Voice{ID: "v1", Speed: 1.2, Pitch: 2, Emotion: "Friendly", Locale: "en-GB"}, true
	})},
	{"a moved avatar", routes.V2, with(func(c *manifest.Clip) {
		opaque(c)
		c.Avatar.Scale, c.Avatar.Offset, c.Avatar.Style, c.Background = 1.5, manifest.Offset{X: 0.1, Y: -0.2}, "circle", "#112233"
	})},
	{"a photo with its own sound", routes.V2Key, with(func(c *manifest.Clip) {
		c.Script, c.Voice, c.AudioFile = "", manifest.Voice{}, "a.wav"
		c.Avatar = manifest.Avatar{Photo: "a.png", TalkingPhoto: true, Scale: 1}
	})},
	{"an image behind the avatar", routes.V2, with(func(c *manifest.Clip) { opaque(c); c.BackgroundImage = "a.png" })},
	{"a film behind the avatar", routes.V2, with(func(c *manifest.Clip) { opaque(c); c.BackgroundVideo = "a.mp4" })},
	{"scenes", routes.V2, with(func(c *manifest.Clip) {
		opaque(c)
		c.Script, c.Scenes = "", []manifest.Scene{
			{Script: "One.", Avatar: c.Avatar, Voice: c.Voice, Background: "#112233"},
			{Script: "Two.", Avatar: manifest.Avatar{ID: "josh", TalkingPhoto: true}, Voice: manifest.Voice{ID: "v2", Speed: 0.8}},
		}
	})},
	{"a drafted voice", routes.V2Key, with(func(c *manifest.Clip) { c.Draft, c.Captions = manifest.DraftVoice, true })},
	{"webm of v1", routes.V1WebM, spokenClip()},
	{"webm of v1 with its own sound", routes.V1WebM, with(func(c *manifest.Clip) { c.Script, c.AudioFile = "", "a.wav" })},
	{"webm of v3", routes.V3WebM, with(func(c *manifest.Clip) { c.Captions = true })},
	{"a glossary", routes.V3, with(func(c *manifest.Clip) { opaque(c); c.Glossary = "g1" })},
	{"a template with a glossary", routes.V3Template, glossed(templateClip())},
	{"a translation with a glossary", routes.V3Translate, glossed(translateClip("a.mp4", ""))},
	{"a text with a glossary", routes.V3Proofread, glossed(proofreadClip(""))},
	{"the key color of v3", routes.V3Key, with(func(c *manifest.Clip) {
		c.Voice = manifest.Voice{ID: "v1", Speed: 0.8, Pitch: -3, Locale: "en-GB"}
	})},
	{"opaque on v3", routes.V3, with(func(c *manifest.Clip) { opaque(c); c.BackgroundImage, c.Width, c.Height = "a.png", 1080, 1350 })},
	{"a drafted voice on v3", routes.V3WebM, with(func(c *manifest.Clip) { c.Draft = manifest.DraftVoice })},
	{"scenes on v3", routes.V3Studio, with(func(c *manifest.Clip) {
		opaque(c)
		c.Captions, c.Script, c.Scenes = true, "", []manifest.Scene{
			{Script: "One.", Avatar: c.Avatar, Voice: c.Voice, Background: "#112233"},
			{Script: "Two.", Avatar: manifest.Avatar{Photo: "a.png"}, Voice: manifest.Voice{ID: "v2", Pitch: 2, Speed: 1}},
		}
	})},
	{"an agent", routes.V1Agent, agentClip()},
	{"an agent on v3", routes.V3Agent, agentClip()},
	{"a template", routes.V2Template, templateClip()},
	{"a template on v3", routes.V3Template, templateClip()},
	{"a translation of a file", routes.V2Translate, translateClip("a.mp4", "")},
	{"a translation of a clip", routes.V2TranslateKey, translateClip("", "intro")},
	{"a translation on v3", routes.V3Translate, translateClip("a.mp4", "")},
	{"a translation of a clip on v3", routes.V3TranslateKey, translateClip("", "intro")},
	{"the text of a translation", routes.V3Proofread, proofreadClip("")},
	{"a translation with a corrected text", routes.V3Translate, proofreadClip("1")},
	{"instant footage", routes.V3Instant, instantClip(manifest.Instant{Prompt: "A river.", Seconds: 5, Resolution: "768p"})},
	{"instant footage from a picture", routes.V3Instant, instantClip(manifest.Instant{
		Prompt: "A river.", Seconds: 8, Resolution: "1080p", Image: "a.png", Seed: "0",
	})},
	{"cinematic footage", routes.V3Cinematic, cinematicClip(manifest.Cinematic{Prompt: "A walk.", Avatars: []string{"l1"}})},
	{"cinematic footage that follows a picture", routes.V3Cinematic, cinematicClip(manifest.Cinematic{
		Prompt: "A walk.", Avatars: []string{"l1", "l2"}, Seconds: 8, References: []string{"a.png"}, Enhance: true,
	})},
	{"a lipsync", routes.V3Lipsync, lipsyncClip(func(c *manifest.Clip) { c.AudioFile, c.Captions = "a.wav", true })},
	{"a lipsync with a bought voice", routes.V3Lipsync, lipsyncClip(func(c *manifest.Clip) {
		c.Script, c.Voice, c.Captions = "New words.", manifest.Voice{ID: "v1", Speed: 1.2}, true
		c.Lipsync.Precise, c.Lipsync.KeepLength = true, true
	})},
	{"a cutout", routes.V3Cutout, manifest.Clip{Source: manifest.SourceFile, File: "a.mp4", Cutout: true, Transparent: true}},
}

func agentClip() manifest.Clip {
	return manifest.Clip{Source: manifest.SourceAgent, Agent: &manifest.Agent{
		Prompt: "A film.", Seconds: 20, Orientation: "portrait", AvatarID: "daisy", VoiceID: "v1", Files: []string{"a.png", "b.png"},
	}}
}

func templateClip() manifest.Clip {
	return manifest.Clip{Source: manifest.SourceTemplate, Captions: true, Template: &manifest.Template{
		ID: "t123", Variables: []manifest.Variable{{Name: "logo", File: "a.png"}, {Name: "name", Value: "Ada"}, {Name: "who", Value: "daisy"}},
	}}
}

func cinematicClip(i manifest.Cinematic) manifest.Clip {
	return manifest.Clip{Source: manifest.SourceCinematic, Cinematic: &i, Width: 1280, Height: 720}
}

func instantClip(i manifest.Instant) manifest.Clip {
	return manifest.Clip{Source: manifest.SourceInstant, Instant: &i, Width: 1280, Height: 720}
}

func glossed(c manifest.Clip) manifest.Clip {
	c.Glossary = "g1"
	return c
}

func proofreadClip(text string) manifest.Clip {
	c := translateClip("a.mp4", "")
	c.Translate.AudioOnly, c.Translate.Proofread, c.Translate.Text = true, "a.srt", text
	return c
}

func lipsyncClip(change func(*manifest.Clip)) manifest.Clip {
	c := manifest.Clip{Source: manifest.SourceLipsync, Lipsync: &manifest.Lipsync{Video: "a.mp4"}}
	change(&c)
	return c
}

func translateClip(file, clip string) manifest.Clip {
	return manifest.Clip{Source: manifest.SourceTranslate, Captions: true, KeyColor: "#00FF00", Translate: &manifest.Translate{
		File: file, Clip: clip, To: "Spanish", AudioOnly: clip != "", Precise: clip == "",
	}}
}

// TestBodies compares each kind of body, letter for letter, with testdata/bodies.txt.
func TestBodies(t *testing.T) {
	t.Parallel()
	var got strings.Builder
	for _, route := range routes.Names {
		if routes.Paid(route) && !slices.ContainsFunc(bodyCases, func(x bodyCase) bool { return x.route == route }) {
			t.Errorf("no body is written down for route %s", route)
		}
	}
	for _, x := range bodyCases {
		p, err := posted(t, x.clip, x.route)
		if err != nil {
			t.Errorf("%s: %v", x.name, err)
			continue
		}
		got.WriteString(x.name + ", " + x.route + "\nPOST " + p.Path + "\n" + string(p.Body) + "\n\n")
		if listed := strings.Contains(string(p.Body), `"title":"T"`); p.Title != "" && !listed {
			t.Errorf("%s: the job is searched by a title that is not in %s", x.name, p.Body)
		}
		if (p.Bind != nil) != (x.route == routes.V3Cutout) {
			t.Errorf("%s: the idempotency key is in the body: %v", x.name, p.Bind != nil)
		}
	}
	goldentest.Equal(t, "testdata/bodies.txt", got.String())
}

// TestBodiesThatHeyGenWouldRefuse: an error comes before the money.
func TestBodiesThatHeyGenWouldRefuse(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		route, message string
		clip           manifest.Clip
	}{
		{routes.V2Key, "scene 1: the script is empty", with(func(c *manifest.Clip) { c.Script = " " })},
		{routes.V2Key, "scene 1: the script has 5000 characters", with(func(c *manifest.Clip) { c.Script = strings.Repeat("é", 5000) })},
		{routes.V2Key, "scene 1: a script needs a voice_id", with(func(c *manifest.Clip) { c.Voice.ID = "" })},
		{routes.V2Key, "scene 1: speed 1.6 is outside 0.5 to 1.5", with(func(c *manifest.Clip) { c.Voice.Speed = 1.6 })},
		{routes.V2Key, "scene 1: pitch 0.5 is not an integer", with(func(c *manifest.Clip) { c.Voice.Pitch = 0.5 })},
		{routes.V2Key, "dimension 1281x720: both sides must be even", with(func(c *manifest.Clip) { c.Width = 1281 })},
		{routes.V2, "scene 1: a character needs either", with(func(c *manifest.Clip) { opaque(c); c.Avatar.ID = "" })},
		{routes.V2, "video_inputs has 51 scenes, 1 to 50 are allowed", with(func(c *manifest.Clip) {
			s := manifest.Scene{Script: "Hi", Avatar: c.Avatar, Voice: c.Voice}
			for range 51 {
				c.Scenes = append(c.Scenes, s)
			}
		})},
		{routes.V1WebM, "avatar_pose_id is missing", with(func(c *manifest.Clip) { c.Avatar.ID = "" })},
		{routes.V1WebM, "input_text needs a voice_id", with(func(c *manifest.Clip) { c.Voice.ID = "" })},
		{routes.V1WebM, "the script has 5001 characters", with(func(c *manifest.Clip) { c.Script = strings.Repeat("x", 5001) })},
		{routes.V3WebM, "avatar_id is missing", with(func(c *manifest.Clip) { c.Avatar.ID = "" })},
		{routes.V3WebM, "either a script or audio_asset_id is needed", with(func(c *manifest.Clip) { c.Script = "" })},
		{routes.V3Key, "speed 1.6 is outside 0.5 to 1.5", with(func(c *manifest.Clip) { c.Voice.Speed = 1.6 })},
		{routes.V3Key, "pitch 51 is outside -50 to 50", with(func(c *manifest.Clip) { c.Voice.Pitch = 51 })},
		{routes.V3Studio, "the script has 5001 characters", with(func(c *manifest.Clip) {
			c.Scenes = []manifest.Scene{{Script: strings.Repeat("x", 5001), Avatar: c.Avatar, Voice: c.Voice}}
		})},
		{routes.V1Agent, "the prompt is empty", manifest.Clip{Source: manifest.SourceAgent, Agent: &manifest.Agent{Prompt: " "}}},
		{routes.V1Agent, "duration 301 s is outside 5 to 300",
			manifest.Clip{Source: manifest.SourceAgent, Agent: &manifest.Agent{Prompt: "x", Seconds: 301}}},
		{routes.V3Agent, `orientation "square" is not landscape or portrait`,
			manifest.Clip{Source: manifest.SourceAgent, Agent: &manifest.Agent{Prompt: "x", Orientation: "square"}}},
		{routes.V2Template, `the template has no variable "other"`, manifest.Clip{Source: manifest.SourceTemplate,
			Template: &manifest.Template{ID: "t123", Variables: []manifest.Variable{{Name: "other", Value: "x"}}}}},
		{routes.V3Template, `variable "name" (text) is empty`, manifest.Clip{Source: manifest.SourceTemplate,
			Template: &manifest.Template{ID: "t123", Variables: []manifest.Variable{{Name: "name"}}}}},
		{routes.V3Translate, "output_language is missing", manifest.Clip{Source: manifest.SourceTranslate,
			Translate: &manifest.Translate{File: "a.mp4"}}},
		{routes.V3Cinematic, "the prompt is empty", cinematicClip(manifest.Cinematic{Avatars: []string{"l1"}})},
		{routes.V3Cinematic, "avatar_id is missing", cinematicClip(manifest.Cinematic{Prompt: "A walk."})},
		{routes.V3Instant, "the prompt is empty", instantClip(manifest.Instant{Prompt: " "})},
		{routes.V3Lipsync, "a lipsync needs an uploaded video", lipsyncClip(func(c *manifest.Clip) { c.AudioFile, c.Lipsync.Video = "a.wav", "" })},
	} {
		if _, err := posted(t, x.clip, x.route); err == nil || !strings.Contains(err.Error(), x.message) {
			t.Errorf("%s: %v, want %s", x.route, err, x.message)
		}
	}
}

// TestPostWithoutItsMaterials: a file that is not on the account is an error and never an empty member.
func TestPostWithoutItsMaterials(t *testing.T) {
	t.Parallel()
	for _, x := range bodyCases {
		r, err := New(t.Context(), x.clip, x.route, newMemory())
		if err != nil {
			t.Fatal(err)
		}
		if r.Speech != nil {
			r = r.WithSound("voice.wav")
		}
		if r.Translate.Clip != "" {
			r = r.WithSource("master.mp4")
		}
		_, err = r.Post("T", Materials{Template: template()})
		files := r.Files()
		if len(files) == 0 {
			if err != nil {
				t.Errorf("%s: %v", x.name, err)
			}
			continue
		}
		named := err != nil && (strings.Contains(err.Error(), "is not uploaded") || strings.Contains(err.Error(), "is not made a speaker"))
		if !named {
			t.Errorf("%s sends a body without %v: %v", x.name, files, err)
		}
	}
}

// TestTheAccountsNamesAreUsed: engines of looks and names of languages are the account's.
func TestTheAccountsNamesAreUsed(t *testing.T) {
	t.Parallel()
	r, err := New(t.Context(), spokenClip(), routes.V3WebM, newMemory())
	if err != nil {
		t.Fatal(err)
	}
	p, err := r.Post("T", Materials{Engines: map[string]*heygen.Engine{"daisy": {Type: "avatar_v"}, "josh": {Type: "avatar_iii"}}})
	if err != nil || !strings.Contains(string(p.Body), `"engine":{"type":"avatar_v"}`) {
		t.Errorf("%s %v", p.Body, err)
	}
	r, err = New(t.Context(), translateClip("", "intro"), routes.V3Translate, newMemory())
	if err != nil {
		t.Fatal(err)
	}
	m := Materials{Language: "Spanish (Spain)", Uploads: map[string]Upload{"master.mp4": {ID: "1"}}}
	p, err = r.WithSource("master.mp4").Post("T", m)
	if err != nil || !strings.Contains(string(p.Body), `"output_languages":["Spanish (Spain)"]`) {
		t.Errorf("%s %v", p.Body, err)
	}
}
