// Package project finds the parts of a Remotion project on disk: its folders, its
// packages as Node resolves them, and its package manager. Only Run starts a process and
// writes anything.
package project

import (
	"os"
	"path"
	"path/filepath"
)

// Folders of a project that names no others.
const (
	DefaultPublic = "public"
	DefaultSource = "src/greenroom"
)

// Layout is where a Remotion project keeps its files. Names are relative to Dir, with
// slashes on every system, and inside Dir. An empty name means the default.
type Layout struct {
	Dir    string // absolute; holds package.json
	Entry  string // the file that calls registerRoot
	Public string // what staticFile() reads; DefaultPublic
	Source string // the folder of greenroom's own files; DefaultSource
	Config string // remotion.config.ts or another file that configures Remotion's CLI
}

// PublicDir is the public folder, relative to Dir.
func (l Layout) PublicDir() string {
	if l.Public == "" {
		return DefaultPublic
	}
	return l.Public
}

// Published is greenroom's folder in the public folder, relative to Dir.
func (l Layout) Published() string { return path.Join(l.PublicDir(), "greenroom") }

// SourceDir is the folder of greenroom's own source files, relative to Dir.
func (l Layout) SourceDir() string {
	if l.Source == "" {
		return DefaultSource
	}
	return l.Source
}

// Path is a file of the project by its name relative to Dir.
func (l Layout) Path(name string) string { return filepath.Join(l.Dir, filepath.FromSlash(name)) }

// entries are the entry points that Remotion's CLI finds by itself, in its order, and after
// them the ones of older projects of greenroom.
var entries = []string{
	"src/index.ts", "src/index.tsx", "src/index.js", "src/index.mjs",
	"remotion/index.tsx", "remotion/index.ts", "remotion/index.js", "remotion/index.mjs",
	"src/remotion/index.tsx", "src/remotion/index.ts", "src/remotion/index.js", "src/remotion/index.mjs",
	"src/index.jsx",
}

// EntryPoint is the file that registers the compositions, relative to Dir: Entry, or the
// first of the usual places that is there. It is "" when there is none.
func (l Layout) EntryPoint() string {
	if l.Entry != "" {
		return l.Entry
	}
	for _, name := range entries {
		if st, err := os.Stat(l.Path(name)); err == nil && st.Mode().IsRegular() {
			return name
		}
	}
	return ""
}
