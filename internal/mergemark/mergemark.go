// Package mergemark finds the markers that a version control system leaves in a file whose
// merge is not resolved.
package mergemark

import "strings"

// Line returns the number of the first line, from 1, that is a conflict marker of Git or
// Mercurial; 0 when there is none. The middle marker (=======) alone is none: it underlines
// titles.
func Line(text string) int {
	n := 0
	for line := range strings.Lines(text) {
		n++
		for _, mark := range []string{"<<<<<<<", ">>>>>>>", "|||||||"} {
			rest, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), mark)
			if ok && (rest == "" || strings.HasPrefix(rest, " ")) {
				return n
			}
		}
	}
	return 0
}
