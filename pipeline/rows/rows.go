// Package rows reads tables of people, products or places: CSV, TSV and JSON lines,
// one row at a time.
//
// Memory does not grow with the file, every fault has file, line and a hint, and a cell
// is only text: no formula is computed and no path is opened. Byte order marks, UTF-16,
// line ends and the separator are recognised where the first bytes and the first line make
// them certain, whichever program saved the file. Nothing is guessed: a row that is too
// short, a column that exists twice and bytes that are not UTF-8 are faults.
package rows

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"greenroom/internal/fault"
	"greenroom/internal/regular"
)

// Limits.
const (
	MaxCell    = 64 << 10 // bytes of one cell
	MaxColumns = 1000
	MaxRow     = 4 << 20   // bytes of one row: as much of a file as is in memory at once
	MaxBytes   = 256 << 20 // of the file
)

// Row is one line of the table. Values are in the order of the columns.
type Row struct {
	Line   int // of the file, from 1
	Values []string
}

// Reader reads the rows of one file in order.
type Reader struct {
	name    string // for messages
	close   io.Closer
	columns []string
	index   map[string]int // of the columns
	next    func() (Row, error)

	kept      []int // the cells of a line that have a column
	width     int   // cells that a line must have: the last column with a name
	before    int   // lines above the names of the columns: sep=;
	macintosh bool  // the lines end with CR alone
}

// Open reads the head of a table. Its kind is that of its extension, see [Kinds].
// display is the name of the file in messages.
func Open(path, display string) (*Reader, error) {
	f, err := regular.Open(path)
	if err != nil {
		return nil, fault.Wrap(fault.Manifest, err, fault.ReadHint(err, "make the file readable"), "read %s", display)
	}
	if fi, err := f.Stat(); err == nil && fi.Size() > MaxBytes {
		f.Close()
		return nil, fault.New(fault.Manifest, "split the table",
			"%s is %d bytes, at most %d are read", display, fi.Size(), MaxBytes)
	}
	r, err := newReader(io.LimitReader(f, MaxBytes+1), strings.ToLower(filepath.Ext(path)), display)
	if err != nil {
		f.Close()
		return nil, err
	}
	r.close = f
	return r, nil
}

// Kinds returns the extensions of the files that Open reads. Programs use any of the first four for tables with any
// separator.
func Kinds() []string { return []string{".csv", ".tsv", ".txt", ".tab", ".jsonl", ".ndjson"} }

// OtherKind returns the error of a file with another extension, with a hint.
func OtherKind(name string) *fault.Error {
	hint := "save it as .csv, .tsv or .jsonl"
	switch strings.ToLower(filepath.Ext(name)) {
	case ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".numbers", ".fods", ".gnumeric":
		hint = menus
	case ".json":
		to := strings.TrimSuffix(name, filepath.Ext(name)) + ".jsonl"
		hint = fmt.Sprintf("jq -c '.[]' %s > %s, and write rows: %s", shellWord(name), shellWord(to), to)
	}
	return fault.New(fault.Manifest, hint, "%s is not a table that is read", name)
}

func newReader(in io.Reader, kind, display string) (*Reader, error) {
	r := &Reader{name: display}
	if !slices.Contains(Kinds(), kind) {
		return r, OtherKind(display)
	}
	b, err := r.decode(in)
	if err != nil {
		return nil, err
	}
	switch kind {
	case ".jsonl", ".ndjson":
		err = r.jsonLines(b)
	default:
		err = r.separated(b, kind)
	}
	return r, err
}

// Columns returns the names of the columns, each once.
func (r *Reader) Columns() []string { return r.columns }

// Next returns the next row, or io.EOF after the last.
func (r *Reader) Next() (Row, error) {
	row, err := r.next()
	if err != nil {
		return Row{}, err
	}
	for i, v := range row.Values {
		switch {
		case len(v) > MaxCell:
			return Row{}, r.fault(row.Line, 1, "shorten it",
				"column %q has %d bytes, at most %d are read", r.columns[i], len(v), MaxCell)
		case strings.ContainsRune(v, 0):
			return Row{}, r.fault(row.Line, 1, "save the file as UTF-8 text",
				"column %q is not text: it has a zero byte", r.columns[i])
		case strings.Contains(v, lost):
			return Row{}, r.fault(row.Line, 1,
				"save the table again as CSV UTF-8 from the program that it was made with",
				"column %q has the sign %s: a letter was lost when the file was made", r.columns[i], lost)
		}
	}
	return row, nil
}

// Close frees the file.
func (r *Reader) Close() error {
	if r.close == nil {
		return nil
	}
	return r.close.Close()
}

// setColumns sets the columns. It fails when a name is not valid or exists twice. Columns without a name at the
// end are omitted, and so is a first one without a name, as pandas writes its index.
func (r *Reader) setColumns(line int, names []string) error {
	if len(names) > MaxColumns {
		return r.fault(line, 1, "omit the columns that are not used",
			"%d columns, at most %d are read", len(names), MaxColumns)
	}
	for len(names) > 0 && blank(names[len(names)-1]) {
		names = names[:len(names)-1]
	}
	if len(names) == 0 {
		return r.fault(line, 1, "write the names of the columns in the first line", "no column has a name")
	}
	r.index = make(map[string]int, len(names))
	r.width = len(names)
	for i, written := range names {
		n := Column(written)
		switch {
		case n == "" && i == 0:
			continue
		case n == "":
			return r.fault(line, 1, "name every column in the first line", "column %d has no name", i+1)
		case strings.ContainsRune(n, 0):
			return r.fault(
				line, 1, "save it as CSV UTF-8", "the file is not UTF-8 text: it has zero bytes, as UTF-16 has",
			)
		case strings.Contains(n, lost):
			return r.fault(line, 1, "save the table again as CSV UTF-8 from the program that it was made with",
				"the name of column %d has the sign %s: a letter was lost when the file was made", i+1, lost)
		case strings.ContainsAny(n, "{}|"):
			return r.fault(line, 1, "use letters, digits, blanks and dashes",
				"column %d cannot be named %q", i+1, n)
		}
		if _, twice := r.index[n]; twice {
			return r.fault(line, 1, "give each column a name of its own", "column %q exists twice", n)
		}
		r.index[n] = len(r.columns)
		r.columns = append(r.columns, n)
		r.kept = append(r.kept, i)
	}
	return nil
}

func (r *Reader) fault(line, col int, hint, format string, args ...any) error {
	e := fault.New(fault.Manifest, hint, format, args...)
	e.Place = &fault.Place{File: r.name, Line: line, Column: col}
	return e
}

// ended returns the error of an empty table for io.EOF, and any other error as it is.
func (r *Reader) ended(err error) error {
	if errors.Is(err, io.EOF) {
		return r.fault(1, 1, "write the names of the columns in its first line", "the file is empty")
	}
	return err
}
