package bench

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/internal/benchtest"
	"greenroom/internal/e2e/e2etest"
)

// rangesProject is a project with a presenter of 5 s.
func rangesProject(b *testing.B) string {
	dir := e2etest.FilmProject(b)
	e2etest.Run(b, dir, "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=480x540:d=5:r=25", "-f", "lavfi", "-i",
		"sine=d=5", "-crf", "30", "presenter.mp4")
	return dir
}

// rangesOf measures films that were edited: rendered by range, and in one run. A film that is called warm makes the
// bundle before. Unless first is true, the store has the ranges of the films before the edit.
func rangesOf(b *testing.B, dir string, first bool, edit func(round int), films ...string) {
	round := 0
	render := func(args ...string) float64 {
		round++
		edit(round)
		before := benchtest.CPU()
		e2etest.Run(b, dir, "greenroom", append(append([]string{"render", "--renderer", "remotion"}, args...), films...)...)
		return (benchtest.CPU() - before).Seconds()
	}
	edit(0)
	e2etest.Run(b, dir, "greenroom", "build")
	e2etest.Run(b, dir, "greenroom", "render", "--renderer", "remotion", "warm")
	if !first {
		render()
	}
	var ranges, whole []float64
	for range b.N {
		ranges, whole = append(ranges, render()), append(whole, render("--whole"))
	}
	r, w := benchtest.Median(ranges), benchtest.Median(whole)
	b.ReportMetric(r/w, "ratio")
	b.ReportMetric(r, "cpu-s-ranges")
	b.ReportMetric(w, "cpu-s-whole")
	b.ReportMetric(0, "ns/op")
}

// scenes writes a film of scenes of a presenter, each with a title.
func scenes(name string, n, seconds int, title func(scene int) string) string {
	var text strings.Builder
	fmt.Fprintf(&text, "  %s:\n    length: %ds\n    background: \"#203040\"\n    layers:\n", name, n*seconds)
	for i := range n {
		fmt.Fprintf(&text, "      - {clip: presenter, at: %ds, for: %ds, box: {right: 5%%, top: 10%%, width: 35%%}}\n"+
			"      - {text: %q, style: title, at: %ds, for: %ds}\n", i*seconds, seconds, title(i), i*seconds, seconds)
	}
	return text.String()
}

const rangesManifest = `version: 1
project: ranges
size: 1280x720
heygen: {api: sandbox}
clips: {presenter: {file: presenter.mp4, transparent: false}}
compositions:
  warm: {length: 1s, background: "#000000"}
`

// BenchmarkRemotionRows is a session of five row films of 10 s at 720p, each of which has a scene of 2 s of its own.
// Goal: at most 0.35 of the session that renders complete films.
func BenchmarkRemotionRows(b *testing.B) {
	dir := rangesProject(b)
	rows := []string{"row0", "row1", "row2", "row3", "row4"}
	rangesOf(b, dir, true, func(round int) {
		text := rangesManifest
		for _, row := range rows {
			text += scenes(row, 5, 2, func(scene int) string {
				if scene == 1 {
					return fmt.Sprint("Hello ", row, " in round ", round)
				}
				return fmt.Sprint("Scene ", scene, " of round ", round)
			})
		}
		e2etest.Write(b, filepath.Join(dir, "greenroom.yaml"), text)
	}, rows...)
}

// BenchmarkRemotionScene is one edited scene of a film of ten scenes of 2 s at 720p. Goal: at most 0.2 of the complete
// film.
func BenchmarkRemotionScene(b *testing.B) {
	dir := rangesProject(b)
	rangesOf(b, dir, false, func(round int) {
		e2etest.Write(b, filepath.Join(dir, "greenroom.yaml"), rangesManifest+scenes("film", 10, 2, func(scene int) string {
			if scene == 4 {
				return fmt.Sprint("Edited in round ", round)
			}
			return fmt.Sprint("Scene ", scene)
		}))
	}, "film")
}
