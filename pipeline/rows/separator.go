package rows

import (
	"bufio"
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// separators are the characters that programs write between cells, with their names in messages.
var separators = []struct {
	sign rune
	name string
}{
	{',', "commas"}, {';', "semicolons"}, {'\t', "tabs"}, {'|', "vertical bars"},
}

// separatorName returns the name of a separator for messages.
func separatorName(sep rune) string {
	for _, s := range separators {
		if s.sign == sep {
			return s.name
		}
	}
	return fmt.Sprintf("%q", sep)
}

// separator returns what separates the cells. A first line such as sep=; names it and is consumed.
// Else the first line that has text decides, outside of quotes: the only separator in it, or the
// most frequent one. A tie is an error, except for tabs in a file that is named .tsv or .tab. A line
// without any is one column.
func (r *Reader) separator(b *bufio.Reader, kind string) (rune, error) {
	named, err := r.sepLine(b)
	if err != nil {
		return 0, err
	}
	head := headLine(b)
	count := countSeparators(head)
	tabbed := kind == ".tsv" || kind == ".tab"
	best := 0
	for i, n := range count {
		if n > count[best] {
			best = i
		}
	}
	line := r.before + 1
	switch {
	case named != 0 && !strings.ContainsRune(head, named) && count[best] > 0:
		return 0, r.fault(line, 1, fmt.Sprintf("delete the line sep=%s", written(named)),
			"the line sep=%s is above a line with %s", written(named), separators[best].name)
	case named != 0:
		return named, nil
	case tabbed && count[2] > 0:
		return '\t', nil
	case count[best] == 0:
		if i := strings.IndexAny(head, "，、；،؛"); i >= 0 {
			sign, _ := utf8.DecodeRuneInString(head[i:])
			return 0, r.fault(line, utf8.RuneCountInString(head[:i])+1, "separate the cells with commas (,)",
				"the first line has no separator but %q, which is part of a name", sign)
		}
		if tabbed {
			return '\t', nil
		}
		return ',', nil
	}
	if other := slices.Index(count[best+1:], count[best]); other >= 0 {
		other += best + 1
		sign := written(separators[best].sign)
		return 0, r.fault(line, 1,
			"write a name that has one of them in quotes, or write sep="+sign+" as the first line",
			"the first line has as many %s as %s: what separates the cells is not certain",
			separators[best].name, separators[other].name)
	}
	return separators[best].sign, nil
}

// sepLine consumes a first line that names the separator, as Excel writes and reads it.
func (r *Reader) sepLine(b *bufio.Reader) (rune, error) {
	head, _ := b.Peek(16)
	line, _, ended := bytes.Cut(head, []byte("\n"))
	text := strings.TrimRight(strings.Trim(string(line), `"`), "\r ")
	if len(text) < 4 || !strings.EqualFold(text[:4], "sep=") || !ended {
		return 0, nil
	}
	value := text[4:]
	if value == `\t` {
		value = "\t"
	}
	sign, size := utf8.DecodeRuneInString(value)
	if size == 0 || size < len(value) || sign == utf8.RuneError || sign == '"' || sign == '=' ||
		unicode.IsLetter(sign) || unicode.IsDigit(sign) {
		return 0, r.fault(1, 1, "write sep=, or sep=; as the first line, or delete it",
			"the first line names no separator: %q", line)
	}
	b.Discard(len(line) + 1)
	r.before = 1
	return sign, nil
}

// headLine returns the first line that has text, as far as it is within the buffer; a quoted line end
// is a part of it.
func headLine(b *bufio.Reader) string {
	head, _ := b.Peek(peeked)
	text := strings.TrimLeft(string(head), "\n")
	quoted := false
	for i := range len(text) {
		switch {
		case text[i] == '"':
			quoted = !quoted
		case text[i] == '\n' && !quoted:
			return text[:i]
		}
	}
	return text
}

// countSeparators returns how often each of the separators is in a line, outside of quotes.
func countSeparators(line string) []int {
	count := make([]int, len(separators))
	quoted := false
	for _, c := range line {
		if c == '"' {
			quoted = !quoted
		}
		for i, s := range separators {
			if c == s.sign && !quoted {
				count[i]++
			}
		}
	}
	return count
}

// written returns a separator as a user types it.
func written(sep rune) string {
	if sep == '\t' {
		return `\t`
	}
	return string(sep)
}

// wrongWidth returns the error of a row with too few or too many cells.
func (r *Reader) wrongWidth(line int, rec []string, sep rune) error {
	hint := "quote a cell that holds the separator, and write empty cells out"
	if len(rec) == 1 {
		for i, n := range countSeparators(rec[0]) {
			if other := separators[i]; n > 0 && other.sign != sep {
				hint = fmt.Sprintf("separate all lines by %s: this one has %s", separatorName(sep), other.name)
			}
		}
	}
	if len(rec) > r.width && (sep == ',' || sep == ';') {
		hint = `put a cell that holds a ` + string(sep) + ` in quotes: "one` + string(sep) + ` two"`
	}
	return r.fault(line, 1, hint, "the row has %d cells, the first line names %d columns", len(rec), r.width)
}
