package remotion

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"greenroom/internal/fault"
)

// tree returns every file and folder below dir: content with mode, "dir", or the
// target of a link.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(dir, p)
		name = filepath.ToSlash(name)
		switch {
		case d.IsDir():
			out[name] = "dir"
		case d.Type()&fs.ModeSymlink != 0:
			to, err := os.Readlink(p)
			out[name] = "-> " + to
			return err
		default:
			st, err := d.Info()
			if err != nil {
				return err
			}
			b, err := os.ReadFile(p)
			out[name] = st.Mode().String() + " " + string(b)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// put writes files into dir; a name that ends in / is a folder.
func put(t *testing.T, dir string, files map[string]string) {
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

func same(t *testing.T, before, after map[string]string) {
	t.Helper()
	for name, was := range before {
		if now, ok := after[name]; !ok || now != was {
			t.Errorf("%s was %q, is %q", name, was, now)
		}
	}
	for name := range after {
		if _, ok := before[name]; !ok {
			t.Errorf("%s was not there before", name)
		}
	}
}

func TestAnEmptyFolderGetsAWholeProject(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "tour")
	written, err := Scaffold(dir, ScaffoldOptions{Project: "Ünder Tour 2"})
	if err != nil {
		t.Fatal(err)
	}
	have := tree(t, dir)
	for _, name := range []string{"package.json", "package-lock.json", "tsconfig.json", "remotion.config.ts", "src/index.ts", "src/Root.tsx",
		"src/compositions/Presenter.tsx", "src/greenroom/AvatarClip.tsx", "src/greenroom/props.gen.ts", "src/greenroom/clips.gen.ts", ".gitignore"} {
		if _, ok := have[name]; !ok || !slices.Contains(written, name) {
			t.Errorf("%s was not written or not listed", name)
		}
	}
	if have["public/greenroom"] != "dir" || have["node_modules"] != "" {
		t.Errorf("public/greenroom is %q, node_modules %q", have["public/greenroom"], have["node_modules"])
	}
	for _, name := range []string{"package.json", "package-lock.json"} {
		var p struct {
			Name     string
			Packages map[string]struct{ Name string }
		}
		b, _ := os.ReadFile(filepath.Join(dir, name))
		if err := json.Unmarshal(b, &p); err != nil || p.Name != "nder-tour-2" {
			t.Errorf("%s: name %q, %v", name, p.Name, err)
		}
		if root, ok := p.Packages[""]; ok && root.Name != p.Name {
			t.Errorf("%s: its root package is called %q", name, root.Name)
		}
	}
	b, _ := os.ReadFile(filepath.Join(dir, "src/greenroom/clips.gen.json"))
	if p, err := DecodeProps(b); err != nil || p.Project != "Ünder Tour 2" || len(p.Clips) != 0 {
		t.Errorf("clips.gen.json: %+v, %v", p, err)
	}
}

// own is a user's Remotion project, with a folder that has the name of one of greenroom's.
func own() map[string]string {
	return map[string]string{
		"package.json":             `{"name": "mine", "devDependencies": {"remotion": "4.0.529"}}`,
		"src/Root.tsx":             "export const Root = () => null;\n",
		"src/compositions/Own.tsx": "export {};\n",
		".gitignore":               "node_modules\n/out/\r\n*.log",
		"public/logo.svg":          "<svg/>",
	}
}

func TestAnExistingProjectKeepsItsFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, dir, own())
	if err := os.Chmod(filepath.Join(dir, ".gitignore"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := tree(t, dir)
	if _, err := Scaffold(dir, ScaffoldOptions{Project: "mine"}); err != nil {
		t.Fatal(err)
	}
	after := tree(t, dir)
	if want := before[".gitignore"] + "\n.greenroom/\npublic/greenroom/\n.*.tmp-*\n"; after[".gitignore"] != want {
		t.Errorf(".gitignore is %q, want %q", after[".gitignore"], want)
	}
	if after["src/greenroom/props.schema.json"] == "" || after["public/greenroom"] != "dir" {
		t.Error("greenroom's own folders are not there")
	}
	for name := range after {
		if name == ".gitignore" || strings.HasPrefix(name, "src/greenroom") || name == "public/greenroom" {
			delete(before, name)
			delete(after, name)
		}
	}
	same(t, before, after)
}

func TestASecondScaffoldChangesNothing(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]map[string]string{"new": nil, "existing": own()} {
		dir := t.TempDir()
		put(t, dir, files)
		if _, err := Scaffold(dir, ScaffoldOptions{Project: "tour"}); err != nil {
			t.Fatal(err)
		}
		// What users and builds change is theirs.
		put(t, dir, map[string]string{"src/Root.tsx": "// mine now\n", "src/greenroom/AvatarClip.tsx": "// edited\n", "src/greenroom/clips.gen.json": "{}\n"})
		before := tree(t, dir)
		written, err := Scaffold(dir, ScaffoldOptions{Project: "other"})
		if err != nil || len(written) > 0 {
			t.Errorf("%s: wrote %v, %v", name, written, err)
		}
		same(t, before, tree(t, dir))
	}
}

