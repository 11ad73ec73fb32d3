package manifest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/fault"
	"greenroom/internal/lazyregexp"
	"greenroom/internal/mergemark"
	"greenroom/internal/yamltext"
)

// ReadHeyGen reads only the heygen: section of a manifest, with its defaults; mistakes in other sections do not
// count. When the file as a whole cannot be read as YAML, the lines of the section are read alone, and rest says
// what is wrong with the file. It fails when the section has mistakes or cannot be told apart: which account
// a command reaches is never guessed. The error is one of Load.
func ReadHeyGen(ctx context.Context, path string) (h HeyGen, rest, err error) {
	abs, b, err := readFile(path)
	if err != nil {
		return h, nil, err
	}
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	d := &doc{
		ctx: ctx, name: filepath.Base(abs), dir: filepath.Dir(abs),
		lines: strings.Split(string(b), "\n"), sums: map[string][sha256.Size]byte{},
	}
	section, rest := d.heygenSection(b)
	if ctx.Err() != nil {
		return h, nil, context.Cause(ctx)
	}
	h = HeyGen{API: "sandbox", Concurrency: 3} // as in a manifest without the section
	if section == nil && rest != nil {
		if section, err = d.cutHeyGen(ctx); err != nil {
			return HeyGen{}, nil, fault.List(append(fault.All(rest), fault.All(err)...))
		}
	}
	if section != nil {
		if err := d.readSection(section, &h); err != nil {
			return HeyGen{}, nil, err
		}
	}
	return h, rest, nil
}

// heygenSection finds the section in a file that is YAML; nil and no error when the file has none.
func (d *doc) heygenSection(b []byte) (section ast.Node, rest error) {
	defer func() {
		if r := recover(); r != nil { // as in ParseContext
			section = nil
			d.FaultAt(1, 1, "check the file for stray characters", "the manifest cannot be read as YAML")
		}
		if d.Count() > 0 {
			section, rest = nil, d.faults.Or()
			d.faults = nil
		}
	}()
	if !d.textual(b) {
		return nil, nil // the deferred function returns the faults
	}
	f, err := yamltext.Parse(d.ctx, b)
	if err != nil {
		d.syntax(err)
		return nil, nil
	}
	var body ast.Node
	for _, one := range f.Docs {
		if one.Body != nil && body != nil {
			d.Fault(one.Body, "keep one document; remove the line ---", "the manifest holds a second document")
			return nil, nil
		}
		if one.Body != nil {
			body = one.Body
		}
	}
	if body == nil {
		d.FaultAt(1, 1, "start with `version: 1`, or run `greenroom init` in a new folder", "the manifest is empty")
		return nil, nil
	}
	fields := d.Fields(body, "")
	if i := slices.IndexFunc(fields, func(f yamldoc.Field) bool { return f.Key == "heygen" }); i >= 0 {
		return fields[i].value, nil
	}
	for _, f := range fields { // misspelled, it would silently be the sandbox
		if strings.Contains(strings.ToLower(f.Key), "heygen") || fault.Nearest(f.Key, []string{"heygen"}) != "" {
			d.Fault(f.Node, "write heygen: {api: ...}", "unknown key %s", f.Key)
		}
	}
	return nil, nil
}

// readSection reads the section with the rules of the manifest.
func (d *doc) readSection(n ast.Node, h *HeyGen) (err error) {
	defer func() {
		if r := recover(); r != nil {
			d.Fault(n, "check the section for stray characters", "heygen cannot be read as YAML")
			err = d.faults.Or()
		}
	}()
	d.heygen(n, h)
	return d.ended()
}

// heygenLine is the line on which the section begins, in a file that is not YAML.
var heygenLine = lazyregexp.New(`^["']?heygen["']?[ \t]*:`)

// cutHeyGen reads the section's own lines of a file that is not YAML: from `heygen:` at the beginning of a line to
// the next line that is not indented. A file without the word has no section.
func (d *doc) cutHeyGen(ctx context.Context) (ast.Node, error) {
	const hint = "correct the manifest, or say which account: --api sandbox, v2 or v3"
	const message = "the manifest's heygen section cannot be read, so the account is not known"
	unclear := fault.New(fault.Manifest, hint, message)
	first, mentioned := -1, false
	for i, l := range d.lines {
		if heygenLine.MatchString(l) {
			if first >= 0 {
				return nil, unclear // which of the two counts?
			}
			first = i
		}
		comment := strings.HasPrefix(strings.TrimLeft(l, " \t"), "#")
		key, _, _ := strings.Cut(l, ":")
		mentioned = mentioned || !comment && (strings.Contains(strings.ToLower(l), "heygen") || fault.Nearest(key, []string{"heygen"}) != "")
	}
	switch {
	case first < 0 && mentioned:
		return nil, unclear
	case first < 0:
		return nil, nil
	}
	end := first + 1
	for end < len(d.lines) {
		l := strings.TrimRight(d.lines[end], "\r")
		if l != "" && !strings.ContainsAny(l[:1], " \t#") && mergemark.Line(l) == 0 && l != "=======" {
			break
		}
		end++
	}
	for end > first+1 && mergemark.Line(d.lines[end-1]) > 0 { // of a conflict after the section
		end--
	}
	// Empty lines before it keep the places of faults.
	text := strings.Repeat("\n", first) + strings.Join(d.lines[first:end], "\n") + "\n"
	alone := &doc{ctx: ctx, name: d.name, dir: d.dir, lines: strings.Split(text, "\n"), sums: d.sums}
	section, err := alone.heygenSection([]byte(text))
	if err != nil || section == nil {
		return nil, unclear
	}
	return section, nil
}
