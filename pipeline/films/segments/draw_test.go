package segments

import (
	"image/color"
	"image/png"
	"os"
	"testing"

	"greenroom/assets"
	"greenroom/compose/media"
	"greenroom/compose/native"
	"greenroom/compose/timeline"
)

// drawing is a film of a half transparent red box on nothing.
func drawing(frames int) *timeline.Film {
	return &timeline.Film{Name: "d", Width: 64, Height: 36, FPS: timeline.Rate{Num: 25, Den: 1}, Frames: frames, Transparent: true,
		Layers: []timeline.Layer{{ID: "box", Kind: timeline.KindFill, Frames: frames, Opacity: 1,
			Box: timeline.Rect{X: 16, Y: 8, W: 32, H: 20}, Fill: &timeline.Fill{Colors: []string{"#C0402080"}}}}}
}

// TestDrawnOnce: a still has exactly the film's pixels with alpha, a movie its frames; a file that is damaged or missing is
// drawn again, with the same bytes.
func TestDrawnOnce(t *testing.T) {
	s := newStudio(t)
	preset, err := native.PresetFor("prores4444", "a.mov", true)
	if err != nil {
		t.Fatal(err)
	}
	for _, still := range []bool{true, false} {
		f := Film{Timeline: drawing(3), Content: map[string]string{}, Encoding: Encoding{Preset: preset, FFmpeg: s.ffmpeg}}
		draw := func() Record {
			r, err := s.Draw(t.Context(), f, still, nil)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		first := draw()
		path := s.Store.Path(assets.Hash(first.Hash))
		before := stat(t, path)
		if again := draw(); again != first || !os.SameFile(before, stat(t, path)) {
			t.Errorf("it was drawn twice: %+v, %+v", first, again)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if again := draw(); again.Hash != first.Hash {
			t.Errorf("drawn again, it has other bytes: %+v, %+v", first, again)
		}
		if !still {
			info, err := media.Probe(t.Context(), s.Tools, path)
			if err != nil || info.Frames != 3 || !info.Alpha {
				t.Errorf("%+v, %v", info, err)
			}
			continue
		}
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		img, err := png.Decode(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range []struct {
			x, y int
			want color.NRGBA
		}{{0, 0, color.NRGBA{}}, {20, 10, color.NRGBA{0xC0, 0x40, 0x20, 0x80}}, {47, 27, color.NRGBA{0xC0, 0x40, 0x20, 0x80}}} {
			got := color.NRGBAModel.Convert(img.At(p.x, p.y)).(color.NRGBA)
			if got.A != p.want.A || p.want.A > 0 && got != p.want {
				t.Errorf("pixel %d, %d is %v, want %v", p.x, p.y, got, p.want)
			}
		}
	}
}

func stat(t *testing.T, path string) os.FileInfo {
	t.Helper()
	fi, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return fi
}
