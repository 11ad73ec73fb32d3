package fault

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"greenroom/internal/outside"
)

// maxLine is how much of a source line is shown, in characters.
const maxLine = 120

// Format lays an error out for a terminal: every fault with its place, the line,
// a caret and the hint. The text ends with a line break.
func Format(err error, noColor bool) string {
	red, off := "\x1b[31m", "\x1b[0m"
	if noColor {
		red, off = "", ""
	}
	var b strings.Builder
	all := All(err)
	faults, same := together(all)
	for _, e := range faults {
		text := e.Error()
		if clips := same[e]; len(clips) > 1 {
			text = fmt.Sprintf("%d clips: %s (%s and %d more)", len(clips), bare(e), strings.Join(clips[:named], ", "),
				len(clips)-named)
		}
		fmt.Fprintf(&b, "greenroom: %serror%s: %s\n", red, off, message(text))
		b.WriteString(Snippet(e.Place))
		if e.Hint != "" {
			fmt.Fprintf(&b, "greenroom: hint: %s\n", message(e.Hint))
		}
	}
	if n := len(all); n > 1 {
		fmt.Fprintf(&b, "greenroom: %d errors\n", n)
	}
	return b.String()
}

// named is how many clips are named when many have the same fault.
const named = 3

// together makes one of the faults that a table's rows have in common: a user
// should not read a thousand times that a size is not rendered. The clips of each are next to it.
func together(all List) (out List, clips map[*Error][]string) {
	clips = map[*Error][]string{}
	first := map[string]*Error{}
	count := map[string]int{}
	key := func(e *Error) string { return fmt.Sprint(e.Kind, bare(e), e.Hint, e.Place) }
	for _, e := range all {
		count[key(e)]++
	}
	for _, e := range all {
		k := key(e)
		if e.Clip == "" || count[k] <= named+1 {
			out = append(out, e)
			continue
		}
		if first[k] == nil {
			first[k] = e
			out = append(out, e)
		}
		clips[first[k]] = append(clips[first[k]], e.Clip)
	}
	return out, clips
}

// bare is the message without the clip's name.
func bare(e *Error) string {
	plain := *e
	plain.Clip = ""
	return plain.Error()
}

// Snippet returns the lines that show a place: its address, the source line and a caret. It is empty without a place.
func Snippet(p *Place) string {
	where := p.String()
	if where == "" {
		return ""
	}
	lines := "  " + outside.Clean(where) + "\n"
	if p.Line <= 0 || p.Text == "" {
		return lines
	}
	text, col := window(strings.ReplaceAll(p.Text, "\t", " "), p.Column)
	num := fmt.Sprint(p.Line)
	lines += fmt.Sprintf("  %s | %s\n", num, outside.Mask(text))
	if col > 0 {
		lines += fmt.Sprintf("  %s | %s^\n", strings.Repeat(" ", len(num)), strings.Repeat(" ", col-1))
	}
	return lines
}

// window cuts a long line around the column, so that the caret stays in sight.
func window(text string, col int) (string, int) {
	if utf8.RuneCountInString(text) <= maxLine {
		return text, col
	}
	r := []rune(text)
	from := max(0, min(col-1-maxLine/2, len(r)-maxLine))
	return string(r[from : from+maxLine]), col - from
}

// message is an error's text: its further lines are indented, so that none of them looks
// like a message of its own.
func message(s string) string { return strings.ReplaceAll(outside.Text(s), "\n", "\n  ") }
