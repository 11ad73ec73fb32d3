// Package docs holds the pages for users, which `greenroom mcp` serves.
package docs

import (
	"embed"
	"io/fs"
)

//go:embed guide/*.md json.md heygen.md
var files embed.FS

// Pages returns the pages for users, by their paths below docs/.
func Pages() map[string]string {
	out := map[string]string{}
	_ = fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error { // an embedded file can be read
		if err != nil || d.IsDir() {
			return err
		}
		b, err := files.ReadFile(path)
		out[path] = string(b)
		return err
	})
	return out
}
