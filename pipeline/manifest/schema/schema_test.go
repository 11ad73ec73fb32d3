package schema

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"greenroom/pipeline/manifest"
)

// compiler keeps what it compiled.
var compiler = sync.OnceValue(func() *jsonschema.Compiler {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(JSON())))
	if err != nil {
		panic(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("m.json", doc); err != nil {
		panic(err)
	}
	return c
})

// schemaAt compiles the schema, or a part of it by a JSON pointer.
func schemaAt(t testing.TB, pointer string) *jsonschema.Schema {
	t.Helper()
	s, err := compiler().Compile("m.json#" + pointer)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// fromYAML reads a manifest as an editor does.
func fromYAML(t testing.TB, text string) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	out, err := jsonschema.UnmarshalJSON(strings.NewReader(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTheSchemaIsASchema(t *testing.T) {
	s := schemaAt(t, "")
	good, _ := jsonschema.UnmarshalJSON(strings.NewReader(`{"version":1,"clips":{"a":{"script":"x","take":2,"avatar":{"id":"b"}}},"compositions":{"t":{"fps":29.97,"layers":[{"clip":"a","at":"1s","box":{"right":"4%","bottom":0}}]}}}`))
	if err := s.Validate(good); err != nil {
		t.Error(err)
	}
	bad, _ := jsonschema.UnmarshalJSON(strings.NewReader(`{"version":1,"clips":{"a":{"scirpt":"x"}}}`))
	if s.Validate(bad) == nil {
		t.Error("an unknown key passes")
	}
}

// TestEveryPropertyIsDescribed: an editor shows the description of a key under the pointer.
func TestEveryPropertyIsDescribed(t *testing.T) {
	var doc map[string]any
	if err := json.Unmarshal(JSON(), &doc); err != nil {
		t.Fatal(err)
	}
	if doc["$id"] != id || len(JSON()) > 120<<10 {
		t.Errorf("$id %v, %d bytes", doc["$id"], len(JSON()))
	}
	properties, examples := 0, 0
	var walk func(v any, at string)
	walk = func(v any, at string) {
		switch v := v.(type) {
		case []any:
			for i, x := range v {
				walk(x, fmt.Sprintf("%s/%d", at, i))
			}
		case map[string]any:
			if of, ok := v["properties"].(map[string]any); ok && !strings.HasSuffix(at, "/properties") {
				for name, p := range of {
					properties++
					if text, _ := p.(map[string]any)["description"].(string); len(text) < 4 {
						t.Errorf("%s/properties/%s has no description", at, name)
					}
				}
			}
			list, _ := v["examples"].([]any)
			if usual, ok := v["default"]; ok && !strings.HasSuffix(at, "/properties") {
				list = append(list, usual)
			}
			if len(list) > 0 && !strings.HasSuffix(at, "/properties") {
				s := schemaAt(t, at)
				for _, e := range list {
					examples++
					if err := s.Validate(e); err != nil {
						t.Errorf("%s: example %v: %v", at, e, err)
					}
				}
			}
			for k, x := range v {
				if k != "examples" && k != "default" {
					walk(x, at+"/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(k))
				}
			}
		}
	}
	walk(doc, "")
	if properties < 300 || examples < 100 {
		t.Errorf("%d properties and %d examples were seen", properties, examples)
	}
}

// formsAccepted are values that Parse reads and editors must not mark, and the other way round. {} is the rest of a
// manifest.
var formsAccepted = []string{
	"heygen: v3", "heygen: {api: v3, key: $KEY, budget: 10, concurrency: \"3\", accounts: heygen-1a2b3c4d5e6f}",
	"heygen: {budget: $10}", "fps: \"30\"", "fps: 29.97",
	"size: 1080p", "size: 4k", "size: 1920 × 1080", "size: 720P", "defaults: {avatar: a, voice: v, captions: yes}",
	"defaults: {avatar: {id: a, style: closeUp, scale: 120%, offset: {x: 0.1, y: \"-0.2\"}}, voice: {id: 123, speed: \"1.2\", emotion: Friendly}}",
	"defaults: {avatar: a, voice: v, captions: burned-in}", "defaults: {avatar: a, voice: v, captions: {burned-in: true}}",
	"defaults: {avatar: a, voice: v, captions: {burned-in: {preset: bold, font-size: 48, position: {x: 0, y: 0.4}, alignment: 8, highlight: false}}}",
	"prepare: {crop: auto, scale: 0.5, loudness: -16, tail: hold, renditions: [webm, captions]}",
	"prepare: {crop: no, scale: 50%, loudness: -16 LUFS}",
	"checks: {coverage: 2% to 80%, duration: 25%, border: none, loudness: warn, accept: {premultiplied: a shadow}}",
	"checks: {quality: strict}", "checks: {quality: {level: off, loudness: -23LUFS, peak: -1 dBTP, silence: 3s, black: 1s, frozen: 10}}",
	"checks: {quality: {loudness: none, contrast: 3, reading-speed: 17, line-length: 37, safe: 10%, brand: navy}}",
	"checks: {quality: {loudness: -16, contrast: \"7:1\"}}",
	"cache: file:///tmp/x",
	"cache: {url: file:///tmp/x, timeout: 20, read-only: \"yes\"}", "stand-ins: {label: on}",
	"clips: {a: s.md}", "clips: {a: \"Hello there.\"}", "clips: {a: film.mp4}", "clips: {a: own.wav}",
	"clips: {a: {script: s}}",
	"clips: {a: {script: Hi., avatar: b, voice: w, size: 720p, take: \"2\"}}",
	"clips: {a: {scenes: [One., {script: Two., background: navy}], transparent: off}}",
	"clips: {a: {script: Hi., transparent: false, background: \"#123\"}}",
	"clips: {a: {script: Hi., transparent: false, background: bg.png}}",
	"clips: {a: {agent: \"A film of a river.\"}}", "clips: {a: {agent: {prompt: A river., duration: 30, files: bg.png}}}",
	"clips: {a: {template: 7c1f0e7a5d1b, variables: {name: Ada}}}",
	"clips: {a: {template: {id: 7c1f0e7a5d1b, variables: {name: Ada}}}}",
	"clips: {a: s.md, b: {translate: a, language: es}, c: {translate: {clip: a, to: Spanish}}, d: {translate: film.mp4, to: pt-BR}}",
	"clips: {a: {file: film.mp4, key: green, transparent: yes}, b: {file: film.mp4}}",
	"clips: {a: {script: Hi., key-color: blue, draft: voice, pronunciation: {SQL: sequel}}}",
	"each: {w: {rows: people.csv, name: \"{{name}}\", props: name, script: \"Hello {{name}}.\"}}",
	"styles: {brand: {like: title, font: Brand.ttf, weight: bold, size: 8%, color: gold, stroke: black, plate: \"#0008\", safe: true, box: {left: 0, width: 40 %}}}",
}

// layersAccepted are layers of a composition with the clip intro.
var layersAccepted = []string{
	"[intro]", "{clip: intro}", "intro", "[{clip: intro, at: 0.5, duration: 3, fit: cover}]",
	"[{clip: intro, at: \"1:05\", for: 1m30s, skip: 500ms}]",
	"[bg.png, intro, bed.mp3]", "[{clip: intro, mask: circle, opacity: 0.5, enter: true, leave: fade 0.4, gain: 50%}]",
	"[{clip: intro, mask: 24px, enter: {slide: up, time: 1}}]",
	"[intro, captions]", "[intro, {captions: true, mode: word, lines: \"2\"}]", "[intro, {captions: all}]",
	"[{text: Hi, at: 1, style: lower-third, color: navy, weight: bold, safe: 5%, anchor: middle}]",
	"[{audio: bed.mp3, gain: -18, duck: 12dB, fade-out: 2}]",
	"[{audio: bed.mp3, gain: mute, duck: {by: 12dB, attack: 0.2, release: 600ms}}]",
	"[{video: loop.mp4, loop: yes, gain: -18 dB}, {clip: intro}]",
	"[{image: bg.png, box: {left: 0, right: 0, top: 0, bottom: 0}, fit: cover, anchor: left}]",
	"[{clip: intro, name: me}, {text: B, after: me, at: -0.5s}]",
}

// TestTheSchemaHasEveryKey compares the keys that editors offer with those that are read.
func TestTheSchemaHasEveryKey(t *testing.T) {
	var layer []string
	for _, kind := range manifest.LayerKinds {
		layer = append(layer, manifest.LayerKeys(kind)...)
	}
	slices.Sort(layer)
	for _, c := range []struct {
		name       string
		read       []string
		properties props
	}{
		{"layers", slices.Compact(layer), layerMembers()},
		{"styles", manifest.StyleKeys(), styleMembers()},
		{"families", manifest.FamilyKeys(), familyMembers()},
	} {
		if d := cmp.Diff(c.read, slices.Sorted(maps.Keys(c.properties))); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

func formsDir(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"bg.png": "x", "bed.mp3": "x", "loop.mp4": "x", "Brand.ttf": "x", "film.mp4": "x", "own.wav": "x",
		"s.md": "Hello there.", "people.csv": "name\nAda\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestNaturalFormsAreReadAndInTheSchema: each form was refused by Parse, by the schema, or by both.
func TestNaturalFormsAreReadAndInTheSchema(t *testing.T) {
	s, dir := schemaAt(t, ""), formsDir(t)
	var texts []string
	for _, form := range formsAccepted {
		text := "version: 1\n" + form + "\n"
		if !strings.Contains(form, "defaults:") {
			text += "defaults: {avatar: {id: a}, voice: {id: v}, captions: true}\n"
		}
		if !strings.Contains(form, "clips:") && !strings.Contains(form, "each:") {
			text += "clips: {intro: {script: Hi.}}\n"
		}
		texts = append(texts, text)
	}
	const head = "version: 1\ndefaults: {avatar: a, voice: v, captions: true}\nclips: {intro: Hi there.}\ncompositions:\n  t: {"
	for _, l := range layersAccepted {
		texts = append(texts, head+"layers: "+l+"}\n")
	}
	for _, c := range []string{"formats: 9:16, layers: [intro]", "formats: [landscape, square], layers: [intro]",
		"background: navy, duration: 10", "background: bg.png, length: auto",
		"background: {gradient: [navy, black], angle: \"45\"}, length: 2",
		"size: 720p, fps: 30, transparent: yes, layers: [intro]", "background: [\"#123\", \"#456\"], length: 1s"} {
		texts = append(texts, head+c+"}\n")
	}
	const block = "version: 1\ndefaults: {avatar: a, voice: v, captions: true}\nclips: {intro: Hi there.}\ncompositions:\n  t:\n    layers: [intro]\n    formats:"
	for _, c := range []string{" [16:9, 1:1]",
		"\n      16:9:\n      9:16: {layers: {intro: {box: {left: 0}, duration: 2}}}", "\n      - 16:9\n      - vertical"} {
		texts = append(texts, block+c+"\n")
	}
	for _, text := range texts {
		if _, err := manifest.Parse(filepath.Join(dir, "greenroom.yaml"), []byte(text)); err != nil {
			t.Errorf("refused: %v\n%s", err, text)
		}
		if err := s.Validate(fromYAML(t, text)); err != nil {
			t.Errorf("marked by editors: %v\n%s", err, text)
		}
	}
}

// TestTheSchemaRefusesWhatItCan: what Parse refuses because of a key, a kind of value or a bound.
func TestTheSchemaRefusesWhatItCan(t *testing.T) {
	s, dir := schemaAt(t, ""), formsDir(t)
	const head = "version: 1\ndefaults: {avatar: a, voice: v}\n"
	const film = head + "clips: {intro: {script: Hi.}}\ncompositions:\n  t: {layers: [{clip: intro}, "
	for _, text := range []string{
		"clips: {a: {script: Hi.}}\n", head, head + "clips: {a: {scirpt: x}}\n", head +
			"clips: {a: {script: x, file: film.mp4}}\n", head + "clips: {a: {take: 2}}\n",
		head + "clips: {a: {script: x, key: auto}}\n", head + "clips: {a: {script: x, language: es}}\n", head +
			"clips: {A b: {script: x}}\n", head + "clips: {a: {script: x, take: 0}}\n",
		head + "clips: {a: {script: x, voice: {speed: 3}}}\n", head + "clips: {a: {script: x, size: wide}}\n", head +
			"each: {w: {csv: people.csv, script: Hi.}}\n",
		"version: 2\nclips: {a: {script: x, avatar: a, voice: v}}\n", head +
			"clips: {a: {script: x}}\nprepare: {scale: lots}\n",
		film + "{clip: intro, duck: true}]}\n", film + "{text: Hi, mode: word}]}\n", film +
			"{clip: intro, image: bg.png}]}\n", film + "{at: 1s}]}\n",
		film + "{clip: intro, box: {left: wide}}]}\n", film + "{clip: intro, position: top}]}\n", film +
			"{text: Hi, color: \"#12\"}]}\n", film + "{audio: bed.mp3, gain: loud}]}\n",
		film + "{text: Hi, at: soon}]}\n", film + "{text: Hi}], formats: [wide]}\n", film +
			"{text: Hi}], formats: {square: {colour: red}}}\n",
	} {
		if s.Validate(fromYAML(t, text)) == nil {
			t.Errorf("not marked by editors:\n%s", text)
		}
		if _, err := manifest.Parse(filepath.Join(dir, "greenroom.yaml"), []byte(text)); err == nil {
			t.Errorf("accepted:\n%s", text)
		}
	}
}

// TestTheDocumentsManifestsAreInTheSchema: every manifest that the documentation and the newcomers' folders show.
func TestTheDocumentsManifestsAreInTheSchema(t *testing.T) {
	s, seen := schemaAt(t, ""), 0
	check := func(name, text string) {
		seen++
		if err := s.Validate(fromYAML(t, text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	pages, err := filepath.Glob("../../../docs/guide/*.md")
	if err != nil {
		t.Fatal(err)
	}
	below, err := filepath.Glob("../../../docs/*/*.md")
	if err != nil {
		t.Fatal(err)
	}
	pages = append(pages, below...)
	for _, page := range append(pages, "../../../README.md") {
		b, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile("(?s)```yaml\n(version: 1\n.*?)```").FindAllSubmatch(b, -1) {
			check(page, string(m[1]))
		}
	}
	later, err := filepath.Glob("../../../testdata/newcomers/*/[st][eh]*.yaml") // their second and third attempts
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range append(later, "../testdata/complete.yaml") {
		b, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		check(page, string(b))
	}
	if seen < 2 {
		t.Errorf("%d manifests were found", seen)
	}
}
