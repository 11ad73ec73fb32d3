package sceneclip

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/heygen"
	"greenroom/pipeline/manifest"
)

// Whatever the words are, the manifest holds them and nothing else.
func TestTheClipHoldsTheScenes(t *testing.T) {
	t.Parallel()
	words := []string{"One.", "She spoken \"no\": {a: b} #1 - x", "<b> & \u2028 😀", "- a", "{{column}}"}
	v := heygen.VideoScenes{ID: "3f9a", Title: "Über: # tour gr-1abec45545", AspectRatio: "9:16", Resolution: "1080p", Captioned: true}
	for _, s := range words {
		v.Scenes = append(v.Scenes, heygen.SceneDetail{
			BackgroundKind: "color", Color: "#112233", Elements: []heygen.SceneElement{{Type: "avatar", AvatarID: "Ada-1"}},
			Script: []heygen.ScriptPart{{Type: "text", Text: s, VoiceID: "v1", Settings: heygen.VoiceSettings{Speed: 1.1, Locale: "en-GB"}}},
		})
	}
	text, err := Write(v)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "greenroom.yaml")
	if err := os.WriteFile(path, []byte("version: 1\nproject: t\n"+text), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := manifest.Load(t.Context(), path)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	c := m.Clips[0]
	if len(m.Clips) != 1 || c.Name != "uber-tour" || c.Transparent || !c.Burned.On || c.Width != 1080 || c.Height != 1920 {
		t.Errorf("%+v", c)
	}
	for i, s := range c.Scenes {
		if got, want := strings.Fields(s.Script), strings.Fields(words[i]); strings.Join(got, " ") != strings.Join(want, " ") ||
			s.Avatar.ID != "Ada-1" || s.Voice.ID != "v1" || s.Voice.Speed != 1.1 || s.Background != "#112233" {
			t.Errorf("%q became %+v", words[i], s)
		}
	}
}

func TestWhatAClipCannotHaveIsNamed(t *testing.T) {
	t.Parallel()
	spoken := func(texts ...string) (out []heygen.ScriptPart) {
		for i, s := range texts {
			out = append(out, heygen.ScriptPart{Type: "text", Text: s, VoiceID: []string{"a", "b"}[i]})
		}
		return out
	}
	text, err := Write(heygen.VideoScenes{ID: "3f9a0000ffff", Scenes: []heygen.SceneDetail{
		{BackgroundKind: "video", Script: spoken("One.", "Two."), Elements: []heygen.SceneElement{{Type: "text"}, {Type: "lottie"}}},
		{Script: []heygen.ScriptPart{{Type: "audio"}}},
	}})
	for _, want := range []string{
		"scene 1: another voice, b", "scene 1: lottie, text", "scene 1: a background of the kind video", "scene 2: audio",
		"scene 2: all of it", "video-3f9a0000:", `script: "One. Two."`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	if err != nil || strings.Contains(text, "size:") {
		t.Errorf("%v\n%s", err, text)
	}
	_, err = Write(heygen.VideoScenes{ID: "3f9a", Scenes: []heygen.SceneDetail{{Script: []heygen.ScriptPart{{Type: "silence"}}}}})
	if err == nil || !strings.Contains(err.Error(), "no scene of video 3f9a has words") {
		t.Error(err)
	}
}
