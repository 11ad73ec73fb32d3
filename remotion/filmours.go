package remotion

import (
	"path/filepath"
	"strings"

	"greenroom/internal/lazyregexp"
	"greenroom/remotion/scaffold"
)

// registration is the companion's line in src/Root.tsx.
var registration = lazyregexp.New(`<Composition\s+id="Timeline"\s+component=\{Timeline\}`)

// oursAlone reports whether Timeline is the companion's, unchanged: then it shows only what its input names. Another
// component of that name may show anything.
func (k *Keys) oursAlone() bool {
	if !scaffold.Unchanged(k.at) {
		return false
	}
	named, registered := 0, false
	err := sourceFiles(k.at, func(name string) error {
		if below(name, []string{filepath.FromSlash(k.at.SourceDir())}) {
			return nil
		}
		text := readSource(k.at.Path(name))
		n := strings.Count(text, `"Timeline"`) + strings.Count(text, `'Timeline'`) + strings.Count(text, "`Timeline`")
		named += n
		if n > 0 {
			registered = registration.MatchString(text) && fromUs.MatchString(text)
		}
		return nil
	})
	return err == nil && named == 1 && registered
}

var fromUs = lazyregexp.New(`import \{[^}]*\bTimeline\b[^}]*\} from ['"]\./greenroom(?:/Timeline)?['"]`)
