package manifest

import (
	"bytes"
	"context"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"greenroom/assets"
	"greenroom/internal/fault"
	"greenroom/internal/lazyregexp"
	"greenroom/internal/mergemark"
	"greenroom/internal/outside"
	"greenroom/pipeline/manifest/value"
	"greenroom/pipeline/manifest/yamldoc"
	"greenroom/pipeline/origin"
	"greenroom/remotion/project"
)

// heygen reads the account and its limits, or the generation of the API alone.
func (d *doc) heygen(n ast.Node, h *HeyGen) {
	if d.IsScalar(n) { // heygen: v3
		d.Word("heygen", APIs, &h.API)(n)
		return
	}
	var budget float64 = -1
	d.Object(n, "heygen", yamldoc.Setters{
		"api":         d.Word("heygen.api", APIs, &h.API),
		"concurrency": d.Integer("heygen.concurrency", 1, 100, "3 suits most plans", &h.Concurrency),
		"accounts":    d.accounts("heygen.accounts", &h.Accounts),
		"key":         d.keyReference(&h.Key),
		"folder":      d.folder("heygen.folder", &h.Folder),
		"budget": func(n ast.Node) {
			s, _ := d.ReadText(n, "heygen.budget")
			v, err := strconv.ParseFloat(strings.TrimSpace(strings.Trim(strings.ReplaceAll(s, "USD", ""), "$ ")), 64)
			if err != nil || !(v >= 0 && v <= 1e6) {
				d.Fault(n, "write it like $10", "heygen.budget must be an amount in dollars")
				return
			}
			budget = v
		},
	})
	if budget >= 0 {
		h.Budget = &budget
	}
}

// folder reads the id of a folder of the account.
func (d *doc) folder(path string, to *string) func(ast.Node) {
	return func(n ast.Node) {
		v := ""
		d.Text(path, &v)(n)
		if !videoID.MatchString(v) {
			hint := idHint(v, "`greenroom api POST /v3/folders --field name=NAME` makes one and prints its id")
			d.Fault(n, hint, "%s is not the id of a folder", path)
			return
		}
		*to = v
	}
}

// keyReference reads where the key is. A key itself is a fault that does not show it.
func (d *doc) keyReference(to *string) func(ast.Node) {
	return func(n ast.Node) {
		d.Text("heygen.key", to)(n)
		isReference := func(prefix string) bool { return strings.HasPrefix(strings.TrimPrefix(*to, "bearer:"), prefix) }
		if *to == "" || slices.ContainsFunc([]string{"$", "file:", "cmd:"}, isReference) {
			return
		}
		outside.Know(*to) // another message may quote the line
		*to = ""
		d.SecretFault(n, "write $NAME, file:PATH or cmd:PROGRAM ARGS (bearer:$NAME for an access token), and revoke a key that was committed",
			"heygen.key must not hold the key itself")
	}
}

// APIs are the values of heygen.api.
var APIs = []string{"sandbox", "auto", "v2", "v3"}

// accounts reads a list of origins, as plan and the lockfile print them.
func (d *doc) accounts(path string, to *[]string) func(ast.Node) {
	const hint = "write a list of accounts as greenroom.lock has them: [heygen-1a2b3c4d5e6f]"
	return func(n ast.Node) {
		for _, v := range d.Items(n) {
			var s string
			before := d.Count()
			d.Text(path, &s)(v)
			switch o := origin.Origin(s); {
			case d.Count() > before:
			case o == origin.Sandbox || o == origin.Foreign || o.Drawn():
				d.Fault(v, hint, "%s lists %q, which is not an account of a provider", path, s)
			case s == "" || !o.Valid() || !strings.Contains(s, "-"):
				d.Fault(v, hint, "%s lists %q, which is not an account", path, s)
			default:
				*to = append(*to, s)
			}
		}
	}
}

// cache reads the shared cache: an address, or an address with how it is used.
func (d *doc) cache(n ast.Node, c *Cache) {
	switch d.Plain(n).(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
	default:
		d.location(n, "cache", c)
		return
	}
	seen := false
	d.Object(n, "cache", yamldoc.Setters{
		"url":       func(n ast.Node) { seen = true; d.location(n, "cache.url", c) },
		"read-only": d.Bool("cache.read-only", &c.ReadOnly),
		"timeout": func(n ast.Node) {
			var s string
			d.Text("cache.timeout", &s)(n)
			v, ok := value.ParseTime(s)
			if !ok || v < 100*time.Millisecond || v > time.Hour {
				d.Fault(n, "write it like 20s", "cache.timeout must be between 100ms and 1h")
				return
			}
			c.Timeout = v
		},
	})
	if !seen {
		d.Fault(n, "add url: s3://BUCKET/PREFIX", "cache has no url")
	}
}

func (d *doc) location(n ast.Node, path string, c *Cache) {
	s, ok := d.ReadText(n, path)
	if !ok {
		return
	}
	at, err := assets.ParseLocation(s, d.dir)
	if err != nil {
		// The line may hold a password.
		d.SecretFault(n, "write it like s3://BUCKET/PREFIX, gs://BUCKET or file:///FOLDER; "+
			"credentials come from the environment", "%s %v", path, err)
		return
	}
	c.At = &at
}

