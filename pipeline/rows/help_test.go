package rows

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"greenroom/internal/fault"
)

func placeOf(err error) (string, bool) {
	var f *fault.Error
	if !errors.As(err, &f) || f.Place == nil {
		return "", false
	}
	return f.Place.String(), true
}

func columns(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ",c%d", i)
	}
	return b.String()
}

func FuzzRows(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "\xef\xbb\xbfa\n\"x\n", "{\"a\":1}\n{\"a\":[]}\n", "a\tb\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, kind := range Kinds() {
			r, err := newReader(strings.NewReader(text), kind, "t"+kind)
			for err == nil {
				var row Row
				if row, err = r.Next(); err == nil && (len(row.Values) != len(r.Columns()) || row.Line < 1) {
					t.Fatalf("%s: %d values for %d columns at line %d", kind, len(row.Values), len(r.Columns()), row.Line)
				}
			}
		}
	})
}
