package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"greenroom/internal/outside"
)

// table prints rows in aligned columns. Texts longer than their width are cut, so that a line fits 80 columns.
func (e *env) table(rows [][]string, widths ...int) {
	w := tabwriter.NewWriter(e.Stdout, 0, 8, 2, ' ', 0)
	for _, r := range rows {
		for i, c := range r {
			c = oneLine(c)
			if i < len(widths) && len([]rune(c)) > widths[i] {
				c = string([]rune(c)[:widths[i]-1]) + "…"
			}
			r[i] = c
		}
		fmt.Fprintln(w, strings.TrimRight(strings.Join(r, "\t"), "\t"))
	}
	_ = w.Flush()
}

func clips(n int) string { return count(n, "clip") }

// count returns "1 clip", "2 clips" and so on.
func count(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}

// say prints one message. Its further lines are indented, so that none looks like another message.
func (e *env) say(format string, args ...any) {
	if e.json {
		printLine(e, messageLine{outside.Text(fmt.Sprintf(format, args...))})
		return
	}
	fmt.Fprintln(e.Stderr, "greenroom: "+strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", "\n  "))
}

func (e *env) printJSON(v any) error {
	enc := json.NewEncoder(e.Stdout)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// remark prints a message when there is one.
func (e *env) remark(text string) {
	if text != "" {
		e.say("%s", text)
	}
}

// oneLine is text from outside as one line without secrets.
func oneLine(s string) string { return outside.Clean(s) }
