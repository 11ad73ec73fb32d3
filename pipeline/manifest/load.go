package manifest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/fault"
	"greenroom/internal/mergemark"
	"greenroom/internal/regular"
	"greenroom/internal/yamltext"
)

// Load reads a manifest. The error is a *fault.Error, a fault.List, or the cause of ctx when it ends first.
func Load(ctx context.Context, path string) (*Manifest, error) {
	abs, b, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return ParseContext(ctx, abs, b)
}

// readFile returns a manifest's absolute path and its text.
func readFile(path string) (string, []byte, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", nil, err
	}
	b, err := regular.Read(abs, MaxBytes)
	var large *regular.SizeError
	switch {
	case errors.Is(err, regular.ErrFolder):
		err = fault.New(fault.Manifest, "name the file inside it", "%s is a folder", filepath.Base(abs))
	case errors.Is(err, regular.ErrNotFile):
		err = fault.New(fault.Manifest, "save the manifest as a file, and name it with -f", "%s is not a regular file", filepath.Base(abs))
	case errors.As(err, &large):
		err = fault.New(fault.Manifest, "keep scripts in files of their own", "the manifest is %d bytes, at most %d are read", large.Size, MaxBytes)
	case errors.Is(err, fs.ErrNotExist):
		err = fault.Wrap(fault.Manifest, err, "run `greenroom init`, or point at a manifest with -f", "read the manifest")
	case err != nil:
		err = fault.Wrap(fault.Manifest, err, fault.ReadHint(err, "make the file readable"), "read the manifest")
	}
	return abs, b, err
}

// Parse reads a manifest's text as if it were the file path; inputs are relative to its folder.
func Parse(path string, b []byte) (*Manifest, error) {
	return ParseContext(context.Background(), path, b)
}

// ParseContext is Parse until ctx ends. The error is then the cause of ctx.
func ParseContext(ctx context.Context, path string, b []byte) (m *Manifest, err error) {
	d := &doc{ctx: ctx, name: filepath.Base(path), dir: filepath.Dir(path), lines: strings.Split(string(b), "\n"), sums: map[string][sha256.Size]byte{path: sha256.Sum256(b)}}
	// The YAML library is not ours: whatever it does with hostile text ends here.
	defer func() {
		if r := recover(); r != nil {
			if r == errEnded {
				m, err = nil, context.Cause(ctx)
				return
			}
			d.FaultAt(1, 1, "check the file for stray characters", "the manifest cannot be read as YAML")
			m, err = nil, d.faults.Or()
		}
	}()
	if !d.textual(b) {
		return nil, d.ended()
	}
	f, perr := yamltext.Parse(ctx, b)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if perr != nil {
		d.syntax(perr)
		return nil, d.faults.Or()
	}
	var body ast.Node
	for i, dd := range f.Docs {
		if dd.Body == nil {
			continue
		}
		if body != nil {
			d.Fault(f.Docs[i].Body, "keep one document; remove the line ---", "the manifest holds a second document")
			return nil, d.faults.Or()
		}
		body = dd.Body
	}
	if body == nil {
		d.FaultAt(1, 1, "start with `version: 1`, or run `greenroom init` in a new folder", "the manifest is empty")
		return nil, d.faults.Or()
	}
	m = d.manifest(body)
	if d.Count() > 0 {
		return nil, d.ended()
	}
	m.Path, m.Dir, m.sums = path, d.dir, d.sums
	d.warnings.Sort()
	m.Warnings = d.warnings
	d.ctx = nil // the films of rows are read later, for another caller
	if len(m.RowCompositions) > 0 {
		m.source = d
	}
	return m, nil
}

// Unchanged reports that every file the manifest was read from holds what it held then:
// read again, it would be the same.
func (m *Manifest) Unchanged() bool {
	for path, was := range m.sums {
		f, err := regular.Open(path)
		if err != nil {
			return false
		}
		h := sha256.New()
		_, err = io.Copy(h, f)
		if f.Close(); err != nil || [sha256.Size]byte(h.Sum(nil)) != was {
			return false
		}
	}
	return true
}

// errEnded unwinds the walk over the tree when the context ended.
var errEnded = errors.New("the context ended")

// alive unwinds the walk when the context ended. The walk calls it for each mapping and each row.
func (d *doc) alive() {
	if d.ctx != nil && d.ctx.Err() != nil {
		panic(errEnded)
	}
}

// doc collects faults while the tree is walked.
type doc struct {
	ctx       context.Context // ends the reading
	name, dir string
	lines     []string
	faults    fault.List
	rows      int // read of all tables

	row   *rowCursor                   // while the clips of a table are read
	texts map[string]string            // files that its rows share, by path
	sums  map[string][sha256.Size]byte // of every file that was read, by path

	record recorder // of places, while a clip is read

	style    map[string]Style
	known    *known     // while compositions are read
	warnings fault.List // what is read and has no effect, or another one than it seems
	families []string   // under each:, good or not
}

