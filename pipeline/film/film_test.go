package film

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"greenroom/compose/fonts"
	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/pipeline/film/typeset"
	"greenroom/pipeline/manifest"
)

const head = "version: 1\ndefaults: {avatar: {id: a}, voice: {id: v}}\nclips: {hello: {script: Hi.}, pricing: {script: Hi.}, loose: {script: One two three four.}}\n"

// systemFonts are what .ci/setup installs; a manifest of a test names them beside itself.
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
			panic("run .ci/setup: " + err.Error())
		}
		face(name, name, data)
	}
	return out
})

// said is what the clip hello says: 6.2 s.
var said = []Caption{
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
	f.Clips["hello"] = clip("hello", timeline.Rect{X: 600, Y: 120, W: 720, H: 960}, 360, 480, 155, said)
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
	film, err := Resolve(load(t, dir, text), "a", f)
	if err != nil {
		t.Fatalf("%v", fault.All(err))
	}
	return film
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("UPDATE=1 go test writes it anew\n%s", d)
	}
}

// TestFilms holds whole films, as both renderers get them, against testdata/*.json.
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
				film, err := Resolve(m, c.Name, f)
				if err != nil {
					t.Fatalf("%s: %v", c.Name, fault.All(err))
				}
				j, err := json.MarshalIndent(film, "", " ")
				if err != nil {
					t.Fatal(err)
				}
				b.Write(append(j, '\n'))
			}
			golden(t, strings.TrimSuffix(path, ".yaml")+".json", b.String())
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
		_, err := Resolve(m, c.Name, f)
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
	golden(t, "testdata/faults.golden", b.String())
}

func TestFramesAtEveryRate(t *testing.T) {
	for _, r := range []timeline.Rate{{Num: 24000, Den: 1001}, {Num: 25, Den: 1}, {Num: 30000, Den: 1001}, {Num: 60000, Den: 1001}, {Num: 25, Den: 2}} {
		for n := 0; n < 3_000_000; n += 997 {
			if got := framesAt(r.Seconds(n), r); got != n {
				t.Fatalf("%v: frame %d became %d", r, n, got)
			}
			// ffprobe writes microseconds.
			if got := framesAt(micro(r.Seconds(n)), r); got != n {
				t.Fatalf("%v in microseconds: frame %d became %d", r, n, got)
			}
		}
	}
	if framesAt(-1, timeline.Rate{Num: 25, Den: 1}) != -25 || framesAt(0.02, timeline.Rate{Num: 25, Den: 1}) != 1 {
		t.Error("halves go up")
	}
}

func TestClipsOneAfterTheOtherLeaveNoGap(t *testing.T) {
	for _, fps := range []string{"23.976", "25", "29.97", "59.94"} {
		film := one(t, `compositions:
  a:
    fps: `+fps+`
    layers:
      - {clip: hello}
      - {clip: pricing, after: hello}
      - {clip: hello, name: again, after: pricing}
`)
		end := 0
		for _, l := range film.Layers {
			if l.From != end {
				t.Errorf("%s: %s begins at %d, not %d", fps, l.ID, l.From, end)
			}
			end = l.End()
		}
		if end != film.Frames || film.Frames != framesAt(16.4, film.FPS) {
			t.Errorf("%s: %d frames, the last layer ends at %d", fps, film.Frames, end)
		}
	}
}

func TestBoxes(t *testing.T) {
	for in, want := range map[string]timeline.Rect{
		// The presenter is 720x960: 3 to 4.
		"{right: 4%, bottom: 0, width: 38%}":       {X: 1114, Y: 107, W: 729, H: 973},
		"{left: 100, top: 50px, height: 400px}":    {X: 100, Y: 50, W: 300, H: 400},
		"{left: 0, right: 50%, top: 0, bottom: 0}": {X: 75, Y: 0, W: 810, H: 1080},
		"{}":                                                      {X: 555, Y: 0, W: 810, H: 1080},
		"{left: -10%, width: 20%}":                                {X: -192, Y: 568, W: 384, H: 512},
		"{width: 50%, height: 50%}, fit: cover":                   {X: 480, Y: 540, W: 960, H: 540},
		"{width: 300px, top: 0}, mask: circle":                    {X: 810, Y: 0, W: 300, H: 300},
		"{right: 0, bottom: 0, height: 50%}, safe: true":          {X: 1460, Y: 540, W: 364, H: 486},
		"{left: 0, top: 0, width: 50%}, safe: 10%, box-of: frame": {X: 432, Y: 156, W: 288, H: 384},
		"{left: 0, top: 0, width: 100%}, box-of: frame":           {X: 600, Y: 120, W: 720, H: 960},
	} {
		film := one(t, "compositions: {a: {layers: [{clip: hello, box: "+in+"}]}}\n")
		if got := film.Layers[0].Box; got != want {
			t.Errorf("%s: %v, want %v", in, got, want)
		}
	}
}

