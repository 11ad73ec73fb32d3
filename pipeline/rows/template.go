package rows

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"greenroom/internal/lazyregexp"
)

// place is {{column}} or {{column|text for an empty cell}}.
var place = lazyregexp.New(`\{\{\s*([^{}|]*?)\s*(?:\|([^{}]*))?\}\}`)

// Placeholders returns the columns of a text's placeholders, in order, each once.
func Placeholders(text string) []string {
	if !strings.Contains(text, "{{") {
		return nil
	}
	var out []string
	seen := map[string]bool{}
	for _, m := range place.FindAllStringSubmatch(text, -1) {
		if name := Column(m[1]); !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
	return out
}

// UnknownError is a placeholder without a column.
type UnknownError struct{ Column string }

func (e *UnknownError) Error() string { return fmt.Sprintf("there is no column %q", e.Column) }

// EmptyError is a placeholder whose cell is empty.
type EmptyError struct{ Column string }

func (e *EmptyError) Error() string { return fmt.Sprintf("column %q is empty", e.Column) }

// BrokenError is a placeholder whose cell is an error of the spreadsheet program.
type BrokenError struct{ Column, Cell string }

func (e *BrokenError) Error() string {
	return fmt.Sprintf("column %q is %s: the spreadsheet program could not compute the cell", e.Column, e.Cell)
}

// MaxFilled bounds a text with its cells, bytes. The longest that is used is a prompt of 10,000 characters.
const MaxFilled = 256 << 10

// LongError is a text that is longer than MaxFilled once it is filled.
type LongError struct{}

func (e *LongError) Error() string {
	return fmt.Sprintf("with the cells of this row the text is longer than %d bytes", MaxFilled)
}

// Fill replaces the placeholders in a text by a row's values. Placeholders in a value are not replaced. The error is
// an [UnknownError], an [EmptyError], a [BrokenError] or a [LongError].
func Fill(text string, value func(column string) (string, bool)) (string, error) {
	if !strings.Contains(text, "{{") {
		return text, nil
	}
	var out strings.Builder
	at := 0
	for _, m := range place.FindAllStringSubmatchIndex(text, -1) {
		column := Column(text[m[2]:m[3]])
		v, ok := value(column)
		if !ok {
			return "", &UnknownError{column}
		}
		if strings.TrimSpace(v) == "" {
			if m[4] < 0 {
				return "", &EmptyError{column}
			}
			v = text[m[4]:m[5]]
		}
		if broken := strings.TrimSpace(v); spreadsheetErrors[broken] {
			return "", &BrokenError{column, broken}
		}
		out.WriteString(text[at:m[0]])
		out.WriteString(v)
		at = m[1]
		if out.Len() > MaxFilled {
			return "", &LongError{}
		}
	}
	out.WriteString(text[at:])
	return out.String(), nil
}

// Slug returns a value as a part of a clip's name: a-z, 0-9 and single dashes, at most
// n characters; accents are dropped. It is empty when nothing of the value can be used.
func Slug(value string, n int) string {
	var b strings.Builder
	dash := false
	for _, r := range norm.NFD.String(strings.ToLower(value)) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			if dash && b.Len() > 0 {
				b.WriteByte('-')
			}
			dash = false
			b.WriteRune(r)
		case !unicode.Is(unicode.Mn, r):
			dash = true
		}
		if b.Len() >= n {
			break
		}
	}
	return strings.TrimRight(b.String()[:min(n, b.Len())], "-")
}
