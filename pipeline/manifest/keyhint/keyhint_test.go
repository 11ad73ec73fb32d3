package keyhint

import (
	"testing"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"greenroom/pipeline/manifest/yamldoc"
)

// field returns the first key of a mapping.
func field(t *testing.T, text string) yamldoc.Field {
	t.Helper()
	f, err := parser.ParseBytes([]byte(text), 0)
	if err != nil {
		t.Fatal(err)
	}
	pairs, ok := yamldoc.Pairs(f.Docs[0].Body)
	if !ok {
		t.Fatalf("%q is not a mapping", text)
	}
	return yamldoc.Field{Key: yamldoc.KeyOf(pairs[0]), Node: ast.Node(pairs[0].Key), Value: pairs[0].Value}
}

func TestHintsAreForThePlaceAndTheValue(t *testing.T) {
	for _, c := range []struct{ path, text, want string }{
		{"", "resolution: 4k", "write size: 1920x1080"},
		{"", "frame-rate: 30", "write fps: 30"},
		{"heygen", "max_spend: $5", "write budget: $5"},
		{"clips.intro", "text: Hello there, all", `write script: "Hello there, all"`},
		{"clips.intro", `text: "a: b"`, `write script: "a: b"`},
		{"clips.intro", "text: " + longWords, "write script: …"},
		{"each.people", "csv: people.csv", "write rows: people.csv"},
		{"each.people", "subtitles: yes", "write captions: true"}, // as in a clip
		{"defaults", "subtitles: yes", "write captions: true"},
		{"clips.talk.scenes[2]", "words: Hi", "write script: Hi"},
		{"compositions.tour", "music: bed.mp3", "write it as a layer: {audio: bed.mp3, gain: -18dB, duck: true}"},
		{"compositions.tour", "music: {file: bed.mp3, volume: 1}",
			"write it as a layer: {audio: bed.mp3, gain: -18dB, duck: true}"},
		{"compositions.tour.formats.9:16", "aspect: 1:1", `write formats: "1:1"`},
		{"compositions.tour.layers[0]", "position: bottom right", "write box: {right: 4%, bottom: 4%}"},
		{"compositions.tour.layers[0]", "position: somewhere", "write box: {left: 4%, bottom: 4%}"},
		{"compositions.tour.layers[0]", "src: logo.png", "write image: logo.png"},
		{"compositions.tour.layers[0]", "src: notes.txt", ""},
		{"compositions.tour.layers[0]", "volume: 0", "write gain: mute"},
		{"compositions.tour.layers[0]", "volume: 50%", "write gain: 50%"},
		{"compositions.tour.layers[0]", "start: intro.end", "write after: intro"},
		{"compositions.tour.layers[0]", "start: 2s", "write at: 2s"},
		{"compositions.tour.layers[0].box", "margin: 4%", "write safe: 4% in the layer"},
		{"styles.brand", "font-size: 8%", "write size: 8%"}, // as in a layer of text
		{"styles.brand", "extends: title", "write like: title"},
		{"compositions.tour", "fizz: 1", ""},
	} {
		if got := For(Place(c.path), field(t, c.text)); got != c.want {
			t.Errorf("%s, %s: %q, want %q", c.path, c.text, got, c.want)
		}
	}
	for kind, want := range map[string]string{"text": "write weight: 700", "clip": ""} {
		if got := For("layer of "+kind, field(t, "bold: yes")); got != want {
			t.Errorf("bold of a %s layer: %q, want %q", kind, got, want)
		}
	}
}

const longWords = "this value has more characters than a hint repeats, so that it is an ellipsis"
