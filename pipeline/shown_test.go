package pipeline

import (
	"os"
	"path/filepath"
	"testing"

	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/project"
	"greenroom/pipeline/routes"
)

func TestPrepareScaleShownFollowsTheCompositions(t *testing.T) {
	dir := t.TempDir()
	spec := func(width string) [2]int {
		t.Helper()
		path := filepath.Join(dir, ManifestName)
		text := "version: 1\nprepare: {scale: shown}\ndefaults: {avatar: {id: a}, voice: {id: v}}\nclips: {hello: {script: Hi.}, full: {script: Hi., prepare: {scale: full}}}\n" +
			"compositions: {a: {layers: [{clip: hello, box: {width: " + width + "}}, {clip: full, box: {width: 10px}}]}}\n"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		m, err := manifest.Load(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		p := newProject(project.Of(m, project.Options{Getenv: os.Getenv}), nil, Options{})
		in := lockfile.Info{Width: 1920, Height: 1080, Box: lockfile.Box{X: 600, Y: 120, W: 720, H: 960}}
		if s := p.recipes.Recipe(m.Clips[1], routes.V2Key, in); s.Width != 0 {
			t.Errorf("a clip with scale: full is scaled to %d", s.Width)
		}
		s := p.recipes.Recipe(m.Clips[0], routes.V2Key, in)
		return [2]int{s.Width, s.Height}
	}
	for width, want := range map[string][2]int{"360px": {360, 480}, "100%": {0, 0}, "100px": {100, 133}} {
		if got := spec(width); got != want {
			t.Errorf("%s: %v, want %v", width, got, want)
		}
	}
}
