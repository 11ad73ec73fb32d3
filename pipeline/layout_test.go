package pipeline

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/pipeline/event"
)

// TestThePublicFolderOfTheConfiguration is used without running the configuration; where it is computed, the hint of a
// warning is what to write.
func TestThePublicFolderOfTheConfiguration(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config, more, public string
		warned               bool
	}{
		"none":         {public: "public/greenroom"},
		"a literal":    {config: "throw new Error('a build runs it');\nConfig.setPublicDir('./static');\n", public: "static/greenroom"},
		"computed":     {config: "Config.setPublicDir(process.env.WHERE);\n", public: "public/greenroom", warned: true},
		"the manifest": {config: "Config.setPublicDir(process.env.WHERE);\n", more: "remotion: {public: mine}\n", public: "mine/greenroom"},
	} {
		dir := t.TempDir()
		files := map[string]string{
			ManifestName: "version: 1\n" + c.more + "defaults: {avatar: {id: a}, voice: {id: v}}\nclips: {hello: {script: Hi.}}\n",
		}
		if c.config != "" {
			files["remotion.config.ts"] = c.config
		}
		for file, text := range files {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		var warnings []string
		sink := func(e event.Event) {
			if e.State == event.Warned {
				warnings = append(warnings, e.Message)
			}
		}
		p, err := Open(Options{ManifestPath: filepath.Join(dir, ManifestName), Getenv: func(string) string { return "" }, Sink: sink})
		if err != nil {
			t.Fatal(err)
		}
		if got := p.PublicDir(); got != c.public || p.PublicDir() != got {
			t.Errorf("%s: clips go to %s, want %s", name, got, c.public)
		}
		if err := p.Close(); err != nil { // every event has been sent
			t.Error(err)
		}
		if text := strings.Join(warnings, "\n"); c.warned != strings.Contains(text, "remotion: {public: FOLDER}") {
			t.Errorf("%s: warned of %q", name, text)
		}
	}
}
