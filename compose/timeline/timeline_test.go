package timeline

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
)

func film() *Film {
	return &Film{
		Name: "Launch", Width: 320, Height: 180, FPS: Rate{30000, 1001}, Frames: 60,
		Media: map[string]Media{
			"hello": {File: "/m/hello.webm", Public: "greenroom/hello.webm", Width: 320, Height: 180, Seconds: 2, Codec: "vp9",
				Alpha: true},
			"inter": {File: "/m/Inter.ttf", Public: "greenroom/files/inter.ttf"},
		},
		Layers: []Layer{
			{ID: "ground", Kind: KindFill, Frames: 60, Box: Rect{0, 0, 320, 180}, Opacity: 1,
				Fill: &Fill{Colors: []string{"#101418", "#203040"}, Angle: 180}},
			{ID: "clip hello", Kind: KindVideo, From: 10, Frames: 40, Box: Rect{40, 0, 240, 180}, Opacity: 1,
				Enter: Motion{Frames: 10, Fade: true, DX: -100}, Leave: Motion{Frames: 5, Fade: true, DY: 40},
				Video: &Video{Media: "hello", Crop: Rect{0, 0, 320, 180}}},
			{ID: "title", Kind: KindText, Frames: 60, Box: Rect{10, 10, 100, 30}, Opacity: 1, Text: &Text{
				Fonts: []Font{{Family: "Inter", Media: "inter", Weight: 400, Ascent: 0.97, Descent: 0.24}}, Size: 20,
				Color: "#FFFFFF", Highlight: "#FFD54A",
				Stroke: &Stroke{Color: "#000000", Width: 2}, Plate: &Plate{Box: Rect{1, 2, 3, 4}, Radius: 1, Color: "#00000080"},
				Lines: []Line{{X: 12, Baseline: 30, Width: 50, Runs: []Run{{Text: "Hello", Off: 5}}}}}},
		},
		Sounds: []Sound{{ID: "hello", Media: "hello", From: 10, Frames: 40, Gain: []Point{{0, 1}, {1, 0.5}}}},
	}
}

func TestOpacityAndOffset(t *testing.T) {
	l := film().Layers[1]
	for _, c := range []struct {
		frame   int
		opacity float64
		dx, dy  int
	}{
		{9, 0, -100, 0},
		{10, 0, -100, 0},
		{15, 0.5, -13, 0}, // 1-ease(0.5) = 0.125: 12.5 rounds away from 0
		{20, 1, 0, 0},
		{44, 1, 0, 0},
		{45, 1, 0, 0},
		{49, 0.2, 0, 20}, // 1-ease(0.2) = 0.512
		{50, 0, 0, 40},
	} {
		if o := l.OpacityAt(c.frame); o != c.opacity {
			t.Errorf("frame %d: opacity %v, want %v", c.frame, o, c.opacity)
		}
		if dx, dy := l.OffsetAt(c.frame); dx != c.dx || dy != c.dy {
			t.Errorf("frame %d: offset %d %d, want %d %d", c.frame, dx, dy, c.dx, c.dy)
		}
	}
}

func TestGain(t *testing.T) {
	s := Sound{Gain: []Point{{1, 1}, {2, 0.5}, {2, 0.25}, {3, 0}}}
	for at, want := range map[float64]float64{0: 1, 1: 1, 1.5: 0.75, 2: 0.5, 2.5: 0.125, 9: 0} {
		if got := s.GainAt(at); got != want {
			t.Errorf("at %v s: %v, want %v", at, got, want)
		}
	}
}

func TestJSONHidesPathsOfThisMachine(t *testing.T) {
	data, err := json.Marshal(film())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), "/m/") {
		t.Errorf("a path of this machine is in %s", data)
	}
	var back Film
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	want := film()
	for k, m := range want.Media {
		m.File = ""
		want.Media[k] = m
	}
	if !reflect.DeepEqual(&back, want) {
		t.Errorf("came back as %+v", back)
	}
}

