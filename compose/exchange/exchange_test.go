package exchange

import (
	"encoding/json"
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"greenroom/compose/timeline"
)

var update = flag.Bool("update", false, "write the golden files")

var (
	ntsc = timeline.Rate{Num: 30000, Den: 1001}
	pal  = timeline.Rate{Num: 25, Den: 1}
)

// tour is a film with one of each: a fill, a picture that slides, a cropped video that repeats, two clips that fade, a
// title on a plate, captions that light up, sounds of clips and a bed with a gain that changes.
func tour(rate timeline.Rate) *timeline.Film {
	const hello, bye, bg, logo, bed, font = "a/hello.webm", "a/bye.webm", "a/bg.mp4", "a/logo.png", "a/bed.wav", "a/font.otf"
	text := func(words ...timeline.Run) *timeline.Text {
		return &timeline.Text{Size: 40, Color: "#FFFFFF", Fonts: []timeline.Font{{Family: "Inter", Media: font, Weight: 600}},
			Lines: []timeline.Line{{X: 100, Baseline: 300, Width: 200, Runs: words}}}
	}
	title := text(timeline.Run{Text: "One "}, timeline.Run{Text: "tour"})
	title.Plate = &timeline.Plate{Box: timeline.Rect{X: 90, Y: 250, W: 220, H: 60}, Radius: 8, Color: "#000000CC"}
	spoken := text(timeline.Run{Text: "Hello", On: 10, Off: 20}, timeline.Run{Text: " there", On: 20, Off: 30})
	spoken.Highlight = "#57C48A"
	all := timeline.Rect{W: 640, H: 360}
	return &timeline.Film{
		Name: "tour", Width: 640, Height: 360, FPS: rate, Frames: 150,
		Media: map[string]timeline.Media{
			hello: {Width: 300, Height: 320, Seconds: rate.Seconds(80), Codec: "prores", Alpha: true},
			bye:   {Width: 300, Height: 320, Seconds: rate.Seconds(70), Codec: "prores", Alpha: true},
			bg:    {Public: bg, Width: 640, Height: 480, Seconds: rate.Seconds(100), Codec: "h264"},
			logo:  {Public: logo, Width: 100, Height: 50, Alpha: true},
			bed:   {Seconds: rate.Seconds(100)},
			font:  {},
		},
		Layers: []timeline.Layer{
			{ID: "background", Kind: timeline.KindFill, Frames: 150, Box: all, Opacity: 1,
				Fill: &timeline.Fill{Colors: []string{"#204060"}}},
			{ID: "video bg", Kind: timeline.KindVideo, Frames: 150, Box: all, Opacity: 0.8,
				Video: &timeline.Video{Media: bg, Crop: timeline.Rect{Y: 60, W: 640, H: 360}, Loop: true}},
			{ID: "image logo", Kind: timeline.KindPicture, From: 20, Frames: 40, Box: timeline.Rect{X: 500, Y: 20, W: 100, H: 50},
				Opacity: 1, Enter: timeline.Motion{Frames: 5, DX: 50}, Leave: timeline.Motion{Frames: 4, Fade: true},
				Picture: &timeline.Picture{Media: logo, Crop: timeline.Rect{W: 100, H: 50}}},
			{ID: "clip hello", Kind: timeline.KindVideo, From: 5, Frames: 75, Box: timeline.Rect{X: 340, Y: 40, W: 300, H: 320},
				Opacity: 1, Video: &timeline.Video{Media: hello, Crop: timeline.Rect{W: 300, H: 320}}},
			{ID: "clip bye", Kind: timeline.KindVideo, From: 70, Frames: 70, Box: timeline.Rect{X: 340, Y: 40, W: 300, H: 320},
				Opacity: 1, Enter: timeline.Motion{Frames: 10, Fade: true}, Leave: timeline.Motion{Frames: 6, Fade: true},
				Video: &timeline.Video{Media: bye, Crop: timeline.Rect{W: 300, H: 320}}},
			{ID: "text title", Kind: timeline.KindText, From: 10, Frames: 50, Box: timeline.Rect{X: 90, Y: 250, W: 220, H: 60},
				Opacity: 1, Enter: timeline.Motion{Frames: 5, Fade: true}, Text: title},
			{ID: "captions hello", Kind: timeline.KindText, From: 8, Frames: 30, Box: all, Opacity: 1, Text: spoken},
		},
		Sounds: []timeline.Sound{
			{ID: "clip hello", Media: hello, From: 5, Frames: 75, Gain: []timeline.Point{{Gain: 1}}},
			{ID: "clip bye", Media: bye, From: 70, Frames: 70, Gain: []timeline.Point{{Gain: 0.5}}},
			{ID: "audio bed", Media: bed, Frames: 150, Loop: true, Gain: []timeline.Point{
				{At: 0, Gain: 1}, {At: rate.Seconds(100), Gain: 1}, {At: rate.Seconds(140), Gain: 0},
			}},
		},
	}
}

