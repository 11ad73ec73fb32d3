package rows

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// separated reads CSV as in RFC 4180, with any of the separators.
func (r *Reader) separated(in *bufio.Reader, kind string) error {
	if head, _ := in.Peek(2); bytes.HasPrefix(head, []byte("{")) || bytes.Equal(head, []byte("[{")) {
		return r.fault(1, 1, "write one object a line and name the file .jsonl", "the file is JSON")
	}
	sep, err := r.separator(in, kind)
	if err != nil {
		return err
	}
	limited := &bounded{in: in, left: MaxRow}
	c := csv.NewReader(limited)
	c.Comma, c.FieldsPerRecord, c.ReuseRecord = sep, -1, true
	head, err := c.Read()
	if err != nil {
		return r.ended(r.explain(err, 1, sep))
	}
	line, _ := c.FieldPos(0)
	after := following(c, head)
	if len(head) <= MaxColumns {
		if err := r.utf8(c, head, func(i int) string { return fmt.Sprintf("the name of column %d", i+1) }); err != nil {
			return err
		}
	}
	if err := r.setColumns(line+r.before, head); err != nil {
		return err
	}
	r.next = func() (Row, error) {
		for {
			limited.left = MaxRow
			rec, err := c.Read()
			if err != nil {
				return Row{}, r.explain(err, after, sep)
			}
			line, _ := c.FieldPos(0)
			after = following(c, rec)
			if slices.ContainsFunc(rec, func(cell string) bool { return !blank(cell) }) ||
				len(rec) == 1 && r.width == 1 {
				return r.cells(c, line+r.before, rec, sep)
			}
		}
	}
	return nil
}

// cells returns the cells of a line that have a column. Empty cells after the last column are what
// spreadsheet programs write for a column that was once used.
func (r *Reader) cells(c *csv.Reader, line int, rec []string, sep rune) (Row, error) {
	if len(rec) < r.width {
		return Row{}, r.wrongWidth(line, rec, sep)
	}
	for i, cell := range rec {
		if i >= r.width && !blank(cell) {
			return Row{}, r.wrongWidth(line, rec, sep)
		}
	}
	if err := r.utf8(
		c, rec[:r.width], func(i int) string { return fmt.Sprintf("column %q", r.nameOf(i)) },
	); err != nil {
		return Row{}, err
	}
	values := make([]string, len(r.kept))
	for k, i := range r.kept {
		values[k] = rec[i]
	}
	return Row{line, values}, nil
}

// nameOf returns the name of a cell's column.
func (r *Reader) nameOf(cell int) string {
	if k := slices.Index(r.kept, cell); k >= 0 {
		return r.columns[k]
	}
	return ""
}

// utf8 reports the first cell that is not UTF-8.
func (r *Reader) utf8(c *csv.Reader, rec []string, what func(i int) string) error {
	for i, cell := range rec {
		if !utf8.ValidString(cell) {
			line, column := c.FieldPos(i)
			return r.notUTF8(line+r.before, column, what(i), cell)
		}
	}
	return nil
}

// following returns the line after a record.
func following(c *csv.Reader, rec []string) int {
	last := len(rec) - 1
	line, _ := c.FieldPos(last)
	return line + strings.Count(rec[last], "\n") + 1
}

// errLongRow ends a row that is longer than MaxRow.
var errLongRow = errors.New("long row")

// bounded ends with errLongRow after left bytes: the CSV package reads a row of any length, and all
// that follows a quote without an end is one row.
type bounded struct {
	in   io.Reader
	left int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errLongRow
	}
	n, err := b.in.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// explain adds the place to an error of the row that begins at a line.
func (r *Reader) explain(err error, line int, sep rune) error {
	line += r.before
	if errors.Is(err, errLongRow) {
		return r.fault(line, 1, "close the quote that a cell here begins with, or shorten the cells",
			"the row is longer than %d bytes", MaxRow)
	}
	var pe *csv.ParseError
	if !errors.As(err, &pe) {
		return err
	}
	switch {
	case errors.Is(err, csv.ErrQuote), errors.Is(err, csv.ErrBareQuote):
		hint := `write a quote inside a quoted cell twice: "the ""best"" one"; no blank between a separator and a quote`
		if sep == '\t' {
			hint += "; Google Sheets writes tables with quotes right as CSV only: File > Download > Comma Separated Values"
		}
		return r.fault(pe.Line+r.before, max(1, pe.Column), hint, "a quote is out of place")
	default:
		return r.fault(pe.Line+r.before, max(1, pe.Column), "check the quotes around here", "%v", pe.Err)
	}
}