func TestValidate(t *testing.T) {
	if err := film().Validate(); err != nil {
		t.Fatalf("a sound film: %v", err)
	}
	for _, c := range []struct {
		name, want string
		breaks     func(f *Film)
	}{
		{"odd canvas", "must be even", func(f *Film) { f.Width = 321 }},
		{"no frames", "0 frames", func(f *Film) { f.Frames = 0 }},
		{"twice", `"ground" is there twice`, func(f *Film) { f.Layers[1].ID = "ground" }},
		{"past the end", "frames 30 to 70 of a film of 60", func(f *Film) { f.Layers[1].From = 30 }},
		{"before the start", "frames -1", func(f *Film) { f.Layers[1].From = -1 }},
		{"no such media", `no media "bye"`, func(f *Film) { f.Layers[1].Video.Media = "bye" }},
		{"crop outside", "crop", func(f *Film) { f.Layers[1].Video.Crop.W = 400 }},
		{"two contents", "2 contents", func(f *Film) { f.Layers[1].Fill = &Fill{Colors: []string{"#000000"}} }},
		{"wrong kind", `kind "text" with a video`, func(f *Film) { f.Layers[1].Kind = KindText }},
		{"colour", `"red" is not a colour`, func(f *Film) { f.Layers[0].Fill.Colors[0] = "red" }},
		{"motions longer than the layer", "comes in 38", func(f *Film) { f.Layers[1].Enter.Frames = 38 }},
		{"gain backwards", "gain point 2", func(f *Film) { f.Sounds[0].Gain[1].At = -1 }},
		{"never on the canvas", "never on the canvas", func(f *Film) { f.Layers[0].Box.X = 320 }},
		{"slides, but never onto the canvas", "never on the canvas",
			func(f *Film) { f.Layers[1].Box.Y, f.Layers[1].Leave.DY = 181, 0 }},
		{"huge canvas", "16384 is the most", func(f *Film) { f.Width = 20000 }},
		{"huge box", "32768 pixels are the most", func(f *Film) { f.Layers[0].Box.W = 40000 }},
		{"radius", "radius -1", func(f *Film) { f.Layers[0].Radius = -1 }},
		{"radius is not a number", "radius NaN", func(f *Film) { f.Layers[0].Radius = math.NaN() }},
		{"round", "round {0 0 0 9} must be", func(f *Film) { f.Layers[0].Round = &Rect{H: 9} }},
		{"ring", `"red" is not a colour`, func(f *Film) { f.Layers[0].Fill.Ring = &Stroke{Color: "red"} }},
		{"ring width", "ring width -1", func(f *Film) { f.Layers[0].Fill.Ring = &Stroke{Color: "#FFFFFF", Width: -1} }},
		{"angle", "angle +Inf", func(f *Film) { f.Layers[0].Fill.Angle = math.Inf(1) }},
		{"skip", "skips -2 s", func(f *Film) { f.Layers[1].Video.Skip = -2 }},
		{"skip of a sound", `sound "hello": it skips NaN`, func(f *Film) { f.Sounds[0].Skip = math.NaN() }},
		{"highlight", `"gold" is not a colour`, func(f *Film) { f.Layers[2].Text.Highlight = "gold" }},
		{"stroke", `"#12" is not a colour`, func(f *Film) { f.Layers[2].Text.Stroke.Color = "#12" }},
		{"stroke width", "stroke width -1", func(f *Film) { f.Layers[2].Text.Stroke.Width = -1 }},
		{"plate", `"" is not a colour`, func(f *Film) { f.Layers[2].Text.Plate.Color = "" }},
		{"empty plate", "plate {1 2 0 4} is empty", func(f *Film) { f.Layers[2].Text.Plate.Box.W = 0 }},
		{"plate radius", "plate radius -3", func(f *Film) { f.Layers[2].Text.Plate.Radius = -3 }},
		{"run", "a run lit from frame 9 to 5", func(f *Film) { f.Layers[2].Text.Lines[0].Runs[0].On = 9 }},
		{"line", "line at x NaN", func(f *Film) { f.Layers[2].Text.Lines[0].X = math.NaN() }},
		{"no font", "no font 3", func(f *Film) { f.Layers[2].Text.Lines[0].Runs[0].Font = 3 }},
		{"font size", "font size 0", func(f *Film) { f.Layers[2].Text.Size = 0 }},
		{"sound past the end", `sound "hello": frames`, func(f *Film) { f.Sounds[0].Frames = 99 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := film()
			c.breaks(f)
			err := f.Validate()
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want something with %q", err, c.want)
			}
		})
	}
}
