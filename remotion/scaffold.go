package remotion

import (
	"bytes"
	"embed"
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"greenroom/internal/fault"
)

// Everything of the companion but node_modules, which may stand beside it here.
//
//go:embed companion/[^n]*
var companion embed.FS

// marker is the file that says src/greenroom is greenroom's own: written last
// there, so that it never stands beside half a folder.
const marker = "src/greenroom/props.schema.json"

// Scaffold puts the companion into dir. A Remotion project (package.json that
// depends on remotion) only gets src/greenroom, public/greenroom and the ignore
// lines. Files of the user's that stand in the way are a fault that lists them.
// What is already there is never changed, except that ignore lines are added, and
// after an error the folder is as it was. The result lists what was written,
// relative to dir.
func Scaffold(dir string, o ScaffoldOptions) (written []string, err error) {
	existing, err := isRemotion(dir)
	if err != nil {
		return nil, err
	}
	files, err := companionFiles(o.Project)
	if err != nil {
		return nil, err
	}
	if existing {
		for name := range files {
			if !strings.HasPrefix(name, "src/greenroom/") {
				delete(files, name)
			}
		}
	}
	names, err := missing(dir, files)
	if err != nil {
		return nil, err
	}
	ignore, changed, err := ignoreFile(filepath.Join(dir, ".gitignore"))
	if err != nil {
		return nil, err
	}
	u := undo{dir: dir}
	defer func() {
		if err != nil {
			u.run()
			written = nil
		}
	}()
	if _, err := os.Stat(dir); os.IsNotExist(err) {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, fault.Wrap(fault.Failed, err, "choose a folder you may write to", "create %s", dir)
		}
		u.made = append(u.made, dir)
	}
	for _, name := range names {
		if err := u.write(name, files[name]); err != nil {
			return nil, err
		}
	}
	if err := u.mkdir("public/greenroom"); err != nil {
		return nil, err
	}
	written = names
	if changed { // last, and whole or not at all: undo need not know the old lines
		if err := ignore.write(); err != nil {
			return nil, err
		}
		written = append(written, ".gitignore")
	}
	return written, nil
}

// missing lists the files to write, package.json last: it is what makes a folder
// a Remotion project, so an interrupted scaffold is completed by the next one.
// Files that are there and differ are in the way, unless the marker says that an
// earlier Scaffold wrote them and the user, or a build, changed them since.
func missing(dir string, files map[string][]byte) (names []string, err error) {
	_, err = os.Stat(filepath.Join(dir, filepath.FromSlash(marker)))
	scaffolded := err == nil
	var inTheWay []string
	for name, want := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if parent := fileAsFolder(dir, path.Dir(name)); parent != "" {
			inTheWay = append(inTheWay, parent)
			continue
		}
		st, err := os.Lstat(p)
		switch {
		case os.IsNotExist(err):
			names = append(names, name)
			continue
		case err != nil:
			return nil, fault.Wrap(fault.Failed, err, "make the folder readable", "look at %s", name)
		case scaffolded && !st.IsDir() && strings.HasPrefix(name, "src/greenroom/"):
			continue
		}
		if have, err := os.ReadFile(p); err != nil || !bytes.Equal(have, want) {
			inTheWay = append(inTheWay, name)
		}
	}
	if parent := fileAsFolder(dir, "public/greenroom"); parent != "" {
		inTheWay = append(inTheWay, parent)
	}
	sort.Strings(inTheWay)
	if inTheWay = slices.Compact(inTheWay); len(inTheWay) > 0 {
		return nil, fault.New(fault.Usage, "choose an empty folder, or move these files away", "refuse to overwrite: %s", strings.Join(inTheWay, ", "))
	}
	last := map[string]int{marker: 1, "package.json": 2}
	sort.Slice(names, func(i, j int) bool {
		if a, b := last[names[i]], last[names[j]]; a != b {
			return a < b
		}
		return names[i] < names[j]
	})
	return names, nil
}

// fileAsFolder names the first part of folder that is there and is no folder.
func fileAsFolder(dir, folder string) string {
	at := ""
	for _, part := range strings.Split(folder, "/") {
		at = path.Join(at, part)
		if st, err := os.Stat(filepath.Join(dir, filepath.FromSlash(at))); err == nil && !st.IsDir() {
			return at
		}
	}
	return ""
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

// isRemotion tells whether dir is a Remotion project: somebody's own, or one that
// an earlier Scaffold finished.
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
	return p.Dependencies["remotion"] != "" || p.DevDependencies["remotion"] != "", nil
}
