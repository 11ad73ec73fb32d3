package resolve

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"greenroom/compose/fonts"
	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/internal/goldentest"
	"greenroom/pipeline/films/typeset"
	"greenroom/pipeline/manifest"
)

const head = "version: 1\ndefaults: {avatar: {id: a}, voice: {id: v}}\nclips: {hello: {script: Hi.}, pricing: {script: Hi.}, loose: {script: One two three four.}}\n"

// systemFonts are what .ci/setup installs; a manifest of a test names them in its own folder.
var systemFonts = map[string]string{
	"DejaVuSans.ttf": "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
	"Droid.ttf":      "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
}

// loadFonts reads every font of the tests once.
var loadFonts = sync.OnceValue(func() map[string]Font {
	out := map[string]Font{}
	face := func(key, name string, data []byte) {
		loaded, err := typeset.Load(data)
		if err != nil {
			panic(name + ": " + err.Error())
		}
		out[key] = Font{timeline.Media{Public: "greenroom/files/" + name}, loaded}
	}
	for _, w := range []int{400, 600, 700} {
		b := fonts.Inter(w)
		face(BuiltinFont(w), b.Name, b.Data)
	}
	for name, path := range systemFonts {
		data, err := os.ReadFile(path)
		if err != nil {
			panic("run .ci/setup test: " + err.Error())
		}
		face(name, name, data)
	}
	return out
})

// spoken are the words of the clip hello: 6.2 s.
var spoken = []Caption{
	{"Hello", 0.3, 0.7}, {" and", 0.7, 0.9}, {" welcome.", 0.9, 1.6},
	{" This", 3.5, 3.8}, {" is", 3.8, 4.0}, {" what", 4.0, 4.3}, {" greenroom", 4.3, 4.9}, {" does", 4.9, 5.2}, {" for", 5.2, 5.4}, {" you.", 5.4, 5.9},
}

// world makes the files a manifest names and the facts about them.
func world(t testing.TB) (dir string, f Facts) {
	t.Helper()
	dir = t.TempDir()
	f = Facts{Clips: map[string]Clip{}, Files: map[string]File{}, Fonts: map[string]Font{}}
	clip := func(name string, box timeline.Rect, w, h, frames int, captions []Caption) Clip {
		return Clip{
			Media: timeline.Media{Public: "greenroom/" + name + ".webm", Width: w, Height: h, Seconds: float64(frames) / 25, Codec: "vp9", Alpha: true},
			FPS:   timeline.Rate{Num: 25, Den: 1}, Frames: frames, Box: box, Width: 1920, Height: 1080, Sound: true, Captions: captions,
		}
	}
	f.Clips["hello"] = clip("hello", timeline.Rect{X: 600, Y: 120, W: 720, H: 960}, 360, 480, 155, spoken)
	f.Clips["pricing"] = clip("pricing", timeline.Rect{X: 560, Y: 80, W: 800, H: 1000}, 800, 1000, 100, nil)
	loose := clip("loose", timeline.Rect{X: 500, Y: 80, W: 900, H: 1000}, 900, 1000, 60, nil)
	loose.StandIn, loose.Script = true, `One two <break time="0.5s"/> three four.`
	f.Clips["loose"] = loose
	file := func(name string, m timeline.Media, sound bool) {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		m.Public = "greenroom/files/" + name
		f.Files[path] = File{m, sound}
	}
	file("bg.png", timeline.Media{Width: 1600, Height: 1200}, false)
	file("logo.png", timeline.Media{Width: 300, Height: 100, Alpha: true}, false)
	file("bed.mp3", timeline.Media{Seconds: 30}, true)
	file("loop.mp4", timeline.Media{Width: 1280, Height: 720, Seconds: 4, Codec: "h264"}, true)
	for name, font := range loadFonts() {
		if path, ok := systemFonts[name]; ok {
			if err := os.Symlink(path, filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
			name = filepath.Join(dir, name)
		}
		f.Fonts[name] = font
	}
	return dir, f
}

func load(t testing.TB, dir, text string) *manifest.Manifest {
	t.Helper()
	m, err := manifest.Parse(filepath.Join(dir, "greenroom.yaml"), []byte(head+text))
	if err != nil {
		t.Fatalf("%v", fault.All(err))
	}
	return m
}

// one resolves the composition a of a manifest.
func one(t testing.TB, text string) *timeline.Film {
	t.Helper()
	dir, f := world(t)
	film, err := Film(load(t, dir, text), "a", f)
	if err != nil {
		t.Fatalf("%v", fault.All(err))
	}
	return film
}

// TestFilms compares complete films, as both renderers get them, with testdata/*.json.
func TestFilms(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(paths) < 5 {
		t.Fatalf("%d manifests: %v", len(paths), err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".yaml"), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			dir, f := world(t)
			m := load(t, dir, string(text))
			var b strings.Builder
			for _, c := range m.Compositions {
				film, err := Film(m, c.Name, f)
				if err != nil {
					t.Fatalf("%s: %v", c.Name, fault.All(err))
				}
				j, err := json.MarshalIndent(film, "", " ")
				if err != nil {
					t.Fatal(err)
				}
				b.Write(append(j, '\n'))
			}
			goldentest.Equal(t, strings.TrimSuffix(path, ".yaml")+".json", b.String())
		})
	}
}

// TestFaults holds every fault that only shows with facts at hand, as a person sees it.
func TestFaults(t *testing.T) {
	text, err := os.ReadFile("testdata/faults.txt")
	if err != nil {
		t.Fatal(err)
	}
	dir, f := world(t)
	m := load(t, dir, string(text))
	var b strings.Builder
	for _, c := range m.Compositions {
		_, err := Film(m, c.Name, f)
		if err == nil {
			t.Errorf("%s resolves", c.Name)
		}
		for _, x := range fault.All(err) {
			if x.Hint == "" || x.Place == nil || x.Place.Line < 4 {
				t.Errorf("no hint or place: %+v", x)
			}
			b.WriteString(c.Name + ": " + x.Place.String() + ": " + x.Msg + "\n  hint: " + x.Hint + "\n")
		}
	}
	goldentest.Equal(t, "testdata/faults.golden", b.String())
}
