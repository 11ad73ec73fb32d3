// Package scaffold writes greenroom's files into a Remotion project, or a complete project into an empty folder, and
// keeps the files that are its own up to date. It starts no process.
package scaffold

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"strings"

	"greenroom/remotion/companion"
	"greenroom/remotion/project"
)

// MediaFrom is the first version of Remotion whose @remotion/media can do what films need: the package exists since
// 4.0.371,
// its Video has objectFit since 4.0.442.
const MediaFrom = "4.0.442"

// Options say what is written, and where.
type Options struct {
	Project string            // its name
	Layout  project.Layout    // Dir is absolute
	Version string            // of greenroom, for the record of its own files
	Clips   map[string][]byte // clips.gen.json and clips.gen.ts of a project without clips
	Files   map[string][]byte // the user's first files, relative to Layout.Dir: kept where they are there
}

// own returns the files that greenroom keeps up to date, by name relative to the source folder.
func own(l project.Layout) (map[string][]byte, error) {
	files := map[string][]byte{}
	folders := []string{"src/greenroom"}
	if withoutMedia(l) {
		folders = append(folders, "older")
	}
	for _, folder := range folders {
		list, err := fs.ReadDir(companion.Files, folder)
		if err != nil {
			return nil, err
		}
		for _, f := range list {
			if strings.HasPrefix(f.Name(), "clips.gen.") {
				continue // a build's
			}
			files[f.Name()], err = companion.Files.ReadFile(folder + "/" + f.Name())
			if err != nil {
				return nil, err
			}
		}
	}
	return files, nil
}

// withoutMedia reports that the project's Remotion has no @remotion/media that films can use. Where it is not
// installed, and package.json
// has a range, the files that are there decide: a check-out without packages must not look out of date.
func withoutMedia(l project.Layout) bool {
	if project.Older(project.RemotionVersion(l.Dir), MediaFrom) {
		return true
	}
	if _, err := project.Find(l.Dir, "remotion"); err == nil {
		return false
	}
	have, err := os.ReadFile(l.Path(l.SourceDir() + "/Footage.tsx"))
	older, olderErr := companion.Files.ReadFile("older/Footage.tsx")
	return err == nil && olderErr == nil && sum(have) == sum(older)
}

// files returns all files of a scaffold by name relative to the project: for an existing Remotion project those of the
// source folder alone.
func files(o Options, existing bool) (map[string][]byte, error) {
	out := map[string][]byte{}
	mine, err := own(o.Layout)
	if err != nil {
		return nil, err
	}
	for _, m := range []map[string][]byte{mine, o.Clips} {
		for name, b := range m {
			out[o.Layout.SourceDir()+"/"+name] = b
		}
	}
	if existing {
		return out, nil
	}
	err = fs.WalkDir(companion.Files, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if folder := path.Dir(p); folder == "src/greenroom" || folder == "older" {
			return nil
		}
		b, err := companion.Files.ReadFile(p)
		if p == "package.json" || p == "package-lock.json" {
			b = rename(b, npmName(o.Project))
		}
		out[p] = b
		return err
	})
	return out, err
}

// rename replaces the companion's own name, which comes first in package.json and twice at the top of
// package-lock.json, and keeps every other byte.
func rename(b []byte, to string) []byte {
	var head struct{ Name string }
	if json.Unmarshal(b, &head) != nil || head.Name == "" {
		return b
	}
	return bytes.Replace(b, []byte(`"name": "`+head.Name+`"`), []byte(`"name": "`+to+`"`), 2)
}

// npmName makes a package name of a project's: lower case, digits and dashes.
func npmName(name string) string {
	name = strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(name)), "-")
	if name == "" {
		return "film"
	}
	return name[:min(len(name), 100)]
}
