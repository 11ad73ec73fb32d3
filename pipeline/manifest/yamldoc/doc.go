// Package yamldoc reads a YAML text strictly and reports every fault with its line, column and a hint.
//
// It knows nothing of what the text describes. A reader walks the tree with Fields and Object, and reads values with
// Text, Number, Bool and the like. A Doc collects what is wrong on the way, so that one reading finds all faults. Keys
// that are written twice, unknown keys, aliases and merge keys are faults. No text makes it panic, run out of memory
// or report a place outside of the file.
package yamldoc

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/fault"
)

// Options describe the file to its reader's users.
type Options struct {
	File                 string     // its name in places
	Noun                 string     // how messages name it: "the manifest"
	Kind                 fault.Kind // of all faults
	MaxBytes             int
	EmptyHint, LargeHint string // what to do about a text that is empty or too large
	ShareHint            string // what to use instead of aliases and merge keys, such as "use defaults:"
}

// Hooks are what a reader adds to a Doc. Each of them may be nil.
type Hooks struct {
	// Fill replaces placeholders in a text that is read at path.
	Fill func(n ast.Node, path, text string) string
	// Keep returns false for a fault that is not to be added.
	Keep func(*fault.Error) bool
	// Known is called for each known key of an Object.
	Known func(path string, f Field)
	// Hint returns what an unknown key probably means; empty: the nearest known key is suggested.
	Hint func(path string, f Field) string
}

// Doc is a YAML text and the faults that its reader found so far.
//
// size: one method for each kind of value that a manifest can have.
type Doc struct {
	Hooks
	opt      Options
	ctx      context.Context // ends the reading
	lines    []string
	faults   fault.List
	warnings fault.List
}

// New returns a document without faults. ctx ends the reading.
func New(ctx context.Context, text string, o Options) *Doc {
	return &Doc{opt: o, ctx: ctx, lines: strings.Split(text, "\n")}
}

// Fork returns a document over the same text without hooks, faults and warnings, that no context ends.
func (d *Doc) Fork() *Doc { return &Doc{opt: d.opt, ctx: context.Background(), lines: d.lines} }

// Lines returns the lines of the text.
func (d *Doc) Lines() []string { return d.lines }

// maxFaults is how many faults are described: a file of 1 MiB can have 150,000.
const maxFaults = 1000

// Fault adds a fault at a node.
func (d *Doc) Fault(n ast.Node, hint, format string, args ...any) {
	line, column := position(n)
	d.FaultAt(line, column, hint, format, args...)
}

// FaultAt adds a fault at a line and a column. After 1000 faults it only adds that there are more.
func (d *Doc) FaultAt(line, column int, hint, format string, args ...any) {
	if len(d.faults) >= maxFaults {
		d.faults = append(d.faults, &fault.Error{Kind: d.opt.Kind, Msg: "more faults follow", Hint: "fix these first"})
		return
	}
	e := d.newFault(line, column, hint, format, args...)
	if d.Keep == nil || d.Keep(e) {
		d.faults = append(d.faults, e)
	}
}

// SecretFault adds a fault at a node without the text of its line, which may hold a key or a password.
func (d *Doc) SecretFault(n ast.Node, hint, format string, args ...any) {
	line, column := position(n)
	e := d.newFault(line, column, hint, format, args...)
	e.Place.Text = ""
	d.faults = append(d.faults, e)
}

// Add adds faults that were found elsewhere.
func (d *Doc) Add(faults ...*fault.Error) { d.faults = append(d.faults, faults...) }

// Warn adds a warning at a node, one for each place.
func (d *Doc) Warn(n ast.Node, hint, format string, args ...any) {
	line, column := position(n)
	d.WarnAt(line, column, hint, format, args...)
}

// WarnAt adds a warning at a line and a column, one for each place.
func (d *Doc) WarnAt(line, column int, hint, format string, args ...any) {
	e := d.newFault(line, column, hint, format, args...)
	here := func(f *fault.Error) bool { return f.Place.Line == e.Place.Line && f.Place.Column == e.Place.Column }
	if len(d.warnings) < maxFaults && !slices.ContainsFunc(d.warnings, here) {
		d.warnings = append(d.warnings, e)
	}
}

func (d *Doc) newFault(line, column int, hint, format string, args ...any) *fault.Error {
	e := fault.New(d.opt.Kind, hint, format, args...)
	p := d.place(line, column)
	e.Place = &p
	return e
}

// Count returns the number of faults so far. A reader that compares two counts knows whether a value was good.
func (d *Doc) Count() int { return len(d.faults) }

// Since returns a copy of the faults that were added after the first count ones.
func (d *Doc) Since(count int) fault.List { return slices.Clone(d.faults[count:]) }

// Reset removes all faults.
func (d *Doc) Reset() { d.faults = nil }

// Warnings returns the warnings in the file's order.
func (d *Doc) Warnings() fault.List {
	d.warnings.Sort()
	return d.warnings
}

// Err returns the faults in the file's order, each once, or nil.
func (d *Doc) Err() error {
	d.faults.Sort()
	seen := map[string]bool{}
	d.faults = slices.DeleteFunc(d.faults, func(f *fault.Error) bool {
		key := f.Place.String() + " " + f.Msg
		again := seen[key]
		seen[key] = true
		return again
	})
	return d.faults.Or()
}

// At returns the place of a node.
func (d *Doc) At(n ast.Node) fault.Place { return d.place(position(n)) }

// place returns a place that is inside of the file.
func (d *Doc) place(line, column int) fault.Place {
	line = max(1, min(line, len(d.lines)))
	text := strings.TrimRight(d.lines[line-1], "\r")
	column = max(1, min(column, utf8.RuneCountInString(text)+1))
	return fault.Place{File: d.opt.File, Line: line, Column: column, Text: text}
}

func position(n ast.Node) (line, column int) {
	if n == nil {
		return 1, 1
	}
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line, t.Position.Column
	}
	return 1, 1
}
