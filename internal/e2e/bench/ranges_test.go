package bench

import (
	"fmt"
	"os"
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

// rangesOf measures rendering changed films by range, and in one run, with the bundle made before. Each way has files
// of its own; before removes what a way finds.
func rangesOf(b *testing.B, goal string, dir string, edit func(round int), films func(round int) []string) {
	round := 0
	way := func(args ...string) func() error {
		return func() error {
			round++
			edit(round)
			e2etest.Run(b, dir, "greenroom", append(append([]string{"render", "--renderer", "remotion"}, args...), films(round)...)...)
			return os.RemoveAll(filepath.Join(dir, "out"))
		}
	}
	b.Log(goal)
	benchtest.Ratio(b, benchtest.Processor, 1, benchtest.Way{Name: "ranges", Do: way()},
		benchtest.Way{Name: "whole", Do: way("--whole")})
}

// BenchmarkRemotionRows is a session of five row films of 25 s at 720p, each of which has a scene of 5 s of its own.
// Goal: at most 0.35 of the session that renders complete films.
func BenchmarkRemotionRows(b *testing.B) {
	dir := rangesProject(b)
	const manifest = `version: 1
project: rows
size: 1280x720
heygen: {api: sandbox}
clips: {presenter: {file: presenter.mp4, transparent: false}}
compositions:
`
	edit := func(round int) {
		var text strings.Builder
		text.WriteString(manifest)
		for row := range 5 {
			fmt.Fprintf(&text, "  row%d:\n    length: 25s\n    background: \"#203040\"\n    layers:\n", row)
			for scene := range 5 {
				title := fmt.Sprintf("Scene %d of round %d", scene, round)
				if scene == 1 {
					title = fmt.Sprintf("Row %d of round %d", row, round)
				}
				fmt.Fprintf(&text, "      - {clip: presenter, at: %ds, for: 5s, box: {right: 5%%, top: 10%%, width: 35%%}}\n"+
					"      - {text: %q, style: title, at: %ds, for: 5s}\n", 5*scene, title, 5*scene)
			}
		}
		e2etest.Write(b, filepath.Join(dir, "greenroom.yaml"), text.String())
	}
	edit(0)
	e2etest.Run(b, dir, "greenroom", "build")
	rangesOf(b, "goal 0.35", dir, edit, func(int) []string { return []string{"--all"} })
}

// BenchmarkRemotionScene is one edited scene of a film of ten scenes of 3 s at 720p. Goal: at most 0.2 of the complete
// film.
func BenchmarkRemotionScene(b *testing.B) {
	dir := rangesProject(b)
	edit := func(round int) {
		var text strings.Builder
		text.WriteString(`version: 1
project: scene
size: 1280x720
heygen: {api: sandbox}
clips: {presenter: {file: presenter.mp4, transparent: false}}
compositions:
  film:
    length: 30s
    background: "#203040"
    layers:
`)
		for scene := range 10 {
			title := fmt.Sprintf("Scene %d", scene)
			if scene == 4 {
				title = fmt.Sprintf("Edited %d", round)
			}
			fmt.Fprintf(&text, "      - {clip: presenter, at: %ds, for: 3s, box: {right: 5%%, top: 10%%, width: 35%%}}\n"+
				"      - {text: %q, style: title, at: %ds, for: 3s}\n", 3*scene, title, 3*scene)
		}
		e2etest.Write(b, filepath.Join(dir, "greenroom.yaml"), text.String())
	}
	edit(0)
	e2etest.Run(b, dir, "greenroom", "build")
	rangesOf(b, "goal 0.2", dir, edit, func(int) []string { return []string{"film"} })
}
