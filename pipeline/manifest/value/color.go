package value

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"golang.org/x/image/colornames"

	"greenroom/internal/lazyregexp"
	"greenroom/pipeline/manifest/yamldoc"
)

var hexColor = lazyregexp.New(`^(?:#([0-9a-fA-F]{3,4})|#?([0-9a-fA-F]{6}|[0-9a-fA-F]{8}))$`)

// ParseColor returns a colour as "#RRGGBB" or "#RRGGBBAA". It reads 3, 4, 6 or 8 hexadecimal digits and the colour
// names of CSS.
func ParseColor(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if c, ok := colornames.Map[yamldoc.Fold(s)]; ok {
		return fmt.Sprintf("#%02X%02X%02X", c.R, c.G, c.B), true
	}
	m := hexColor.FindStringSubmatch(s)
	if m == nil {
		return "", false
	}
	digits := strings.ToUpper(m[1] + m[2])
	if len(digits) > 4 {
		return "#" + digits, true
	}
	out := "#"
	for _, digit := range digits {
		out += string(digit) + string(digit)
	}
	return out, true
}

// Color reads a colour of a clip, which has no alpha.
func (r Reader) Color(path string, to *string) func(ast.Node) { return r.color(path, false, to) }

// AlphaColor reads a colour of a film, with or without alpha.
func (r Reader) AlphaColor(path string, to *string) func(ast.Node) { return r.color(path, true, to) }

func (r Reader) color(path string, alpha bool, to *string) func(ast.Node) {
	return func(n ast.Node) {
		s, ok := r.ReadText(n, path)
		if !ok {
			return
		}
		c, ok := ParseColor(s)
		hint := `write it like "#1F7A4D", in quotes, or as a name such as navy`
		if alpha {
			hint += `; "#1F7A4D80" is half transparent`
		}
		if !ok || !alpha && len(c) > len("#RRGGBB") {
			r.Fault(n, hint, "%s must be a colour, got %q", path, s)
			return
		}
		*to = c
	}
}
