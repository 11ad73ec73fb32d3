package projects

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/remotion/project"
	"greenroom/remotion/scaffold"
	"greenroom/remotion/tools"
)

// A cell is one project of the matrix.
type cell struct{ manager, layout, version string }

func (c cell) String() string { return c.manager + ", " + c.layout + ", " + c.version }

// cells cover every package manager with an old and the newest version of Remotion, and
// every layout with at least two package managers. Yarn resolves the packages of all systems,
// also of those that it does not install: its cells have versions that are complete.
func cells(v versions) []cell {
	return []cell{
		{"npm", "blank template", v.newest},
		{"npm", "workspace", v.newest},
		{"npm", "JavaScript", tools.Oldest},
		{"pnpm", "blank template", tools.Oldest},
		{"pnpm", "workspace", v.newest},
		{"pnpm", "next template", v.newest},
		{"yarn 1", "without src", v.complete},
		{"yarn 1", "workspace", v.oldComplete},
		{"yarn 4", "own folders", v.complete},
		{"yarn 4", "next template", v.oldComplete},
		{"yarn 4 pnp", "blank template", v.complete},
		{"bun", "own folders", tools.Oldest},
		{"bun", "JavaScript", v.newest},
		{"bun", "without src", "4.0.371"}, // the first version with @remotion/media, without what films need
		{"pnpm", "without src", scaffold.MediaFrom},
	}
}

// TestMatrix goes through init, build, tsc, eslint, render and Studio in real projects.
// make test-all runs it: it installs from the registry and takes a minute or two a cell.
// Otherwise it tries one cell with the packages that are there.
func TestMatrix(t *testing.T) {
	if os.Getenv("GREENROOM_TEST_ALL") == "" {
		hoisted(t)
		return
	}
	only := os.Getenv("GREENROOM_CELL")
	for _, c := range cells(published(t)) {
		if !strings.Contains(c.String(), only) {
			continue
		}
		t.Run(c.String(), func(t *testing.T) { c.run(t) })
	}
}

// versions of Remotion on the registry: the newest, and the newest and the oldest that greenroom
// supports for which all packages are there that some system may need.
type versions struct{ newest, complete, oldComplete string }

func published(t *testing.T) (v versions) {
	t.Helper()
	v.newest = strings.TrimSpace(npmView(t, "@remotion/renderer", "dist-tags.latest"))
	var optional map[string]string
	if err := json.Unmarshal([]byte(npmView(t, "@remotion/renderer@"+v.newest, "optionalDependencies", "--json")), &optional); err != nil {
		t.Fatal(err)
	}
	have := map[string]int{}
	var order []string
	for name := range optional {
		var all []string
		if err := json.Unmarshal([]byte(npmView(t, name, "versions", "--json")), &all); err != nil {
			t.Fatal(err)
		}
		for _, one := range all {
			have[one]++
		}
		order = all
	}
	for _, one := range order { // in the order of versions
		if project.Older(one, tools.Oldest) || have[one] < len(optional) || strings.Contains(one, "-") {
			continue
		}
		v.complete = one
		if v.oldComplete == "" {
			v.oldComplete = one
		}
	}
	if v.complete == "" {
		t.Fatal("no supported version of Remotion has all its packages on the registry")
	}
	return v
}

func npmView(t *testing.T, words ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "npm", append([]string{"view"}, words...)...).Output()
	if err != nil {
		t.Fatal(words, err)
	}
	return string(out)
}

// hoisted tries a workspace whose packages lie in the root's node_modules.
func hoisted(t *testing.T) {
	modules := os.Getenv("GREENROOM_NODE_MODULES")
	if modules == "" {
		t.Fatal("GREENROOM_NODE_MODULES names no folder: run make test")
	}
	top := t.TempDir()
	l := layouts("4.0.529")["workspace"]
	for name, text := range l.files {
		write(t, top, name, text)
	}
	write(t, top, "package-lock.json", "{}")
	if err := os.Symlink(modules, filepath.Join(top, "node_modules")); err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, dir: filepath.Join(top, l.project), env: environment("")}
	w.adopt(l)
	w.types(l)
	w.run("greenroom", "render", "Speaker", "--still", "20", "-o", "out/speaker.png")
	if _, err := os.Stat(filepath.Join(w.dir, "node_modules")); err == nil {
		t.Error("packages were installed")
	}
}

