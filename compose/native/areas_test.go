package native

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/compose/timeline"
	"greenroom/compose/timeline/timelinetest"
)

// converted lets tests read the pictures that an encoder is given.
var converted = Preset{Name: "converted", Exts: []string{".mkv"}, pixels: "yuv420p", video: []string{"-c:v", "ffv1"}, audio: pcm}

// TestAreasAreExact: the pictures of areas over a background that was converted once are those of complete pictures,
// converted one by one.
func TestAreasAreExact(t *testing.T) {
	t.Parallel()
	used := 0
	for _, f := range timelinetest.Films(footage(t)) {
		if f.Transparent {
			continue
		}
		wide := *f // room for a background that does not change
		wide.Width, wide.Height = 2*f.Width, f.Height+102
		g, err := visible(t.Context(), Spec{Film: &wide, Tools: need(t)}, &converted, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(g.text.String(), "format=yuv420:") {
			used++
		}
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			got, want := planes(t, &wide, &converted), planes(t, &wide, &lossless)
			if len(got) != len(want) || len(got) == 0 {
				t.Fatalf("%d bytes, want %d", len(got), len(want))
			}
			size := wide.Width * wide.Height * 3 / 2
			for i := 0; i < len(got); i += size {
				if !bytes.Equal(got[i:i+size], want[i:i+size]) {
					t.Fatalf("frame %d differs", i/size)
				}
			}
		})
	}
	t.Logf("%d films have areas", used)
	if used < 12 {
		t.Errorf("only %d films have areas", used)
	}
}

// planes returns the pictures of a film in 4:2:0, converted by ffmpeg one by one where the preset did not.
func planes(t testing.TB, f *timeline.Film, preset *Preset) []byte {
	t.Helper()
	out := filepath.Join(t.TempDir(), preset.Name+".mkv")
	if _, err := RenderPart(t.Context(), Spec{Out: out, Tools: need(t)}, PartOf(f, 0, f.Frames), preset, nil); err != nil {
		t.Fatal(err)
	}
	return run(t, need(t).FFmpeg, "-v", "error", "-i", out, "-vf",
		"scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+bitexact,format=yuv420p", "-f", "rawvideo", "-")
}

// TestAPartAfterAShortGround: the video that is the canvas has ended, and what is above it stays.
func TestAPartAfterAShortGround(t *testing.T) {
	t.Parallel()
	media := footage(t)
	m := media["clip"]
	f := &timeline.Film{Name: "short", Width: m.Width, Height: m.Height, FPS: timeline.Rate{Num: 25, Den: 1}, Frames: 120, Media: media,
		Layers: []timeline.Layer{
			{ID: "ground", Kind: timeline.KindVideo, Frames: 120, Opacity: 1, Box: timeline.Rect{W: m.Width, H: m.Height},
				Video: &timeline.Video{Media: "clip", Crop: timeline.Rect{W: m.Width, H: m.Height}}},
			{ID: "mark", Kind: timeline.KindFill, Frames: 120, Opacity: 1, Box: timeline.Rect{X: 40, Y: 40, W: 20, H: 20},
				Fill: &timeline.Fill{Colors: []string{"#FF0000"}}},
		}}
	if onScreen(&f.Layers[0], m, f.FPS) >= 110 {
		t.Fatalf("the clip lasts %v s", m.Seconds)
	}
	for _, preset := range []*Preset{&lossless, &converted} { // without areas and with them
		out := filepath.Join(t.TempDir(), "part.mkv")
		if _, err := RenderPart(t.Context(), Spec{Out: out, Tools: need(t)}, PartOf(f, 110, 120), preset, nil); err != nil {
			t.Fatal(err)
		}
		for i, img := range frames(t, out, f.Width, f.Height) {
			if c := img.NRGBAAt(50, 50); c.R < 250 || c.G > 5 {
				t.Fatalf("%s, frame %d: the mark is %v", preset.Name, i, c)
			}
		}
	}
}
