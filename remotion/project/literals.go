package project

import (
	"regexp"

	"greenroom/internal/lazyregexp"
)

// ConfigFiles are the names under which Remotion's CLI finds a project's configuration, in its order.
var ConfigFiles = []string{"remotion.config.ts", "remotion.config.js"}

// Sources are read with patterns, not with a parser, where nothing of the project may run: `init`, `plan` and `status`
// work before its packages are installed, and esbuild is one of these packages. The patterns accept literal values
// only; whoever uses them treats everything else as unknown, and a render asks Remotion itself. Measured in processor
// time on the companion's project: 15 ms for the compositions by patterns, 19 s for Remotion's own answer the first
// time, which bundles the project, and 1.4 s with a bundle.

var comments = lazyregexp.New(`(?s:/\*.*?\*/)|(?m:(^|[\s;{}(,])//.*$)`)

// WithoutComments returns a source without its comments.
func WithoutComments(text string) string { return comments.ReplaceAllString(text, "$1") }

// LiteralSetting returns the argument of the first call of a setting, such as setPublicDir, in the text of a
// configuration without comments, and the number of calls. The value is "" if it is not a literal.
func LiteralSetting(text, name string) (value string, calls int) {
	call := regexp.MustCompile(`\b` + regexp.QuoteMeta(name) + `\s*\(\s*(?:['"\x60]([^'"\x60$\\]+)['"\x60]\s*,?\s*\))?`)
	found := call.FindAllStringSubmatch(text, -1)
	if len(found) == 0 {
		return "", 0
	}
	return found[0][1], len(found)
}
