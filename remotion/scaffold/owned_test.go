package scaffold

import (
	"os"
	"strings"
	"testing"

	"greenroom/remotion/project"
)

// owned is a project with greenroom's own files.
func owned(t *testing.T) project.Layout {
	t.Helper()
	l := project.Layout{Dir: t.TempDir()}
	put(t, l.Dir, map[string]string{"package.json": `{"dependencies": {"remotion": "4.0.529"}}`})
	if _, err := Write(Options{Project: "tour", Layout: l, Version: "1.0.0"}); err != nil {
		t.Fatal(err)
	}
	return l
}

func states(t *testing.T, l project.Layout) (out string) {
	t.Helper()
	c, err := Compare(l)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range c.Files {
		out += strings.TrimPrefix(f.Name, "src/greenroom/") + " " + string(f.State) + ", "
	}
	return strings.TrimSuffix(out, ", ")
}

func read(t *testing.T, l project.Layout, name string) string {
	t.Helper()
	b, err := os.ReadFile(l.Path("src/greenroom/" + name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// recorded makes the text of a file that of an earlier greenroom, with its record.
func recorded(t *testing.T, l project.Layout, name, text string) {
	t.Helper()
	old := read(t, l, Record)
	now := read(t, l, name)
	put(t, l.Dir, map[string]string{
		"src/greenroom/" + name:   text,
		"src/greenroom/" + Record: strings.Replace(old, sum([]byte(now)), sum([]byte(text)), 1),
	})
}

func TestUpdateRestoresWhatIsGreenroomsAndKeepsWhatIsTheUsers(t *testing.T) {
	t.Parallel()
	l := owned(t)
	if got := states(t, l); got != "" {
		t.Fatalf("just written: %s", got)
	}
	text := read(t, l, "film.ts")
	if err := os.Remove(l.Path("src/greenroom/Footage.tsx")); err != nil {
		t.Fatal(err)
	}
	recorded(t, l, "time.ts", "// as an earlier version wrote it\n")
	put(t, l.Dir, map[string]string{
		"src/greenroom/film.ts":  "// mine\n",
		"src/greenroom/live.ts":  strings.ReplaceAll(read(t, l, "live.ts"), "\n", "\r\n"), // a check-out on Windows
		"src/greenroom/Mine.tsx": "export {};\n",
	})
	if got := states(t, l); got != "Footage.tsx missing, film.ts changed, time.ts older" {
		t.Fatal(got)
	}
	c, err := Compare(l)
	if err != nil {
		t.Fatal(err)
	}
	if done, err := c.Update("1.1.0", false); err != nil || strings.Join(done, " ") != "src/greenroom/Footage.tsx src/greenroom/time.ts" {
		t.Fatalf("%v, %v", done, err)
	}
	if got := states(t, l); got != "film.ts changed" || read(t, l, "film.ts") != "// mine\n" || read(t, l, "Mine.tsx") == "" {
		t.Errorf("%s; film.ts is %q", got, read(t, l, "film.ts"))
	}
	if c, err = Compare(l); err != nil || c.Written != "1.1.0" {
		t.Fatalf("written by %q, %v", c.Written, err)
	}
	if done, err := c.Update("1.1.0", true); err != nil || len(done) != 1 || read(t, l, "film.ts.new") != text {
		t.Errorf("with the new text: %v, %v", done, err)
	}
}

// TestAProjectWithoutARecord was made before there was one: its texts are known by what was shipped.
func TestAProjectWithoutARecord(t *testing.T) {
	t.Parallel()
	l := owned(t)
	if err := os.Remove(l.Path("src/greenroom/" + Record)); err != nil {
		t.Fatal(err)
	}
	old, err := os.ReadFile("testdata/Footage.tsx.old")
	if err != nil {
		t.Fatal(err)
	}
	put(t, l.Dir, map[string]string{"src/greenroom/Footage.tsx": string(old), "src/greenroom/film.ts": "// mine\n"})
	if err := os.Remove(l.Path("src/greenroom/compat.ts")); err != nil {
		t.Fatal(err)
	}
	if got := states(t, l); got != "Footage.tsx older, compat.ts missing, film.ts changed" {
		t.Fatal(got)
	}
	c, err := Compare(l)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Update("1.0.0", false); err != nil {
		t.Fatal(err)
	}
	if got := states(t, l); got != "film.ts changed" {
		t.Errorf("after the update: %s", got)
	}
}

func TestFilesOfANewerGreenroomAreNewer(t *testing.T) {
	t.Parallel()
	l := owned(t)
	for version, newer := range map[string]bool{"0.9.0": true, "1.0.0": false, "1.0.1": false, "v0.10.3-dev": true, "dev": false} {
		if c, err := Compare(l); err != nil || c.NewerThan(version) != newer {
			t.Errorf("%s: %v, %v", version, c.NewerThan(version), err)
		}
	}
}

func TestNoFilesOfGreenroomsAreNoFault(t *testing.T) {
	t.Parallel()
	l := project.Layout{Dir: t.TempDir()}
	put(t, l.Dir, map[string]string{"src/greenroom/clips.gen.ts": "export {};\n"}) // of a native project
	if c, err := Compare(l); c != nil || err != nil {
		t.Errorf("%v, %v", c, err)
	}
}

// TestABrokenRecord is what a merge conflict leaves: what is there decides, and the next update repairs it.
func TestABrokenRecord(t *testing.T) {
	t.Parallel()
	l := owned(t)
	put(t, l.Dir, map[string]string{"src/greenroom/" + Record: "<<<<<<< HEAD\n{}\n"})
	c, err := Compare(l)
	if err != nil || len(c.Files) > 0 {
		t.Fatalf("%+v, %v", c, err)
	}
	if _, err := c.Update("1.0.0", false); err != nil || !strings.HasPrefix(read(t, l, Record), "{") {
		t.Errorf("%v:\n%s", err, read(t, l, Record))
	}
}

// TestOlderRemotion has no @remotion/media: Footage.tsx does without it, also where only a range is known.
func TestOlderRemotion(t *testing.T) {
	t.Parallel()
	l := project.Layout{Dir: t.TempDir()}
	put(t, l.Dir, map[string]string{"package.json": `{"dependencies": {"remotion": "4.0.331", "react": "19.2.3"}}`})
	if _, err := Write(Options{Project: "tour", Layout: l}); err != nil {
		t.Fatal(err)
	}
	if text := read(t, l, "Footage.tsx"); strings.Contains(text, "@remotion/media'") || !strings.Contains(text, "OffthreadVideo") {
		t.Errorf("Footage.tsx:\n%s", text)
	}
	if n := FindNeeds(l); n == nil || strings.Join(n.Packages, " ") != "zod@3.22.3" || n.Command() != "npm install --save-exact zod@3.22.3" {
		t.Errorf("needs %+v", n)
	}
	put(t, l.Dir, map[string]string{"package.json": `{"dependencies": {"remotion": "^4.0.331", "react": "19.2.3"}}`})
	if got := states(t, l); got != "" {
		t.Errorf("a check-out without packages: %s", got)
	}
}

func TestPackagesThatAreMissing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files map[string]string
		at    string
		want  string
	}{
		"npm": {map[string]string{"package.json": `{"dependencies": {"remotion": "4.0.500", "react": "19.2.3"}}`, "package-lock.json": "{}"}, ".",
			"npm install --save-exact @remotion/media@4.0.500 zod@4.5.4"},
		"pnpm": {map[string]string{"package.json": `{"dependencies": {"@remotion/cli": "4.0.529", "zod": "4.5.4"}}`, "pnpm-lock.yaml": ""}, ".",
			"pnpm add --save-exact @remotion/media@4.0.529 react remotion@4.0.529"},
		"a workspace with some at its root": {map[string]string{
			"package.json": `{"workspaces": ["apps/*"], "dependencies": {"zod": "4.5.4", "react": "19.2.3"}}`, "yarn.lock": "# yarn lockfile v1\n",
			"apps/video/package.json": `{"devDependencies": {"remotion": "4.0.529"}}`}, "apps/video",
			"yarn add --exact @remotion/media@4.0.529"},
		"none": {map[string]string{"package.json": `{"dependencies": {"remotion": "4.0.529", "react": "1", "zod": "1"},
			"devDependencies": {"@remotion/media": "4.0.529"}}`}, ".", ""},
	} {
		dir := t.TempDir()
		put(t, dir, c.files)
		got := ""
		if n := FindNeeds(project.Layout{Dir: project.Layout{Dir: dir}.Path(c.at)}); n != nil {
			got = n.Command()
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
