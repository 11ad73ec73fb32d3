package manifest

import (
	"os"
	"path/filepath"

	"github.com/goccy/go-yaml/ast"

	"greenroom/compose/media/sequence"
)

// footage reads a clip's file: a video, or the pictures of a folder or a pattern such as footage/frame-%04d.png.
func (d *doc) footage(n ast.Node, path, value string, c *Clip) {
	p := value
	if !filepath.IsAbs(p) {
		p = filepath.Join(d.dir, filepath.FromSlash(value))
	}
	fi, err := os.Stat(p)
	isFolder := err == nil && fi.IsDir()
	if !isFolder && (err == nil || !sequence.IsPattern(p)) {
		c.File = d.input(n, path, value)
		return
	}
	c.File = p
	if d.row != nil && d.written(n, value) != value && !d.inside(p) {
		d.rowFault("name files below the manifest's folder", "%s: %q leads out of the project", path, value)
		return
	}
	if c.Frames, err = sequence.Find(p); err != nil {
		d.fault(n, "number the pictures without gaps, as in frame-0001.png, frame-0002.png", "%s: %s: %v", path, value, err)
	}
}
