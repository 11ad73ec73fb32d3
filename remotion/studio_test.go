package remotion

import (
	"slices"
	"testing"

	"greenroom/remotion/project"
)

// TestStudioGetsWhatTheManifestSays and nothing else: the rest it reads from the project's configuration by itself.
func TestStudioGetsWhatTheManifestSays(t *testing.T) {
	t.Parallel()
	plain := []string{"--no-open", "--port", "3456"}
	for _, c := range []struct {
		layout project.Layout
		want   []string
	}{
		{project.Layout{Dir: "/p"}, plain},
		{project.Layout{Dir: "/p", Source: "lib"}, plain},
		{project.Layout{Entry: "video/a.tsx"}, append([]string{"video/a.tsx"}, plain...)},
		{project.Layout{Public: "static", Config: "video/c.ts"}, append(slices.Clone(plain), "--public-dir", "static", "--config", "video/c.ts")},
	} {
		if got := studioArgs(StudioSpec{Layout: c.layout, Port: 3456}); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %q", c.layout, got)
		}
	}
}

func TestStudioIsToldTheEntryThatIsFound(t *testing.T) {
	for name, c := range map[string]struct {
		config string
		want   string
	}{
		"no configuration": {"", "src/remotion/index.ts"},
		"without an entry": {"Config.setOverwriteOutput(true);", "src/remotion/index.ts"},
		"with an entry":    {"Config.setEntryPoint('./video/main.ts');", "--no-open"},
	} {
		dir := t.TempDir()
		put(t, dir, map[string]string{"src/remotion/index.ts": "", "video/main.ts": ""})
		if c.config != "" {
			put(t, dir, map[string]string{"remotion.config.ts": c.config})
		}
		if got := studioArgs(StudioSpec{Layout: project.Layout{Dir: dir}, Port: 3456}); got[0] != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
