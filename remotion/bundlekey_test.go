//go:build unix

package remotion

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"greenroom/remotion/bundles"
	"greenroom/remotion/project"
	"greenroom/remotion/sources"
)

func sampleSources() map[string]string {
	return map[string]string{
		"package.json": `{"name":"x"}`, "package-lock.json": `{"lockfileVersion":3}`, "tsconfig.json": "{}",
		"src/index.ts": "import './Root';\n", "src/Root.tsx": "export {};\n", "src/deep/er/a.tsx": "export const a = 1;\n",
		"src/greenroom/clips.gen.ts": "export const clips = {};\n", "public/greenroom/a.webm": "video", "greenroom.yaml": "version: 1\n",
		"node_modules/remotion/package.json":          `{"version":"4.0.529","_id":"a"}`,
		"node_modules/@remotion/bundler/package.json": `{"version":"4.0.529"}`,
		"shared/b.tsx": "export const b = 1;\n",
		"src/far.tsx":  "import {c} from \"../lib/c\";\nimport data from '../data.json';\nexport * from '../kit';\n",
		"lib/c.ts":     "export {d} from './d';\nimport './c.css';\n", "lib/d.js": "export const d = 1;\n", "lib/c.css": "a{}", "lib/unused.ts": "export {};\n",
		"data.json": "{}", "kit/index.tsx": "import '../src/Root';\nexport {};\n",
	}
}

func TestBundleKey(t *testing.T) {
	t.Parallel()
	key := func(t *testing.T, dir string) string {
		t.Helper()
		k, err := bundleKey(t, found(t, dir))
		if err != nil || !bundles.Name.MatchString("bundle-"+k) {
			t.Fatalf("key %q, %v", k, err)
		}
		return k
	}
	write := func(name, text string) func(*testing.T, string) {
		return func(t *testing.T, dir string) { put(t, dir, map[string]string{name: text}) }
	}
	remove := func(name string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, c := range map[string]struct {
		change func(*testing.T, string)
		same   bool
	}{
		"one byte of src":          {write("src/deep/er/a.tsx", "export const a = 2;\n"), false},
		"one byte of the lockfile": {write("package-lock.json", `{"lockfileVersion":2}`), false},
		"one byte of package.json": {write("package.json", `{"name":"y"}`), false},
		"tsconfig":                 {write("tsconfig.json", "{ }"), false},
		"Remotion's version":       {write("node_modules/remotion/package.json", `{"version":"4.0.530"}`), false},
		"the bundler's version":    {write("node_modules/@remotion/bundler/package.json", `{"version":"4.0.530"}`), false},
		"a new file":               {write("src/new.ts", ""), false},
		"a file less":              {remove("src/deep/er/a.tsx"), false},
		"a file that was renamed": {func(t *testing.T, d string) {
			remove("src/deep")(t, d)
			write("src/deep/er/b.tsx", "export const a = 1;\n")(t, d)
		}, false},
		"the clips, which are bundled":            {write("src/greenroom/clips.gen.ts", "export const clips = {a: 1};\n"), false},
		"no public any more":                      {remove("public"), false},
		"another entry point":                     {func(t *testing.T, d string) { remove("src/index.ts")(t, d); write("remotion/index.ts", "")(t, d) }, false},
		"through a linked folder":                 {write("shared/b.tsx", "export const b = 2;\n"), false},
		"a file next to src that src imports":     {write("lib/c.ts", "export {d} from './d';\nimport './c.css'; \n"), false},
		"data next to src":                        {write("data.json", "[]"), false},
		"a folder next to src":                    {write("kit/index.tsx", "export {}; \n"), false},
		"what a file next to src imports":         {write("lib/d.js", "export const d = 2;\n"), false},
		"a style sheet next to src":               {write("lib/c.css", "b{}"), false},
		"another tool's lockfile":                 {write("pnpm-lock.yaml", "a"), false},
		"a file next to src that is not imported": {write("lib/unused.ts", "export const a = 1;\n"), true},
		"nothing":                    {func(*testing.T, string) {}, true},
		"a published clip":           {write("public/greenroom/b.webm", "video"), true},
		"the manifest":               {write("greenroom.yaml", "version: 2\n"), true},
		"another field of a package": {write("node_modules/remotion/package.json", `{"version":"4.0.529","_id":"b"}`), true},
		"a file being written":       {write("src/greenroom/.clips.gen.ts.tmp123", "export"), true},
		"the same bytes again":       {write("src/Root.tsx", "export {};\n"), true},
		"times alone": {func(t *testing.T, d string) {
			old := time.Now().Add(-48 * time.Hour)
			for _, n := range []string{"src/Root.tsx", "src", "package-lock.json", "public"} {
				if err := os.Chtimes(filepath.Join(d, n), old, old); err != nil {
					t.Fatal(err)
				}
			}
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			put(t, dir, sampleSources())
			// A link to a folder outside src, one to its own parent, one to nothing,
			// and a pipe: none may hang or fail the key.
			for from, to := range map[string]string{"src/shared": "../shared", "src/deep/loop": "..", "src/dangling": "nowhere"} {
				if err := os.Symlink(to, filepath.Join(dir, from)); err != nil {
					t.Fatal(err)
				}
			}
			if err := syscall.Mkfifo(filepath.Join(dir, "src", "pipe"), 0o600); err != nil {
				t.Fatal(err)
			}
			before := key(t, dir)
			c.change(t, dir)
			if after := key(t, dir); (after == before) != c.same {
				t.Errorf("%s then %s", before, after)
			}
		})
	}
}

func TestKeysOfTwoPlacesDiffer(t *testing.T) {
	t.Parallel()
	a, b := t.TempDir(), t.TempDir()
	put(t, a, sampleSources())
	put(t, b, sampleSources())
	x, _ := bundleKey(t, found(t, a))
	if y, _ := bundleKey(t, found(t, b)); x == y {
		t.Error("a bundle links to its project's public/: two projects must not share one")
	}
}

// bundleKey is the key of the bundle of a project whose configuration is not read.
func bundleKey(t *testing.T, at project.Layout) (string, error) {
	t.Helper()
	static, err := staticKey(at, configuration{})
	return sources.Recall(t.TempDir(), at).Key(static, at, nil), err
}

// found is the layout of the project in dir with its entry point.
func found(t *testing.T, dir string) project.Layout {
	t.Helper()
	at, err := findProject(project.Layout{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return at
}
