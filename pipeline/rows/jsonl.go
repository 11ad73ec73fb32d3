package rows

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"
	"unicode/utf8"
)

// maxLine bounds one line of JSON, bytes.
const maxLine = 1 << 20

// jsonLines reads one object a line. The first names the columns; a later one may
// omit columns, which are then empty, and must not have others.
func (r *Reader) jsonLines(in io.Reader) error {
	s := bufio.NewScanner(in)
	s.Buffer(make([]byte, 0, 64<<10), maxLine)
	line := 0
	object := func() (map[string]string, error) {
		for s.Scan() {
			line++
			if b := bytes.TrimSpace(s.Bytes()); len(b) > 0 {
				return r.object(line, b)
			}
		}
		if errors.Is(s.Err(), bufio.ErrTooLong) {
			return nil, r.fault(line+1, 1, "write one object a line", "the line is longer than %d bytes", maxLine)
		}
		if s.Err() != nil {
			return nil, s.Err()
		}
		return nil, io.EOF
	}
	first, err := object()
	if err != nil {
		return r.ended(err)
	}
	names := make([]string, 0, len(first))
	for k := range first {
		names = append(names, k)
	}
	sort.Strings(names)
	if err := r.setColumns(line, names); err != nil {
		return err
	}
	row := func(o map[string]string) (Row, error) {
		out := Row{line, make([]string, len(r.columns))}
		for k, v := range o {
			i, ok := r.index[Column(k)]
			if !ok {
				return Row{}, r.fault(line, 1, "give the first object every member", "%q is not in the first object", k)
			}
			out.Values[i] = v
		}
		return out, nil
	}
	r.next = func() (Row, error) {
		o := first
		first = nil
		if o == nil {
			var err error
			o, err = object()
			if err != nil {
				return Row{}, err
			}
		}
		return row(o)
	}
	return nil
}

// object reads one line; members are texts, numbers, true, false or null.
func (r *Reader) object(line int, b []byte) (map[string]string, error) {
	if !utf8.Valid(b) {
		return nil, r.notUTF8(line, 1, "the line", string(b))
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var m map[string]any
	if err := d.Decode(&m); err != nil || m == nil {
		return nil, r.fault(line, 1, `write one object a line: {"name": "Ada"}`, "the line is not a JSON object")
	}
	if d.More() {
		return nil, r.fault(
			line, int(d.InputOffset())+1, "write one object a line", "the line continues after the object",
		)
	}
	out := make(map[string]string, len(m))
	for k, v := range m {
		switch v := v.(type) {
		case nil:
			out[k] = ""
		case string:
			out[k] = v
		case json.Number, bool:
			out[k] = fmt.Sprint(v)
		default:
			return nil, r.fault(line, 1, "write a text or a number", "%q is a list or an object", k)
		}
	}
	return out, nil
}
