package foreign

import (
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"greenroom/compose/media"
	"greenroom/compose/media/framerate"
	"greenroom/compose/media/sequence"
)

// discs returns the drawn pictures with alpha, as they were before any program packed them.
func discs(t *testing.T) []*image.NRGBA { return stills(t, "seq-png") }

// stills decodes the PNG files of a folder of the corpus by package image.
func stills(t *testing.T, folder string) (list []*image.NRGBA) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(corpus, folder, "*.png"))
	if err != nil || len(names) < 4 {
		t.Fatalf("%d pictures, %v", len(names), err)
	}
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		p, err := png.Decode(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		n := image.NewNRGBA(p.Bounds())
		draw.Draw(n, n.Bounds(), p, image.Point{}, draw.Src)
		if straight, ok := p.(*image.NRGBA); ok {
			n = straight
		}
		list = append(list, n)
	}
	return list
}

// composed is what webp-offsets.webp shows, by Go's own drawing: make-alpha.sh has the places.
func composed(t *testing.T) []*image.NRGBA {
	t.Helper()
	d := discs(t)
	part := image.Rect(40, 24, 120, 72)
	canvas := image.NewRGBA(d[0].Bounds())
	keep := func() *image.NRGBA {
		n := image.NewNRGBA(canvas.Bounds())
		draw.Draw(n, n.Bounds(), canvas, image.Point{}, draw.Src)
		return n
	}
	put := func(n, x, y int, op draw.Op) *image.NRGBA {
		at := image.Rect(x, y, x+part.Dx(), y+part.Dy())
		draw.Draw(canvas, at, d[n], part.Min, op)
		shown := keep()
		if n == 1 { // this one is cleared afterwards
			draw.Draw(canvas, at, image.Transparent, image.Point{}, draw.Src)
		}
		return shown
	}
	draw.Draw(canvas, canvas.Bounds(), d[0], image.Point{}, draw.Src)
	return []*image.NRGBA{keep(), put(1, 40, 24, draw.Over), put(2, 10, 10, draw.Src), put(3, 60, 30, draw.Over)}
}

// differ returns the largest difference of two pictures, of colours where they are seen at all.
func differ(got []byte, want *image.NRGBA) (worst int) {
	for i := 0; i < len(got); i += 4 {
		a, b := int(got[i+3]), int(want.Pix[i+3])
		worst = max(worst, a-b, b-a)
		for k := range 3 {
			d := int(got[i+k]) - int(want.Pix[i+k])
			worst = max(worst, d*b/255, -d*b/255)
		}
	}
	return worst
}

// packed compares a packed file with the pictures it was made of.
func packed(t *testing.T, path string, want []*image.NRGBA, limit int) truth {
	t.Helper()
	got := measure(t, path)
	list := pictures(t, path, got, 160, 96)
	if len(list) != len(want) {
		t.Fatalf("%d pictures of %d", len(list), len(want))
	}
	for i := range list {
		if d := differ(list[i], want[i]); d > limit {
			t.Errorf("picture %d differs by %d of 255", i+1, d)
		}
	}
	return got
}

// TestForeignWebP packs animations, which ffmpeg 5.1 does not decode, and compares them with the pictures that
// img2webp, gif2webp, webpmux and ffmpeg were given.
func TestForeignWebP(t *testing.T) {
	d := discs(t)
	for name, c := range map[string]struct {
		want  []*image.NRGBA
		limit int // of 255: lossy ones differ at edges
		fps   int
	}{
		"webp-lossless.webp": {d[:6], 0, 25},
		"webp-lossy.webp":    {d[:6], 120, 25},
		"webp-mixed.webp":    {[]*image.NRGBA{d[0], d[1], d[2], d[2], d[3], d[3]}, 120, 25},
		"webp-offsets.webp":  {composed(t), 2, 10},
	} {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out.mov")
			if err := media.PackAnimation(t.Context(), tools(t), filepath.Join(corpus, name), out); err != nil {
				t.Fatal(err)
			}
			got := packed(t, out, c.want, c.limit)
			if got.fpsNum != c.fps || got.fpsDen != 1 || got.varies || !got.alpha {
				t.Errorf("%s", got)
			}
		})
	}
	for name, frames := range map[string]int{"webp-gif2webp.webp": 8, "webp-ffmpeg.webp": 10, "webp-opaque.webp": 4} {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out.mov")
			if err := media.PackAnimation(t.Context(), tools(t), filepath.Join(corpus, name), out); err != nil {
				t.Fatal(err)
			}
			got := measure(t, out)
			var numbers []int
			for _, p := range pictures(t, out, got, 160, 96) {
				numbers = append(numbers, drawn(p, 160, 96, turns[0]))
			}
			if len(numbers) != frames || !slices.IsSorted(numbers) || numbers[0] != 0 || numbers[frames-1] != frames-1 {
				t.Errorf("pictures %v, want %d", numbers, frames)
			}
			if opaque := strings.Contains(name, "opaque"); got.alpha == opaque {
				t.Errorf("alpha %v", got.alpha)
			}
		})
	}
	if media.IsAnimation(filepath.Join(corpus, "webp-still.webp")) {
		t.Error("a still is taken for an animation")
	}
}

// TestForeignSequences packs folders of pictures by ffmpeg, ImageMagick and cwebp.
func TestForeignSequences(t *testing.T) {
	d := discs(t)
	opaque := make([]*image.NRGBA, len(d))
	for i, p := range d { // what format=rgb24 leaves
		opaque[i] = image.NewNRGBA(p.Bounds())
		copy(opaque[i].Pix, p.Pix)
		for k := 3; k < len(opaque[i].Pix); k += 4 {
			opaque[i].Pix[k] = 0xff
		}
	}
	for name, c := range map[string]struct {
		pattern string
		want    []*image.NRGBA
		limit   int
	}{
		"seq-png":         {"", d, 0},
		"seq-png-start17": {"take_%03d.png", d, 0},
		"seq-png-nopad":   {"f%d.png", d, 0},
		"seq-png-rgb":     {"", opaque, 0},
		"seq-png16":       {"", d, 1},
		"seq-png-palette": {"", stills(t, "seq-png-palette"), 1},
		"seq-webp":        {"%03d.webp", d[:4], 0},
		"seq-tiff":        {"", d[:3], 0},
		"seq-tga":         {"", d[:3], 0},
	} {
		t.Run(name, func(t *testing.T) {
			files, err := sequence.Find(filepath.Join(corpus, name, c.pattern))
			if err != nil {
				t.Fatal(err)
			}
			out := filepath.Join(t.TempDir(), "out.mov")
			if err := media.PackSequence(t.Context(), tools(t), files, framerate.Rate{Num: 25, Den: 1}, out); err != nil {
				t.Fatal(err)
			}
			packed(t, out, c.want, c.limit)
		})
	}
	if _, err := sequence.Find(filepath.Join(corpus, "seq-gap")); err == nil ||
		!strings.Contains(err.Error(), "number 3 is missing") {
		t.Errorf("a gap: %v", err)
	}
}
