package project

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/internal/fault"
)

func link(t *testing.T, root, name, to string) {
	t.Helper()
	at := filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(root, filepath.FromSlash(to)), at); err != nil {
		t.Fatal(err)
	}
}

func TestPackagesAreFoundAsNodeFindsThem(t *testing.T) {
	// A workspace with hoisted packages, one of them in another version in the project, and
	// pnpm's store, in which the CLI's own dependencies are next to it.
	root := tree(t, map[string]string{
		"package.json": "{}",
		"node_modules/@remotion/renderer/package.json":                               `{"version":"4.0.1"}`,
		"apps/video/package.json":                                                    "{}",
		"apps/video/node_modules/remotion/package.json":                              `{"version":"4.0.2"}`,
		"node_modules/remotion/package.json":                                         `{"version":"4.0.1"}`,
		"strict/package.json":                                                        `{"dependencies":{"@remotion/cli":"4.0.3"}}`,
		"strict/node_modules/.pnpm/cli/node_modules/@remotion/cli/package.json":      `{"version":"4.0.3"}`,
		"strict/node_modules/.pnpm/cli/node_modules/@remotion/renderer/package.json": `{"version":"4.0.3"}`,
	})
	link(t, root, "strict/node_modules/@remotion/cli", "strict/node_modules/.pnpm/cli/node_modules/@remotion/cli")
	link(t, root, "linked", "apps/video")
	for _, c := range []struct{ dir, name, version, at string }{
		{"apps/video", "@remotion/renderer", "4.0.1", "node_modules/@remotion/renderer"},
		{"apps/video", "remotion", "4.0.2", "apps/video/node_modules/remotion"},
		{"linked", "remotion", "4.0.2", "apps/video/node_modules/remotion"},
		{".", "remotion", "4.0.1", "node_modules/remotion"},
		{"strict", "@remotion/renderer", "4.0.3", "strict/node_modules/.pnpm/cli/node_modules/@remotion/renderer"},
	} {
		// The strict project is in a folder of its own: what is above it would be found first.
		if c.dir == "strict" {
			if err := os.RemoveAll(filepath.Join(root, "node_modules")); err != nil {
				t.Fatal(err)
			}
		}
		got, err := Find(filepath.Join(root, c.dir), c.name)
		if err != nil {
			t.Fatal(c, err)
		}
		version, err := Version(got)
		if rel, _ := filepath.Rel(root, got); filepath.ToSlash(rel) != c.at || version != c.version || err != nil {
			t.Errorf("%s of %s: %s in version %s, %v", c.name, c.dir, rel, version, err)
		}
	}
	if _, err := Find(root, "@remotion/none"); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}

func TestMissingPackagesSayWhatToDo(t *testing.T) {
	const pin = `{"dependencies":{"remotion":"4.0.300","@remotion/cli":"4.0.300"}}`
	for name, c := range map[string]struct {
		files       map[string]string
		in          string
		installable bool
		says, hint  string
	}{
		"installed":          {files: map[string]string{"node_modules/@remotion/renderer/package.json": "{}"}},
		"npm":                {map[string]string{"package.json": pin, "package-lock.json": "{}"}, "", true, "are not installed", "npm install, or run the same command with --install"},
		"pnpm":               {map[string]string{"package.json": pin, "pnpm-lock.yaml": ""}, "", true, "are not installed", "pnpm install, or"},
		"workspace":          {map[string]string{"package.json": `{"workspaces":["apps/*"]}`, "yarn.lock": "# yarn lockfile v1\n", "apps/v/package.json": pin}, "apps/v", true, "are not installed", "yarn install, or"},
		"declared above":     {map[string]string{"package.json": `{"workspaces":["apps/*"],"devDependencies":{"@remotion/cli":"4.0.1"}}`, "package-lock.json": "{}", "apps/v/package.json": "{}"}, "apps/v", true, "are not installed", "npm install"},
		"not declared":       {map[string]string{"package.json": `{"dependencies":{"remotion":"4.0.300"}}`, "bun.lock": ""}, "", false, "does not depend on it", "bun add --exact @remotion/renderer@4.0.300"},
		"not declared, 2":    {map[string]string{"package.json": `{"dependencies":{"remotion":"^4.0.0"}}`}, "", false, "does not depend on it", "npm install --save-exact @remotion/renderer@" + Pinned},
		"nothing":            {map[string]string{"src/index.ts": ""}, "", false, "does not depend on it", "npm install --save-exact"},
		"plug and play":      {map[string]string{"package.json": pin, "yarn.lock": "\n__metadata:\n"}, "", false, "Plug'n'Play", "nodeLinker: node-modules"},
		"plug and play, old": {map[string]string{"package.json": pin, "yarn.lock": "# yarn lockfile v1\n", ".pnp.js": ""}, "", false, "Plug'n'Play", "nodeLinker: node-modules"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(tree(t, c.files), filepath.FromSlash(c.in))
			m := FindMissing(dir, "@remotion/renderer")
			if c.says == "" {
				if m != nil {
					t.Errorf("%+v", m)
				}
				return
			}
			if m == nil {
				t.Fatal("nothing is missing")
			}
			err := m.Refusal()
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Tool || !strings.Contains(err.Error(), c.says) || !strings.Contains(f.Hint, c.hint) || m.Installable() != c.installable {
				t.Errorf("%v (hint %q), installable %v", err, f.Hint, m.Installable())
			}
		})
	}
}

func TestWordsAreQuotedForAShell(t *testing.T) {
	for word, want := range map[string]string{"plain/path-1.2": "plain/path-1.2", "My Film 2026!": "'My Film 2026!'", "it's": `'it'\''s'`, "": "''", "$HOME": "'$HOME'", "日本": "'日本'"} {
		if got := ShellQuote(word); got != want {
			t.Errorf("%q: %s, want %s", word, got, want)
		}
	}
}
