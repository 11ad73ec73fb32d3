package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"greenroom/internal/fault"
	"greenroom/internal/outside"
)

// onGitHub reports whether faults are printed as annotations of a pull request.
func (e *env) onGitHub() bool {
	where := e.annotations
	if where == "" {
		where = e.Getenv("GREENROOM_ANNOTATIONS")
	}
	// stderr holds only JSON with --json; annotations are not, so they need an explicit request.
	return where == "github" || where == "" && !e.json && e.Getenv("GITHUB_ACTIONS") == "true"
}

func annotationsFlag(fs *pflag.FlagSet) *string {
	return fs.String("annotations", "", "show errors here too: `github` or none (default: by the environment)")
}

// annotate prints faults in the form that GitHub shows next to their line.
// The runner reads both streams; on stderr they do not mix with the answer.
func (e *env) annotate(err error) {
	if !e.onGitHub() {
		return
	}
	for _, f := range fault.All(err) {
		props := ""
		if p := f.Place; p != nil && p.File != "" {
			props = " file=" + property(e.inRepository(p.File))
			if p.Line > 0 {
				props += fmt.Sprintf(",line=%d", p.Line)
			}
			if p.Column > 0 {
				props += fmt.Sprintf(",col=%d", p.Column)
			}
			props += ",title=" + property("greenroom: "+string(f.Kind))
		} else {
			props = " title=" + property("greenroom: "+string(f.Kind))
		}
		text := f.Error()
		if f.Hint != "" {
			text += "\n" + f.Hint
		}
		fmt.Fprintf(e.unguarded(), "::error%s::%s\n", props, message(text))
	}
}

// inRepository returns a file's path as GitHub knows it: relative to the checkout.
func (e *env) inRepository(file string) string {
	if !filepath.IsAbs(file) {
		file = filepath.Join(filepath.Dir(e.options(nil).ManifestPath), file)
	}
	root := e.Getenv("GITHUB_WORKSPACE")
	if root == "" {
		root, _ = os.Getwd()
	}
	if r, err := filepath.Rel(root, file); err == nil && filepath.IsLocal(r) {
		return filepath.ToSlash(r)
	}
	return filepath.ToSlash(file)
}

// message and property escape characters that would end a workflow command or begin another.
func message(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(outside.Text(s))
}

func property(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(outside.Text(s))
}
