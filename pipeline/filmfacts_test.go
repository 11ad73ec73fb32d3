package pipeline

import (
	"os/exec"
	"path/filepath"
	"testing"

	"greenroom/compose/timeline"
	"greenroom/compose/timeline/timelinetest"
	"greenroom/internal/fault"
	"greenroom/pipeline/film"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/project"
)

// TestVideosAreMeasuredAsTheyAreShown: turned footage has its sides changed, and pixels that are not square are made so.
func TestVideosAreMeasuredAsTheyAreShown(t *testing.T) {
	m := &manifest.Manifest{Path: filepath.Join(t.TempDir(), ManifestName)}
	p := &Project{Project: project.Of(m, project.Options{LookPath: exec.LookPath})}
	tools, err := p.Tools.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	footage := timelinetest.Footage(t, t.TempDir())
	const w, h = timelinetest.ClipWidth, timelinetest.ClipHeight
	for key, want := range map[string][2]int{"clip": {w, h}, "turned": {h, w}, "over": {w, h}, "back": {h, w}, "full": {w, h}, "bt601": {w, h}, "untagged": {w, h}, "vp9": {w, h}} {
		path := footage[key].File
		facts := film.Facts{Files: map[string]film.File{}}
		if err := p.readFile(t.Context(), path, manifest.LayerVideo, timeline.Media{File: path}, &facts); err != nil {
			t.Errorf("%s: %v", key, err)
			continue
		}
		m := facts.Files[path].Media
		if m.Width != want[0] || m.Height != want[1] || m.Alpha {
			t.Errorf("%s: %d x %d, want %v", key, m.Width, m.Height, want)
		}
		if m.Matrix != footage[key].Matrix || m.FullRange != footage[key].FullRange {
			t.Errorf("%s: matrix %q, full range %v", key, m.Matrix, m.FullRange)
		}
	}
	pal := filepath.Join(t.TempDir(), "pal.mp4")
	args := []string{"-v", "error", "-f", "lavfi", "-i", "testsrc2=s=720x576:d=0.2", "-vf", "setsar=4/3", "-pix_fmt", "yuv420p", pal}
	if out, err := exec.CommandContext(t.Context(), tools.FFmpeg, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	facts := film.Facts{Files: map[string]film.File{}}
	if err := p.readFile(t.Context(), pal, manifest.LayerVideo, timeline.Media{File: pal}, &facts); err != nil {
		t.Fatal(err)
	}
	if m := facts.Files[pal].Media; m.Width != 960 || m.Height != 576 {
		t.Errorf("pixels of 4:3: %d x %d", m.Width, m.Height)
	}
	mad := filepath.Join(t.TempDir(), "mad.mp4")
	args = []string{"-v", "error", "-f", "lavfi", "-i", "testsrc2=s=640x360:d=0.2", "-vf", "setsar=200/1", "-pix_fmt", "yuv420p", mad}
	if out, err := exec.CommandContext(t.Context(), tools.FFmpeg, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := p.readFile(t.Context(), mad, manifest.LayerVideo, timeline.Media{File: mad}, &facts); fault.KindOf(err) != fault.Media {
		t.Errorf("pixels of 200:1: %v", err)
	}
}