// ended returns the faults in the file's order, each once.
func (d *doc) ended() error {
	d.faults.Sort()
	d.once()
	return d.faults.Or()
}

// once drops faults that were found again: a composition is read once for each of its formats.
func (d *doc) once() {
	seen := map[string]bool{}
	d.faults = slices.DeleteFunc(d.faults, func(f *fault.Error) bool {
		key := f.Place.String() + " " + f.Msg
		again := seen[key]
		seen[key] = true
		return again
	})
}

// textual refuses what no editor would save as a manifest.
func (d *doc) textual(b []byte) bool {
	switch {
	case len(b) > MaxBytes:
		d.FaultAt(1, 1, "keep scripts in files of their own", "the manifest is %d bytes, at most %d are read", len(b), MaxBytes)
	case len(bytes.TrimSpace(b)) == 0:
		d.FaultAt(1, 1, "start with `version: 1`, or run `greenroom init` in a new folder", "the manifest is empty")
	case bytes.IndexByte(b, 0) >= 0 || !utf8.Valid(b):
		line := 1 + bytes.Count(b[:badByte(b)], []byte("\n"))
		d.FaultAt(line, 1, "save it as UTF-8 text", "the manifest is not text")
	case mergemark.Line(string(b)) > 0:
		d.FaultAt(mergemark.Line(string(b)), 1, "resolve the conflict in your editor, then run the same command again", "the manifest has unresolved merge conflicts")
	default:
		for i, l := range d.lines {
			if in := strings.TrimLeft(l, " "); strings.HasPrefix(in, "\t") {
				d.FaultAt(i+1, len(l)-len(in)+1, "indent with spaces", "a tab is used for indentation")
			}
		}
	}
	return d.Count() == 0
}

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

func (d *doc) syntax(err error) {
	var ye yaml.Error
	line, col, msg := 1, 1, "the manifest is not YAML"
	if errors.As(err, &ye) {
		msg = ye.GetMessage()
		if t := ye.GetToken(); t != nil && t.Position != nil {
			line, col = t.Position.Line, t.Position.Column
		}
	} else {
		msg, _, _ = strings.Cut(err.Error(), "\n")
	}
	var limit *yamltext.LimitError
	if errors.As(err, &limit) {
		d.FaultAt(limit.Line, limit.Column, limit.Hint, "%s", limit.Msg)
		return
	}
	hint := "look at the colons, quotes and indentation around here"
	if strings.Contains(msg, "already defined") {
		hint = "keep one of them, or rename one"
	}
	d.FaultAt(line, col, hint, "%s", msg)
}

func (d *doc) fault(n ast.Node, hint, format string, args ...any) {
	line, col := 1, 1
	if n != nil {
		if t := n.GetToken(); t != nil && t.Position != nil {
			line, col = t.Position.Line, t.Position.Column
		}
	}
	d.FaultAt(line, col, hint, format, args...)
}

// maxFaults is how many faults are described: a file of 1 MiB can have 150,000.
const maxFaults = 1000

var moreFaults = fault.Error{Kind: fault.Manifest, Msg: "more faults follow", Hint: "fix these first"}

func (d *doc) faultAt(line, col int, hint, format string, args ...any) {
	if d.Count() >= maxFaults {
		d.faults = append(d.faults, &moreFaults)
		return
	}
	e := fault.New(fault.Manifest, hint, format, args...)
	p := d.place(line, col)
	e.Place = &p
	if d.row == nil || d.row.news(e) {
		d.faults = append(d.faults, e)
	}
}

// warn reports what is no fault, once for each place. It names what has no effect, or another effect than it seems.
func (d *doc) warn(n ast.Node, hint, format string, args ...any) {
	at := d.At(n)
	d.WarnAt(at.Line, at.Column, hint, format, args...)
}

func (d *doc) warnAt(line, col int, hint, format string, args ...any) {
	p := d.place(line, col)
	twice := func(f *fault.Error) bool { return f.Place.Line == p.Line && f.Place.Column == p.Column }
	if len(d.warnings) >= maxFaults || slices.ContainsFunc(d.warnings, twice) {
		return
	}
	e := fault.New(fault.Manifest, hint, format, args...)
	e.Place = &p
	d.warnings = append(d.warnings, e)
}

// place keeps a position inside the file.
func (d *doc) place(line, col int) fault.Place {
	line = max(1, min(line, len(d.lines)))
	text := strings.TrimRight(d.lines[line-1], "\r")
	col = max(1, min(col, utf8.RuneCountInString(text)+1))
	return fault.Place{File: d.name, Line: line, Column: col, Text: text}
}

func (d *doc) at(n ast.Node) fault.Place {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return d.place(t.Position.Line, t.Position.Column)
	}
	return d.place(1, 1)
}