func (c cell) run(t *testing.T) {
	l, m := layouts(c.version)[c.layout], managers()[c.manager]
	top := t.TempDir()
	for name, text := range l.files {
		if c.version == tools.Oldest || strings.HasPrefix(c.version, "4.0.1") { // of the same time
			text = strings.NewReplacer(`"react": "19.2.3"`, `"react": "18.3.1"`, `"react-dom": "19.2.3"`, `"react-dom": "18.3.1"`, `"@types/react": "19.2.7"`, `"@types/react": "18.3.3"`).Replace(text)
		}
		write(t, top, name, text)
	}
	m.give(t, top)
	write(t, top, m.lockfile, "")
	if err := os.Remove(filepath.Join(top, m.lockfile)); err != nil {
		t.Fatal(err)
	}
	all := &world{T: t, dir: top, env: environment(onPath(t))}
	w := &world{T: t, dir: filepath.Join(top, l.project), env: all.env}
	all.run(append(m.program, "install")...)
	if m.refused != "" {
		w.run("greenroom", "init", "--in", w.dir)
		w.run("greenroom", "build", "--yes")
		if out, err := w.try("greenroom", "render", "Card", "--install"); err == nil || !strings.Contains(out, m.refused) {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	w.adopt(l, "--install")
	w.types(l)
	w.lint(l)
	before := lockfile(t, top, m)
	removeModules(t, top)
	if out, err := w.try("greenroom", "render", "Speaker"); err == nil || !strings.Contains(out, "are not installed") || !strings.Contains(out, "--install") {
		t.Errorf("a render without packages: %v\n%s", err, out)
	}
	w.run("greenroom", "render", "Speaker", "--install", "-o", "out/speaker.mp4")
	if after := lockfile(t, top, m); after != before {
		t.Error("the install changed the lockfile")
	}
	if got := frames(t, filepath.Join(w.dir, "out", "speaker.mp4")); got != 45 {
		t.Errorf("the film has %d frames, not 45", got)
	}
	w.run("greenroom", "render", "Card", "--still", "3", "-o", "out/card.png")
	w.studio()
}

// adopt adds greenroom to the project, builds its clip and registers a composition with it.
func (w *world) adopt(l layout, flags ...string) {
	w.Helper()
	said := w.run(append([]string{"greenroom", "init", "--in", w.dir}, flags...)...)
	if strings.Contains(said, "render Presenter") {
		w.Errorf("init names a composition that does not exist:\n%s", said)
	}
	w.run("greenroom", "build", "--yes")
	folder := path.Dir(l.entry)
	ending := ".tsx"
	if l.script {
		ending = ".jsx"
	}
	write(w.T, w.dir, folder+"/Speaker"+ending, "import {AvatarClip, useClip} from '"+cmp.Or(w.source(folder), "./greenroom")+"';\n\nexport const Speaker = () => {\n  const clip = useClip('intro');\n  return <AvatarClip clip={clip} frameWidth={320} left={0} top={0} />;\n};\n")
	at := filepath.Join(w.dir, filepath.FromSlash(folder), "Root"+ending)
	b, err := os.ReadFile(at)
	if err != nil {
		w.Fatal(err)
	}
	text := strings.Replace(string(b), "import {Card} from './Card';\n", "import {Card} from './Card';\nimport {Speaker} from './Speaker';\n", 1)
	text = strings.Replace(text, "  <Composition", "  <>\n    <Composition id=\"Speaker\" component={Speaker} width={320} height={180} fps={30} durationInFrames={45} />\n    <Composition", 1)
	text = strings.Replace(text, "/>\n);", "/>\n  </>\n);", 1)
	write(w.T, w.dir, folder+"/Root"+ending, text)
}

// source is how a file in a folder imports greenroom's own folder.
func (w *world) source(folder string) string {
	w.Helper()
	found := ""
	err := filepath.WalkDir(w.dir, func(p string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == "node_modules" {
			return filepath.SkipDir
		}
		if d.Name() == "clips.gen.json" {
			found = filepath.Dir(p)
		}
		return nil
	})
	if err != nil || found == "" {
		w.Fatalf("init wrote no clips.gen.json: %v", err)
	}
	rel, err := filepath.Rel(filepath.Join(w.dir, filepath.FromSlash(folder)), found)
	if err != nil {
		w.Fatal(err)
	}
	rel = filepath.ToSlash(rel)
	if !strings.HasPrefix(rel, ".") {
		rel = "./" + rel
	}
	return rel
}

// types runs the project's own TypeScript.
func (w *world) types(l layout) {
	w.Helper()
	if !l.script {
		w.run("node", w.resolve("typescript/bin/tsc"), "--noEmit", "-p", ".")
	}
}

// lint runs the project's own ESLint with Remotion's rules.
func (w *world) lint(l layout) {
	w.Helper()
	if !l.script {
		bin := path.Join(path.Dir(w.resolve("eslint/package.json")), "bin", "eslint.js")
		w.run("node", bin, "--max-warnings", "0", path.Dir(l.entry))
	}
}

func (w *world) resolve(name string) string {
	w.Helper()
	return strings.TrimSpace(w.run("node", "-p", fmt.Sprintf("require.resolve(%q)", name)))
}

func lockfile(t *testing.T, top string, m manager) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(top, m.lockfile))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func removeModules(t *testing.T, top string) {
	t.Helper()
	for _, folder := range []string{"node_modules", "apps/video/node_modules"} {
		if err := os.RemoveAll(filepath.Join(top, filepath.FromSlash(folder))); err != nil {
			t.Fatal(err)
		}
	}
}

// frames counts the pictures of a film.
func frames(t *testing.T, film string) int {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-select_streams", "v", "-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0", film).Output()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	if _, err := fmt.Sscan(string(out), &n); err != nil {
		t.Fatal(err)
	}
	return n
}
