package native

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"greenroom/compose/timeline"
	"greenroom/internal/benchtest"
)

// benchFilm is a presenter at 1080p as our films are: a ground, a clip prepared for the size it is shown at, a logo, a
// title that slides in, captions, a bed under the voice; 4 s at 25 fps.
func benchFilm(b *testing.B, dir string) *timeline.Film {
	media := map[string]timeline.Media{}
	for k, m := range footage(b) {
		media[k] = m
	}
	clip := filepath.Join(dir, "presenter.webm")
	run(b, need(b).FFmpeg, "-v", "error", "-y", "-stream_loop", "1", "-c:v", "libvpx-vp9", "-i", media["alpha"].File,
		"-t", "4",
		"-vf", "scale=720:960:in_color_matrix=bt709:out_color_matrix=bt709:out_range=tv,format=yuva420p", "-c:v",
		"libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "0", "-crf", "24",
		"-g", "25", "-auto-alt-ref", "0", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
		"-color_range", "tv", "-c:a", "libopus", "-avoid_negative_ts", "disabled", clip)
	media["presenter"] = timeline.Media{File: clip, Width: 720, Height: 960, Seconds: 4, Codec: "vp9", Alpha: true}
	const n = 100
	f := &timeline.Film{Name: "bench", Width: 1920, Height: 1080, FPS: timeline.Rate{Num: 25, Den: 1}, Frames: n,
		Media: media}
	title := words("title", "Product tour", 72, 120, 200, 75)
	title.From, title.Enter, title.Leave = 10, timeline.Motion{Frames: 12, Fade: true, DX: -80},
		timeline.Motion{Frames: 10, Fade: true}
	f.Layers = []timeline.Layer{
		{ID: "ground", Kind: timeline.KindFill, Frames: n, Box: timeline.Rect{W: 1920, H: 1080}, Opacity: 1,
			Fill: &timeline.Fill{Colors: []string{"#1E293B", "#0F766E"}, Angle: 135}},
		{ID: "logo", Kind: timeline.KindPicture, Frames: n, Box: timeline.Rect{X: 1680, Y: 60, W: 160, H: 120}, Opacity: 1,
			Picture: &timeline.Picture{Media: "picture", Crop: timeline.Rect{W: 64, H: 48}}},
		{ID: "presenter", Kind: timeline.KindVideo, Frames: n, Box: timeline.Rect{X: 1100, Y: 120, W: 720, H: 960},
			Opacity: 1,
			Enter:   timeline.Motion{Frames: 12, Fade: true},
			Video:   &timeline.Video{Media: "presenter", Crop: timeline.Rect{W: 720, H: 960}}},
		title,
	}
	for i := range 4 {
		c := words(fmt.Sprint("caption ", i), fmt.Sprintf("Caption number %d", i), 48, 200, 980, 25)
		c.From = 25 * i
		f.Layers = append(f.Layers, c)
	}
	f.Sounds = []timeline.Sound{
		{ID: "presenter", Media: "presenter", Frames: n, Gain: []timeline.Point{{Gain: 1}}},
		{ID: "bed", Media: "bed", Frames: n, Loop: true,
			Gain: []timeline.Point{{At: 0, Gain: 0.2}, {At: 3, Gain: 0.2}, {At: 4, Gain: 0}}},
	}
	return f
}

// BenchmarkAgainstAGraphTypedByHand compares the processor time of a complete Render, with its checks of the files
// before and after, with one ffmpeg command that an engineer would type for the same film. Goal: at most 1.1
// times.
func BenchmarkAgainstAGraphTypedByHand(b *testing.B) {
	dir := b.TempDir()
	f := benchFilm(b, dir)
	hand := handTyped(b, f, dir)
	benchtest.Ratio(b, benchtest.Processor, 3,
		benchtest.Way{Name: "native", Do: func() error {
			_, err := Render(b.Context(), Spec{Film: f, Out: filepath.Join(dir, "native.mp4"), Tools: need(b), WorkDir: dir},
				nil)
			return err
		}},
		benchtest.Way{Name: "hand", Do: func() error {
			out, err := exec.CommandContext(b.Context(), need(b).FFmpeg, hand...).CombinedOutput()
			if err != nil {
				return fmt.Errorf("%w: %s", err, out)
			}
			return nil
		}})
}

// handTyped is the same film as one command: a still as the ground, RGB overlays, one .ass file for all words.
func handTyped(b *testing.B, f *timeline.Film, dir string) []string {
	run(b, need(b).FFmpeg, "-v", "error", "-y", "-f", "lavfi", "-i",
		"gradients=s=1920x1080:c0=0x1E293B:c1=0x0F766E:x0=0:y0=0:x1=1919:y1=1079:n=2:d=1:speed=0.00001", "-frames:v", "1",
		filepath.Join(dir, "ground.png"))
	ass := "[Script Info]\nPlayResX: 1920\nPlayResY: 1080\n\n[V4+ Styles]\nFormat: Name, Fontname, Fontsize, PrimaryColour, Alignment, Encoding\nStyle: s,DejaVu Sans,84,&H00FFFFFF,7,1\n\n" +
		"[Events]\nFormat: Layer, Start, End, Style, Text\nDialogue: 0,0:00:00.40,0:00:03.40,s,{\\move(40,130,120,130,0,480)\\fad(480,400)}Product tour\n"
	for i := range 4 {
		ass += fmt.Sprintf("Dialogue: 0,0:00:%02d.00,0:00:%02d.00,s,{\\pos(200,930)\\fs56}Caption number %d\n", i, i+1, i)
	}
	if err := os.WriteFile(filepath.Join(dir, "hand.ass"), []byte(ass), 0o600); err != nil {
		b.Fatal(err)
	}
	graph := "[0:v]format=gbrp[g];[1:v]scale=160:120,format=gbrap[l];[g][l]overlay=x=1680:y=60:format=gbrp[a];" +
		"[2:v]setpts=PTS-STARTPTS,scale=in_color_matrix=bt709:in_range=tv:flags=accurate_rnd,format=gbrap,fade=t=in:s=0:n=12:alpha=1[c];" +
		"[a][c]overlay=x=1100:y=120:format=gbrp:eof_action=pass,ass=" + filepath.Join(dir, "hand.ass") + "," +
		"scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd,format=yuv420p[v];" +
		"[2:a]aformat=channel_layouts=stereo[x];[3:a]aresample=48000,aformat=channel_layouts=stereo,volume='0.2*clip(4-t,0,1)':eval=frame[y];" +
		"[x][y]amix=inputs=2:normalize=0:duration=longest,alimiter=limit=0.98:level=0,atrim=end=4[s]"
	return []string{"-hide_banner", "-nostdin", "-v", "error", "-y", "-loop", "1", "-framerate", "25", "-t", "4", "-i",
		filepath.Join(dir, "ground.png"), "-i", f.Media["picture"].File,
		"-c:v", "libvpx-vp9", "-i", f.Media["presenter"].File, "-stream_loop", "-1", "-i", f.Media["bed"].File,
		"-filter_complex", graph, "-map", "[v]", "-map", "[s]", "-frames:v", "100",
		"-c:v", "libx264", "-preset", "medium", "-profile:v", "high", "-crf", "18", "-g", "50", "-colorspace", "bt709",
		"-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
		"-c:a", "aac", "-b:a", "192k", "-movflags", "+faststart", filepath.Join(dir, "hand.mp4")}
}
