package native

import (
	"image"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/compose/timeline"
	"greenroom/compose/timeline/timelinetest"
)

// TestFarIntoAFile enters a long file in its middle instead of decoding all before: the picture is the same as when it
// had been played from its start.
func TestFarIntoAFile(t *testing.T) {
	t.Parallel()
	media := footage(t)
	file := filepath.Join(t.TempDir(), "long.mp4")
	run(t, need(t).FFmpeg, "-v", "error", "-stream_loop", "5", "-i", media["clip"].File, "-c", "copy", file)
	m := media["clip"]
	m.File, m.Seconds = file, 7.2
	f := &timeline.Film{Name: "far", Width: 320, Height: 180, FPS: timeline.Rate{Num: 25, Den: 1}, Frames: 60,
		Media: map[string]timeline.Media{"clip": m}}
	skips := []float64{3.52, 4.985, 6.8, 2.96}
	for i, skip := range skips {
		f.Layers = append(f.Layers, timeline.Layer{ID: string(rune('a' + i)), Kind: timeline.KindVideo, From: 5, Frames: 50,
			Opacity: 1, Box: timeline.Rect{X: i % 2 * 160, Y: i / 2 * 90, W: 160, H: 90},
			Video: &timeline.Video{Media: "clip", Crop: timeline.Rect{W: 160, H: 90}, Skip: skip}})
	}
	for n, img := range drawn(t, f) {
		for i, skip := range skips {
			want := rgba{a: 1}
			if source := int(float64(n-5)/25*25 + skip*25 + 0.02); n >= 5 && n < 55 && source < 180 {
				want = fromNRGBA(timelinetest.ClipColor(source%30, 20, 45))
			}
			if c := img.NRGBAAt(i%2*160+20, i/2*90+45); distance(fromNRGBA(c), want)*255 > 2.5 {
				t.Errorf("frame %d, %v s in: %v, want %v", n, skip, c, want.nrgba())
			}
		}
	}
}

// TestPastTheEndOfAFile: there is no picture and no sound, and no error.
func TestPastTheEndOfAFile(t *testing.T) {
	t.Parallel()
	f := plain(footage(t), 10)
	for i, skip := range []float64{1.2, 2.5, 9} {
		f.Layers = append(f.Layers, timeline.Layer{ID: string(rune('a' + i)), Kind: timeline.KindVideo, Frames: 10,
			Opacity: 1, Box: timeline.Rect{W: 160, H: 90},
			Video: &timeline.Video{Media: "clip", Crop: timeline.Rect{W: 160, H: 90}, Skip: skip}})
	}
	f.Sounds = []timeline.Sound{
		{ID: "constant", Media: "tone", Frames: 10, Skip: 3, Gain: []timeline.Point{{Gain: 1}}},
		{ID: "varying", Media: "tone", Frames: 10, Skip: 3, Gain: []timeline.Point{{Gain: 1}, {At: 1, Gain: 0}}},
	}
	res := render(t, f, "film.mkv", "lossless")
	for n, img := range frames(t, res.Path, 320, 180) {
		if got := ink(img, image.Rect(0, 0, 320, 180), blue); !got.Empty() {
			t.Errorf("frame %d: something at %v", n, got)
		}
	}
	left, _ := decodedSound(t, res.Path)
	if len(left) != 19200 || rms(left, 0, 0.39) != 0 {
		t.Errorf("%d samples at %v", len(left), rms(left, 0, 0.39))
	}
}

func TestAnEmptyFilmIsBlack(t *testing.T) {
	t.Parallel()
	f := &timeline.Film{Name: "empty", Width: 320, Height: 180, FPS: timeline.Rate{Num: 25, Den: 1}, Frames: 3}
	var stages []string
	last := -1
	out := filepath.Join(t.TempDir(), "new folder", "film.mkv")
	_, err := Render(t.Context(), Spec{Film: f, Out: out, Preset: "lossless", Tools: need(t)}, func(e Event) {
		if len(stages) == 0 || stages[len(stages)-1] != e.Stage {
			stages = append(stages, e.Stage)
		}
		if e.Frame < last || e.Frames != 3 {
			t.Errorf("event %+v after frame %d", e, last)
		}
		last = e.Frame
	})
	if err != nil {
		t.Fatal(err)
	}
	if s := strings.Join(stages, " "); s != "prepare render check" {
		t.Errorf("stages %q", s)
	}
	for _, img := range frames(t, out, 320, 180) {
		if c := img.NRGBAAt(100, 100); c.R != 0 || c.G != 0 || c.B != 0 || c.A != 255 {
			t.Errorf("%v", c)
		}
	}
}

// TestUnverifiedAlphaIsDropped: by its layer the clip is opaque, so it covers what lies below.
func TestUnverifiedAlphaIsDropped(t *testing.T) {
	t.Parallel()
	media := footage(t)
	file := filepath.Join(t.TempDir(), "alpha.mov")
	run(t, need(t).FFmpeg, "-v", "error", "-f", "lavfi", "-i", "color=red@0.5:s=160x90:r=25:d=0.4,format=rgba", "-c:v",
		"qtrle", file)
	for _, alpha := range []bool{true, false} {
		m := map[string]timeline.Media{"x": {File: file, Width: 160, Height: 90, Seconds: 0.4, Codec: "qtrle", Alpha: alpha}}
		for k, v := range media {
			m[k] = v
		}
		f := plain(m, 5)
		f.Layers = append(f.Layers, timeline.Layer{ID: "x", Kind: timeline.KindVideo, Frames: 5, Opacity: 1,
			Box:   timeline.Rect{W: 160, H: 90},
			Video: &timeline.Video{Media: "x", Crop: timeline.Rect{W: 160, H: 90}}})
		want := rgba{r: 1, a: 1}
		if alpha {
			want = rgba{r: 1, a: 0.5}.over(fromNRGBA(blue))
		}
		if c := drawn(t, f)[3].NRGBAAt(80, 45); distance(fromNRGBA(c), want)*255 > 2.5 {
			t.Errorf("alpha %v: %v, want %v", alpha, c, want.nrgba())
		}
	}
}
