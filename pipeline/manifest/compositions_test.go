package manifest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/internal/goldentest"
	"greenroom/pipeline/manifest/yamldoc"
)

const films = "version: 1\ndefaults: {avatar: {id: a}, voice: {id: v}}\nclips: {intro: {script: Hi.}, pricing: {script: Hi.}}\n"

// filmDir has one of each file that a composition names.
func filmDir(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range []string{"bg.png", "bed.mp3", "loop.mp4", "Brand.ttf"} {
		if err := os.WriteFile(filepath.Join(dir, f), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func parseFilms(t testing.TB, text string) (*Manifest, error) {
	t.Helper()
	return Parse(filepath.Join(filmDir(t), "greenroom.yaml"), []byte(films+text))
}

func goodFilms(t *testing.T, text string) *Manifest {
	t.Helper()
	m, err := parseFilms(t, text)
	if err != nil {
		t.Fatalf("%v", fault.All(err))
	}
	return m
}

func TestTheDesignsExample(t *testing.T) {
	m := goodFilms(t, `compositions:
  tour:
    background: {image: bg.png}
    layers:
      - {clip: intro, at: 0s, box: {right: 4%, bottom: 0, width: 38%}}
      - {text: "Product tour", at: 0.5s, for: 3s, style: title}
      - {captions: intro}
      - {audio: bed.mp3, gain: -18dB, duck: true}
`)
	c := m.Compositions[0]
	if len(m.Compositions) != 1 || c.Name != "tour" || c.FPS != (timeline.Rate{Num: 25, Den: 1}) || c.Width != 1920 ||
		c.Length != 0 || len(c.Layers) != 4 {
		t.Fatalf("%+v", c)
	}
	if b := c.Layers[0].Box; b != (Box{Right: Dim{0.04, true, true}, Bottom: Dim{0, false, true},
		Width: Dim{0.38, true, true}}) {
		t.Errorf("%+v", b)
	}
	if l := c.Layers[1]; l.At != 500*time.Millisecond || l.For != 3*time.Second || l.Style.Weight != 700 ||
		!l.Enter.Fade {
		t.Errorf("%+v", l)
	}
	if l := c.Layers[3]; l.Gain < 0.1258 || l.Gain > 0.126 || l.Duck == nil || l.Duck.Attack != 200*time.Millisecond {
		t.Errorf("%+v", l)
	}
}

func TestFormatsAreOneFilmEach(t *testing.T) {
	for _, spelling := range []string{"{16:9, 9:16, 1:1}", "[16:9, 9:16, 1:1]", "[\"16:9\", 9x16, 1:1]"} {
		m := goodFilms(t, "compositions: {tour: {formats: "+spelling+", layers: [{clip: intro}]}}\n")
		var got []string
		for _, c := range m.Compositions {
			got = append(got, c.Name, c.Format, size(c))
		}
		want := []string{"tour-16x9", "16:9", "1920x1080", "tour-9x16", "9:16", "1080x1920", "tour-1x1", "1:1", "1080x1080"}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", spelling, d)
		}
	}
}

func size(c Composition) string { return fmt.Sprintf("%dx%d", c.Width, c.Height) }

func TestAFormatChangesAnyLayerAndSetting(t *testing.T) {
	m := goodFilms(t, `compositions:
  tour:
    background: "#102030"
    layers:
      - {clip: intro, box: {right: 0, width: 40%}}
      - {text: Wide, name: headline, style: title}
      - {image: bg.png}
    formats:
      16:9:
      9:16:
        background: ["#000000", "#FFFFFF"]
        length: 20s
        layers:
          intro: {box: {bottom: 0, height: 60%}, enter: fade 0.2s}
          headline: {text: Tall, size: 10%}
          3: none
`)
	wide, tall := m.Compositions[0], m.Compositions[1]
	if len(wide.Layers) != 3 || wide.Layers[1].Of != "Wide" || wide.Length != 0 || len(wide.Background.Colors) != 1 {
		t.Errorf("wide: %+v", wide)
	}
	if len(tall.Layers) != 2 || tall.Length != 20*time.Second || len(tall.Background.Colors) != 2 {
		t.Fatalf("tall: %+v", tall)
	}
	if l := tall.Layers[0]; l.Box.Width.Set || l.Box.Height.V != 0.6 || l.Enter.Time != 200*time.Millisecond {
		t.Errorf("%+v", l)
	}
	if l := tall.Layers[1]; l.Of != "Tall" || l.Style.Size.V != 0.1 || l.Style.Weight != 700 {
		t.Errorf("%+v", l)
	}
}

func TestStylesBuildOnOneAnother(t *testing.T) {
	m := goodFilms(t, `styles:
  shout: {like: brand, size: 12%, plate: none}
  brand: {like: lower-third, color: "#ff0000", font: [Brand.ttf]}
compositions:
  a: {layers: [{text: Hi, style: shout, weight: 400}, {text: Ho, style: brand, stroke: {width: 2px}}]}
`)
	shout, brand := m.Compositions[0].Layers[0].Style, m.Compositions[0].Layers[1].Style
	if shout.Color != "#FF0000" || shout.Size.V != 0.12 || shout.Plate != nil || shout.Weight != 400 ||
		len(shout.Fonts) != 1 {
		t.Errorf("%+v", shout)
	}
	if brand.Plate == nil || brand.StrokeWidth.V != 2 || brand.StrokeColor == "" || brand.Weight != 600 {
		t.Errorf("%+v", brand)
	}
}

func TestMotionWords(t *testing.T) {
	for in, want := range map[string]Motion{
		"fade":                                  {Fade: true, Time: DefaultEnter},
		"slide up 300ms":                        {Slide: "up", Time: 300 * time.Millisecond},
		"fade + slide left 1s":                  {Fade: true, Slide: "left", Time: time.Second},
		"none":                                  {Time: DefaultEnter},
		"{slide: down, time: 2s, distance: 5%}": {Slide: "down", Time: 2 * time.Second, Distance: Dim{0.05, true, true}},
	} {
		m := goodFilms(t, "compositions: {a: {layers: [{clip: intro, enter: "+in+"}]}}\n")
		if got := m.Compositions[0].Layers[0].Enter; got != want {
			t.Errorf("%s: %+v, want %+v", in, got, want)
		}
	}
}

// TestFaultsOfCompositions compares the complete text that the user sees with a golden file.
func TestFaultsOfCompositions(t *testing.T) {
	text := films + strings.TrimPrefix(`
styles:
  loop1: {like: loop2}
  loop2: {like: loop1}
  odd: {colour: "#FFFFFF", size: -3%, font: Brand.woff2}
compositions:
  Tour-9x16: {layers: [{clip: intro}]}
  tour: {formats: [9:16, 9:16, wide], layers: [{clip: intro}]}
  bad name: {layers: []}
  empty: {}
  odd: {size: 1921x1081, fps: 24.9999, length: -3s, layers: [{clip: intro}]}
  slow: {fps: 0.5, layers: [{clip: intro}]}
  ages: {length: 100000m, layers: [{clip: intro, at: 12345678s}]}
  glass: {transparent: true, background: "#000000", layers: [{clip: intro}]}
  grounds: {background: {image: missing.png, video: loop.mp4}, layers: [{clip: intro}]}
  grounds2: {background: {color: red, fit: cover, loop: true, angle: 3}, layers: [{clip: intro}]}
  layers:
    layers:
      - {clip: itnro}
      - {clip: intro, at: -1s, for: 0s}
      - {clip: intro, at: 2, skip: 2 hours}
      - {clip: intro, box: {left: 0, right: 0, width: 10%, top: 1%, bottom: 1%, height: 3px}}
      - {clip: intro, box: {width: 0, height: wide, middle: 3}}
      - {clip: intro, mask: star, opacity: 150%, enter: jump, leave: fade soon}
      - {clip: intro, duck: true, size: 5%}
      - {image: bg.png, video: loop.mp4}
      - {clpi: intro}
      - {text: "  ", style: titel}
      - {text: Hi, mode: word, color: "#12", font: [gone.ttf]}
      - {captions: pricing}
      - {captions: absent, mode: words}
      - {audio: bed.mp3, gain: loud, box: {left: 0}, duck: {by: 12, hold: 1s}}
      - {composition: nothing}
      - {text: A, name: same}
      - {text: B, name: same}
      - {text: C, name: c, after: d}
      - {text: D, name: d, after: c}
      - {text: E, after: nowhere}
      - just words
  changes:
    layers: [{clip: intro}]
    formats:
      9:16: {layers: {intor: {box: {left: 0}}}, colour: 3}
  me: {intro: you, layers: [{clip: intro}]}
  you: {layers: [{composition: me}]}
  list: {layers: {clip: intro}}
`, "\n")
	dir := filmDir(t)
	_, err := Parse(filepath.Join(dir, "greenroom.yaml"), []byte(text))
	var b strings.Builder
	for _, f := range fault.All(err) {
		if f.Hint == "" || f.Place == nil || f.Place.Line < 4 {
			t.Errorf("no hint or place: %+v", f)
		}
		b.WriteString(f.Place.String() + ": " + f.Msg + "\n  hint: " + f.Hint + "\n")
	}
	goldentest.Equal(t, "testdata/faults.golden", b.String())
}

func TestTwoCompositionsWithOneName(t *testing.T) {
	_, err := parseFilms(t, "compositions:\n  tour: {layers: [{clip: intro}]}\n  tour: {layers: [{clip: intro}]}\n")
	list := fault.All(err)
	if len(list) != 1 || !strings.Contains(list[0].Msg, `"tour" already defined`) || list[0].Place.Line != 6 ||
		list[0].Hint != "keep one of them, or rename one" {
		t.Errorf("%v", list)
	}
}

// TestEveryKeyOfALayerIsRead: keys of layers are looked up one at a time, so that one could be known and not read.
func TestEveryKeyOfALayerIsRead(t *testing.T) {
	for _, kind := range LayerKinds {
		for k := range layerHas[kind] {
			var style yamldoc.Setters
			if (&doc{}).layerSetter("", k, &Layer{Kind: kind}, &style) == nil {
				t.Errorf("nothing reads %s of a %s layer", k, kind)
			}
		}
	}
}

func TestALongTextIsRefused(t *testing.T) {
	_, err := parseFilms(t, "compositions: {a: {layers: [{text: "+strings.Repeat("x", MaxText+1)+"}]}}\n")
	if err == nil || !strings.Contains(err.Error(), "10001 characters") {
		t.Errorf("%v", err)
	}
}

func FuzzCompositions(f *testing.F) {
	for _, s := range []string{
		"  a: {layers: [{clip: intro, at: 1s, box: {left: 3%, width: 40px}, mask: {rounded: 3px}}]}",
		"  a: {formats: {16:9, 1:1}, layers: [{text: Hi, enter: fade slide up 1s, plate: \"#000000\"}]}",
		"  a:\n    formats:\n      9:16: {layers: {1: none}}\n    layers: [{audio: bed.mp3, duck: {by: 3dB}}]",
		"  a: {intro: b, background: [\"#000000\", \"#FFFFFF\"], fps: 30000/1001}\n  b: {layers: [{composition: a, after: 1}]}",
		"  a: {layers: [{captions: intro, mode: word, lines: 3}], length: 1m2.5s}",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		all := films + "compositions:\n" + text
		m, err := Parse(filepath.Join(t.TempDir(), "greenroom.yaml"), []byte(all))
		lines := strings.Count(all, "\n") + 1
		for _, x := range fault.All(err) {
			if x.Place == nil || x.Place.Line < 1 || x.Place.Line > lines || x.Place.Column < 1 {
				t.Errorf("a place outside the file: %+v", x)
			}
		}
		if err != nil {
			return
		}
		for _, c := range m.Compositions {
			if c.Width%2 != 0 || c.Height%2 != 0 || c.FPS.Num <= 0 || c.FPS.Den <= 0 || c.Length < 0 ||
				len(c.Layers) > MaxLayers {
				t.Errorf("%+v", c)
			}
		}
	})
}
