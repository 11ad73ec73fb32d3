package manifest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheProjectsFoldersAreNamed(t *testing.T) {
	m, faults := parse(t,
		"remotion: {entry: s.md, public: ./static/, source: 'lib\\greenroom'}\n"+start+"  one: {script: Hi.}\n")
	if faults != nil {
		t.Fatal(faults)
	}
	l := m.Remotion
	if l.Entry != "s.md" || l.PublicDir() != "static" || l.Published() != "static/greenroom" ||
		l.SourceDir() != "lib/greenroom" || l.Config != "" || l.Dir != m.Dir {
		t.Errorf("%+v", l)
	}
	for text, want := range map[string]string{
		"{public: ../static}":           "not inside the project",
		"{public: /srv/static}":         "not inside the project",
		"{public: 'C:\\static'}":        "not inside the project",
		"{public: .}":                   "not inside the project",
		"{public: ''}":                  "remotion.public",
		"{public: node_modules/x}":      "node_modules",
		"{source: .greenroom}":          ".greenroom",
		"{entry: src/none.ts}":          "src/none.ts is not a file",
		"{config: ..}":                  "not inside the project",
		"{public: s.md}":                "s.md is a file",
		"{public: a, source: a}":        "the same folder",
		"{publik: a}":                   "publik",
		"[a]":                           "remotion",
		"{public: [a]}":                 "remotion.public",
		"{entry: \"s.md\\0\"}":          "remotion.entry",
		"{source: src/../../greenroom}": "not inside the project",
	} {
		_, faults := parse(t, "remotion: "+text+"\n"+start+"  one: {script: Hi.}\n")
		if len(faults) == 0 || !strings.Contains(faults[0].Error(), want) || faults[0].Hint == "" {
			t.Errorf("%s: %v, want %q and a hint", text, faults, want)
		}
	}
}

func TestAProjectFolderMayBeALink(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "real"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real", filepath.Join(dir, "static")); err != nil {
		t.Fatal(err)
	}
	m, err := Parse(filepath.Join(dir, "greenroom.yaml"),
		[]byte("remotion: {public: static}\n"+start+"  one: {script: Hi.}\n"))
	if err != nil || m.Remotion.Public != "static" {
		t.Error(err)
	}
}
