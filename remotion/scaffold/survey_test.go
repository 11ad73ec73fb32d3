package scaffold

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// put writes files into dir.
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

const (
	registers = "import {registerRoot} from 'remotion';\nimport {Root} from './Root';\nregisterRoot(Root);\n"
	oneFilm   = `<Composition id="Film" component={Film} durationInFrames={90} fps={30} width={1080} height={1920} />`
)

func TestWhatIsReadOfAProject(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files                         map[string]string
		entry, public, source, size   string
		example                       string // from which the example imports
		unknown                       []string
		entryOfManifest, publicOfYAML string
	}{
		"create-video": {
			files:  map[string]string{"src/index.ts": registers, "src/Root.tsx": oneFilm},
			entry:  "src/index.ts",
			source: "src/greenroom", size: "30 1080x1920 Film", example: "./greenroom",
		},
		"Next template": {
			files: map[string]string{
				"src/remotion/index.ts": registers,
				"src/remotion/Root.tsx": `<Composition id={COMP_NAME} fps={VIDEO_FPS} width={VIDEO_WIDTH} height={VIDEO_HEIGHT} />`,
				"types/constants.ts":    "export const VIDEO_FPS = 60;\nexport const VIDEO_WIDTH = 1_280;\nexport const VIDEO_HEIGHT: number = 720;\n",
			},
			entry: "src/remotion/index.ts", source: "src/remotion/greenroom", size: "60 1280x720 COMP_NAME", example: "./greenroom",
		},
		"no src": {
			files: map[string]string{"remotion/index.js": registers, "remotion/films/Root.jsx": oneFilm},
			entry: "remotion/index.js", source: "remotion/greenroom", size: "30 1080x1920 Film", example: "../greenroom",
		},
		"entry of another name": {
			files: map[string]string{"video/main.tsx": registers, "video/Root.tsx": oneFilm},
			entry: "video/main.tsx", source: "video/greenroom", size: "30 1080x1920 Film", example: "./greenroom", entryOfManifest: "video/main.tsx",
		},
		"entry at the root": {
			files: map[string]string{"index.tsx": registers, "Root.tsx": oneFilm},
			entry: "index.tsx", source: "greenroom", size: "30 1080x1920 Film", example: "./greenroom", entryOfManifest: "index.tsx",
		},
		"configured": {
			files: map[string]string{
				"remotion.config.ts": "// Config.setPublicDir('wrong');\nConfig.setEntryPoint('./app/video/entry.ts');\nConfig.setPublicDir(\n  \"./static\",\n);\n",
				"app/video/entry.ts": registers, "app/video/Root.tsx": oneFilm, "src/index.ts": "other",
			},
			entry: "app/video/entry.ts", public: "static", source: "app/video/greenroom", size: "30 1080x1920 Film",
			example: "./greenroom", entryOfManifest: "app/video/entry.ts", publicOfYAML: "static",
		},
		"computed": {
			files: map[string]string{
				"remotion.config.ts": "Config.setPublicDir(path.join(process.cwd(), 'static'));\n",
				"src/index.ts":       registers, "src/Root.tsx": `<Composition id="Film" fps={fps()} width={w} height={720} />`,
			},
			entry: "src/index.ts", source: "src/greenroom", size: " x ", unknown: []string{"public"}, example: "./greenroom",
		},
		"outside": {
			files: map[string]string{"remotion.config.ts": "Config.setPublicDir('../shared');", "src/index.ts": registers},
			entry: "src/index.ts", source: "src/greenroom", size: " x ", unknown: []string{"public"}, example: "./greenroom",
		},
		"two roots": {
			files:  map[string]string{"a/main.tsx": registers, "b/main.tsx": registers},
			source: "src/greenroom", size: " x ", unknown: []string{"entry"}, example: "./greenroom",
		},
		"commented out": {
			files: map[string]string{"src/index.ts": registers, "src/Root.tsx": "{/* " + strings.Replace(oneFilm, "30", "60", 1) + " */}\n" + oneFilm},
			entry: "src/index.ts", source: "src/greenroom", size: "30 1080x1920 Film", example: "./greenroom",
		},
		"one constant with two values": {
			files: map[string]string{
				"src/index.ts": registers, "src/a.ts": "const FPS = 30;\n", "src/b.ts": "const FPS = 60;\n",
				"src/Root.tsx": `<Composition id="A" fps={FPS} width={1280} height={720} />`,
			},
			entry: "src/index.ts", source: "src/greenroom", size: " x ", example: "./greenroom",
		},
	} {
		dir := t.TempDir()
		put(t, dir, c.files)
		s := Read(dir)
		size := strings.TrimSuffix(s.FPS+" "+s.Width+"x"+s.Height+" "+s.Of, " ")
		if s.Entry != c.entry || s.Layout.Public != c.public || s.Layout.SourceDir() != c.source || size != strings.TrimSuffix(c.size, " ") ||
			s.Layout.Entry != c.entryOfManifest || !slices.Equal(s.Unknown, c.unknown) {
			t.Errorf("%s: entry %q (%q), public %q, source %q, size %q, unknown %v", name, s.Entry, s.Layout.Entry, s.Layout.Public,
				s.Layout.SourceDir(), size, s.Unknown)
		}
		if want := "from '" + c.example + "';"; !strings.Contains(s.Example(), want) {
			t.Errorf("%s: the example is\n%s", name, s.Example())
		}
		text := FirstManifest("film", &s)
		for key, value := range map[string]string{"public": c.publicOfYAML, "entry": c.entryOfManifest} {
			if has := strings.Contains(text, "\n  "+key+": "); has != (value != "") {
				t.Errorf("%s: the manifest has for %s:\n%s", name, key, text)
			}
		}
		for _, key := range c.unknown {
			if !strings.Contains(text, "  # "+key+": NAME") {
				t.Errorf("%s: the manifest does not say that %s is unknown:\n%s", name, key, text)
			}
		}
	}
}
