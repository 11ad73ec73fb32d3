//go:build unix

package schema

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"greenroom/compose/media"
	"greenroom/compose/native"
	"greenroom/compose/timeline"
	"greenroom/compose/timeline/timelinetest"
	"greenroom/internal/benchtest"
	"greenroom/remotion"
	layout "greenroom/remotion/project"
)

// enlarge makes a film of timelinetest k times as large.
func enlarge(f *timeline.Film, k int) {
	grow := func(r *timeline.Rect) { r.X, r.Y, r.W, r.H = r.X*k, r.Y*k, r.W*k, r.H*k }
	f.Width, f.Height = f.Width*k, f.Height*k
	for i := range f.Layers {
		l := &f.Layers[i]
		grow(&l.Box)
		l.Radius *= float64(k)
		l.Enter.DX, l.Enter.DY, l.Leave.DX, l.Leave.DY = l.Enter.DX*k, l.Enter.DY*k, l.Leave.DX*k, l.Leave.DY*k
		if l.Text == nil {
			continue
		}
		l.Text.Size *= float64(k)
		if l.Text.Stroke != nil {
			l.Text.Stroke.Width *= float64(k)
		}
		for j := range l.Text.Lines {
			line := &l.Text.Lines[j]
			line.X, line.Baseline, line.Width = line.X*float64(k), line.Baseline*float64(k), line.Width*float64(k)
		}
	}
}

// BenchmarkFiveFilms is the wall time of five short films through one session against that of
// `npx remotion render` for each, from the source as people type it, and from a bundle that
// was made before.
func BenchmarkFiveFilms(b *testing.B) {
	p := stage(b)
	film := timelinetest.Film(p.footage, "presenter")
	props := filepath.Join(b.TempDir(), "props.json")
	raw, err := json.Marshal(map[string]any{"film": film})
	if err != nil {
		b.Fatal(err)
	}
	put(b, props, raw)
	cli := func(from string) time.Duration {
		start := time.Now()
		for range 5 {
			cmd := exec.CommandContext(b.Context(), "node", "node_modules/@remotion/cli/remotion-cli.js", "render", from, "Timeline", filepath.Join(b.TempDir(), "film.mp4"), "--props="+props,
				"--browser-executable="+p.r.Browser, "--chrome-mode=headless-shell", "--color-space=bt709", "--crf=18", "--concurrency=1", "--log=error")
			cmd.Dir = p.dir
			if out, err := cmd.CombinedOutput(); err != nil {
				b.Fatalf("%v\n%s", err, out)
			}
		}
		return time.Since(start)
	}
	session := func(home string) time.Duration {
		start := time.Now()
		s, err := p.r.Open(b.Context(), remotion.SessionSpec{Layout: layout.Layout{Dir: p.dir}, CacheDir: home}, nil)
		if err != nil {
			b.Fatal(err)
		}
		for range 5 {
			draw(b, s, film, filepath.Join(b.TempDir(), "film.mp4"))
		}
		s.Close()
		return time.Since(start)
	}
	var cold, warm, source, bundled []float64
	for range b.N {
		home := b.TempDir()
		cold = append(cold, session(home).Seconds()) // bundles
		source = append(source, cli("src/index.ts").Seconds())
		warm = append(warm, session(home).Seconds())
		bundles, err := filepath.Glob(filepath.Join(home, "bundle-*"))
		if err != nil || len(bundles) != 1 {
			b.Fatal(bundles, err)
		}
		bundled = append(bundled, cli(bundles[0]).Seconds())
	}
	c, w, s, d := benchtest.Median(cold), benchtest.Median(warm), benchtest.Median(source), benchtest.Median(bundled)
	b.ReportMetric(s/c, "x-of-source")
	b.ReportMetric(d/w, "x-of-bundle")
	b.ReportMetric(c, "s-session")
	b.ReportMetric(s, "s-npx-source")
	b.ReportMetric(w, "s-session-bundled")
	b.ReportMetric(d, "s-npx-bundled")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkNativeCost is the processor time of a presenter film of two seconds at 1080p, with
// a clip prepared at the size it is shown in, drawn by both renderers.
func BenchmarkNativeCost(b *testing.B) {
	tools, err := media.FindTools(b.Context(), exec.LookPath)
	if err != nil {
		b.Fatal(err)
	}
	p := stage(b)
	film := timelinetest.Film(p.footage, "presenter")
	enlarge(film, 6)
	clip := filepath.Join(p.dir, "public", timelinetest.Folder, "large.webm")
	ffmpeg(b, "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=960x720:r=25:d=2,format=rgba,colorchannelmixer=aa=0.9", "-f", "lavfi", "-i", "sine=330:d=2",
		"-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuva420p", "-c:v", "libvpx-vp9", "-b:v", "0", "-crf", "30", "-deadline", "realtime", "-cpu-used", "8", "-g", "25", "-auto-alt-ref", "0",
		"-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv", "-metadata:s:v:0", "alpha_mode=1", "-af", "asetpts=PTS-STARTPTS+0.0065/TB", "-c:a", "libopus", "-avoid_negative_ts", "disabled", clip)
	m := map[string]timeline.Media{}
	for k, v := range film.Media {
		m[k] = v
	}
	m["alpha"] = timeline.Media{File: clip, Public: timelinetest.Folder + "/large.webm", Width: 960, Height: 720, Seconds: 2, Codec: "vp9", Alpha: true}
	film.Media = m
	for i := range film.Layers {
		if v := film.Layers[i].Video; v != nil {
			v.Crop = timeline.Rect{W: 960, H: 720}
		}
	}
	home := b.TempDir()
	theirs := func() float64 {
		before := benchtest.CPU()
		s, err := p.r.Open(b.Context(), remotion.SessionSpec{Layout: layout.Layout{Dir: p.dir}, CacheDir: home}, nil)
		if err != nil {
			b.Fatal(err)
		}
		draw(b, s, film, filepath.Join(b.TempDir(), "film.mp4"))
		s.Close()
		return (benchtest.CPU() - before).Seconds()
	}
	ours := func() float64 {
		before := benchtest.CPU()
		if _, err := native.Render(b.Context(), native.Spec{Film: film, Out: filepath.Join(b.TempDir(), "film.mp4"), Tools: tools, WorkDir: b.TempDir()}, nil); err != nil {
			b.Fatal(err)
		}
		return (benchtest.CPU() - before).Seconds()
	}
	theirs() // bundles
	var t, o []float64
	for range b.N {
		t, o = append(t, theirs()), append(o, ours())
	}
	b.ReportMetric(benchtest.Median(t)/benchtest.Median(o), "x-less-cpu")
	b.ReportMetric(benchtest.Median(t), "cpu-s-remotion")
	b.ReportMetric(benchtest.Median(o), "cpu-s-native")
	b.ReportMetric(0, "ns/op")
}
