package project

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Names of package managers.
const (
	NPM  = "npm"
	PNPM = "pnpm"
	Yarn = "yarn"
	Bun  = "bun"
)

// Manager is the package manager of a project.
type Manager struct {
	Name    string // NPM, PNPM, Yarn or Bun
	Version string // as package.json asks for it, "10.1.0"; "" where it does not
	Berry   bool   // Yarn 2 or newer
	PnP     bool   // Yarn Plug'n'Play: there is no node_modules
	Dir     string // absolute; the folder of the lockfile, where an install runs
	Lock    string // the lockfile's name; "" where there is none yet
	Others  []string
	Reason  string // by what it is known: "pnpm-lock.yaml", "packageManager in package.json"
}

// lockfiles by name, the manager's own preference first.
var lockfiles = []struct{ file, manager string }{
	{"pnpm-lock.yaml", PNPM},
	{"yarn.lock", Yarn},
	{"bun.lock", Bun},
	{"bun.lockb", Bun},
	{"package-lock.json", NPM},
	{"npm-shrinkwrap.json", NPM},
}

// FindManager returns the package manager that a project uses: packageManager or devEngines in
// package.json, then the lockfile, both in dir and in the folders above it up to the
// workspace's root. Without either it is npm in dir.
func FindManager(dir string) Manager {
	abs, err := filepath.Abs(dir)
	if err != nil {
		abs = dir
	}
	for at := abs; ; {
		if m, ok := managerIn(at); ok && (at == abs || contains(at, abs)) {
			return m
		}
		if _, err := os.Stat(filepath.Join(at, ".git")); err == nil {
			break // a checkout is not part of what is around it
		}
		up := filepath.Dir(at)
		if up == at {
			break
		}
		at = up
	}
	return Manager{Name: NPM, Dir: abs, Reason: "no lockfile"}
}

// managerIn reads one folder.
func managerIn(dir string) (Manager, bool) {
	m := Manager{Dir: dir}
	for _, l := range lockfiles {
		if _, err := os.Stat(filepath.Join(dir, l.file)); err != nil {
			continue
		}
		switch {
		case m.Name == "":
			m.Name, m.Lock, m.Reason = l.manager, l.file, l.file
		case l.manager != m.Name:
			m.Others = append(m.Others, l.file)
		}
	}
	if name, version := asked(dir); name != "" {
		if name != m.Name {
			m.Lock = lockOf(dir, name)
		}
		m.Name, m.Version, m.Reason, m.Others = name, version, "packageManager in package.json", nil
	}
	if m.Name == Yarn {
		m.Berry, m.PnP = yarnKind(m)
	}
	return m, m.Name != ""
}

func lockOf(dir, manager string) string {
	for _, l := range lockfiles {
		if _, err := os.Stat(filepath.Join(dir, l.file)); err == nil && l.manager == manager {
			return l.file
		}
	}
	return ""
}

// asked reads the manager that package.json names: "packageManager": "pnpm@10.1.0+sha512.…",
// or devEngines, whose packageManager is one or a list of {name, version}.
func asked(dir string) (name, version string) {
	p, err := readManifest(dir)
	if err != nil {
		return "", ""
	}
	name, version, _ = strings.Cut(p.PackageManager, "@")
	version, _, _ = strings.Cut(version, "+")
	if known(name) {
		return name, version
	}
	type engine struct{ Name, Version string }
	var one engine
	var several []engine
	if json.Unmarshal(p.DevEngines.PackageManager, &one) == nil {
		several = []engine{one}
	} else {
		_ = json.Unmarshal(p.DevEngines.PackageManager, &several) // neither: no version is named
	}
	for _, e := range several {
		if known(e.Name) {
			return e.Name, e.Version
		}
	}
	return "", ""
}

func known(manager string) bool { return slices.Contains([]string{NPM, PNPM, Yarn, Bun}, manager) }

// yarnKind distinguishes Yarn 2 and newer from Yarn 1 by the version that package.json names, by
// .yarnrc.yml, or by the lockfile's head, and whether it installs no node_modules.
func yarnKind(m Manager) (berry, pnp bool) {
	rc, err := os.ReadFile(filepath.Join(m.Dir, ".yarnrc.yml"))
	berry = err == nil
	lock, _ := os.ReadFile(filepath.Join(m.Dir, "yarn.lock")) // without one nothing is known by it
	berry = berry || bytes.Contains(lock, []byte("\n__metadata:"))
	if major, _, _ := strings.Cut(m.Version, "."); major != "" {
		n, err := strconv.Atoi(strings.TrimLeft(major, "^~>= "))
		berry = err == nil && n >= 2 || err != nil && berry
	}
	if !berry {
		return false, false
	}
	for line := range strings.Lines(string(rc)) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok && key == "nodeLinker" {
			return true, strings.Trim(strings.TrimSpace(value), `"'`) == "pnp"
		}
	}
	return true, true // Yarn's own default
}

// contains reports that the folder at the root of a workspace has dir among its packages.
// A folder with a lockfile but no workspaces belongs to another project.
func contains(root, dir string) bool {
	patterns := workspaces(root)
	rel, err := filepath.Rel(root, dir)
	if err != nil {
		return false
	}
	rel = filepath.ToSlash(rel)
	in := false
	for _, p := range patterns {
		not := strings.HasPrefix(p, "!")
		p = strings.Trim(strings.TrimPrefix(strings.TrimPrefix(p, "!"), "./"), "/")
		if globMatch(p, rel) {
			in = !not
		}
	}
	return in
}
