package manifest

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/fault"
	"greenroom/internal/lazyregexp"
	"greenroom/internal/mergemark"
	"greenroom/pipeline/manifest/yamldoc"
)

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
