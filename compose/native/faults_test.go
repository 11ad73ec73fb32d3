package native

import (
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/compose/media"
	"greenroom/compose/timeline"
	"greenroom/compose/timeline/timelinetest"
	"greenroom/internal/fault"
)

// empty folder: whatever a failed render did, nothing of it is left.
func nothingLeft(t *testing.T, dirs ...string) {
	t.Helper()
	for _, dir := range dirs {
		left, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range left {
			t.Errorf("%s is left in %s", e.Name(), dir)
		}
	}
}

func TestFaultsNameTheLayer(t *testing.T) {
	all := footage(t)
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	webm, err := os.ReadFile(all["alpha"].File)
	if err != nil {
		t.Fatal(err)
	}
	mp4, err := os.ReadFile(all["clip"].File)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := os.ReadFile(all["picture"].File)
	if err != nil {
		t.Fatal(err)
	}
	zeroed := append([]byte(nil), mp4...)
	for i := len(zeroed) / 2; i < len(zeroed)*3/4; i++ {
		zeroed[i] = 0
	}
	for _, c := range []struct {
		name, media, file, want string
	}{
		{"not there", "alpha", filepath.Join(dir, "none.webm"), `layer "clip hello": read none.webm`},
		{"a folder", "alpha", dir, `layer "clip hello"`},
		{"cut", "alpha", write("cut.webm", webm[:len(webm)*6/10]), `layer "clip hello": cut.webm is damaged`},
		{"a web page", "alpha", write("page.webm", []byte("<!doctype html><title>Sign in</title>")),
			`layer "clip hello": read page.webm`},
		{"a list of other files", "alpha", write("list.mp4", []byte("ffconcat version 1.0\nfile /etc/passwd\n")),
			`layer "clip hello": read list.mp4`},
		{"no pictures in it", "alpha", all["tone"].File, `layer "clip hello": tone.wav holds no video`},
		{"damaged inside", "clip", write("zeroed.mp4", zeroed), `film`},
		{"not a picture", "picture", write("x.png", []byte("GIF8 no")), `layer "logo": `},
		{"half a picture", "picture", write("half.png", picture[:len(picture)/2]), `layer "logo": read`},
		{"another size", "picture", all["photo"].File, "80 x 60, not 64 x 48 as planned"},
		{"no sound in it", "bed", all["clip"].File, `sound "bed": clip.mp4 holds no sound`},
		{"not a font", "sans", write("x.ttf", []byte("<html>")),
			`layer "title": font "DejaVu Sans": read x.ttf: it is not a TrueType or OpenType font`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := timelinetest.Film(footage(t), "presenter")
			own := map[string]timeline.Media{}
			for k, m := range f.Media {
				own[k] = m
			}
			m := own[c.media]
			m.File = c.file
			own[c.media] = m
			f.Media = own
			if c.media == "clip" {
				f.Layers = append(f.Layers, timeline.Layer{ID: "film", Kind: timeline.KindVideo, Frames: 30,
					Box: timeline.Rect{W: 160, H: 90}, Opacity: 1,
					Video: &timeline.Video{Media: "clip", Crop: timeline.Rect{W: 160, H: 90}}})
			}
			out, work := t.TempDir(), t.TempDir()
			_, err := Render(t.Context(), Spec{Film: f, Out: filepath.Join(out, "x.mp4"), Tools: need(t), WorkDir: work}, nil)
			var fe *fault.Error
			if !errors.As(err, &fe) || !strings.Contains(err.Error(), c.want) || fe.Hint == "" {
				t.Errorf("got %v (%+v), want something with %q and a hint", err, fe, c.want)
			}
			nothingLeft(t, out, work)
		})
	}
}

