package projects

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A manager is a package manager with what a project needs to use it.
type manager struct {
	program  []string // relative to GREENROOM_MANAGERS unless it is on the path
	files    map[string]string
	lockfile string
	refused  string // what the render reports instead
}

func managers() map[string]manager {
	return map[string]manager{
		"npm":    {program: []string{"npm"}, lockfile: "package-lock.json"},
		"pnpm":   {program: []string{"pnpm"}, lockfile: "pnpm-lock.yaml"},
		"yarn 1": {program: []string{"yarn"}, lockfile: "yarn.lock"},
		"yarn 4": {program: []string{"node", ".yarn/releases/yarn.cjs"}, lockfile: "yarn.lock",
			files: map[string]string{".yarnrc.yml": "nodeLinker: node-modules\nyarnPath: .yarn/releases/yarn.cjs\nenableTelemetry: false\n"}},
		"yarn 4 pnp": {program: []string{"node", ".yarn/releases/yarn.cjs"}, lockfile: "yarn.lock", refused: "Plug'n'Play",
			files: map[string]string{".yarnrc.yml": "yarnPath: .yarn/releases/yarn.cjs\nenableTelemetry: false\n"}},
		"bun": {program: []string{"bun"}, lockfile: "bun.lock"},
	}
}

// installed is the folder in which make test-all installed the package managers.
func installed(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("GREENROOM_MANAGERS")
	if _, err := os.Stat(filepath.Join(dir, "node_modules", ".bin", "pnpm")); dir == "" || err != nil {
		t.Fatal("GREENROOM_MANAGERS names no folder with pnpm, Yarn and bun: run make test-all")
	}
	return dir
}

// onPath is a folder with the package managers by their usual names: yarn is Yarn 1, as
// people have it, which runs the release that a project of Yarn 4 carries.
func onPath(t *testing.T) string {
	t.Helper()
	from, to := filepath.Join(installed(t), "node_modules"), t.TempDir()
	for name, program := range map[string]string{"pnpm": ".bin/pnpm", "bun": ".bin/bun", "yarn": "yarn/bin/yarn.js"} {
		if err := os.Symlink(filepath.Join(from, filepath.FromSlash(program)), filepath.Join(to, name)); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

// give writes what a manager needs into a project's root.
func (m manager) give(t *testing.T, dir string) {
	t.Helper()
	for name, text := range m.files {
		write(t, dir, name, text)
	}
	if strings.HasPrefix(strings.Join(m.program, " "), "node ") {
		b, err := os.ReadFile(filepath.Join(installed(t), "berry", "node_modules", "@yarnpkg", "cli-dist", "bin", "yarn.js"))
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir, m.program[1], string(b))
	}
}
