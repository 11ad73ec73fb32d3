package remotion

import (
	"bytes"
	"embed"
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
)

// Everything of the companion but node_modules, which may stand beside it here.
//
//go:embed companion/[^n]*
var companion embed.FS

var ignoreLines = []string{"node_modules/", ".greenroom/", "public/greenroom/", "out/"}

// Scaffold puts the companion into dir. A Remotion project (package.json that
// depends on remotion) only gets src/greenroom, public/greenroom and the ignore
// lines; elsewhere, files of the user's that stand in the way are a fault that
// lists them, and nothing is written. What is already there is never changed,
// except that ignore lines are added. The result lists what was written, relative to dir.
func Scaffold(dir string, o ScaffoldOptions) (written []string, err error) {
	existing, err := isRemotion(dir)
	if err != nil {
		return nil, err
	}
	files, err := companionFiles(o.Project)
	if err != nil {
		return nil, err
	}
	var names, inTheWay []string
	for name, want := range files {
		if existing && !strings.HasPrefix(name, "src/greenroom/") {
			continue
		}
		have, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		switch {
		case os.IsNotExist(err):
			names = append(names, name)
		case err != nil:
			return nil, fault.Wrap(fault.Failed, err, "move it away", "look at %s", name)
		case !existing && !bytes.Equal(have, want) && !ours(dir):
			inTheWay = append(inTheWay, name)
		}
	}
	sort.Strings(names)
	sort.Strings(inTheWay)
	if len(inTheWay) > 0 {
		return nil, fault.New(fault.Usage, "choose an empty folder, or move these files away", "refuse to overwrite: %s", strings.Join(inTheWay, ", "))
	}
	for _, name := range names {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			return written, fault.Wrap(fault.Failed, err, "make the folder writable", "create %s", path.Dir(name))
		}
		if _, err := atomicfile.WriteBytes(p, 0o644, files[name]); err != nil {
			return written, fault.Wrap(fault.Failed, err, "make the folder writable", "write %s", name)
		}
		written = append(written, name)
	}
	if err := os.MkdirAll(filepath.Join(dir, "public", "greenroom"), 0o755); err != nil {
		return written, fault.Wrap(fault.Failed, err, "make the folder writable", "create public/greenroom")
	}
	changed, err := addIgnoreLines(filepath.Join(dir, ".gitignore"))
	if changed {
		written = append(written, ".gitignore")
	}
	return written, err
}

// companionFiles gives every embedded file by its name in a project, with the
// project's name put in and no clips.
func companionFiles(project string) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := fs.WalkDir(companion, "companion", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := companion.ReadFile(p)
		name := strings.TrimPrefix(p, "companion/")
		if name == ".gitignore" {
			return err // merged line by line instead
		}
		if name == "package.json" || name == "package-lock.json" {
			b = rename(b, npmName(project))
		}
		files[name] = b
		return err
	})
	if err != nil {
		return nil, err
	}
	if project == "" {
		project = "greenroom"
	}
	files["src/greenroom/clips.gen.json"], files["src/greenroom/clips.gen.ts"], err =
		EncodeProps(Props{Project: project, FPS: 25, Width: 1920, Height: 1080})
	return files, err
}

// rename replaces the companion's own name, which stands first in package.json
// and twice at the top of package-lock.json, and leaves every other byte alone.
func rename(b []byte, to string) []byte {
	var head struct{ Name string }
	if json.Unmarshal(b, &head) != nil || head.Name == "" {
		return b
	}
	old, name := []byte(`"name": `+quote(head.Name)), []byte(`"name": `+quote(to))
	return bytes.Replace(b, old, name, 2)
}

// npmName makes a package name of a project's: lower case, digits and dashes.
func npmName(project string) string {
	name := strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(project)), "-")
	if name == "" {
		return "film"
	}
	return name[:min(len(name), 100)]
}

// isRemotion tells whether dir is somebody's own Remotion project. One that we
// scaffolded is not: it may be completed.
func isRemotion(dir string) (bool, error) {
	b, err := os.ReadFile(filepath.Join(dir, "package.json"))
	if os.IsNotExist(err) {
		return false, nil
	}
	if err != nil {
		return false, fault.Wrap(fault.Failed, err, "make it readable", "read package.json")
	}
	var p struct{ Dependencies, DevDependencies map[string]string }
	if err := json.Unmarshal(b, &p); err != nil {
		return false, fault.Wrap(fault.Usage, err, "correct package.json first", "read package.json")
	}
	return (p.Dependencies["remotion"] != "" || p.DevDependencies["remotion"] != "") && !ours(dir), nil
}

// ours tells a folder that an earlier Scaffold made: both the generated schema
// and the companion's compositions are there.
func ours(dir string) bool {
	for _, name := range []string{"src/greenroom/props.schema.json", "src/compositions", "package.json"} {
		if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			return false
		}
	}
	return true
}

func addIgnoreLines(file string) (changed bool, err error) {
	have, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		return false, fault.Wrap(fault.Failed, err, "make it readable", "read .gitignore")
	}
	present := map[string]bool{}
	for line := range strings.Lines(string(have)) {
		present[strings.Trim(strings.TrimSpace(line), "/")] = true
	}
	out := have
	for _, line := range ignoreLines {
		if present[strings.Trim(line, "/")] {
			continue
		}
		if len(out) > 0 && out[len(out)-1] != '\n' {
			out = append(out, '\n')
		}
		out = append(out, line+"\n"...)
	}
	if changed, err = atomicfile.WriteBytes(file, 0o644, out); err != nil {
		return false, fault.Wrap(fault.Failed, err, "make the folder writable", "write .gitignore")
	}
	return changed, nil
}
