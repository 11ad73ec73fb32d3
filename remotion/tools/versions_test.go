package tools

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOtherVersionsOfRemotionAreRefused(t *testing.T) {
	for version, want := range map[string]string{
		Oldest: "", "4.0.529": "", "4.1.0-alpha2": "", "4.10.0": "",
		"4.0.141": "too old", "4.0.0-alpha19": "too old", "3.3.102": "not supported", "5.0.0": "not supported", "": "read the version",
	} {
		dir := t.TempDir()
		put(t, dir, map[string]string{"node_modules/@remotion/renderer/package.json": `{"version":"` + version + `"}`})
		err := Supported(dir)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", version, err, want)
		}
	}
}

func TestMixedVersionsAreReported(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{
		"node_modules/@remotion/renderer/package.json": `{"version":"4.0.529"}`, "node_modules/@remotion/bundler/package.json": `{"version":"4.0.529"}`,
		"node_modules/remotion/package.json": `{"version":"4.0.541"}`,
	})
	if got := Mixed(dir); !strings.Contains(got, "remotion 4.0.541") || !strings.Contains(got, "@remotion/renderer 4.0.529") {
		t.Error(got)
	}
	put(t, dir, map[string]string{"node_modules/remotion/package.json": `{"version":"4.0.529"}`})
	if got := Mixed(dir); got != "" {
		t.Error(got)
	}
}

// put writes files below dir, by their slashed names.
func put(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
