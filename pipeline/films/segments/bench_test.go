package segments

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/compose/native"
	"greenroom/compose/native/piece"
	"greenroom/compose/timeline"
	"greenroom/compose/timeline/timelinetest"
	"greenroom/internal/benchtest"
	"greenroom/internal/hashkey"
)

// benchFilm returns a film of scenes of 5 s of a presenter over a gradient, with a caption in each scene. Say is the
// text of a scene's caption.
func (s *studio) benchFilm(width, height, seconds int, say func(scene int) string) (*timeline.Film, map[string]string) {
	media := timelinetest.Footage(s, filepath.Join(s.dir, "footage"))
	clip := filepath.Join(s.dir, "presenter.webm")
	w, h := width*3/8, height*5/8
	s.run("-stream_loop", "-1", "-c:v", "libvpx-vp9", "-i", media["alpha"].File, "-t", "5", "-vf",
		fmt.Sprintf("scale=%d:%d,format=yuva420p", w, h), "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8",
		"-b:v", "0", "-crf", "24", "-g", "25", "-auto-alt-ref", "0", "-c:a", "libopus", clip)
	media["presenter"] = timeline.Media{File: clip, Width: w, Height: h, Seconds: 5, Codec: "vp9", Alpha: true}
	n := 25 * seconds
	f := &timeline.Film{
		Name: "bench", Width: width, Height: height, FPS: timeline.Rate{Num: 25, Den: 1}, Frames: n, Media: media,
		Layers: []timeline.Layer{{ID: "ground", Kind: timeline.KindFill, Frames: n, Opacity: 1,
			Box:  timeline.Rect{W: width, H: height},
			Fill: &timeline.Fill{Colors: []string{"#1E293B", "#0F766E"}, Angle: 135}}},
	}
	for i := 0; 125*i < n; i++ {
		length := min(125, n-125*i)
		f.Layers = append(f.Layers, timeline.Layer{ID: fmt.Sprint("clip ", i), Kind: timeline.KindVideo, From: 125 * i,
			Frames: length, Opacity: 1, Box: timeline.Rect{X: width / 2, Y: height - h, W: w, H: h},
			Video: &timeline.Video{Media: "presenter", Crop: timeline.Rect{W: w, H: h}}},
			timeline.Layer{ID: fmt.Sprint("caption ", i), Kind: timeline.KindText, From: 125 * i, Frames: length, Opacity: 1,
				Box: timeline.Rect{X: 60, Y: height / 2, W: 200, H: 60},
				Text: &timeline.Text{Size: 40, Color: "#FFFFFF",
					Fonts: []timeline.Font{{Family: "DejaVu Sans", Media: "sans", Weight: 400}},
					Lines: []timeline.Line{{X: 60, Baseline: float64(height / 2), Runs: []timeline.Run{{Text: say(i)}}}}}})
		f.Sounds = append(f.Sounds, timeline.Sound{ID: fmt.Sprint("voice ", i), Media: "presenter", From: 125 * i,
			Frames: length, Gain: []timeline.Point{{Gain: 1}}})
	}
	content := map[string]string{}
	for key, m := range media {
		sum, _, err := hashkey.File(m.File)
		if err != nil {
			s.Fatal(err)
		}
		content[key] = fmt.Sprintf("%x", sum)
	}
	return f, content
}

func (s *studio) run(args ...string) {
	args = append([]string{"-hide_banner", "-nostdin", "-v", "error", "-y"}, args...)
	if out, err := exec.CommandContext(s.Context(), s.Tools.FFmpeg, args...).CombinedOutput(); err != nil {
		s.Fatalf("ffmpeg: %v %s", err, out)
	}
}

// way renders a film as it is when it is called.
func (s *studio) way(name string, fresh bool, film func() *timeline.Film, content map[string]string) benchtest.Way {
	return benchtest.Way{Name: name, Do: func() error {
		s.Fresh = fresh
		s.progress.made.Clear()
		_, err := s.Render(s.Context(), Film{
			Timeline: film(), Content: content, Out: filepath.Join(s.dir, name+".mp4"),
			Encoding: Encoding{Preset: s.preset, FFmpeg: s.ffmpeg},
		}, nil)
		return err
	}}
}

