package project

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrNotFound is the error for a package that Node would not find.
var ErrNotFound = errors.New("package not found")

// Resolve returns the real folder of a package as Node resolves it for a file in dir: in
// the node_modules folders of dir and of every folder above it. Links of pnpm and of
// workspaces are followed. It is ErrNotFound when there is no such package.
func Resolve(dir, name string) (string, error) {
	at, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return "", err
	}
	at, err = filepath.Abs(at)
	if err != nil {
		return "", err
	}
	for {
		if filepath.Base(at) != "node_modules" {
			found := filepath.Join(at, "node_modules", filepath.FromSlash(name))
			if _, err := os.Stat(filepath.Join(found, "package.json")); err == nil {
				return filepath.EvalSymlinks(found)
			}
		}
		up := filepath.Dir(at)
		if up == at {
			return "", ErrNotFound
		}
		at = up
	}
}

// Find resolves a package of Remotion's for a project. A project that depends on
// @remotion/cli alone need not name the packages that the CLI depends on, and pnpm does not
// put them into the project's node_modules: what the project itself does not have is
// resolved from @remotion/cli.
func Find(dir, name string) (string, error) {
	found, err := Resolve(dir, name)
	if !errors.Is(err, ErrNotFound) {
		return found, err
	}
	cli, err := Resolve(dir, "@remotion/cli")
	if err != nil {
		return "", err
	}
	return Resolve(cli, name)
}

// Version is the version of the package in a folder that Resolve or Find returned.
func Version(folder string) (string, error) {
	m, err := readManifest(folder)
	return m.Version, err
}

// manifest is what this package reads of a package.json.
type manifest struct {
	Name                          string
	Version                       string
	PackageManager                string
	DevEngines                    struct{ PackageManager json.RawMessage }
	Dependencies, DevDependencies map[string]string
	OptionalDependencies          map[string]string
	PeerDependencies              map[string]string
	Workspaces                    json.RawMessage
}

// readManifest reads the package.json of a folder. A missing file is an error that
// satisfies errors.Is(err, fs.ErrNotExist).
func readManifest(folder string) (m manifest, err error) {
	b, err := os.ReadFile(filepath.Join(folder, "package.json"))
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(b, &m)
}

// Declared is the version range by which a project's package.json names a package, in any
// kind of dependency; "" where it does not.
func Declared(dir, name string) (string, error) {
	m, err := readManifest(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	for _, list := range []map[string]string{m.Dependencies, m.DevDependencies, m.OptionalDependencies,
		m.PeerDependencies} {
		if v := list[name]; v != "" {
			return v, err
		}
	}
	return "", err
}