// remotion reads where the Remotion project keeps its files. What is not written stays
// empty: the project's own configuration or the default decides.
func (d *doc) remotion(n ast.Node, l *project.Layout) {
	d.Object(n, "remotion", yamldoc.Setters{
		"entry":  d.projectFile("remotion.entry", &l.Entry),
		"config": d.projectFile("remotion.config", &l.Config),
		"public": d.projectFolder("remotion.public", &l.Public),
		"source": d.projectFolder("remotion.source", &l.Source),
	})
	if l.Public != "" && l.Public == l.Source {
		d.Fault(n, "write two folders, such as public: static and source: src/greenroom",
			"remotion.public and remotion.source are the same folder")
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
			d.Fault(n, "write its name relative to greenroom.yaml", "%s: %s is not a file of the project", path, name)
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
			d.Fault(n, "write the name of a folder", "%s: %s is a file", path, name)
			return
		}
		*to = name
	}
}

// projectName reads a name relative to the manifest that does not leave its folder.
func (d *doc) projectName(n ast.Node, member string) (string, bool) {
	s, ok := d.ReadText(n, member)
	if !ok {
		return "", false
	}
	name := path.Clean(strings.ReplaceAll(s, `\`, "/"))
	drive := len(name) > 1 && name[1] == ':' // on every system: the manifest is the same there
	if s == "" || name == "." || drive || !filepath.IsLocal(filepath.FromSlash(name)) {
		d.Fault(n, "write a name below the folder of greenroom.yaml, such as public or src/index.ts",
			"%s: %q is not inside the project", member, s)
		return "", false
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "node_modules" || part == ".greenroom" || part == ".git" {
			d.Fault(n, "write another name", "%s: %s is a folder that greenroom must not write to", member, part)
			return "", false
		}
	}
	return name, true
}

// ReadHeyGen reads only the heygen: section of a manifest, with its defaults; faults in other sections do not matter.
// When the file cannot be read as YAML, only the lines of the section are read, and rest is what is wrong with the
// file. It fails when the section has faults or cannot be found for certain: the account that a command uses is never
// guessed. The error is one of Load.
func ReadHeyGen(ctx context.Context, path string) (h HeyGen, rest, err error) {
	abs, b, err := readFile(path)
	if err != nil {
		return h, nil, err
	}
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	d := newDoc(ctx, abs, b)
	section, rest := d.heygenSection(b)
	if ctx.Err() != nil {
		return h, nil, context.Cause(ctx)
	}
	h = HeyGen{API: "sandbox", Concurrency: 3} // as in a manifest without the section
	if section == nil && rest != nil {
		section, err = d.cutHeyGen(ctx, abs)
		if err != nil {
			return HeyGen{}, nil, fault.List(append(fault.All(rest), fault.All(err)...))
		}
	}
	if section != nil {
		err = d.ReadPart(section, "heygen", func(n ast.Node) { d.heygen(n, &h) })
		if err != nil {
			return HeyGen{}, nil, err
		}
	}
	return h, rest, nil
}

// heygenSection returns the section of a file that is YAML; nil when the file has none. The error is what is wrong
// with the file.
func (d *doc) heygenSection(b []byte) (section ast.Node, err error) {
	err = d.Read(b, func(root ast.Node) { section = d.findHeyGen(root) })
	d.Reset()
	if err != nil {
		return nil, err
	}
	return section, nil
}

// findHeyGen returns the section, or nil. A misspelled one is a fault: it would silently select the sandbox.
func (d *doc) findHeyGen(root ast.Node) ast.Node {
	fields := d.Fields(root, "")
	if i := slices.IndexFunc(fields, func(f yamldoc.Field) bool { return f.Key == "heygen" }); i >= 0 {
		return fields[i].Value
	}
	for _, f := range fields {
		if resemblesHeyGen(f.Key, f.Key) {
			d.Fault(f.Node, "write heygen: {api: ...}", "unknown key %s", f.Key)
		}
	}
	return nil
}

// resemblesHeyGen reports whether a key, or the text around it, may be meant as the section.
func resemblesHeyGen(key, text string) bool {
	return strings.Contains(strings.ToLower(text), "heygen") || fault.Nearest(key, []string{"heygen"}) != ""
}

// heygenLine is the line on which the section begins, in a file that is not YAML.
var heygenLine = lazyregexp.New(`^["']?heygen["']?[ \t]*:`)

// cutHeyGen reads the section's own lines of a file that is not YAML: from `heygen:` at the beginning of a line to the
// next line that is not indented. It returns nil for a file without the word, and fails when the section is not
// certain.
func (d *doc) cutHeyGen(ctx context.Context, path string) (ast.Node, error) {
	const hint = "correct the manifest, or name the account: --api sandbox, v2 or v3"
	const message = "the manifest's heygen section cannot be read, so the account is not known"
	unclear := fault.New(fault.Manifest, hint, message)
	lines := d.Lines()
	first, mentioned := -1, false
	for i, l := range lines {
		if heygenLine.MatchString(l) {
			if first >= 0 {
				return nil, unclear // there are two of them
			}
			first = i
		}
		comment := strings.HasPrefix(strings.TrimLeft(l, " \t"), "#")
		key, _, _ := strings.Cut(l, ":")
		mentioned = mentioned || !comment && resemblesHeyGen(key, l)
	}
	switch {
	case first < 0 && mentioned:
		return nil, unclear
	case first < 0:
		return nil, nil
	}
	end := first + 1
	for end < len(lines) {
		l := strings.TrimRight(lines[end], "\r")
		if l != "" && !strings.ContainsAny(l[:1], " \t#") && mergemark.Line(l) == 0 && l != "=======" {
			break
		}
		end++
	}
	for end > first+1 && mergemark.Line(lines[end-1]) > 0 { // of a conflict after the section
		end--
	}
	// Empty lines before it keep the places of faults.
	text := []byte(strings.Repeat("\n", first) + strings.Join(lines[first:end], "\n") + "\n")
	section, err := newDoc(ctx, path, text).heygenSection(text)
	if err != nil || section == nil {
		return nil, unclear
	}
	return section, nil
}
