// Package rows reads tables of people, products or places: CSV, TSV and JSON lines,
// one row at a time.
//
// It promises that memory does not grow with the file, that every fault names file,
// line and what to do, and that a cell is text and nothing else: no formula is
// computed and no path is opened. It never guesses: a row that is too short, a column
// that is there twice or bytes that are not UTF-8 are faults.
package rows

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"path/filepath"
	"strings"
	"unicode/utf8"

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

// Reader gives the rows of one file in order.
type Reader struct {
	name    string // for messages
	close   io.Closer
	sum     hash.Hash // of the bytes that were read
	columns []string
	index   map[string]int // of the columns
	next    func() (Row, error)
}

// Open reads the head of a table. The kind follows from the name: .csv, .tsv, .jsonl.
// display is how messages name the file.
func Open(path, display string) (*Reader, error) {
	f, err := regular.Open(path)
	if err != nil {
		return nil, fault.Wrap(fault.Manifest, err, fault.ReadHint(err, "make the file readable"), "read %s", display)
	}
	if fi, err := f.Stat(); err == nil && fi.Size() > MaxBytes {
		f.Close()
		return nil, fault.New(fault.Manifest, "split the table", "%s is %d bytes, at most %d are read", display, fi.Size(), MaxBytes)
	}
	sum := sha256.New()
	r, err := newReader(io.TeeReader(io.LimitReader(f, MaxBytes+1), sum), strings.ToLower(filepath.Ext(path)), display)
	if err != nil {
		f.Close()
		return nil, err
	}
	r.close, r.sum = f, sum
	return r, nil
}

// Kinds are the endings of names that Open reads.
func Kinds() []string { return []string{".csv", ".tsv", ".jsonl"} }

func newReader(in io.Reader, kind, display string) (*Reader, error) {
	b := bufio.NewReaderSize(in, 64<<10)
	r := &Reader{name: display}
	switch head, _ := b.Peek(3); {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		b.Discard(3)
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return nil, r.fault(1, 1, "save it as CSV UTF-8", "the file is UTF-16")
	}
	if head, _ := b.Peek(b.Size()); kind != ".jsonl" && bytes.IndexByte(head, '\r') >= 0 && bytes.IndexByte(head, '\n') < 0 {
		return nil, r.fault(1, 1, "save it as CSV UTF-8, with line ends of LF or CR LF", "the file's lines end with CR alone")
	}
	var err error
	switch kind {
	case ".csv":
		err = r.separated(b, ',')
	case ".tsv":
		err = r.separated(b, '\t')
	case ".jsonl":
		err = r.jsonLines(b)
	default:
		err = fault.New(fault.Manifest, "save it as .csv, .tsv or .jsonl", "%s is no table this program reads", display)
	}
	return r, err
}

// Columns are the names of the columns, each once.
func (r *Reader) Columns() []string { return r.columns }

// Next gives the next row, or io.EOF after the last.
func (r *Reader) Next() (Row, error) {
	row, err := r.next()
	if err != nil {
		return Row{}, err
	}
	for i, v := range row.Values {
		switch {
		case len(v) > MaxCell:
			return Row{}, r.fault(row.Line, 1, "shorten it", "column %q has %d bytes, at most %d are read", r.columns[i], len(v), MaxCell)
		case !utf8.ValidString(v) || strings.ContainsRune(v, 0):
			return Row{}, r.fault(row.Line, 1, "save the file as UTF-8 text", "column %q is not text", r.columns[i])
		}
	}
	return row, nil
}

// Sum is the SHA-256 of the file, once Next gave io.EOF.
func (r *Reader) Sum() [sha256.Size]byte { return [sha256.Size]byte(r.sum.Sum(nil)) }

// Close frees the file.
func (r *Reader) Close() error {
	if r.close == nil {
		return nil
	}
	return r.close.Close()
}

// named takes the columns' names, or says what is wrong with them.
func (r *Reader) named(line int, names []string) error {
	if len(names) > MaxColumns {
		return r.fault(line, 1, "leave out the columns that are not used", "%d columns, at most %d are read", len(names), MaxColumns)
	}
	r.index = make(map[string]int, len(names))
	for i, n := range names {
		n = strings.TrimSpace(n)
		switch {
		case n == "":
			return r.fault(line, 1, "name every column in the first line", "column %d has no name", i+1)
		case strings.ContainsRune(n, 0):
			return r.fault(line, 1, "save it as CSV UTF-8", "the file is not UTF-8 text: it has zero bytes, as UTF-16 has")
		case !utf8.ValidString(n) || strings.ContainsAny(n, "{}|\n"):
			return r.fault(line, 1, "use letters, digits, blanks and dashes", "column %d cannot be named %q", i+1, n)
		}
		if _, twice := r.index[n]; twice {
			return r.fault(line, 1, "give each column a name of its own", "column %q is there twice", n)
		}
		r.index[n] = i
		r.columns = append(r.columns, n)
	}
	return nil
}

func (r *Reader) fault(line, col int, hint, format string, args ...any) error {
	e := fault.New(fault.Manifest, hint, format, args...)
	e.Place = &fault.Place{File: r.name, Line: line, Column: col}
	return e
}

// ended is what an empty table is.
func (r *Reader) ended(err error) error {
	if errors.Is(err, io.EOF) {
		return r.fault(1, 1, "write the names of the columns in its first line", "the file is empty")
	}
	return err
}
