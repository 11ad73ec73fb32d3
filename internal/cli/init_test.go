package cli

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greenroom/pipeline/manifest"
)

// callIn runs one command in dir as main does.
func callIn(t *testing.T, dir string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errOut bytes.Buffer
	code = Main(t.Context(), args, Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errOut, Getenv: func(string) string { return "" },
		LookPath: exec.LookPath, Now: time.Now, Dir: dir, Version: "1.2.3"})
	return code, out.String(), errOut.String()
}

// write puts files into dir; a name that ends in / is a folder.
func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		folder := filepath.Dir(p)
		if strings.HasSuffix(name, "/") {
			folder = p
		}
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		if folder != p {
			if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// listing is every file and folder below dir.
func listing(t *testing.T, dir string) (names string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, _ os.DirEntry, err error) error {
		rel, _ := filepath.Rel(dir, p)
		names += filepath.ToSlash(rel) + "\n"
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

const (
	dependsOnRemotion = `{"name": "mine", "dependencies": {"remotion": "4.0.529", "@remotion/cli": "4.0.529", "react": "19.2.3"}}`
	root              = `import {Composition} from 'remotion';
export const Root = () => <Composition id="MyComp" component={() => null} durationInFrames={90} fps={30} width={1080} height={1080} />;
`
	entry = "import {registerRoot} from 'remotion';\nimport {Root} from './Root';\nregisterRoot(Root);\n"
)

func TestInitInExistingProjects(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files    map[string]string
		source   string
		section  string // of the manifest
		has, not []string
	}{
		"create-video": {map[string]string{"src/index.ts": entry, "src/Root.tsx": root}, "src/greenroom", "",
			[]string{"'./greenroom'", "npm install --save-exact @remotion/media@4.0.529 zod@4.5.4", "greenroom render MyComp"}, nil},
		"Next": {map[string]string{"src/remotion/index.ts": entry, "src/remotion/Root.tsx": root, "pnpm-lock.yaml": ""}, "src/remotion/greenroom",
			"remotion:\n  source: src/remotion/greenroom\n", []string{"pnpm add --save-exact"}, nil},
		"JavaScript without src": {map[string]string{"video/main.jsx": entry, "video/Root.jsx": root, "remotion.config.js": "Config.setPublicDir('./static');"},
			"video/greenroom", "remotion:\n  entry: video/main.jsx\n  public: static\n  source: video/greenroom\n", nil, nil},
		"no composition that can be read": {map[string]string{"src/index.ts": entry, "src/Root.tsx": "export const Root = makeRoot(films);"}, "src/greenroom", "",
			[]string{"Next: cd 'my film!' && greenroom build\n"}, []string{"greenroom render"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := t.TempDir()
			dir := filepath.Join(at, "my film!")
			write(t, dir, map[string]string{"package.json": dependsOnRemotion})
			write(t, dir, c.files)
			code, out, msg := callIn(t, at, "init", "--in", "my film!")
			if code != 0 || strings.Contains(msg, "Presenter") || !strings.Contains(msg, "cd 'my film!' && ") {
				t.Fatalf("exit %d:\n%s\n%s", code, out, msg)
			}
			for _, want := range c.has {
				if !strings.Contains(msg, want) {
					t.Errorf("%q is missing in\n%s", want, msg)
				}
			}
			for _, not := range c.not {
				if strings.Contains(msg, not) {
					t.Errorf("%q is in\n%s", not, msg)
				}
			}
			if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(c.source), "AvatarClip.tsx")); err != nil {
				t.Errorf("%v:\n%s", err, out)
			}
			m, err := manifest.Load(t.Context(), filepath.Join(dir, "greenroom.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			b, err := os.ReadFile(m.Path)
			if err != nil || m.Remotion.SourceDir() != c.source || !strings.Contains(string(b), "\n"+c.section+"heygen:") {
				t.Errorf("%v:\n%s", err, b)
			}
			if read := len(c.not) == 0; read != (m.FPS.Num == 30 && m.Width == 1080 && m.Height == 1080) || read == strings.Contains(string(b), "not found in the sources") {
				t.Errorf("the manifest is\n%s", b)
			}
			if code, _, msg := callIn(t, dir, "init"); code != 2 || !strings.Contains(msg, "greenroom init --update") {
				t.Errorf("the second time: exit %d, %s", code, msg)
			}
			if code, out, msg := callIn(t, dir, "init", "--update"); code != 0 || out != "" || !strings.Contains(msg, "up to date") {
				t.Errorf("update: exit %d, %s%s", code, out, msg)
			}
		})
	}
}

// TestInitRefusesAndWritesNothing: each in a folder with a file, and nothing else afterwards.
func TestInitRefusesAndWritesNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files map[string]string
		args  []string
		want  []string
	}{
		"other files":            {map[string]string{"notes.txt": "x", "b.mov": "x"}, []string{"init"}, []string{"b.mov, notes.txt", "--yes"}},
		"parents of an absolute": {nil, []string{"init", "/nonexistent-greenroom/deep/film"}, []string{"mkdir -p /nonexistent-greenroom/deep"}},
		"a file":                 {map[string]string{"film": "x"}, []string{"init", "film"}, []string{"film is a file"}},
		"in what is not there":   {nil, []string{"init", "--in", "my film"}, []string{"greenroom init 'my film'"}},
		"two folders":            {map[string]string{"a/": "", "b/": ""}, []string{"init", "--in", "a", "b"}, []string{"two folders"}},
		"a workspace": {map[string]string{"package.json": `{"workspaces": ["apps/*"]}`, "apps/a video/package.json": dependsOnRemotion, "apps/web/package.json": "{}"},
			[]string{"init"}, []string{"use Remotion: apps/a video", "greenroom init --in 'apps/a video'"}},
		"a pnpm workspace":  {map[string]string{"pnpm-workspace.yaml": "packages: [p/*]\n", "p/web/package.json": "{}"}, []string{"init"}, []string{"none of its packages"}},
		"another kind":      {map[string]string{"package.json": `{"name": "server"}`}, []string{"init"}, []string{"npm install --save-exact remotion@"}},
		"update of nothing": {map[string]string{"greenroom.yaml": "version: 1\n"}, []string{"init", "--update"}, []string{"not a Remotion project"}},
		"new alone":         {nil, []string{"init", "--new"}, []string{"--update"}},
		"source without Remotion": {map[string]string{"greenroom.yaml": "version: 1\nsize: 320x240\nremotion: {source: lib/greenroom}\nheygen: {api: sandbox}\n" +
			"clips: {a: {script: Hi., avatar: {id: x}, voice: {id: y}}}\n"}, []string{"init"}, []string{"remotion.source"}},
		"the manifest cannot be written": {map[string]string{"package.json": dependsOnRemotion, "scripts": "a file"}, []string{"init"}, []string{"scripts"}},
	} {
		dir := t.TempDir()
		write(t, dir, c.files)
		before := listing(t, dir)
		code, out, msg := callIn(t, dir, c.args...)
		if code == 0 || out != "" {
			t.Errorf("%s: exit %d\n%s", name, code, out)
		}
		for _, want := range c.want {
			if !strings.Contains(msg, want) {
				t.Errorf("%s: %q is missing in\n%s", name, want, msg)
			}
		}
		if after := listing(t, dir); after != before {
			t.Errorf("%s: left\n%s", name, after)
		}
	}
}

