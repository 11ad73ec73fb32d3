package native

import (
	"fmt"
	"image/color"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"greenroom/compose/timeline"
	"greenroom/compose/timeline/timelinetest"
)

// sixty has 60 layers that ffmpeg must overlay one by one: they come and go at different times and lie at different
// places, and many of them have equal arguments.
func sixty(media map[string]timeline.Media) *timeline.Film {
	f := &timeline.Film{Name: "sixty", Width: 320, Height: 180, FPS: timeline.Rate{Num: 25, Den: 1}, Frames: 8,
		Media: media}
	for i := range 60 {
		l := timeline.Layer{ID: fmt.Sprintf("layer %d", i), Frames: 7 - i%2, From: i % 2, Opacity: 1,
			Box: timeline.Rect{X: i % 12 * 26, Y: i / 12 * 36, W: 24, H: 34}}
		switch i % 6 {
		case 0: // the same clip with the same crop and size, ten times over
			l.Kind, l.Video = timeline.KindVideo, &timeline.Video{Media: "clip",
				Crop: timeline.Rect{X: 100, Y: 2, W: 24, H: 34}}
		case 1: // two inputs of one file whose options have equal sums: ffmpeg-go takes them for one
			l.Kind, l.Video = timeline.KindVideo, &timeline.Video{Media: "clip",
				Crop: timeline.Rect{X: 100, Y: 50, W: 24, H: 34}, Skip: 0.2}
		default:
			l.Kind, l.Fill = timeline.KindFill, &timeline.Fill{Colors: []string{fmt.Sprintf("#%02X%02X80", i*4, 255-i*4)}}
		}
		f.Layers = append(f.Layers, l)
	}
	return f
}

// TestSixtyLayersDoNotMerge is the proof that equal arguments cannot become one node of the graph.
func TestSixtyLayersDoNotMerge(t *testing.T) {
	t.Parallel()
	f := sixty(footage(t))
	got := drawn(t, f)
	for i := range f.Layers {
		l := &f.Layers[i]
		x, y := l.Box.X+12, l.Box.Y+17
		for frame, img := range got {
			want := exact(f, frame, x, y)
			if off := distance(fromNRGBA(img.NRGBAAt(x, y)), want) * 255; off > 4 {
				t.Errorf("%s, frame %d: %v, want %v", l.ID, frame, img.NRGBAAt(x, y), want.nrgba())
			}
		}
	}
}

func TestEveryInputKeepsItsOwnArguments(t *testing.T) {
	spec := Spec{Film: sixty(footage(t)), Out: "x.mkv", Tools: need(t)}
	g, err := prepare(t.Context(), spec, &lossless, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	args, err := g.arguments(spec, "/x.part.mkv")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for i, a := range args {
		if a == "-i" {
			names = append(names, args[i+1])
		}
	}
	want := []string{"file:1.raw"} // the canvas
	for _, in := range g.inputs[1:] {
		want = append(want, in.name)
	}
	if !slices.Equal(names, want) || len(names) != 61 {
		t.Errorf("%d inputs:\n%q\nwant\n%q", len(names), names, want)
	}
	graph := g.text.String()
	for i := range names {
		if n := strings.Count(graph, fmt.Sprintf("[%d:v", i)); n != 1 {
			t.Errorf("input %d is used %d times", i, n)
		}
	}
	again, err := g.arguments(spec, "/x.part.mkv")
	if err != nil || !slices.Equal(args, again) {
		t.Errorf("the arguments are not the same the second time: %v", err)
	}
}

func TestNothingOfTheFilmIsInTheGraph(t *testing.T) {
	media := footage(t)
	f := timelinetest.Film(media, "texts")
	for i := range f.Layers {
		f.Layers[i].ID = `evil';[x]=` + fmt.Sprint(i)
	}
	g, err := prepare(t.Context(), Spec{Film: f, Out: "x.mkv", Tools: need(t)}, &lossless, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"Lovelace", "evil", "DejaVu", filepath.Dir(media["sans"].File), "#203040"} {
		if strings.Contains(g.text.String(), secret) {
			t.Errorf("%q is in the graph:\n%s", secret, g.text.String())
		}
	}
}

func TestALongGraphGoesThroughAFile(t *testing.T) {
	t.Parallel()
	f := &timeline.Film{Name: "long", Width: 64, Height: 36, FPS: timeline.Rate{Num: 25, Den: 1}, Frames: 2,
		Media: footage(t)}
	for i := range 300 {
		f.Layers = append(f.Layers, timeline.Layer{ID: fmt.Sprint(i), Kind: timeline.KindFill, From: i % 2, Frames: 1,
			Opacity: 1, Box: timeline.Rect{X: i % 60, Y: i / 60, W: 1, H: 1},
			Enter: timeline.Motion{Frames: 1, DX: 0, DY: 1}, Fill: &timeline.Fill{Colors: []string{"#FF0000"}}})
	}
	img := drawn(t, f)[1]
	if c := img.NRGBAAt(1, 1); c != (color.NRGBA{255, 0, 0, 255}) {
		t.Errorf("layer 1 slid to 1,1: %v", c)
	}
}
