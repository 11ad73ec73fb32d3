package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// source is the name of a file or folder of the program in a page, such as `compose/media/check.go` or
// ./pipeline/ledger.
var source = regexp.MustCompile("(?:`|\\./)((?:assets|compose|heygen|internal|pipeline|remotion)(?:/[\\w.-]+)+)")

// placeholder is a part of a name for any name, such as COMMAND.go.
var placeholder = regexp.MustCompile(`[A-Z]{3,}`)

func TestPagesNameFilesThatExist(t *testing.T) {
	for name, text := range read(t, ".md") {
		if name == "CHANGELOG.md" {
			continue // it is about the past
		}
		for _, m := range source.FindAllStringSubmatch(text, -1) {
			if placeholder.MatchString(m[1]) || strings.HasPrefix(m[1], "remotion/greenroom") || strings.HasPrefix(m[1], "remotion/index") {
				continue // names of the user's own files, or names to be chosen
			}
			if _, err := os.Stat(filepath.Join("..", strings.TrimRight(m[1], "."))); err != nil {
				t.Errorf("%s: %s is not in the repository", name, m[1])
			}
		}
	}
}
