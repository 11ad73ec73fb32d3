package native

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"

	"greenroom/compose/media"
	"greenroom/compose/timeline"
)

// TestTurnedAndStretchedFootage: videos of a phone, which are marked as turned, and videos whose pixels are not
// square are drawn as intended, complete and cropped, in a layer and as the canvas itself.
func TestTurnedAndStretchedFootage(t *testing.T) {
	t.Parallel()
	tools, dir := need(t), t.TempDir()
	flat := filepath.Join(dir, "flat.mp4") // red, green above blue, white
	run(t, tools.FFmpeg, "-v", "error", "-f", "lavfi", "-i",
		"color=red:s=80x48:r=25:d=0.2[a];color=lime:s=80x48:r=25:d=0.2[b];color=blue:s=80x48:r=25:d=0.2[c];color=white:s=80x48:r=25:d=0.2[d];[a][b]hstack[e];[c][d]hstack[f];[e][f]vstack",
		"-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p", "-crf", "4", "-colorspace", "bt709",
		"-color_range", "tv", flat)
	colours := map[string]rgba{"red": {1, 0, 0, 1}, "lime": {0, 1, 0, 1}, "blue": {0, 0, 1, 1}, "white": {1, 1, 1, 1}}
	for _, c := range []struct {
		degrees int    // counter-clockwise, as ffprobe counts
		aspect  string // of a pixel
		w, h    int
		seen    [4]string // upper left, upper right, lower left, lower right
	}{
		{0, "1/1", 160, 96, [4]string{"red", "lime", "blue", "white"}},
		{90, "1/1", 96, 160, [4]string{"lime", "white", "red", "blue"}},
		{180, "1/1", 160, 96, [4]string{"white", "blue", "lime", "red"}},
		{270, "1/1", 96, 160, [4]string{"blue", "red", "white", "lime"}},
		{0, "4/3", 213, 96, [4]string{"red", "lime", "blue", "white"}},
		{0, "8/9", 142, 96, [4]string{"red", "lime", "blue", "white"}},
		{90, "4/3", 96, 213, [4]string{"lime", "white", "red", "blue"}},
	} {
		t.Run(fmt.Sprint(c.degrees, " ", c.aspect), func(t *testing.T) {
			file := turned(t, tools, flat, dir, c.degrees, c.aspect)
			info, err := media.Probe(t.Context(), tools, file)
			if err != nil || info.Display.Orientation.Turn != (360-c.degrees)%360 {
				t.Fatalf("%+v %v", info, err)
			}
			if info.ShownWidth != c.w || info.ShownHeight != c.h {
				t.Fatalf("shown as %d x %d, want %d x %d", info.ShownWidth, info.ShownHeight, c.w, c.h)
			}
			m := map[string]timeline.Media{"v": {File: file, Width: c.w, Height: c.h, Seconds: 0.2, Codec: "h264"}}
			layer := func(id string, box, crop timeline.Rect) timeline.Layer {
				return timeline.Layer{ID: id, Kind: timeline.KindVideo, Frames: 2, Opacity: 1, Box: box,
					Video: &timeline.Video{Media: "v", Crop: crop}}
			}
			right := timeline.Rect{X: c.w / 2, W: c.w - c.w/2, H: c.h}
			f := plain(m, 2, layer("whole", timeline.Rect{W: 100, H: 100}, timeline.Rect{W: c.w, H: c.h}),
				layer("right half", timeline.Rect{X: 120, W: 100, H: 100}, right))
			ground := plain(m, 2)
			ground.Layers = []timeline.Layer{layer("ground", timeline.Rect{W: 320, H: 180}, timeline.Rect{W: c.w, H: c.h})}
			got, canvas := drawn(t, f)[1], drawn(t, ground)[1]
			for i, name := range c.seen {
				x, y := 25+i%2*50, 25+i/2*50
				if at := fromNRGBA(got.NRGBAAt(x, y)); distance(at, colours[name])*255 > 12 {
					t.Errorf("complete at %d,%d: %v, want %s", x, y, at.nrgba(), name)
				}
				if at := fromNRGBA(canvas.NRGBAAt(80+i%2*160, 45+i/2*90)); distance(at, colours[name])*255 > 12 {
					t.Errorf("canvas, quarter %d: %v, want %s", i, at.nrgba(), name)
				}
				if i%2 == 1 { // the right half alone fills the second box, up to its left edge
					for _, x := range []int{126, 170, 214} {
						if at := fromNRGBA(got.NRGBAAt(x, y)); distance(at, colours[name])*255 > 12 {
							t.Errorf("right half at %d,%d: %v, want %s", x, y, at.nrgba(), name)
						}
					}
				}
			}
		})
	}
}

// turned is a copy of a video that is marked to be shown turned, with pixels of an aspect.
func turned(t *testing.T, tools media.Tools, file, dir string, degrees int, aspect string) string {
	t.Helper()
	out := filepath.Join(dir, fmt.Sprintf("%d-%c.mp4", degrees, aspect[0]))
	stretched := filepath.Join(dir, fmt.Sprintf("%d-%c-flat.mp4", degrees, aspect[0]))
	run(t, tools.FFmpeg, "-v", "error", "-i", file, "-vf", "setsar="+aspect, "-crf", "4", stretched)
	if degrees == 0 {
		return stretched
	}
	// Newer ffmpeg has an option for it, older one reads a tag.
	if exec.Command(tools.FFmpeg, "-v", "error", "-y", "-display_rotation:v:0", fmt.Sprint(degrees), "-i", stretched,
		"-c", "copy", out).Run() != nil {
		run(t, tools.FFmpeg, "-v", "error", "-y", "-i", stretched, "-c", "copy", "-metadata:s:v",
			fmt.Sprintf("rotate=%d", degrees), out)
	}
	return out
}
