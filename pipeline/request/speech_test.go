package request

import (
	"strings"
	"testing"

	"greenroom/pipeline/manifest"
	"greenroom/pipeline/routes"
)

func speechOf(t *testing.T, route string, change func(*manifest.Clip)) (*Speech, error) {
	t.Helper()
	c := spokenClip()
	c.Draft = manifest.DraftVoice
	change(&c)
	r, err := New(t.Context(), c, route, newMemory())
	return r.Speech, err
}

// TestSpeechIsOnePurchase: the same words in the same voice are bought once, for all clips and both generations.
func TestSpeechIsOnePurchase(t *testing.T) {
	t.Parallel()
	base, err := speechOf(t, routes.V2Key, func(*manifest.Clip) {})
	if err != nil || base.Route != routes.V1Speech || base.Path != "/v1/audio/text_to_speech" || base.Row != "" {
		t.Fatalf("%+v %v", base, err)
	}
	if string(base.Body) != `{"text":"Hi.","voice_id":"v1"}` {
		t.Errorf("%s", base.Body)
	}
	for name, x := range map[string]struct {
		route  string
		change func(*manifest.Clip)
		same   bool
	}{
		"v3":                 {routes.V3WebM, func(*manifest.Clip) {}, true},
		"opaque":             {routes.V2, func(c *manifest.Clip) { c.Transparent = false }, true},
		"another avatar":     {routes.V2Key, func(c *manifest.Clip) { c.Avatar.ID = "josh" }, true},
		"another size":       {routes.V2Key, func(c *manifest.Clip) { c.Width = 1080 }, true},
		"the second take":    {routes.V2Key, func(c *manifest.Clip) { c.Take = 2 }, true},
		"captions":           {routes.V2Key, func(c *manifest.Clip) { c.Captions = true }, true},
		"spoken the same":    {routes.V2Key, func(c *manifest.Clip) { c.Script, c.Pronunciation = "X.", map[string]string{"X": "Hi"} }, true},
		"other words":        {routes.V2Key, func(c *manifest.Clip) { c.Script = "Ho." }, false},
		"another voice":      {routes.V2Key, func(c *manifest.Clip) { c.Voice.ID = "v2" }, false},
		"another speed":      {routes.V2Key, func(c *manifest.Clip) { c.Voice.Speed = 1.2 }, false},
		"another pitch":      {routes.V2Key, func(c *manifest.Clip) { c.Voice.Pitch = 2 }, false},
		"another emotion":    {routes.V2Key, func(c *manifest.Clip) { c.Voice.Emotion = "Friendly" }, false},
		"another locale":     {routes.V2Key, func(c *manifest.Clip) { c.Voice.Locale = "en-GB" }, false},
		"pronounced another": {routes.V2Key, func(c *manifest.Clip) { c.Pronunciation = map[string]string{"Hi": "High"} }, false},
	} {
		s, err := speechOf(t, x.route, x.change)
		if err != nil || s == nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if (s.Take == base.Take) != x.same {
			t.Errorf("%s: the same voice %v, want %v", name, s.Take == base.Take, x.same)
		}
	}
}

func TestSpeechBodies(t *testing.T) {
	t.Parallel()
	all := func(c *manifest.Clip) {
		c.Voice = manifest.Voice{ID: "v1", Speed: 1.2, Pitch: -3, Emotion: "Friendly", Locale: "en-GB"}
	}
	s, err := speechOf(t, routes.V1WebM, all)
	want := `{"text":"Hi.","voice_id":"v1","speed":1.2,"pitch":-3,"emotion":"Friendly","locale":"en-GB"}`
	if err != nil || string(s.Body) != want {
		t.Errorf("%s %v", s.Body, err)
	}
	s, err = speechOf(t, routes.V3Key, func(c *manifest.Clip) { c.Voice.Speed, c.Script = 1.5, `Hi <break time="1s"/> you.` })
	if err != nil || s.Route != routes.V3Speech || s.Path != "/v3/voices/speech" {
		t.Fatalf("%+v %v", s, err)
	}
	for _, part := range []string{`"input_type":"ssml"`, `"speed":1.5`, `"voice_id":"v1"`} {
		if !strings.Contains(string(s.Body), part) {
			t.Errorf("%s is not in %s", part, s.Body)
		}
	}
}

func TestSpeechThatCannotBeMade(t *testing.T) {
	t.Parallel()
	for reason, x := range map[string]struct {
		route  string
		change func(*manifest.Clip)
	}{
		"v3 has no pitch for speech":                           {routes.V3WebM, func(c *manifest.Clip) { c.Voice.Pitch = 2 }},
		"v3 has no emotion for speech":                         {routes.V3WebM, func(c *manifest.Clip) { c.Voice.Emotion = "Friendly" }},
		"speed 1.8 is outside 0.5 to 1.5":                      {routes.V2Key, func(c *manifest.Clip) { c.Voice.Speed = 1.8 }},
		"speed 2.5 is outside 0.5 to 2":                        {routes.V3Key, func(c *manifest.Clip) { c.Voice.Speed = 2.5 }},
		"pitch 1.5 is not an integer":                          {routes.V2Key, func(c *manifest.Clip) { c.Voice.Pitch = 1.5 }},
		"a voice_id is needed":                                 {routes.V2Key, func(c *manifest.Clip) { c.Voice.ID = "" }},
		"the text has 5001 characters, 1 to 5000 are accepted": {routes.V2Key, func(c *manifest.Clip) { c.Script = strings.Repeat("x", 5001) }},
		"the text has 1 characters, 1 to 5000 are accepted":    {routes.V2Key, func(c *manifest.Clip) { c.Script = " " }},
	} {
		_, err := speechOf(t, x.route, x.change)
		s, ok := IsSpeechError(err)
		if !ok || s.Reason != reason || err.Error() != reason {
			t.Errorf("%q: %v", reason, err)
		}
	}
	if _, ok := IsSpeechError(nil); ok {
		t.Error("no error is the error of a voice")
	}
	// A clip without a draft has no voice that could fail.
	if s, err := speechOf(t, routes.V3WebM, func(c *manifest.Clip) { c.Draft, c.Voice.Pitch = "", 2 }); s != nil || err != nil {
		t.Errorf("%+v %v", s, err)
	}
}
