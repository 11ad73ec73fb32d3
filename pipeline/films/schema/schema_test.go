package schema

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/compose/timeline"
)

const companion = "../../../remotion/companion"

// modules is the folder of the companion's installed packages.
func modules(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("GREENROOM_NODE_MODULES")
	if dir == "" {
		dir, _ = filepath.Abs(companion + "/node_modules")
	}
	if _, err := os.Stat(filepath.Join(dir, "zod")); err != nil {
		t.Fatalf("the companion's packages are not installed; run make setup: %v", err)
	}
	return dir
}

// project is a folder from which node finds the companion's packages.
func project(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Symlink(modules(t), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "package.json"), []byte("{}"))
	return dir
}

func put(t testing.TB, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestGeneratedTypesAreThoseOfTheSchema(t *testing.T) {
	t.Parallel()
	dir := project(t)
	schema, out := filepath.Join(dir, "film.schema.json"), filepath.Join(dir, "timeline.gen.ts")
	put(t, schema, Schema())
	if msg, err := exec.CommandContext(t.Context(), "node", "../../../remotion/gen/props.mjs", dir, schema, out, "Film", "compose/timeline").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, msg)
	}
	want, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if have, err := os.ReadFile(companion + "/src/greenroom/timeline.gen.ts"); err != nil || !bytes.Equal(have, want) {
		t.Errorf("timeline.gen.ts drifted from the Go types or from gen/props.mjs (%v): run make gen", err)
	}
}

// full is a film in which every field is set somewhere.
func full() *timeline.Film {
	all := timeline.Rect{W: 320, H: 180}
	return &timeline.Film{
		Name: "Launch", Width: 320, Height: 180, FPS: timeline.Rate{Num: 30000, Den: 1001}, Frames: 60,
		Media: map[string]timeline.Media{
			"hello": {Public: "greenroom/hello.webm", Width: 320, Height: 180, Seconds: 2, Codec: "vp9", Alpha: true, Matrix: "smpte170m", FullRange: true},
			"inter": {Public: "greenroom/files/inter.ttf"},
		},
		Layers: []timeline.Layer{
			{ID: "ground", Kind: timeline.KindFill, Frames: 60, Box: all, Opacity: 1, Fill: &timeline.Fill{Colors: []string{"#101418", "#20304080"}, Angle: 180}},
			{ID: "picture", Kind: timeline.KindPicture, Frames: 60, Box: all, Opacity: 0.5, Radius: 8, Picture: &timeline.Picture{Media: "hello", Crop: all}},
			{ID: "clip hello", Kind: timeline.KindVideo, From: 10, Frames: 40, Box: all, Opacity: 1, Enter: timeline.Motion{Frames: 10, Fade: true, DX: -101}, Leave: timeline.Motion{Frames: 5, DY: 41},
				Video: &timeline.Video{Media: "hello", Crop: all, Skip: 0.25, Loop: true}},
			{ID: "words", Kind: timeline.KindText, Frames: 60, Box: all, Opacity: 1, Text: &timeline.Text{
				Fonts: []timeline.Font{{Family: "Inter", Media: "inter", Weight: 600, Italic: true, Ascent: 0.9, Descent: 0.2}},
				Size:  24, Color: "#FFFFFF", Highlight: "#57C48A", Stroke: &timeline.Stroke{Color: "#000000", Width: 2}, Plate: &timeline.Plate{Box: all, Radius: 4, Color: "#00000080"},
				Lines: []timeline.Line{{X: 10, Baseline: 20.5, Width: 99, RTL: true, Runs: []timeline.Run{{Text: "hello "}, {Text: "you", On: 4, Off: 9}}}},
			}},
		},
		Sounds: []timeline.Sound{{ID: "hello", Media: "hello", From: 10, Frames: 40, Skip: 0.5, Loop: true, Gain: []timeline.Point{{At: 0, Gain: 1}, {At: 1, Gain: 0.5}, {At: 1, Gain: 0.25}}}},
	}
}

