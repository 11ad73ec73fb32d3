package scaffold

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"greenroom/internal/lazyregexp"
	"greenroom/remotion/project"
)

// Survey is what can be known of an existing Remotion project without running anything of it: only literal values are
// read, from package.json, remotion.config and the sources.
type Survey struct {
	Layout        project.Layout // what is not where greenroom expects it; Source is set
	FPS           string         // of the compositions, "30"; "" where it cannot be known
	Width, Height string
	Of            string   // the composition that they are of
	Unknown       []string // settings of Layout that are there, but not as a literal value
	Entry         string   // the entry point, also where it is a usual one; "" where none was found
	RootFile      string   // the file that registers a composition
}

// Read surveys the Remotion project in dir.
func Read(dir string) Survey {
	s := Survey{Layout: project.Layout{Dir: dir}}
	sources := readSources(dir)
	s.config()
	s.entry(sources)
	s.source()
	s.size(sources)
	return s
}

var (
	registering = lazyregexp.New(`\bregisterRoot\s*\(`)
	element     = lazyregexp.New(`<(?:Composition|Still)\b`)
	constant    = lazyregexp.New(
		`\bconst\s+([A-Za-z_$][\w$]*)\s*(?::\s*number\s*)?=\s*([0-9][0-9_.]*)\s*(?:as const)?\s*[;\n]`,
	)
)

// config reads the entry point and the public folder from the CLI's configuration.
func (s *Survey) config() {
	for _, name := range project.ConfigFiles {
		b, err := os.ReadFile(s.Layout.Path(name))
		if err != nil {
			continue
		}
		text := project.WithoutComments(string(b))
		s.setting(text, "setEntryPoint", "entry", &s.Layout.Entry)
		s.setting(text, "setPublicDir", "public", &s.Layout.Public)
		if s.Layout.Public == project.DefaultPublic {
			s.Layout.Public = ""
		}
		return
	}
}

// setting reads one setting of the configuration into a field of the layout; key is the field's name in the manifest.
func (s *Survey) setting(text, setting, key string, to *string) {
	literal, calls := project.LiteralSetting(text, setting)
	if calls == 0 {
		return
	}
	value := path.Clean(filepath.ToSlash(literal))
	if literal == "" || !filepath.IsLocal(value) || value == "." {
		s.Unknown = append(s.Unknown, key)
		return
	}
	*to = value
}

// entry finds the entry point: as configured, at a usual place, or the only file that registers a root.
func (s *Survey) entry(sources []source) {
	s.Entry = s.Layout.EntryPoint()
	if s.Entry != "" || slices.Contains(s.Unknown, "entry") {
		return
	}
	var found []string
	for _, f := range sources {
		if registering.MatchString(f.text) {
			found = append(found, f.name)
		}
	}
	if len(found) == 1 {
		s.Entry, s.Layout.Entry = found[0], found[0]
	} else {
		s.Unknown = append(s.Unknown, "entry")
	}
}

// source chooses the folder of greenroom's own files: next to the entry point, unless they are at the usual place.
func (s *Survey) source() {
	if _, err := os.Stat(s.Layout.Path(project.DefaultSource + "/" + marker)); err == nil {
		return
	}
	folder := path.Dir(s.Entry)
	if s.Entry == "" {
		folder = "src"
	}
	if at := path.Join(folder, "greenroom"); at != project.DefaultSource {
		s.Layout.Source = at
	}
}

// size reads the frame rate and the size of the first composition of which all three are known.
func (s *Survey) size(sources []source) {
	constants := map[string]string{}
	for _, f := range sources {
		for _, m := range constant.FindAllStringSubmatch(f.text, -1) {
			value := strings.ReplaceAll(m[2], "_", "")
			if was, ok := constants[m[1]]; ok && was != value {
				value = "" // another file has another value
			}
			constants[m[1]] = value
		}
	}
	for _, f := range sources {
		for _, at := range element.FindAllStringIndex(f.text, -1) {
			a := attributes(f.text[at[1]:])
			for _, name := range []string{"fps", "width", "height"} {
				if value, ok := constants[a[name]]; ok {
					a[name] = value
				}
				if !number.MatchString(a[name]) {
					a[name] = ""
				}
			}
			if s.RootFile == "" {
				s.RootFile = f.name
			}
			if a["fps"] != "" && a["width"] != "" && a["height"] != "" {
				s.FPS, s.Width, s.Height, s.Of, s.RootFile = a["fps"], a["width"], a["height"], a["id"], f.name
				return
			}
		}
	}
}

var (
	plainName = lazyregexp.New(`^[A-Za-z_][A-Za-z0-9_./-]*$`)
	number    = lazyregexp.New(`^[0-9]+(?:\.[0-9]+)?$`)
	attribute = lazyregexp.New(`\b(id|fps|width|height)\s*=\s*(?:"([^"]*)"|'([^']*)'|\{\s*([^{}]*?)\s*\})`)
)

// attributes reads those of the element that begins the text, up to the next element.
func attributes(text string) map[string]string {
	if next := element.FindStringIndex(text); next != nil {
		text = text[:next[0]]
	}
	if end := strings.Index(text, "/>"); end >= 0 {
		text = text[:end]
	}
	out := map[string]string{}
	for _, m := range attribute.FindAllStringSubmatch(text, -1) {
		if _, ok := out[m[1]]; !ok {
			out[m[1]] = strings.Trim(m[2]+m[3]+m[4], "'\"`")
		}
	}
	return out
}

type source struct{ name, text string }

// Bounds of what is read: a project of more is surveyed in part.
const (
	maxSources = 3000
	maxBytes   = 1 << 20
)

// skipped are folders that hold no sources of the project's own.
var skipped = []string{"node_modules", "out", "dist", "build", "public", "greenroom"}

// readSources reads a project's sources by name, without comments.
func readSources(dir string) (out []source) {
	errEnough := errors.New("enough")
	_ = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // an unreadable file is skipped
		}
		name := d.Name()
		if d.IsDir() {
			if p != dir && (strings.HasPrefix(name, ".") || slices.Contains(skipped, name)) {
				return filepath.SkipDir
			}
			return nil
		}
		if !slices.Contains([]string{".ts", ".tsx", ".js", ".jsx", ".mjs"}, filepath.Ext(name)) || !d.Type().IsRegular() {
			return nil
		}
		if st, err := d.Info(); err != nil || st.Size() > maxBytes {
			return nil
		}
		b, err := os.ReadFile(p)
		if err != nil {
			return nil
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return nil
		}
		out = append(out, source{filepath.ToSlash(rel), project.WithoutComments(string(b))})
		if len(out) >= maxSources {
			return errEnough
		}
		return nil
	})
	return out
}
