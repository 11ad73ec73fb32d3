package standin

import (
	"image/color"
	"os"
	"path/filepath"
	"testing"

	"image"
	"image/png"
)

// TestAFilmHasItsScenes: each with its own length and background, the words of all one after another.
func TestAFilmHasItsScenes(t *testing.T) {
	t.Parallel()
	m := maker(t)
	dir := t.TempDir()
	picture := filepath.Join(dir, "red.png")
	img := image.NewRGBA(image.Rect(0, 0, 64, 64))
	for i := range 64 * 64 {
		img.Set(i%64, i/64, color.RGBA{200, 10, 10, 255})
	}
	f, err := os.Create(picture)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "film.mp4")
	res, err := m.Film(t.Context(), Film{Scenes: []Scene{
		{Spec: Spec{Captions: Captions{On: true}, Script: "One two.", Width: 192, Height: 128, Format: MP4, Background: color.RGBA{0, 200, 0, 255}}},
		{Spec: Spec{Width: 640, Height: 480}, Picture: picture, Empty: true, Seconds: 1},
	}}, out)
	if err != nil {
		t.Fatal(err)
	}
	video, _, width, codec := probe(t, out)
	if video != res.Frames || width != 192 || codec != "h264" || len(res.Words) != 2 || res.Frames <= 25 {
		t.Errorf("%d packets, %d wide, %s, %+v", video, width, codec, res)
	}
	if _, err := m.Film(t.Context(), Film{}, out); err == nil {
		t.Error("a film without scenes")
	}
}

// TestSubtitlesAreDrawnWhileTheyAreSpoken: white letters on a dark bar, for their time alone.
func TestSubtitlesAreDrawnWhileTheyAreSpoken(t *testing.T) {
	t.Parallel()
	s, err := newSubtitles(Spec{Width: 320, Height: 180}, []Word{{"Good", 0.5, 0.9}, {"morning", 0.9, 1.4}})
	if err != nil {
		t.Fatal(err)
	}
	drawn := func(at float64) (white, dark int) {
		pix := make([]byte, 320*180*4)
		for i := range pix {
			pix[i] = 128
		}
		s.draw(pix, at)
		for i := 0; i < len(pix); i += 4 {
			if pix[i] > 240 {
				white++
			} else if pix[i] < 60 {
				dark++
			}
		}
		return white, dark
	}
	if white, dark := drawn(1); white < 50 || dark < 500 {
		t.Errorf("%d white and %d dark pixels", white, dark)
	}
	if white, dark := drawn(1.5); white+dark != 0 {
		t.Errorf("%d pixels after the words", white+dark)
	}
	if n := len(Blocks(make([]Word, 15))); n != 3 {
		t.Errorf("%d blocks", n)
	}
	scenes := Blocks([]Word{{"One", 0.2, 0.5}, {"two.", 0.6, 0.9}, {"Three.", 1.4, 1.8}})
	if len(scenes) != 2 || scenes[0] != (Word{"One two.", 0.2, 0.9}) {
		t.Errorf("%v", scenes)
	}
}

func TestAPortraitShowsThePresenter(t *testing.T) {
	t.Parallel()
	img, err := Portrait(Spec{Presenter: "Daisy", Width: 320, Height: 180})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, a := img.At(160, 120).RGBA(); a == 0 {
		t.Error("nothing in the middle")
	}
	if _, _, _, a := img.At(2, 2).RGBA(); a != 0 {
		t.Error("the corner is not transparent")
	}
}