func TestNoFFmpeg(t *testing.T) {
	out, work := t.TempDir(), t.TempDir()
	none := media.Tools{FFmpeg: filepath.Join(work, "no/ffmpeg"), FFprobe: filepath.Join(work, "no/ffprobe")}
	for _, name := range []string{"fills", "clips"} { // one needs ffprobe before
		_, err := Render(t.Context(), Spec{Film: timelinetest.Film(footage(t), name), Out: filepath.Join(out, "x.mp4"),
			Tools: none, WorkDir: work}, nil)
		var fe *fault.Error
		if !errors.As(err, &fe) || fe.Kind != fault.Tool || !strings.Contains(fe.Hint, "install ffmpeg") {
			t.Errorf("%s: %v", name, err)
		}
	}
	nothingLeft(t, out, work)
}

// long is a film that takes longer than any test waits.
func long(t *testing.T) *timeline.Film {
	f := timelinetest.Film(footage(t), "presenter")
	f.Frames = 1_000_000
	f.Layers[0].Frames = f.Frames
	return f
}

func TestCancelLeavesNothing(t *testing.T) {
	t.Parallel()
	out, work := t.TempDir(), t.TempDir()
	why := errors.New("another program changed the manifest")
	ctx, cancel := context.WithCancelCause(t.Context())
	part := false
	_, err := Render(ctx, Spec{Film: long(t), Out: filepath.Join(out, "x.mp4"), Tools: need(t), WorkDir: work},
		func(e Event) {
			if e.Stage == "render" && e.Frame > 0 {
				_, err := os.Stat(filepath.Join(out, "x.part.mp4"))
				part = part || err == nil
				cancel(why)
			}
		})
	if !errors.Is(err, why) {
		t.Errorf("got %v", err)
	}
	if !part {
		t.Error("there was no part file while it ran")
	}
	nothingLeft(t, out, work)
}

// TestAKilledFFmpegLeavesNothing: it wrote something that could be taken for a film, and died.
func TestAKilledFFmpegLeavesNothing(t *testing.T) {
	t.Parallel()
	out, work := t.TempDir(), t.TempDir()
	script := filepath.Join(t.TempDir(), "ffmpeg")
	if err := os.WriteFile(script, []byte("#!/bin/sh\nfor last; do :; done\necho half >\"${last#file:}\"\nkill -9 $$\n"),
		0o755); err != nil {
		t.Fatal(err)
	}
	old := filepath.Join(out, "x.mp4")
	if err := os.WriteFile(old, []byte("the film of yesterday"), 0o644); err != nil {
		t.Fatal(err)
	}
	tools := need(t)
	tools.FFmpeg = script
	_, err := Render(t.Context(), Spec{Film: timelinetest.Film(footage(t), "fills"), Out: old, Tools: tools,
		WorkDir: work}, nil)
	if err == nil {
		t.Error("no error")
	}
	nothingLeft(t, work)
	if data, _ := os.ReadFile(old); string(data) != "the film of yesterday" {
		t.Errorf("yesterday's film is now %q", data)
	}
	if left, _ := os.ReadDir(out); len(left) != 1 {
		t.Errorf("%d files are left", len(left))
	}
}