// benchEdit compares a film of which one scene changes with the complete film.
func benchEdit(b *testing.B, width, height, seconds, rounds int) {
	s := newStudio(b)
	f, content := s.benchFilm(width, height, seconds, func(scene int) string { return fmt.Sprint("Scene number ", scene) })
	round := 0
	edited := func() *timeline.Film {
		round++
		e := *f
		e.Layers = append([]timeline.Layer(nil), f.Layers...)
		text := *e.Layers[4].Text
		line := text.Lines[0]
		line.Runs = []timeline.Run{{Text: fmt.Sprint("Hello number ", round)}}
		text.Lines = []timeline.Line{line}
		e.Layers[4].Text = &text
		return &e
	}
	b.Logf("%d pieces", len(piece.Cut(f)))
	benchtest.Ratio(b, benchtest.Processor, rounds,
		s.way("edited", false, edited, content), s.way("complete", true, func() *timeline.Film { return f }, content))
}

// BenchmarkRow is a row of a film of 30 s at 1080p of which 5 s differ. Goal: at most 0.25 of the complete film.
func BenchmarkRow(b *testing.B) { benchEdit(b, 1920, 1080, 30, 2) }

// BenchmarkCaption is a caption that is edited in a film of 5 min. Goal: at most 0.05 of the complete film.
func BenchmarkCaption(b *testing.B) { benchEdit(b, 960, 540, 300, 1) }

// benchFloor compares a film with its floor: x264 for the same frames from a file, the decoding of its clips, and AAC.
func benchFloor(b *testing.B, seconds, rounds int) {
	s := newStudio(b)
	f, content := s.benchFilm(1920, 1080, seconds, func(scene int) string { return fmt.Sprint("Scene number ", scene) })
	ours := s.way("greenroom", true, func() *timeline.Film { return f }, content)
	if err := ours.Do(); err != nil {
		b.Fatal(err)
	}
	raw, wav := filepath.Join(s.dir, "film.yuv"), filepath.Join(s.dir, "film.wav")
	s.run("-i", filepath.Join(s.dir, "greenroom.mp4"), "-map", "0:v", "-f", "rawvideo", "-pix_fmt", "yuv420p", raw,
		"-map", "0:a", wav)
	spec := native.Spec{Film: f, Tools: s.Tools}
	x264 := append([]string{"-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "1920x1080", "-r", "25", "-i", raw},
		strings.Fields("-c:v libx264 -preset medium -profile:v high -crf 18 -g 50 -pix_fmt yuv420p")...)
	floor := func(args ...string) error {
		args = append([]string{"-hide_banner", "-nostdin", "-v", "error", "-y"}, args...)
		return exec.CommandContext(b.Context(), spec.Tools.FFmpeg, args...).Run()
	}
	var decode []string
	for range (seconds + 4) / 5 {
		decode = append(decode, "file '"+f.Media["presenter"].File+"'\n")
	}
	list := filepath.Join(s.dir, "list.txt")
	if err := os.WriteFile(list, []byte(strings.Join(decode, "")), 0o600); err != nil {
		b.Fatal(err)
	}
	benchtest.Ratio(b, benchtest.Processor, rounds, ours, benchtest.Way{Name: "floor", Do: func() error {
		return errors.Join(
			floor(append(x264, filepath.Join(s.dir, "floor.mp4"))...),
			floor("-f", "concat", "-safe", "0", "-c:v", "libvpx-vp9", "-i", list, "-an", "-t", fmt.Sprint(seconds),
				"-f", "null", "-"),
			floor("-i", wav, "-c:a", "aac", "-b:a", "192k", filepath.Join(s.dir, "floor.m4a")),
		)
	}})
}

// BenchmarkFloorShort is a film of 4 s at 1080p. Goal: at most 1.5 times its floor.
func BenchmarkFloorShort(b *testing.B) { benchFloor(b, 4, 3) }

// BenchmarkFloorLong is a film of 30 s at 1080p. Goal: at most 1.3 times its floor.
func BenchmarkFloorLong(b *testing.B) { benchFloor(b, 30, 1) }