// compare imports the companion's own functions and reports their results for films.
const compare = `
import fs from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {createRequire} from 'node:module';
const ts = createRequire(path.resolve('package.json'))('typescript');
for (const name of ['timeline.gen', 'time', 'compat', 'timelineFilm']) {
  const {outputText} = ts.transpileModule(fs.readFileSync(process.argv[1] + '/src/greenroom/' + name + '.ts', 'utf8'), {compilerOptions: {module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022}});
  fs.writeFileSync(name + '.mjs', outputText.replace(/'.\/(timeline.gen|time|compat)'/g, "'./$1.mjs'"));
}
const m = await import(pathToFileURL(path.resolve('timelineFilm.mjs')).href);
console.log(JSON.stringify(JSON.parse(fs.readFileSync(0, 'utf8')).map((film) => {
  try {
    const {props, ...size} = m.timelineMetadata({props: {film}});
    const frames = Array.from({length: film.frames + 2}, (_, n) => n - 1);
    return {size, layers: props.film.layers.map((l) => frames.map((n) => [m.opacityAt(l, n), m.offsetAt(l, n).dx, m.offsetAt(l, n).dy])), gains: props.film.sounds.map((s) => frames.map((n) => m.gainAt(s.gain, n / 30)))};
  } catch (e) {
    return {error: String(e.message)};
  }
})));
`

type verdict struct {
	Error string
	Size  struct {
		Width, Height, DurationInFrames int
		FPS                             float64
	}
	Layers [][][3]float64
	Gains  [][]float64
}

func ask(t *testing.T, films ...*timeline.Film) []verdict {
	t.Helper()
	in, err := json.Marshal(films)
	if err != nil {
		t.Fatal(err)
	}
	where, err := filepath.Abs(companion)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "--input-type=module", "-e", compare, "--", where)
	var out, errs bytes.Buffer
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = project(t), bytes.NewReader(in), &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("node: %v\n%s", err, errs.String())
	}
	var got []verdict
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || len(got) != len(films) {
		t.Fatal(err, out.String())
	}
	return got
}

func TestTheCompanionMovesAsGoDoes(t *testing.T) {
	t.Parallel()
	f := full()
	got := ask(t, f)[0]
	if got.Error != "" || got.Size.Width != 320 || got.Size.Height != 180 || got.Size.DurationInFrames != 60 || got.Size.FPS != f.FPS.FPS() {
		t.Fatalf("%+v", got)
	}
	for i := range f.Layers {
		l := &f.Layers[i]
		for j, have := range got.Layers[i] {
			dx, dy := l.OffsetAt(j - 1)
			if want := [3]float64{l.OpacityAt(j - 1), float64(dx), float64(dy)}; have != want {
				t.Errorf("layer %q, frame %d: %v, want %v", l.ID, j-1, have, want)
			}
		}
	}
	for j, have := range got.Gains[0] {
		if want := f.Sounds[0].GainAt(float64(j-1) / 30); have != want {
			t.Errorf("gain at %d/30 s: %v, want %v", j-1, have, want)
		}
	}
}

