package native

import (
	"context"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"greenroom/compose/media"
	"greenroom/compose/timeline"
	"greenroom/compose/timeline/timelinetest"
)

// tools are found once.
var tools = sync.OnceValues(func() (media.Tools, error) {
	return media.FindTools(context.Background(), exec.LookPath)
})

func need(t testing.TB) media.Tools {
	t.Helper()
	found, err := tools()
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// footage is made once for all tests of a run; every test reads it only.
var (
	footageOnce sync.Once
	footageDir  string
	footageAll  map[string]timeline.Media
)

func footage(t testing.TB) map[string]timeline.Media {
	t.Helper()
	footageOnce.Do(func() { footageAll = timelinetest.Footage(t, footageDir) })
	if footageAll == nil {
		t.Fatal("the footage could not be made")
	}
	return footageAll
}

// render renders a film into a file of the given extension and preset.
func render(t testing.TB, f *timeline.Film, name, preset string) Result {
	t.Helper()
	res, err := Render(t.Context(), Spec{Film: f, Out: filepath.Join(t.TempDir(), name), Preset: preset, Tools: need(t),
		WorkDir: t.TempDir()}, nil)
	if err != nil {
		t.Fatalf("film %q: %v", f.Name, err)
	}
	return res
}
