package manifest

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/fault"
	"greenroom/internal/regular"
	"greenroom/pipeline/manifest/keyhint"
	"greenroom/pipeline/manifest/member"
	"greenroom/pipeline/manifest/value"
	"greenroom/pipeline/manifest/yamldoc"
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
		err = fault.New(fault.Manifest, "save the manifest as a file, and name it with -f", "%s is not a regular file",
			filepath.Base(abs))
	case errors.As(err, &large):
		err = fault.New(fault.Manifest, "keep scripts in files of their own",
			"the manifest is %d bytes, at most %d are read", large.Size, MaxBytes)
	case errors.Is(err, fs.ErrNotExist):
		err = fault.Wrap(
			fault.Manifest, err, "run `greenroom init`, or point at a manifest with -f", "read the manifest",
		)
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
func ParseContext(ctx context.Context, path string, b []byte) (*Manifest, error) {
	d := newDoc(ctx, path, b)
	var m *Manifest
	if err := d.Read(b, func(root ast.Node) { m = d.manifest(root) }); err != nil {
		return nil, err
	}
	m.Path, m.Dir = path, d.dir
	m.Warnings = d.Warnings()
	if len(m.RowCompositions) > 0 {
		m.source = d
	}
	return m, nil
}

// doc is a manifest while it is read.
//
// size: one method for each key or section of the manifest; all report faults in one list.
type doc struct {
	value.Reader
	dir   string
	rows  int               // read of all tables
	texts map[string]string // files that the rows of a table share, by path

	row      *rowCursor      // while the clips or the films of a table are read
	record   member.Recorder // while a clip or the defaults are read
	style    map[string]Style
	known    *known   // while compositions are read
	families []string // under each:, also those with faults
}

// newDoc returns a manifest that is about to be read.
func newDoc(ctx context.Context, path string, b []byte) *doc {
	return withHooks(&doc{
		Reader: value.Reader{Doc: yamldoc.New(ctx, string(b), yamldoc.Options{
			File: filepath.Base(path), Noun: "the manifest", Kind: fault.Manifest, MaxBytes: MaxBytes,
			EmptyHint: "start with `version: 1`, or run `greenroom init` in a new folder",
			LargeHint: "keep scripts in files of their own",
			ShareHint: "use defaults:",
		})},
		dir: filepath.Dir(path),
	})
}

// fork returns a manifest over the same text whose compositions are about to be read again.
func (d *doc) fork() *doc {
	return withHooks(&doc{Reader: value.Reader{Doc: d.Fork()}, dir: d.dir, style: d.style, known: d.known})
}

// withHooks adds to the YAML reader what is special about manifests: the cells of rows, the places of members and the
// hints for unknown keys.
func withHooks(d *doc) *doc {
	d.Hooks = yamldoc.Hooks{
		Fill:  d.fill,
		Keep:  func(e *fault.Error) bool { return d.row == nil || d.row.isNew(e) },
		Known: func(path string, f yamldoc.Field) { d.recordMember(path, f.Key, f.Node) },
		Hint:  func(path string, f yamldoc.Field) string { return keyhint.For(keyhint.Place(path), f) },
	}
	return d
}

// recordAt records the places of members below a path until the returned function is called.
func (d *doc) recordAt(path string, to *member.List) (stop func()) {
	before := d.record
	d.record = member.NewRecorder(path, to)
	return func() { d.record = before }
}

// recordMember records where one member is written, if a clip is being read.
func (d *doc) recordMember(path, key string, n ast.Node) {
	d.record.Record(path, key, func() fault.Place { return d.At(n) })
}
