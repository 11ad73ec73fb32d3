package rows

import (
	"encoding/csv"
	"errors"
	"io"
)

// separated reads CSV as RFC 4180 has it, and TSV with the same quotes.
func (r *Reader) separated(in io.Reader, comma rune) error {
	c := csv.NewReader(in)
	c.Comma, c.FieldsPerRecord, c.ReuseRecord = comma, -1, true
	head, err := c.Read()
	if err != nil {
		return r.ended(r.explain(err))
	}
	line, _ := c.FieldPos(0)
	if err := r.named(line, head); err != nil {
		return err
	}
	r.next = func() (Row, error) {
		rec, err := c.Read()
		if err != nil {
			return Row{}, r.explain(err)
		}
		line, _ := c.FieldPos(0)
		if len(rec) != len(r.columns) {
			return Row{}, r.fault(line, 1, "quote a cell that holds the separator, and write empty cells out", "the row has %d cells, the first line names %d columns", len(rec), len(r.columns))
		}
		return Row{line, append([]string(nil), rec...)}, nil
	}
	return nil
}

// explain gives a syntax error its place.
func (r *Reader) explain(err error) error {
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