func TestInitCompletesWhatIsThere(t *testing.T) {
	t.Parallel()
	const mine = "version: 1\nsize: 320x240\nheygen: {api: sandbox}\nclips: {a: {script: Hi., avatar: {id: x}, voice: {id: y}}}\n"
	for name, files := range map[string]map[string]string{
		"a manifest alone":           {"greenroom.yaml": mine, "footage/a.mov": "x"},
		"a manifest with mistakes":   {"greenroom.yaml": "version: 1\nclipz: 1\n"},
		"a new repository":           {".git/HEAD": "x", "README.md": "x", "LICENSE": "x", ".gitignore": "x\r\n"},
		"Remotion and a manifest":    {"greenroom.yaml": mine, "package.json": dependsOnRemotion, "src/index.ts": entry},
		"files, and a yes":           {"notes.txt": "x"},
		"a manifest that has places": {"greenroom.yaml": "remotion: {public: static, source: lib/green}\n" + mine, "package.json": dependsOnRemotion},
	} {
		dir := t.TempDir()
		write(t, dir, files)
		code, out, msg := callIn(t, dir, "init", "--yes")
		if code != 0 || !strings.Contains(out, "AvatarClip.tsx") {
			t.Errorf("%s: exit %d\n%s%s", name, code, out, msg)
		}
		for file, text := range files {
			if have, err := os.ReadFile(filepath.Join(dir, file)); err != nil || !strings.HasPrefix(string(have), text) {
				t.Errorf("%s: %s is now %q, %v", name, file, have, err)
			}
		}
		if _, err := os.Stat(filepath.Join(dir, "lib", "green", "AvatarClip.tsx")); (err == nil) != strings.Contains(files["greenroom.yaml"], "lib/green") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
