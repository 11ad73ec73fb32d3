package project

import (
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// workspaces are the patterns by which the root of a workspace names its packages:
// "workspaces" in package.json (a list, or {packages: […]}) or pnpm-workspace.yaml.
func workspaces(root string) []string {
	var out []string
	if m, err := readManifest(root); err == nil {
		var object struct{ Packages []string }
		if json.Unmarshal(m.Workspaces, &out) != nil && json.Unmarshal(m.Workspaces, &object) == nil {
			out = object.Packages
		}
	}
	if b, err := os.ReadFile(filepath.Join(root, "pnpm-workspace.yaml")); err == nil {
		var pnpm struct {
			Packages []string `yaml:"packages"`
		}
		if yaml.Unmarshal(b, &pnpm) == nil {
			out = append(out, pnpm.Packages...)
		}
	}
	return out
}

// globMatch matches a slash path against a pattern in which ** matches any number of
// folders.
func globMatch(pattern, name string) bool {
	return matchParts(strings.Split(pattern, "/"), strings.Split(name, "/"))
}

func matchParts(pattern, name []string) bool {
	for len(pattern) > 0 {
		if pattern[0] == "**" {
			for i := range len(name) + 1 {
				if matchParts(pattern[1:], name[i:]) {
					return true
				}
			}
			return false
		}
		if len(name) == 0 {
			return false
		}
		if ok, err := path.Match(pattern[0], name[0]); err != nil || !ok {
			return false
		}
		pattern, name = pattern[1:], name[1:]
	}
	return len(name) == 0
}

// maxPackages bounds how many folders of a workspace are read.
const maxPackages = 10000

// RemotionPackages lists the packages of a workspace that depend on remotion, relative to
// its root, sorted. It is empty where root is not the root of a workspace.
func RemotionPackages(root string) []string {
	if len(workspaces(root)) == 0 {
		return nil
	}
	var out []string
	seen := 0
	_ = filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return nil // what cannot be read has no project for us
		}
		seen++
		if seen > maxPackages {
			return filepath.SkipAll
		}
		if name := d.Name(); p != root && (name == "node_modules" || strings.HasPrefix(name, ".")) {
			return filepath.SkipDir
		}
		if p == root || !contains(root, p) {
			return nil
		}
		if v, err := Declared(p, "remotion"); err == nil && v != "" {
			rel, err := filepath.Rel(root, p)
			if err == nil {
				out = append(out, filepath.ToSlash(rel))
			}
		}
		return nil
	})
	slices.Sort(out)
	return out
}

// IsWorkspace reports that a folder is the root of a workspace: it names packages.
func IsWorkspace(dir string) bool { return len(workspaces(dir)) > 0 }
