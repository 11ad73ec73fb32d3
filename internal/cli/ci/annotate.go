package ci

import (
	"fmt"
	"io"
	"strings"

	"greenroom/internal/fault"
	"greenroom/internal/outside"
)

// Annotate prints faults in the form that GitHub shows next to their line. path returns a file's path relative to the
// checkout.
func Annotate(w io.Writer, err error, path func(file string) string) {
	for _, f := range fault.All(err) {
		place := ""
		if p := f.Place; p != nil && p.File != "" {
			place = "file=" + property(path(p.File))
			if p.Line > 0 {
				place += fmt.Sprintf(",line=%d", p.Line)
			}
			if p.Column > 0 {
				place += fmt.Sprintf(",col=%d", p.Column)
			}
			place += ","
		}
		text := f.Error()
		if f.Hint != "" {
			text += "\n" + f.Hint
		}
		fmt.Fprintf(w, "::error %stitle=%s::%s\n", place, property("greenroom: "+string(f.Kind)), message(text))
	}
}

// message and property escape characters that would end a workflow command or begin another.
func message(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(outside.Text(s))
}

func property(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(message(s))
}
