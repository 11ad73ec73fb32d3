//go:build unix

package schema

import (
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"greenroom/compose/timeline/timelinetest"
	"greenroom/remotion"
	layout "greenroom/remotion/project"
)

// mostColour is how far a colour of footage may be from the one that was encoded, of 255.
const mostColour = 3

// TestFootageKeepsItsColours shows footage of all codings in a browser that draws without a GPU, and makes blue too
// weak of itself, and in one that draws with one (made by software), and is right about footage without alpha.
func TestFootageKeepsItsColours(t *testing.T) {
	p := stage(t)
	gpu := filepath.Join(t.TempDir(), "browser")
	put(t, gpu, fmt.Appendf(nil, "#!/bin/sh\nexec %q \"$@\" --use-gl=angle --use-angle=swiftshader\n", p.r.Browser))
	if err := os.Chmod(gpu, 0o755); err != nil {
		t.Fatal(err)
	}
	cache := t.TempDir()
	for name, browser := range map[string]string{"without a GPU": p.r.Browser, "with a GPU": gpu} {
		t.Run(name, func(t *testing.T) {
			r := p.r
			r.Browser = browser
			s, err := r.Open(t.Context(), remotion.SessionSpec{Layout: layout.Layout{Dir: p.dir}, CacheDir: cache}, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			for _, film := range []string{"colours", "codings"} {
				patches(t, p, s, film)
			}
			for _, key := range []string{"vp9", "veil"} {
				presented(t, p, s, key)
			}
		})
	}
}

func still(t *testing.T, s *remotion.Session, composition string, props []byte, frame int) image.Image {
	t.Helper()
	out := filepath.Join(t.TempDir(), "still.png")
	if _, err := s.Still(t.Context(), remotion.StillSpec{Composition: composition, Out: out, Frame: frame, InputProps: props}, nil); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	img, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// apart is by how much two colours differ in the channel in which they do most; b has no alpha.
func apart(a color.Color, b [3]float64) float64 {
	r, g, bl, _ := a.RGBA()
	return max(math.Abs(float64(r>>8)-b[0]), math.Abs(float64(g>>8)-b[1]), math.Abs(float64(bl>>8)-b[2]))
}

// patches reads a frame of a film of patches.
func patches(t *testing.T, p set, s *remotion.Session, name string) {
	t.Helper()
	const frame = 3
	props, err := json.Marshal(map[string]any{"film": timelinetest.Film(p.footage, name)})
	if err != nil {
		t.Fatal(err)
	}
	img := still(t, s, "Timeline", props, frame)
	ground := [3]float64{0x50, 0x60, 0x70} // timelinetest.PatchGround
	for _, p := range timelinetest.Patches(name) {
		c := timelinetest.FootageColor(p.Media, frame, p.Crop.X+p.Crop.W/2, p.Crop.Y+p.Crop.H/2)
		var want [3]float64
		for i, v := range [3]uint8{c.R, c.G, c.B} {
			want[i] = ground[i] + (float64(v)-ground[i])*float64(c.A)/255
		}
		if got := img.At(p.Box.X+p.Box.W/2, p.Box.Y+p.Box.H/2); apart(got, want) > mostColour {
			t.Errorf("Timeline: %s is %v, want %.0f", p.Media, got, want)
		}
	}
}

// presented looks for the blue of footage that a composition of a project shows by AvatarClip.
func presented(t *testing.T, p set, s *remotion.Session, key string) {
	t.Helper()
	m := p.footage[key]
	data, err := os.ReadFile(m.File)
	if err != nil {
		t.Fatal(err)
	}
	src := "greenroom/" + filepath.Base(m.File)
	put(t, filepath.Join(p.dir, "public", filepath.FromSlash(src)), data)
	clip := remotion.Clip{Name: key, Src: src, Kind: "final", Transparent: m.Alpha, Width: m.Width, Height: m.Height, FPS: 25,
		DurationInSeconds: m.Seconds, DurationInFrames: timelinetest.ClipFrames, Box: remotion.Box{Width: m.Width, Height: m.Height, FrameWidth: m.Width, FrameHeight: m.Height}}
	props, err := json.Marshal(map[string]any{"props": remotion.Props{Version: 1, Project: "colours", FPS: 25, Width: 640, Height: 360, Clips: map[string]remotion.Clip{key: clip}}})
	if err != nil {
		t.Fatal(err)
	}
	img := still(t, s, "Presenter", props, 10)
	n := 0
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			if apart(img.At(x, y), [3]float64{30, 60, 200}) <= mostColour {
				n++
			}
		}
	}
	if n < 1000 {
		t.Errorf("Presenter: %d pixels have the blue of %s", n, key)
	}
}
