package remotion

import (
	"os"
	"path"
	"path/filepath"
	"strings"

	"greenroom/internal/lazyregexp"
)

// registration is the companion's line in src/Root.tsx.
var registration = lazyregexp.New(`<Composition\s+id="Timeline"\s+component=\{Timeline\}`)

// oursAlone reports that Timeline is the companion's, unchanged: then it shows what its input names and
// nothing else. Whoever registers another Timeline may show anything with it.
func (k *Keys) oursAlone() bool {
	ours, err := companionFiles("")
	if err != nil {
		return false
	}
	for name, want := range ours {
		if path.Dir(name) != "src/greenroom" || generated(name) {
			continue
		}
		if have, err := os.ReadFile(filepath.Join(k.project, filepath.FromSlash(name))); err != nil || string(have) != string(want) {
			return false
		}
	}
	named, registered := 0, false
	err = sourceFiles(k.project, k.entry, func(name string) error {
		if below(name, []string{filepath.Join("src", "greenroom")}) {
			return nil
		}
		text := readSource(filepath.Join(k.project, name))
		n := strings.Count(text, `"Timeline"`) + strings.Count(text, `'Timeline'`) + strings.Count(text, "`Timeline`")
		if named += n; n > 0 {
			registered = registration.MatchString(text) && fromUs.MatchString(text)
		}
		return nil
	})
	return err == nil && named == 1 && registered
}

var fromUs = lazyregexp.New(`import \{[^}]*\bTimeline\b[^}]*\} from ['"]\./greenroom/Timeline['"]`)