func TestTheCompanionRefusesWhatGoRefuses(t *testing.T) {
	t.Parallel()
	empty := full()
	empty.Layers, empty.Sounds, empty.Media = nil, nil, nil // null in JSON
	films := []*timeline.Film{full(), empty}
	names := []string{"full", "empty"}
	for name, breaks := range map[string]func(f *timeline.Film){
		"odd canvas":    func(f *timeline.Film) { f.Width = 321 },
		"no rate":       func(f *timeline.Film) { f.FPS.Den = 0 },
		"no frames":     func(f *timeline.Film) { f.Frames = 0 },
		"twice":         func(f *timeline.Film) { f.Layers[1].ID = "ground" },
		"past the end":  func(f *timeline.Film) { f.Layers[2].From = 30 },
		"before":        func(f *timeline.Film) { f.Layers[2].From = -1 },
		"no box":        func(f *timeline.Film) { f.Layers[0].Box.W = 0 },
		"opacity":       func(f *timeline.Film) { f.Layers[0].Opacity = 1.5 },
		"no media":      func(f *timeline.Film) { f.Layers[2].Video.Media = "bye" },
		"constructor":   func(f *timeline.Film) { f.Layers[2].Video.Media = "constructor" },
		"crop outside":  func(f *timeline.Film) { f.Layers[2].Video.Crop.W = 400 },
		"two contents":  func(f *timeline.Film) { f.Layers[2].Fill = &timeline.Fill{Colors: []string{"#000000"}} },
		"no content":    func(f *timeline.Film) { f.Layers[2].Video = nil },
		"wrong kind":    func(f *timeline.Film) { f.Layers[2].Kind = timeline.KindText },
		"unknown kind":  func(f *timeline.Film) { f.Layers[2].Kind = "hologram" },
		"colour":        func(f *timeline.Film) { f.Layers[0].Fill.Colors[0] = "red" },
		"no colour":     func(f *timeline.Film) { f.Layers[0].Fill.Colors = nil },
		"long motions":  func(f *timeline.Film) { f.Layers[2].Enter.Frames = 38 },
		"no size":       func(f *timeline.Film) { f.Layers[3].Text.Size = 0 },
		"no font":       func(f *timeline.Film) { f.Layers[3].Text.Lines[0].Runs[0].Font = 1 },
		"font's file":   func(f *timeline.Film) { f.Layers[3].Text.Fonts[0].Media = "arial" },
		"gain back":     func(f *timeline.Film) { f.Sounds[0].Gain[1].At = -1 },
		"gain below 0":  func(f *timeline.Film) { f.Sounds[0].Gain[1].Gain = -1 },
		"no gain":       func(f *timeline.Film) { f.Sounds[0].Gain = nil },
		"sound too far": func(f *timeline.Film) { f.Sounds[0].Frames = 99 },
		"huge canvas":   func(f *timeline.Film) { f.Width = 1<<14 + 2 },
		"huge box":      func(f *timeline.Film) { f.Layers[0].Box.W = 1<<15 + 1 },
		"never seen":    func(f *timeline.Film) { f.Layers[1].Box.X = 320 },
		"radius":        func(f *timeline.Film) { f.Layers[1].Radius = -1 },
		"skip":          func(f *timeline.Film) { f.Layers[2].Video.Skip = -1 },
		"sound's skip":  func(f *timeline.Film) { f.Sounds[0].Skip = -1 },
		"stroke":        func(f *timeline.Film) { f.Layers[3].Text.Stroke.Width = -1 },
		"plate":         func(f *timeline.Film) { f.Layers[3].Text.Plate.Box.H = 0 },
		"plate colour":  func(f *timeline.Film) { f.Layers[3].Text.Plate.Color = "none" },
		"plate radius":  func(f *timeline.Film) { f.Layers[3].Text.Plate.Radius = -1 },
		"lit colour":    func(f *timeline.Film) { f.Layers[3].Text.Highlight = "lime" },
		"stroke colour": func(f *timeline.Film) { f.Layers[3].Text.Stroke.Color = "lime" },
		"lit backwards": func(f *timeline.Film) { f.Layers[3].Text.Lines[0].Runs[1].Off = 2 },
		"sound's file":  func(f *timeline.Film) { f.Sounds[0].Media = "bye" },
	} {
		f := full()
		breaks(f)
		films, names = append(films, f), append(names, name)
	}
	for i, got := range ask(t, films...) {
		ours := films[i].Validate()
		if (ours == nil) != (got.Error == "") {
			t.Errorf("%s: Go reports %v, the companion %.300s", names[i], ours, got.Error)
		}
		if i > 1 && strings.Contains(names[i], "colour") && !strings.Contains(got.Error, "colour") {
			t.Errorf("%s: the companion reports %.300s", names[i], got.Error)
		}
	}
}