// TestAShortFilmIsNoFilm: ffmpeg ends with exit 0, and too few frames came out.
func TestAShortFilmIsNoFilm(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	tools := need(t)
	script := filepath.Join(t.TempDir(), "ffmpeg")
	if err := os.WriteFile(script, []byte("#!/bin/sh\nfor last; do :; done\nexec "+tools.FFmpeg+` -v error -f lavfi -i color=s=320x180:r=25:d=0.2 -f lavfi -i anullsrc -shortest -y "$last"`+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	tools.FFmpeg = script
	_, err := Render(t.Context(), Spec{Film: timelinetest.Film(footage(t), "fills"), Out: filepath.Join(out, "x.mp4"),
		Tools: tools, WorkDir: t.TempDir()}, nil)
	if err == nil || !strings.Contains(err.Error(), "5 frames came out, not 10") {
		t.Errorf("got %v", err)
	}
	nothingLeft(t, out)
}

// TestAFullDisk mounts a small one of memory; where that is not allowed the test fails.
func TestAFullDisk(t *testing.T) {
	small := t.TempDir()
	if o, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", small).CombinedOutput(); err != nil {
		t.Fatalf("mount: %v: %s", err, o)
	}
	defer func() {
		if o, err := exec.Command("umount", small).CombinedOutput(); err != nil {
			t.Errorf("umount: %v: %s", err, o)
		}
	}()
	f := timelinetest.Film(footage(t), "alpha")
	for _, spec := range []Spec{
		{Film: f, Out: filepath.Join(small, "x.mov"), WorkDir: t.TempDir()},
		{Film: f, Out: filepath.Join(t.TempDir(), "x.mp4"), WorkDir: small}, // our own pictures do not fit
	} {
		if spec.WorkDir == small {
			if err := os.WriteFile(filepath.Join(small, "ballast"), make([]byte, 200<<10), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		spec.Tools = need(t)
		_, err := Render(t.Context(), spec, nil)
		var fe *fault.Error
		if !errors.As(err, &fe) || !strings.Contains(err.Error(), "the disk is full") ||
			!strings.Contains(fe.Hint, "free some space") {
			t.Errorf("out %s: %v", spec.Out, err)
		}
		os.Remove(filepath.Join(small, "ballast"))
		nothingLeft(t, small, filepath.Dir(spec.Out))
	}
}

func TestWrongRequests(t *testing.T) {
	f := timelinetest.Film(footage(t), "fills")
	bad := timelinetest.Film(footage(t), "fills")
	bad.Layers[2].Fill.Colors[0] = "red"
	for want, spec := range map[string]Spec{
		"the quality must be":     {Film: f, Out: "x.mp4", CRF: 99},
		`"red" is not a colour`:   {Film: bad, Out: "x.mp4"},
		`no preset for a ".gif"`:  {Film: f, Out: "x.gif"},
		"does not go into a":      {Film: f, Out: "x.mp4", Preset: "vp9"},
		"not a directory":         {Film: f, Out: filepath.Join(footage(t)["sans"].File, "x.mp4")},
		"no such file or directo": {Film: f, Out: filepath.Join(t.TempDir(), "x.mp4"), WorkDir: "/nonexistent"},
	} {
		spec.Tools = need(t)
		if _, err := Render(t.Context(), spec, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// TestAPhotoIsTurnedUpright: by its EXIF tag the camera was held sideways.
func TestAPhotoIsTurnedUpright(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sideways.jpg")
	img := image.NewNRGBA(image.Rect(0, 0, 40, 20))
	for i := range 20 * 20 {
		img.SetNRGBA(i%20, i/20, color.NRGBA{255, 0, 0, 255}) // the left half, which is on top when upright
		img.SetNRGBA(20+i%20, i/20, color.NRGBA{0, 0, 255, 255})
	}
	var b strings.Builder
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	exif := "\xff\xe1\x00\x22Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
	if err := os.WriteFile(file, []byte(b.String()[:2]+exif+b.String()[2:]), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := readPicture(timeline.Media{File: file, Width: 20, Height: 40})
	if err != nil {
		t.Fatal(err)
	}
	if top, bottom := got.NRGBAAt(10, 5), got.NRGBAAt(10, 35); top.R < 200 || bottom.B < 200 {
		t.Errorf("top %v, bottom %v", top, bottom)
	}
	for o := 2; o <= 8; o++ {
		turned := upright(img, o)
		if back := [9]int{0, 1, 2, 3, 4, 5, 8, 7, 6}[o]; !samePixels(upright(turned, back), img) {
			t.Errorf("orientation %d is not undone by %d", o, back)
		}
	}
}

func samePixels(a, b *image.NRGBA) bool {
	return a.Bounds() == b.Bounds() && string(a.Pix) == string(b.Pix)
}