// export adapts and writes a film, with files of every medium.
func export(t *testing.T, f *timeline.Film, format string) ([]byte, []Loss, []Drawing) {
	t.Helper()
	if err := f.Validate(); err != nil {
		t.Fatal(err)
	}
	adapted, drawings, lost := Adapt(f, Named(format))
	media := map[string]timeline.Media{}
	for key, m := range adapted.Media {
		media[key] = m
	}
	adapted.Media = media
	p := &Project{Film: adapted, Files: map[string]File{}}
	for _, d := range drawings {
		if err := d.Film.Validate(); err != nil {
			t.Errorf("drawing %s: %v", d.Name, err)
		}
		m := timeline.Media{Width: f.Width, Height: f.Height, Alpha: true}
		ext := ".png"
		if !d.Still {
			m.Seconds, m.Codec, ext = f.FPS.Seconds(d.Film.Frames), "prores", ".mov"
		}
		media[d.Key] = m
		p.Files[d.Key] = File{Path: "media/" + strings.ReplaceAll(d.Name, " ", "-") + ext, Name: d.Name, Rate: f.FPS}
	}
	for key, m := range media {
		if _, ok := p.Files[key]; ok {
			continue
		}
		file := File{Path: "media/" + filepath.Base(key), Name: strings.TrimSuffix(filepath.Base(key), filepath.Ext(key))}
		if m.Codec != "" {
			file.Rate = pal
		}
		if m.Codec == "prores" {
			file.Channels, file.SampleRate = 1, 48000
		}
		p.Files[key] = file
	}
	text, more := Named(format).Write(p)
	again, _ := Named(format).Write(p)
	if string(text) != string(again) {
		t.Errorf("%s is not the same twice", format)
	}
	return text, append(lost, more...), drawings
}

// TestProjects compares the projects of a film, and what they do not have, with golden files.
func TestProjects(t *testing.T) {
	for name, rate := range map[string]timeline.Rate{"tour25": pal, "tour2997": ntsc} {
		for _, format := range Formats {
			text, lost, _ := export(t, tour(rate), format.Name)
			golden(t, name+format.Ext, text)
			if name == "tour25" {
				golden(t, format.Name+".losses", []byte(list(lost)))
			}
		}
	}
}

func list(lost []Loss) string {
	var b strings.Builder
	for _, l := range lost {
		fmt.Fprintf(&b, "%v %s: %s: %s\n", l.Differs, l.Of, l.What, l.Instead)
	}
	return b.String()
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(got) != string(want) {
		t.Errorf("%s is not as in %s (%v); go test ./compose/exchange -update writes it", name, path, err)
	}
}

// TestSmallFilms: a film of one frame, without sound, with nothing, and a transparent one are projects that can be read.
func TestSmallFilms(t *testing.T) {
	bare := timeline.Film{Name: "a & <b> \x01", Width: 64, Height: 36, FPS: timeline.Rate{Num: 24000, Den: 1001}, Frames: 1}
	one := bare
	one.Transparent = true
	one.Layers = []timeline.Layer{{ID: "مرحبا 👋", Kind: timeline.KindText, Frames: 1, Box: timeline.Rect{W: 9, H: 9},
		Opacity: 0.5, Enter: timeline.Motion{Frames: 1, Fade: true}, Text: &timeline.Text{Size: 9, Color: "#FFFFFF80",
			Fonts: []timeline.Font{{Family: "F", Media: "f.otf"}},
			Lines: []timeline.Line{{RTL: true, Runs: []timeline.Run{{Text: "مرحبا 👋 {\\an8} <&>"}}}}}}}
	one.Media = map[string]timeline.Media{"f.otf": {}}
	for _, f := range []timeline.Film{bare, one} {
		for _, format := range Formats {
			text, _, _ := export(t, &f, format.Name)
			switch format.Name {
			case "otio":
				var v any
				if err := json.Unmarshal(text, &v); err != nil {
					t.Errorf("otio: %v\n%s", err, text)
				}
			case "mlt", "fcpxml":
				wellFormed(t, text)
			}
			if format.Name == "fcpxml" && len(f.Layers) > 0 && !strings.Contains(string(text), "مرحبا 👋 {\\an8} &lt;&amp;&gt;") {
				t.Errorf("the title has other words:\n%s", text)
			}
		}
	}
}

func wellFormed(t *testing.T, text []byte) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(string(text)))
	for {
		_, err := d.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	}
}

// TestDrawings: what a format has no words for is drawn, and nothing else.
func TestDrawings(t *testing.T) {
	want := map[string]string{
		"otio": "background still, image logo 40, text title still, captions hello 30",
		"mlt":  "background still, text title still, captions hello 30", "edl": "",
		"fcpxml": "background still, text title plate still",
	}
	for format, want := range want {
		_, _, drawings := export(t, tour(pal), format)
		var got []string
		for _, d := range drawings {
			length := fmt.Sprint(d.Film.Frames)
			if d.Still {
				length = "still"
			}
			got = append(got, d.Name+" "+length)
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: drawn are %q, want %q", format, strings.Join(got, ", "), want)
		}
	}
	f := tour(pal)
	f.Layers[3].Radius = 12
	f.Media["a/bg.mp4"] = timeline.Media{Width: 640, Height: 480, Seconds: 4, Codec: "vp9"}
	_, _, drawings := export(t, f, "mlt")
	if !slices.ContainsFunc(drawings, func(d Drawing) bool { return d.Name == "clip hello" && d.Film.Frames == 75 }) ||
		!slices.ContainsFunc(drawings, func(d Drawing) bool { return d.Name == "video bg" && !d.Still }) {
		t.Error("rounded corners and a WebM must be drawn")
	}
	runs := drawings[len(drawings)-1].Film.Layers[0].Text.Lines[0].Runs
	if runs[0].On != 2 || runs[0].Off != 12 {
		t.Errorf("words light up at %v: times must be those of the drawing", runs)
	}
}