func TestCrops(t *testing.T) {
	// The file is half as large as the presenter: 360x480.
	for in, want := range map[string]timeline.Rect{
		"clip: hello":               {W: 360, H: 480},
		"clip: hello, mask: circle": {W: 360, H: 360}, // the head is at the top
		"clip: hello, box: {width: 960px, height: 540px}, fit: cover, anchor: bottom":            {X: 0, Y: 278, W: 360, H: 202},
		"image: bg.png, box: {width: 100%, height: 100%}, fit: cover":                            {X: 0, Y: 150, W: 1600, H: 900},
		"image: bg.png, box: {width: 100%, height: 100%}":                                        {W: 1600, H: 1200},
		"video: loop.mp4, for: 2s, box: {width: 100px, height: 100px}, fit: cover, anchor: left": {W: 720, H: 720},
	} {
		film := one(t, "compositions: {a: {length: 10s, layers: [{"+in+"}]}}\n")
		l := film.Layers[0]
		got := timeline.Rect{}
		if l.Video != nil {
			got = l.Video.Crop
		} else {
			got = l.Picture.Crop
		}
		if got != want {
			t.Errorf("%s: %v, want %v", in, got, want)
		}
	}
}

func TestSlidesSayWhichWayTheyMove(t *testing.T) {
	film := one(t, "compositions: {a: {layers: [{clip: hello, box: {left: 100, top: 50, width: 300px}, enter: slide right 1s, leave: slide up 0.2s}]}}\n")
	l := film.Layers[0]
	if l.Enter != (timeline.Motion{Frames: 25, DX: -400}) || l.Leave != (timeline.Motion{Frames: 5, DY: -450}) {
		t.Errorf("%+v %+v", l.Enter, l.Leave)
	}
	if dx, _ := l.OffsetAt(0); l.Box.X+dx+l.Box.W != 0 {
		t.Errorf("it begins at %d, not just outside", l.Box.X+dx)
	}
	film = one(t, "compositions: {a: {layers: [{clip: hello, enter: fade slide left, leave: {slide: down, distance: 10%, time: 1s}}]}}\n")
	if l := film.Layers[0]; l.Enter != (timeline.Motion{Frames: 10, Fade: true, DX: 65}) || l.Leave != (timeline.Motion{Frames: 25, DY: 108}) {
		t.Errorf("%+v %+v", l.Enter, l.Leave)
	}
}

func TestDucking(t *testing.T) {
	film := one(t, `compositions:
  a:
    length: 10s
    layers:
      - {clip: hello, at: 1s}
      - {audio: bed.mp3, gain: -20dB, fade-in: 1s, duck: {by: 20dB, attack: 0.5s, release: 0.5s}}
`)
	bed := film.Sounds[1]
	if bed.ID != "audio bed.mp3" || bed.Frames != 250 {
		t.Fatalf("%+v", bed)
	}
	// The clip speaks from 1.3 to 2.6 s and from 4.5 to 6.9 s of the film.
	for at, want := range map[float64]float64{0: 0, 0.5: 0.05, 0.8: 0.08, 1.3: 0.01, 2: 0.01, 2.6: 0.01, 3.1: 0.1, 3.9: 0.1, 4.5: 0.01, 6.9: 0.01, 7.4: 0.1, 9.9: 0.1} {
		if got := bed.GainAt(at); got < want-1e-6 || got > want+1e-6 {
			t.Errorf("at %v s: %v, want %v", at, got, want)
		}
	}
	if got, want := bed.GainAt(0.9), 0.09*(1-0.9*0.2); got < want-0.002 || got > want+0.002 {
		t.Errorf("while it fades in and ducks: %v, want %v", got, want)
	}
}

func TestDuckingWithoutCaptionsTakesTheWholeClip(t *testing.T) {
	film := one(t, "compositions: {a: {length: 10s, layers: [{clip: pricing, at: 2s}, {audio: bed.mp3, duck: true}]}}\n")
	bed := film.Sounds[1]
	for at, want := range map[float64]float64{1.7: 1, 2: 0.251189, 6: 0.251189, 6.7: 1} {
		if got := bed.GainAt(at); got < want-1e-6 || got > want+1e-6 {
			t.Errorf("at %v s: %v, want %v", at, got, want)
		}
	}
	silent := one(t, "compositions: {a: {length: 10s, layers: [{clip: pricing, gain: mute}, {audio: bed.mp3, duck: true}]}}\n")
	if len(silent.Sounds) != 1 || len(silent.Sounds[0].Gain) != 1 {
		t.Errorf("a mute clip is no speech: %+v", silent.Sounds)
	}
}

