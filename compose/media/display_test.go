package media

import (
	"os/exec"
	"path/filepath"
	"testing"
)

func TestProbeDisplay(t *testing.T) {
	tools, err := FindTools(t.Context(), exec.LookPath)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	run := func(args ...string) {
		t.Helper()
		if out, err := exec.Command(tools.FFmpeg, append([]string{"-v", "error"}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	plain, turned, wide := filepath.Join(dir, "a.mp4"), filepath.Join(dir, "b.mp4"), filepath.Join(dir, "c.mp4")
	run("-f", "lavfi", "-i", "testsrc2=s=320x180:d=0.2", "-pix_fmt", "yuv420p", plain)
	run("-i", plain, "-c", "copy", "-metadata:s:v", "rotate=90", turned)
	run("-i", plain, "-vf", "setsar=4/3", "-pix_fmt", "yuv420p", wide)
	full, pal, tagged := filepath.Join(dir, "d.mp4"), filepath.Join(dir, "e.mp4"), filepath.Join(dir, "f.mp4")
	run("-i", plain, "-pix_fmt", "yuvj420p", "-color_range", "pc", full)
	run("-i", plain, "-vf", "setparams=colorspace=bt470bg", "-colorspace", "bt470bg", pal)
	run("-i", plain, "-vf", "setparams=colorspace=bt709", "-colorspace", "bt709", "-color_range", "tv", tagged)
	for path, want := range map[string]Display{
		plain: {Aspect: "1:1"}, wide: {Aspect: "4:3"}, full: {Aspect: "1:1", FullRange: true}, pal: {Aspect: "1:1", Matrix: "bt470bg"}, tagged: {Aspect: "1:1"},
	} {
		if got, err := ProbeDisplay(t.Context(), tools, path); err != nil || got != want {
			t.Errorf("%s: %+v %v, want %+v", filepath.Base(path), got, err, want)
		}
	}
	// Older ffmpeg writes the rotation from metadata, newer from -display_rotation alone.
	if got, err := ProbeDisplay(t.Context(), tools, turned); err != nil || got.Rotation%90 != 0 {
		t.Errorf("turned: %+v %v", got, err)
	} else if got.Rotation == 0 {
		run("-display_rotation:v:0", "90", "-i", plain, "-c", "copy", "-y", turned)
		if got, err := ProbeDisplay(t.Context(), tools, turned); err != nil || got.Rotation != 90 {
			t.Errorf("turned: %+v %v", got, err)
		}
	}
}

func TestDisplaySize(t *testing.T) {
	for _, c := range []struct {
		d    Display
		w, h int
	}{
		{Display{Rotation: 0, Aspect: "1:1"}, 720, 576}, {Display{Rotation: 90, Aspect: "1:1"}, 576, 720}, {Display{Rotation: 270, Aspect: "1:1"}, 576, 720}, {Display{Rotation: 180, Aspect: "1:1"}, 720, 576},
		{Display{Rotation: 0, Aspect: "16:15"}, 768, 576}, {Display{Rotation: 90, Aspect: "64:45"}, 576, 1024}, {Display{Rotation: 0, Aspect: "8:9"}, 640, 576}, {Display{Rotation: 0, Aspect: "1:0"}, 720, 576}, {Display{Rotation: 0, Aspect: ""}, 720, 576},
	} {
		if w, h := c.d.Size(720, 576); w != c.w || h != c.h {
			t.Errorf("%+v: %d x %d, want %d x %d", c.d, w, h, c.w, c.h)
		}
	}
}