func TestAnInterruptedScaffoldIsCompleted(t *testing.T) {
	t.Parallel()
	whole := t.TempDir()
	order, err := Scaffold(whole, ScaffoldOptions{Project: "tour"})
	if err != nil {
		t.Fatal(err)
	}
	want := tree(t, whole)
	for n := range order {
		dir := t.TempDir()
		for _, name := range order[:n] {
			b, _ := os.ReadFile(filepath.Join(whole, name))
			put(t, dir, map[string]string{name: string(b)})
		}
		if _, err := Scaffold(dir, ScaffoldOptions{Project: "tour"}); err != nil {
			t.Fatalf("stopped after %d files: %v", n, err)
		}
		same(t, want, tree(t, dir))
	}
}

func TestScaffoldRefusesAndLeavesEverythingAsItWas(t *testing.T) {
	t.Parallel()
	with := func(more map[string]string) map[string]string {
		files := own()
		for name, text := range more {
			files[name] = text
		}
		return files
	}
	for name, c := range map[string]struct {
		files map[string]string
		names []string // that the error must hold
		kind  fault.Kind
	}{
		"other files in the way":    {map[string]string{"tsconfig.json": "{}", "src/index.ts": "// mine"}, []string{"src/index.ts", "tsconfig.json"}, fault.Usage},
		"package of another kind":   {map[string]string{"package.json": `{"name": "server"}`}, []string{"package.json"}, fault.Usage},
		"package.json is broken":    {map[string]string{"package.json": `{"name": `}, []string{"package.json"}, fault.Usage},
		"package.json is a folder":  {map[string]string{"package.json/": ""}, []string{"package.json"}, fault.Failed},
		"own file in src/greenroom": {with(map[string]string{"src/greenroom/film.ts": "// mine"}), []string{"src/greenroom/film.ts"}, fault.Usage},
		"src is a file":             {map[string]string{"src": "text"}, []string{": src"}, fault.Usage},
		"src/greenroom is a file":   {with(map[string]string{"src/greenroom": "text"}), []string{": src/greenroom"}, fault.Usage},
		"public is a file":          {map[string]string{"public": "text"}, []string{": public"}, fault.Usage},
		".gitignore is a folder":    {with(map[string]string{".gitignore/": "", ".gitignore": ""}), []string{".gitignore"}, fault.Failed},
		"folder for a file":         {map[string]string{"src/Root.tsx/": ""}, []string{"src/Root.tsx"}, fault.Usage},
	} {
		dir := t.TempDir()
		if _, isDir := c.files[".gitignore/"]; isDir {
			delete(c.files, ".gitignore")
		}
		put(t, dir, c.files)
		before := tree(t, dir)
		written, err := Scaffold(dir, ScaffoldOptions{Project: "tour"})
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != c.kind || f.Hint == "" || len(written) > 0 {
			t.Errorf("%s: wrote %v, %v", name, written, err)
			continue
		}
		for _, want := range c.names {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q does not name %s", name, err, want)
			}
		}
		if n := strings.Count(err.Error(), "src/greenroom/"); n > len(c.names) {
			t.Errorf("%s: one cause, reported %d times: %v", name, n, err)
		}
		same(t, before, tree(t, dir))
	}
}

func TestADanglingLinkIsNotReplaced(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Symlink("gone.json", filepath.Join(dir, "tsconfig.json")); err != nil {
		t.Fatal(err)
	}
	before := tree(t, dir)
	if _, err := Scaffold(dir, ScaffoldOptions{Project: "tour"}); err == nil || !strings.Contains(err.Error(), "tsconfig.json") {
		t.Errorf("got %v", err)
	}
	same(t, before, tree(t, dir))
}

func TestTheCommittedClipsAreThoseOfAnEmptyProject(t *testing.T) {
	t.Parallel()
	files, err := emptyClips(ScaffoldOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		if have, err := os.ReadFile("companion/src/greenroom/" + name); err != nil || !bytes.Equal(have, want) || len(have) == 0 {
			t.Errorf("%s drifted from EncodeProps (%v):\n%s\nwant\n%s", name, err, have, want)
		}
	}
}