func TestNestedFilms(t *testing.T) {
	film := one(t, `compositions:
  a:
    intro: card
    outro: card
    layers:
      - {clip: hello}
      - {composition: card, at: 1s, for: 1s, skip: 0.5s, box: {left: 0, top: 0, width: 50%}}
      - {audio: bed.mp3, duck: true}
  card:
    size: 1280x720
    length: 2s
    background: "#102030"
    layers: [{clip: loose, for: 1s, box: {left: 0, top: 0, width: 640px}}]
`)
	if film.Frames != 50+155+50 {
		t.Fatalf("%d frames", film.Frames)
	}
	by := map[string]timeline.Layer{}
	for _, l := range film.Layers {
		by[l.ID] = l
	}
	for id, want := range map[string]struct {
		from, frames int
		box          timeline.Rect
	}{
		"card / background colour":   {0, 50, timeline.Rect{W: 1920, H: 1080}},
		"card / clip loose":          {0, 25, timeline.Rect{W: 960, H: 1067}},
		"clip hello":                 {50, 155, timeline.Rect{X: 555, W: 810, H: 1080}},
		"card / background colour 2": {75, 25, timeline.Rect{W: 960, H: 540}},
		"card / clip loose 2":        {75, 12, timeline.Rect{W: 480, H: 533}},
		"card / background colour 3": {205, 50, timeline.Rect{W: 1920, H: 1080}},
	} {
		if l := by[id]; l.From != want.from || l.Frames != want.frames || l.Box != want.box {
			t.Errorf("%s: %d + %d %v, want %+v", id, l.From, l.Frames, l.Box, want)
		}
	}
	if v := by["card / clip loose 2"].Video; v == nil || v.Skip != 0.52 { // 13 frames: 0.5 s is half a frame more than 12
		t.Errorf("%+v", v)
	}
	bed := film.Sounds[len(film.Sounds)-2]
	if bed.ID != "audio bed.mp3" || bed.From != 50 || bed.Frames != 155 {
		t.Errorf("the bed plays in the composition's own part alone: %+v", bed)
	}
}

