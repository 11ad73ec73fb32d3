package manifest

import (
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"greenroom/remotion/project"
)

// remotion reads where the Remotion project keeps its files. What is not written stays
// empty: the project's own configuration or the default decides.
func (d *doc) remotion(n ast.Node, l *project.Layout) {
	d.object(n, "remotion", setters{
		"entry":  d.projectFile("remotion.entry", &l.Entry),
		"config": d.projectFile("remotion.config", &l.Config),
		"public": d.projectFolder("remotion.public", &l.Public),
		"source": d.projectFolder("remotion.source", &l.Source),
	})
	if l.Public != "" && l.Public == l.Source {
		d.fault(n, "write two folders, such as public: static and source: src/greenroom", "remotion.public and remotion.source are the same folder")
	}
}

// projectFile reads the name of a file in the project that must exist.
func (d *doc) projectFile(path string, to *string) func(ast.Node) {
	return func(n ast.Node) {
		name, ok := d.projectName(n, path)
		if !ok {
			return
		}
		if st, err := os.Stat(filepath.Join(d.dir, filepath.FromSlash(name))); err != nil || !st.Mode().IsRegular() {
			d.fault(n, "write its name relative to greenroom.yaml", "%s: %s is not a file of the project", path, name)
			return
		}
		*to = name
	}
}

// projectFolder reads the name of a folder in the project; a build creates it.
func (d *doc) projectFolder(path string, to *string) func(ast.Node) {
	return func(n ast.Node) {
		name, ok := d.projectName(n, path)
		if !ok {
			return
		}
		if st, err := os.Stat(filepath.Join(d.dir, filepath.FromSlash(name))); err == nil && !st.IsDir() {
			d.fault(n, "write the name of a folder", "%s: %s is a file", path, name)
			return
		}
		*to = name
	}
}

// projectName reads a name relative to the manifest that does not leave its folder.
func (d *doc) projectName(n ast.Node, member string) (string, bool) {
	var s string
	before := len(d.faults)
	d.text(member, &s)(n)
	if len(d.faults) > before {
		return "", false
	}
	name := path.Clean(strings.ReplaceAll(s, `\`, "/"))
	drive := len(name) > 1 && name[1] == ':' // on every system: the manifest is the same there
	if s == "" || name == "." || drive || !filepath.IsLocal(filepath.FromSlash(name)) {
		d.fault(n, "write a name below the folder of greenroom.yaml, such as public or src/index.ts",
			"%s: %q is not inside the project", member, s)
		return "", false
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "node_modules" || part == ".greenroom" || part == ".git" {
			d.fault(n, "write another name", "%s: %s is a folder that greenroom must not write to", member, part)
			return "", false
		}
	}
	return name, true
}
