package manifest

import (
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"greenroom/compose/media/finding"
)

// accept reads findings that are no failure for a clip, each with the reason why. What defaults accept stays accepted.
func (d *doc) accept(path string, c *Checks) func(ast.Node) {
	return func(n ast.Node) {
		all := maps.Clone(c.Accept)
		if all == nil {
			all = map[string]string{}
		}
		for _, f := range d.fields(n, path) {
			why := ""
			d.text(path+"."+f.key, &why)(f.value)
			switch {
			case !slices.Contains(finding.Names, f.key):
				hint := "`greenroom check CLIP -v` prints the names of all findings"
				if near := Nearest(f.key, finding.Names); near != "" {
					hint = "did you mean " + near + "?"
				}
				d.fault(f.node, hint, "%s: there is no finding %q", path, f.key)
			case strings.TrimSpace(why) == "":
				d.fault(f.node, `write it like premultiplied: "the clip has a black shadow"`, "%s.%s needs a reason", path, f.key)
			default:
				all[f.key] = why
			}
		}
		c.Accept = all
	}
}
