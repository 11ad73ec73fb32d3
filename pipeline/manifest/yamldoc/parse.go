package yamldoc

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/mergemark"
	"greenroom/internal/yamltext"
)

// Read parses the text, passes its root to read and returns the faults, or the cause of the context when it ends
// first. read is not called when the text is not one YAML document.
func (d *Doc) Read(text []byte, read func(root ast.Node)) error {
	return d.guard(func() {
		if !d.isText(text) {
			return
		}
		f, err := yamltext.Parse(d.ctx, text)
		d.Alive()
		if err != nil {
			d.syntax(err)
			return
		}
		if root := d.root(f); root != nil {
			read(root)
		}
	}, func() {
		d.FaultAt(1, 1, "check the file for stray characters", "%s cannot be read as YAML", d.opt.Noun)
	})
}

// ReadPart calls read for a part of a text that was parsed before, and returns the faults, or the cause of the context
// when it ends first. name is the part's name in the fault that a panic becomes.
func (d *Doc) ReadPart(n ast.Node, name string, read func(ast.Node)) error {
	return d.guard(func() { read(n) }, func() {
		d.Fault(n, "check the section for stray characters", "%s cannot be read as YAML", name)
	})
}

// guard runs read. When the YAML library panics, which no text should make it do, failed adds a fault.
func (d *Doc) guard(read, failed func()) (err error) {
	defer func() {
		switch r := recover(); {
		case r == errEnded:
			err = context.Cause(d.ctx)
		case r != nil:
			failed()
			err = d.Err()
		}
	}()
	read()
	return d.Err()
}

// errEnded unwinds the walk over the tree when the context ended.
var errEnded = errors.New("the context ended")

// Alive ends the walk of Read when the context ended. Fields calls it; a reader calls it in long loops.
func (d *Doc) Alive() {
	if d.ctx.Err() != nil {
		panic(errEnded)
	}
}

// root returns the only document of a file; nil with a fault when there is none or more than one.
func (d *Doc) root(f *ast.File) (root ast.Node) {
	for _, one := range f.Docs {
		if one.Body == nil {
			continue
		}
		if root != nil {
			d.Fault(one.Body, "keep one document; remove the line ---", "%s holds a second document", d.opt.Noun)
			return nil
		}
		root = one.Body
	}
	if root == nil {
		d.FaultAt(1, 1, d.opt.EmptyHint, "%s is empty", d.opt.Noun)
	}
	return root
}

// isText reports whether a text can be YAML, and adds faults when it cannot.
func (d *Doc) isText(b []byte) bool {
	conflict := mergemark.Line(string(b))
	switch {
	case len(b) > d.opt.MaxBytes:
		d.FaultAt(1, 1, d.opt.LargeHint, "%s is %d bytes, at most %d are read", d.opt.Noun, len(b), d.opt.MaxBytes)
	case len(bytes.TrimSpace(b)) == 0:
		d.FaultAt(1, 1, d.opt.EmptyHint, "%s is empty", d.opt.Noun)
	case bytes.IndexByte(b, 0) >= 0 || !utf8.Valid(b):
		line := 1 + bytes.Count(b[:badByte(b)], []byte("\n"))
		d.FaultAt(line, 1, "save it as UTF-8 text", "%s is not text", d.opt.Noun)
	case conflict > 0:
		d.FaultAt(conflict, 1, "resolve the conflict in your editor, then run the same command again",
			"%s has unresolved merge conflicts", d.opt.Noun)
	default:
		for i, l := range d.lines {
			if in := strings.TrimLeft(l, " "); strings.HasPrefix(in, "\t") {
				d.FaultAt(i+1, len(l)-len(in)+1, "indent with spaces", "a tab is used for indentation")
			}
		}
	}
	return len(d.faults) == 0
}

// badByte returns the offset of the first byte that is zero or not UTF-8.
func badByte(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if b[i] == 0 || r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return 0
}

// syntax adds the error of the YAML library as a fault.
func (d *Doc) syntax(err error) {
	var limit *yamltext.LimitError
	if errors.As(err, &limit) {
		d.FaultAt(limit.Line, limit.Column, limit.Hint, "%s", limit.Msg)
		return
	}
	line, column := 1, 1
	msg, _, _ := strings.Cut(err.Error(), "\n")
	var ye yaml.Error
	if errors.As(err, &ye) {
		msg = ye.GetMessage()
		if t := ye.GetToken(); t != nil && t.Position != nil {
			line, column = t.Position.Line, t.Position.Column
		}
	}
	hint := "check the colons, quotes and indentation around here"
	if strings.Contains(msg, "already defined") {
		hint = "keep one of them, or rename one"
	}
	d.FaultAt(line, column, hint, "%s", msg)
}
