package manifest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"greenroom/internal/fault"
)

func warningsOf(t *testing.T, text string) (out []string) {
	t.Helper()
	m, err := Parse(filepath.Join(formsDir(t), "greenroom.yaml"), []byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for _, w := range m.Warnings {
		if w.Place == nil || w.Hint == "" {
			t.Errorf("%+v", w)
		}
		out = append(out, w.Msg)
	}
	return out
}

// TestSettingsWithoutEffectAreWarnedOf: each of these was read without a word.
func TestSettingsWithoutEffectAreWarnedOf(t *testing.T) {
	const head = "version: 1\ndefaults: {avatar: a, voice: v, captions: true}\nclips: {intro: Hi there., own: own.wav, opaque: {script: Hi., transparent: false}, " +
		"silent: {script: Hi., captions: false}}\ncompositions:\n  t:\n    layers: "
	for layers, want := range map[string]string{
		"[{clip: intro, anchor: right}]":                                                                                         "anchor of a clip layer has no effect",
		"[{clip: intro, anchor: right, box: {width: 10%}}]":                                                                      "anchor of a clip layer has no effect",
		"[{clip: intro, anchor: right, box: {left: 0, width: 10%}}]":                                                             "anchor of a clip layer has no effect",
		"[{clip: intro, anchor: left, box: {left: 0, right: 0, height: 50%}}]":                                                   "",
		"[{clip: intro, anchor: left, fit: cover}]":                                                                              "",
		"[{clip: intro, anchor: top, mask: circle}]":                                                                             "",
		"[{clip: intro, anchor: right}]\n    formats: {square: , portrait: {layers: {intro: {box: {width: 50%, height: 50%}}}}}": "",
		"[{clip: intro, anchor: right}]\n    formats: {square: , portrait: }":                                                    "has no effect",
		"[intro, loop.mp4]": `clip "intro" is not seen, as the video loop.mp4 lies over it`,
		"[intro, opaque]":   `clip "intro" is not seen, as the opaque clip "opaque" lies over it`,
		"[loop.mp4, intro]": "",
		"[intro, {video: loop.mp4, box: {width: 30%}}]":           "",
		"[intro, {video: loop.mp4, opacity: 50%}]":                "",
		"[intro, {video: loop.mp4, at: 2}]":                       "",
		"[intro, {video: loop.mp4, for: 1s}]":                     "",
		"[intro, bg.png]":                                         "",
		"[silent, {captions: silent}]":                            `captions of clip "silent", which has none`,
		"[{audio: bed.mp3, duck: true}, {text: A, for: 1s}]":      "duck has no effect",
		"[{audio: bed.mp3, duck: true}, intro]":                   "",
		"[{audio: bed.mp3, duck: false}, {text: A, for: 1s}]":     "",
		"[intro, own, captions]":                                  "",
		"[{clip: intro}, {clip: silent, at: 3}, {captions: all}]": "",
	} {
		got := warningsOf(t, head+layers+"\n")
		switch {
		case want == "" && len(got) > 0:
			t.Errorf("%s: %q", layers, got)
		case want != "" && (len(got) != 1 || !strings.Contains(got[0], want)):
			t.Errorf("%s: %q, want %q", layers, got, want)
		}
	}
	for layers, want := range map[string]string{
		"[own, {captions: own}]":                 "HeyGen makes no captions of own sound",
		"[own, captions]":                        "write captions: true",
		"[{text: A, at: intro.end}]":             "write after: intro",
		"[{text: A, after: intro.end}]":          "write after: intro",
		"[{audio: bed.mp3, gain: 0.2}]":          "write 20%",
		"[{clip: intro, box: {width: 0.4}}]":     "write 40%",
		"[{clip: intro, opacity: 50}]":           "write 50%",
		"[{text: A, color: #123}]":               "",
		"[intor]":                                `did you mean "intro"?`,
		"[{clip: intro, for: 1s, duration: 2s}]": "keep one of them",
	} {
		_, err := Parse(filepath.Join(formsDir(t), "greenroom.yaml"), []byte(head+layers+"\n"))
		hints := ""
		for _, f := range fault.All(err) {
			hints += f.Hint + "\n"
		}
		if err == nil || !strings.Contains(hints, want) {
			t.Errorf("%s: %v\nhints %s, want %q", layers, err, hints, want)
		}
	}
	_, err := Parse("greenroom.yaml",
		[]byte("version: 1\ndefaults: {avatar: a, voice: v}\nclips: {a: {script: Hi., transparent: false,\n  background: #123456\n  }}\n"))
	if list := fault.All(err); len(list) == 0 || !strings.Contains(list[0].Hint, `"#123456"`) {
		t.Errorf("a colour without quotes: %v", err)
	}
}

func formsDir(t testing.TB) string {
	dir := filmDir(t)
	for name, text := range map[string]string{"s.md": "Hello there.", "film.mp4": "x", "own.wav": "x",
		"people.csv": "name\nAda\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestACompleteManifestIsRead(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"scripts/intro.md": "Hello.",
		"prompts/broll.md": "## Scene 1: A river (0-8s)\n\nVisual: a river.\n\nVO: \"A river.\"\n",
		"audio/take3.wav":  "x", "footage/logo.png": "x", "footage/sting.mov": "x", "footage/bg.png": "x",
		"footage/bed.mp3": "x", "footage/talk.mp4": "x", "people.csv": "name\nAda\n"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	complete, err := os.ReadFile("testdata/complete.yaml")
	if err != nil {
		t.Fatal(err)
	}
	m, err := Parse(filepath.Join(dir, "greenroom.yaml"), complete)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Warnings) != 0 || !slices.Equal(m.Prepare.Forms, []string{"waveform"}) {
		t.Errorf("%v, %v", m.Warnings, m.Prepare.Forms)
	}
	if !m.Clips[0].Captions || m.Clips[2].Captions || *m.Prepare.Loudness != -16 {
		t.Errorf("%+v", m.Clips[0])
	}
	shortened := strings.Replace(string(complete), "7c1f0e7a5d1b4e2c", "7c1f…", 1)
	if _, err := Parse(filepath.Join(dir, "greenroom.yaml"), []byte(shortened)); err == nil ||
		!strings.Contains(fault.All(err)[0].Hint, "shortened") {
		t.Errorf("%v", err)
	}
}

// TestValuesOfNaturalForms: what short forms mean.
func TestValuesOfNaturalForms(t *testing.T) {
	text := "version: 1\nsize: 4k\nheygen: v3\ndefaults: {avatar: me.png, voice: 42, captions: on}\nclips:\n  hook: s\n  es: {translate: hook, language: es}\n  film: film.mp4\n" +
		"  talk: {scenes: [One., Two.], avatar: b}\n  offer: {template: 7c1f0e7a, variables: {name: Ada}}\n" +
		"compositions:\n  t:\n    formats: vertical\n    background: [navy, \"#17A\"]\n    duration: 90\n    layers: [hook, {text: A, at: \"1:05.5\", duration: 3, weight: bold, color: \"#1234\"}, {audio: own.wav, gain: 50%, duck: -6dB}]\n"
	dir := formsDir(t)
	if err := os.WriteFile(filepath.Join(dir, "me.png"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := Parse(filepath.Join(dir, "greenroom.yaml"), []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	c, f := m.Clips, m.Compositions[0]
	if m.Width != 3840 || m.HeyGen.API != "v3" || c[0].Script != "Hello there." || c[0].Avatar.Photo == "" ||
		c[0].Voice.ID != "42" || !c[0].Captions ||
		c[1].Translate.Clip != "hook" || c[1].Translate.To != "Spanish" || c[2].Source != SourceFile || c[2].Transparent ||
		c[3].Scenes[1].Script != "Two." ||
		c[3].Scenes[1].Avatar.ID != "b" || c[4].Template.Variables[0].Value != "Ada" {
		t.Errorf("%+v", c)
	}
	l := f.Layers
	if f.Name != "t-9x16" || f.Width != 2160 || f.Height != 3840 || f.Length != 90*time.Second ||
		f.Background.Colors[0] != "#000080" || f.Background.Colors[1] != "#1177AA" {
		t.Errorf("%+v %+v", f, f.Background)
	}
	if l[0].Kind != LayerClip || l[0].Of != "hook" || l[1].At != 65500*time.Millisecond || l[1].For != 3*time.Second ||
		l[1].Style.Weight != 700 ||
		l[1].Style.Color != "#11223344" || l[2].Gain != 0.5 || l[2].Duck == nil || l[2].Duck.By > 0.51 ||
		l[2].Duck.By < 0.49 {
		t.Errorf("%+v", l)
	}
}

// TestATranslationKeepsCaptionsInThePicture: the words of the first language would stay in it.
func TestATranslationKeepsCaptionsInThePicture(t *testing.T) {
	clips := func(captions string) string {
		return "version: 1\nproject: p\nclips:\n" +
			"  en: {script: Hello., avatar: Avatar, voice: voice, transparent: false, captions: " + captions + "}\n" +
			"  es: {translate: en, to: Spanish}\n"
	}
	got := warningsOf(t, clips("burned-in"))
	const want = `es translates "en", whose captions are in its picture and stay in the first language`
	if !slices.Equal(got, []string{want}) {
		t.Errorf("%q", got)
	}
	if got := warningsOf(t, clips("true")); len(got) > 0 {
		t.Errorf("captions of their own: %q", got)
	}
}
