package manifest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/internal/fault"
)

// newcomers are the first manifests that people wrote for ten tasks, with the faults of each: the message, and what
// its hint contains.
var newcomers = map[string]map[string]string{
	"tour": {}, "translation": {}, "template": {}, "captions": {},
	"rows": {
		"unknown key each.welcome.csv":                      "write rows: people.csv",
		"unknown key compositions.hello.layers[1].position": "write box: {top: 4%}",
	},
	"formats": {
		"unknown key compositions.promo.format":             "write formats: [16:9, 9:16, 1:1]",
		"unknown key compositions.promo.layers[0].position": "write box: {right: 4%}",
		"unknown key compositions.promo.layers[1].title":    "style: title",
	},
	"music": {
		"unknown key compositions.film.music":           "{audio: audio/music.mp3, gain: -18dB, duck: true}",
		"unknown key compositions.film.layers[0].start": "write at: 1s",
	},
	"lower-third": {
		"unknown key clips.odile.text":                        `write script: "I lead the product team."`,
		"unknown key compositions.name.layers[0].width":       "write box: {width: 60%}",
		"unknown key compositions.name.layers[1].lower-third": "style: lower-third",
	},
	"screen": {
		"unknown key compositions.demo.layers[0].volume":   "write gain: mute",
		"unknown key compositions.demo.layers[1].shape":    "write mask: circle",
		"unknown key compositions.demo.layers[1].position": "write box: {right: 4%, bottom: 4%}",
		"unknown key compositions.demo.layers[1].width":    "write box: {width: 20%}",
	},
	"dialogue": {
		"unknown key compositions.talk.layers[0].x":     "write box: {left: 0}",
		"unknown key compositions.talk.layers[0].width": "write box: {width: 50%}",
		"unknown key compositions.talk.layers[1].x":     "write box: {left: 50%}",
		"unknown key compositions.talk.layers[1].width": "write box: {width: 50%}",
		"unknown key compositions.talk.layers[1].start": "write after: question",
	},
}

// TestNewcomersManifests: of the first program that read them six of these took three attempts and one took four.
func TestNewcomersManifests(t *testing.T) {
	for name, wrong := range newcomers {
		dir := t.TempDir()
		from := filepath.Join("..", "..", "testdata", "newcomers", name)
		if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
		for _, media := range []string{"audio/founder.wav", "audio/music.mp3", "footage/screen.mp4", "footage/bg.png"} {
			if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, media)), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, media), []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		_, err := Load(t.Context(), filepath.Join(dir, "first.yaml"))
		faults := fault.All(err)
		if len(faults) != len(wrong) {
			t.Errorf("%s: %d faults, want %d: %v", name, len(faults), len(wrong), err)
		}
		for _, f := range faults {
			key, _, _ := strings.Cut(f.Msg, " (row")
			if want, ok := wrong[key]; !ok || !strings.Contains(f.Hint, want) || f.Place.Text == "" {
				t.Errorf("%s: %s, hint %q, want %q", name, f.Msg, f.Hint, want)
			}
		}
		for _, next := range []string{"second.yaml", "third.yaml"} {
			path := filepath.Join(dir, next)
			if _, err := os.Stat(path); os.IsNotExist(err) {
				continue
			}
			if _, err := Load(t.Context(), path); err != nil {
				t.Errorf("%s, %s: %v", name, next, err)
			}
		}
	}
}