func TestShownIsTheLargestSize(t *testing.T) {
	dir, _ := world(t)
	box := timeline.Rect{X: 600, Y: 120, W: 720, H: 960}
	for text, want := range map[string]float64{
		"a: {layers: [{clip: pricing}]}":                                                                          1,    // nobody shows it
		"a: {layers: [{clip: hello, box: {width: 360px}}]}":                                                       0.5,  // 360 of 720
		"a: {layers: [{clip: hello, box: {width: 350px}}]}":                                                       0.5,  // rounded up
		"a: {layers: [{clip: hello, box: {width: 361px}}]}":                                                       0.55, // rounded up
		"a: {layers: [{clip: hello, box: {width: 2000px}}]}":                                                      1,
		"a: {layers: [{clip: hello, box: {width: 50%}, box-of: frame}]}":                                          0.5,
		"a: {layers: [{clip: hello, box: {width: 72px}}, {clip: hello, box: {width: 288px}}]}":                    0.4,
		"a: {layers: [{clip: hello, mask: circle, box: {width: 180px}}]}":                                         0.25,
		"b: {layers: [{clip: hello, box: {width: 360px}}]}\n  a: {layers: [{composition: b, box: {width: 50%}}]}": 0.5, // b alone is a film, too
		"a: {size: 960x540, formats: [16:9, 9:16], layers: [{clip: hello, box: {left: 0, width: 30%}}]}":          0.4, // 288 of 960 wide, 162 of 540
	} {
		m := load(t, dir, "compositions:\n  "+text+"\n")
		sizes, err := ReadSizes(m)
		if err != nil {
			t.Fatal(err)
		}
		if got := sizes.Shown("hello", box, 1920, 1080); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func TestAnIntroOfAnotherShapeIsContained(t *testing.T) {
	film := one(t, "compositions:\n  a: {intro: b, layers: [{clip: hello}]}\n  b: {size: 1080x1080, length: 1s, background: \"#102030\"}\n")
	if got := film.Layers[0].Box; got != (timeline.Rect{X: 420, W: 1080, H: 1080}) {
		t.Errorf("%v", got)
	}
}

func TestANestedFilmTakesTheFilmsRate(t *testing.T) {
	film := one(t, "compositions:\n  a: {fps: 59.94, layers: [{composition: b}]}\n  b: {fps: 25, layers: [{clip: hello}]}\n")
	if film.Frames != 372 || film.Layers[0].Frames != 372 { // 6.2 s * 60000/1001 = 371.6
		t.Errorf("%d frames", film.Frames)
	}
}

func TestEverySpecialCharacterArrives(t *testing.T) {
	special := `{\b1} \N 50% 'a':"b",[c];=d #e|f @~ \h \\ <i>&amp;</i> $x`
	dir, f := world(t)
	m := load(t, dir, "compositions:\n  a:\n    length: 2s\n    layers:\n      - style: callout\n        text: |-\n          "+special+"\n")
	film, err := Resolve(m, "a", f)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range film.Layers[0].Text.Lines {
		s := ""
		for _, r := range l.Runs {
			s += r.Text
		}
		got = append(got, s)
	}
	if strings.Join(got, " ") != special {
		t.Errorf("%q", got)
	}
}

func TestWordsAreHighlightedWhileTheyAreSpoken(t *testing.T) {
	film := one(t, "compositions: {a: {layers: [{clip: hello, at: 1s}, {captions: hello, mode: word}]}}\n")
	type lit struct {
		text    string
		on, off int
	}
	var got []lit
	for _, l := range film.Layers[1:] {
		for _, line := range l.Text.Lines {
			for _, r := range line.Runs {
				got = append(got, lit{r.Text, r.On, r.Off})
				if r.On < l.From || r.Off > l.End() {
					t.Errorf("%q is lit from %d to %d on a page of %d to %d", r.Text, r.On, r.Off, l.From, l.End())
				}
			}
		}
	}
	want := []lit{{"Hello", 33, 43}, {" and", 43, 48}, {" welcome.", 48, 65},
		{"This", 113, 120}, {" is", 120, 125}, {" what", 125, 133}, {" greenroom", 133, 148}, {" does", 148, 155}, {" for", 155, 160}, {" you.", 160, 173}}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(lit{})); d != "" {
		t.Error(d)
	}
}

func TestPagesEndWithSentences(t *testing.T) {
	film := one(t, "compositions: {a: {layers: [{clip: loose}, {captions: loose}]}}\n")
	if len(film.Layers) != 2 { // four short words: one page
		t.Errorf("%d layers", len(film.Layers))
	}
	dir, f := world(t)
	c := f.Clips["loose"]
	c.Script = "Hello and welcome to the green room. This is what it does for you."
	f.Clips["loose"] = c
	m := load(t, dir, "compositions: {a: {layers: [{clip: loose}, {captions: loose}]}}\n")
	film, err := Resolve(m, "a", f)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range film.Layers[1:] {
		page := ""
		for _, line := range l.Text.Lines {
			for _, run := range line.Runs {
				page += run.Text
			}
			page += "|"
		}
		got = append(got, page)
	}
	if strings.Join(got, "\n") != "Hello and welcome to the green room.|\nThis is what it does for you.|" {
		t.Errorf("%q", got)
	}
	if a, b := film.Layers[1], film.Layers[2]; a.End() != b.From || b.End() != film.Frames {
		t.Errorf("%d to %d, %d to %d of %d", a.From, a.End(), b.From, b.End(), film.Frames)
	}
}

func TestWordsOfBlocksAndOfChinese(t *testing.T) {
	got := ""
	for _, w := range words([]Caption{{"Two words", 0, 8}, {" 你好，世界", 8, 13}, {" end", 14, 15}}) {
		if w.glued {
			got += "+"
		}
		got += w.text + "|"
	}
	if got != "Two|words|你|+好，|+世|+界|end|" {
		t.Error(got)
	}
}

func FuzzResolve(f *testing.F) {
	for _, s := range []string{
		"fps: 23.976, layers: [{clip: hello, at: 1.5s, box: {left: 3%, width: 40px}, mask: {rounded: 3px}, enter: fade 1s}]",
		"length: 3s, layers: [{text: \"Hi there\", style: lower-third}, {audio: bed.mp3, duck: true, fade-out: 9s}]",
		"layers: [{clip: hello, skip: 1s, for: 0.1s}, {captions: hello, mode: word, box: {width: 20%}}, {image: bg.png, safe: 30%, anchor: left, fit: cover, box: {width: 10%, height: 90%}}]",
		"intro: b, layers: [{composition: b, skip: 0.3s, box: {right: -20%, height: 70%}}, {clip: pricing, after: b}]",
	} {
		f.Add(s)
	}
	dir, facts := world(f)
	f.Fuzz(func(t *testing.T, s string) {
		m, err := manifest.Parse(filepath.Join(dir, "greenroom.yaml"), []byte(head+"compositions:\n  b: {length: 2s, background: \"#000000\", layers: [{clip: loose, at: 1s, for: 1s, enter: slide left}]}\n  a: {"+s+"}\n"))
		if err != nil {
			return
		}
		for _, c := range m.Compositions {
			if c.Length > 3600e9 {
				continue
			}
			_, err := Resolve(m, c.Name, facts)
			for _, x := range fault.All(err) {
				if x.Kind != fault.Manifest {
					t.Errorf("not the manifest's fault: %v: %v", x, x.Err)
				}
			}
		}
	})
}
