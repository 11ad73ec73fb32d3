package rows

import (
	"encoding/csv"
	"errors"
	"io"
	"strings"
)

// separated reads CSV as RFC 4180 has it, and TSV with the same quotes.
func (r *Reader) separated(in io.Reader, comma rune) error {
	limited := &bounded{in: in, left: MaxRow}
	c := csv.NewReader(limited)
	c.Comma, c.FieldsPerRecord, c.ReuseRecord = comma, -1, true
	head, err := c.Read()
	if err != nil {
		return r.ended(r.explain(err, 1))
	}
	line, _ := c.FieldPos(0)
	after := following(c, head)
	if err := r.named(line, head); err != nil {
		return err
	}
	r.next = func() (Row, error) {
		limited.left = MaxRow
		rec, err := c.Read()
		if err != nil {
			return Row{}, r.explain(err, after)
		}
		line, _ := c.FieldPos(0)
		after = following(c, rec)
		if len(rec) != len(r.columns) {
			return Row{}, r.fault(line, 1, "quote a cell that holds the separator, and write empty cells out", "the row has %d cells, the first line names %d columns", len(rec), len(r.columns))
		}
		return Row{line, append([]string(nil), rec...)}, nil
	}
	return nil
}

// following is the line after a record.
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
func (r *Reader) explain(err error, line int) error {
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
		return r.fault(pe.Line, max(1, pe.Column), `write a quote inside a quoted cell twice: "the ""best"" one"`, "a quote is out of place")
	default:
		return r.fault(pe.Line, max(1, pe.Column), "look at the quotes around here", "%v", pe.Err)
	}
}
