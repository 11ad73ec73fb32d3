package media_test

import (
	"fmt"
	"image/color"
	"math"
	"os/exec"
	"path/filepath"
	"testing"

	"greenroom/compose/media"
	"greenroom/compose/standin"
)

// rgba decodes one frame of a clip with alpha.
func rgba(t *testing.T, ffmpeg, path, at, filter string) []byte {
	t.Helper()
	args := []string{"-v", "error", "-nostdin"}
	if filepath.Ext(path) == ".webm" {
		args = append(args, "-c:v", "libvpx-vp9")
	}
	out, err := exec.Command(ffmpeg, append(args, "-i", path, "-ss", at, "-frames:v", "1", "-vf",
		filter+"scale=in_color_matrix=bt709:in_range=tv,format=rgba", "-f", "rawvideo", "pipe:1")...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// edgeErrors compares a keyed frame with the truth: the mean difference of alpha where
// the truth is an edge, and of what is seen over grey there; 0 to 255.
func edgeErrors(got, truth []byte) (alpha, grey float64, n int) {
	for i := 0; i+3 < len(truth); i += 4 {
		a := truth[i+3]
		if a < 6 || a > 249 {
			continue
		}
		n++
		alpha += math.Abs(float64(got[i+3]) - float64(a))
		for c := range 3 {
			over := func(b []byte) float64 {
				v := float64(b[i+3]) / 255
				return v*float64(b[i+c]) + (1-v)*128
			}
			grey += math.Abs(over(got)-over(truth)) / 3
		}
	}
	return alpha / float64(n), grey / float64(n), n
}

// A drawn presenter exists twice: with alpha, and on the key colour. What the key
// removes must agree with the alpha. Edge errors of the difference key alone,
// measured the same way, are in docs/guide/checks.md.
func TestKeyedPresentersMatchTheirOwnAlpha(t *testing.T) {
	t.Parallel()
	tools, err := media.FindTools(t.Context(), exec.LookPath)
	if err != nil {
		t.Fatal(err)
	}
	m := standin.Maker{FFmpeg: tools.FFmpeg, Threads: 1}
	// Blue is as dark as dark hair: luma does not help there, and chroma is coarse.
	limits := map[string][2]float64{"#00FF00": {20, 8}, "#FF00FF": {20, 8}, "#0000FF": {25, 12}}
	for i, key := range []string{"#00FF00", "#0000FF", "#FF00FF"} {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			var c color.NRGBA
			if _, err := fmt.Sscanf(key, "#%02X%02X%02X", &c.R, &c.G, &c.B); err != nil {
				t.Fatal(err)
			}
			c.A = 255
			spec := standin.Spec{Silence: 0.4, Width: 1280, Height: 720, Presenter: fmt.Sprint("someone", i)}
			alpha, green, out := filepath.Join(dir, "alpha.webm"), filepath.Join(dir, "green.mp4"),
				filepath.Join(dir, "keyed.webm")
			if _, err := m.Make(t.Context(), spec, alpha); err != nil {
				t.Fatal(err)
			}
			spec.Background, spec.Format = c, standin.MP4
			if _, err := m.Make(t.Context(), spec, green); err != nil {
				t.Fatal(err)
			}
			if err := media.Prepare(t.Context(), tools, media.PrepareSpec{In: green, Out: out, Key: key, Transparent: true,
				Frames: 10, Duration: 0.4, Threads: 1}, nil); err != nil {
				t.Fatal(err)
			}
			truth, got := rgba(t, tools.FFmpeg, alpha, "0.2", ""), rgba(t, tools.FFmpeg, out, "0.2", "")
			if len(truth) != 1280*720*4 || len(got) != len(truth) {
				t.Fatal(len(truth), len(got))
			}
			a, g, n := edgeErrors(got, truth)
			t.Logf("%s: %d edge pixels, alpha %.1f, over grey %.1f of 255", key, n, a, g)
			if n < 1000 || a > limits[key][0] || g > limits[key][1] {
				t.Errorf("edge error: alpha %.1f, over grey %.1f of 255 (%d pixels)", a, g, n)
			}
		})
	}
}
