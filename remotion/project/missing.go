package project

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"greenroom/internal/fault"
	"greenroom/internal/lazyregexp"
)

// Pinned is the version of Remotion that greenroom's own project uses, and that is named
// where a project has none yet.
const Pinned = "4.0.529"

// Missing is what keeps a project from being rendered: packages that Node does not find.
type Missing struct {
	Dir      string   // the project's
	Packages []string // as Node names them
	Declared bool     // package.json names them, or @remotion/cli, which brings them: an install is enough
	Manager  Manager
}

// FindMissing returns which of the packages Node does not find for a project; nil when
// there are none.
func FindMissing(dir string, names ...string) *Missing {
	var m *Missing
	for _, name := range names {
		if _, err := Find(dir, name); err == nil {
			continue
		}
		if m == nil {
			m = &Missing{Dir: dir, Manager: FindManager(dir), Declared: true}
		}
		m.Packages = append(m.Packages, name)
		m.Declared = m.Declared && (m.declares(name) || m.declares("@remotion/cli"))
	}
	return m
}

// declares reports that the project or the root of its workspace depends on a package.
func (m *Missing) declares(name string) bool {
	for _, dir := range []string{m.Dir, m.Manager.Dir} {
		if v, err := Declared(dir, name); err == nil && v != "" {
			return true
		}
	}
	return false
}

// Installable reports that an install with the project's own package manager is enough.
func (m *Missing) Installable() bool { return m.Declared && !m.plugAndPlay() }

// Refusal is the error for packages that are missing and may not be installed.
func (m *Missing) Refusal() error {
	names := strings.Join(m.Packages, ", ")
	if !m.Declared {
		return fault.New(fault.Tool, m.inDir(m.Dir, m.Manager.Add(RemotionVersion(m.Dir), m.Packages...)),
			"find %s: the project does not depend on it", names)
	}
	if m.plugAndPlay() {
		return fault.New(fault.Tool, "write nodeLinker: node-modules into .yarnrc.yml and run yarn install: Remotion's bundler reads node_modules",
			"find %s: Yarn Plug'n'Play is not supported", names)
	}
	return fault.New(fault.Tool, m.inDir(m.Manager.Dir, m.Manager.Install())+", or run the same command with --install",
		"find %s: the project's packages are not installed", names)
}

// plugAndPlay reports that Yarn keeps packages where only its own loader finds them.
func (m *Missing) plugAndPlay() bool {
	if m.Manager.PnP {
		return true
	}
	for _, name := range []string{".pnp.cjs", ".pnp.js"} {
		if _, err := os.Stat(filepath.Join(m.Manager.Dir, name)); err == nil {
			return true
		}
	}
	return false
}

// inDir is a command that a user runs in a folder.
func (m *Missing) inDir(dir, command string) string {
	at, err := os.Getwd()
	if err == nil {
		at, err = filepath.EvalSymlinks(at)
		if err == nil && at == dir {
			return "run " + command
		}
	}
	return fmt.Sprintf("run cd %s && %s", ShellQuote(dir), command)
}

var plainWord = lazyregexp.New(`^[A-Za-z0-9_./:@%+,=-]+$`)

// ShellQuote is a word as a POSIX shell reads it back.
func ShellQuote(word string) string {
	if plainWord.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

var exactVersion = lazyregexp.New(`^[0-9]+\.[0-9]+\.[0-9]+[0-9A-Za-z.+-]*$`)

// RemotionVersion is the version of Remotion that a project uses: the installed one, else
// the one that package.json names exactly, else Pinned.
func RemotionVersion(dir string) string {
	if folder, err := Find(dir, "remotion"); err == nil {
		if v, err := Version(folder); err == nil && v != "" {
			return v
		}
	}
	for _, name := range []string{"remotion", "@remotion/cli"} {
		if v, err := Declared(dir, name); err == nil && exactVersion.MatchString(v) {
			return v
		}
	}
	return Pinned
}
