package native

import (
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"greenroom/compose/timeline"
)

// TestFrame: one frame is the film's own, with its colours and its transparency, no larger than requested; a frame
// that the film does not have is an error.
func TestFrame(t *testing.T) {
	t.Parallel()
	tools, dir := need(t), t.TempDir()
	fill := func(id, color string, from int, box timeline.Rect) timeline.Layer {
		return timeline.Layer{ID: id, Kind: timeline.KindFill, From: from, Frames: 10 - from, Opacity: 1, Box: box,
			Fill: &timeline.Fill{Colors: []string{color}}}
	}
	for _, transparent := range []bool{false, true} {
		f := plain(nil, 10, fill("red", "#C81E28", 0, timeline.Rect{W: 160, H: 180}),
			fill("late", "#1E28C8", 7, timeline.Rect{X: 160, W: 80, H: 180}))
		if f.Transparent = transparent; transparent {
			f.Layers = f.Layers[1:]
		}
		for frame, want := range map[int][3][4]uint8{ // at x = 80, 200, 280
			0: {{0xC8, 0x1E, 0x28, 255}, {0x10, 0x20, 0x40, 255}, {0x10, 0x20, 0x40, 255}},
			6: {{0xC8, 0x1E, 0x28, 255}, {0x10, 0x20, 0x40, 255}, {0x10, 0x20, 0x40, 255}},
			7: {{0xC8, 0x1E, 0x28, 255}, {0x1E, 0x28, 0xC8, 255}, {0x10, 0x20, 0x40, 255}},
			9: {{0xC8, 0x1E, 0x28, 255}, {0x1E, 0x28, 0xC8, 255}, {0x10, 0x20, 0x40, 255}},
		} {
			out := filepath.Join(dir, "frame.png")
			if err := Frame(t.Context(), Spec{Film: f, Out: out, Tools: tools}, frame, 1000); err != nil {
				t.Fatal(err)
			}
			file, err := os.Open(out)
			if err != nil {
				t.Fatal(err)
			}
			img, err := png.Decode(file)
			file.Close()
			if err != nil || img.Bounds().Dx() != 320 || img.Bounds().Dy() != 180 {
				t.Fatalf("%v %v", img.Bounds(), err)
			}
			for i, x := range []int{80, 200, 280} {
				c := color.NRGBAModel.Convert(img.At(x, 90)).(color.NRGBA)
				got := [4]uint8{c.R, c.G, c.B, c.A}
				if transparent && want[i] == [4]uint8{0x10, 0x20, 0x40, 255} {
					if c.A != 0 {
						t.Errorf("frame %d, x %d: %v is not transparent", frame, x, got)
					}
					continue
				}
				for k := range got {
					if d := int(got[k]) - int(want[i][k]); d < -1 || d > 1 {
						t.Errorf("transparent %v, frame %d, x %d: %v, want %v", transparent, frame, x, got, want[i])
						break
					}
				}
			}
		}
		small := filepath.Join(dir, "small.png")
		if err := Frame(t.Context(), Spec{Film: f, Out: small, Tools: tools}, 0, 100); err != nil {
			t.Fatal(err)
		}
		for _, frame := range []int{-1, 10} {
			if err := Frame(t.Context(), Spec{Film: f, Out: filepath.Join(dir, "none.png"), Tools: tools}, frame,
				100); err == nil {
				t.Errorf("frame %d of 10 can be drawn", frame)
			}
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 2 {
		t.Errorf("left: %v", left)
	}
}
