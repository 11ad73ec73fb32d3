package standin

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// TestADubIsAsLongAsItsSound, or as its footage where that is kept.
func TestADubIsAsLongAsItsSound(t *testing.T) {
	t.Parallel()
	m, dir := maker(t), t.TempDir()
	film := filepath.Join(dir, "film.mp4")
	made, err := exec.CommandContext(t.Context(), m.FFmpeg, "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=162x90:r=30:d=2", "-pix_fmt",
		"yuv420p", "-vf", "scale=160:90", film).CombinedOutput()
	if err != nil {
		t.Fatalf("%v %s", err, made)
	}
	for _, x := range []struct {
		silence float64
		keep    bool
		frames  int
	}{
		{1.5, false, 38}, {2.25, false, 57}, {1.5, true, 50},
	} {
		out := filepath.Join(dir, "out.mp4")
		res, err := m.Dub(t.Context(), Dub{Video: film, Spec: Spec{Silence: x.silence}, KeepLength: x.keep}, out)
		if err != nil || res.Frames != x.frames || len(res.Words) == 0 {
			t.Fatalf("%+v: %+v %v", x, res, err)
		}
		seconds, err := m.filmSeconds(t.Context(), out)
		if err != nil || seconds < res.Duration-0.05 || seconds > res.Duration+0.05 {
			t.Errorf("%+v: the film has %g s, %g were promised: %v", x, seconds, res.Duration, err)
		}
		sound, err := m.decode(t.Context(), out)
		if got := float64(len(sound)) / sampleRate; err != nil || got < res.Duration-0.06 {
			t.Errorf("%+v: the sound has %g of %g s: %v", x, got, res.Duration, err)
		}
	}
	if _, err := m.Dub(t.Context(), Dub{Video: "dub_test.go", Spec: Spec{Silence: 1}}, filepath.Join(dir, "x.mp4")); err == nil {
		t.Error("a text is dubbed")
	}
}
