package remotion

import (
	"os"
	"path/filepath"
	"strings"

	"greenroom/internal/lazyregexp"
	"greenroom/remotion/project"
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
		inside, ok := strings.CutPrefix(name, project.DefaultSource+"/")
		if !ok || k.generated(k.at.SourceDir()+"/"+inside) {
			continue
		}
		if have, err := os.ReadFile(k.at.Path(k.at.SourceDir() + "/" + inside)); err != nil || string(have) != string(want) {
			return false
		}
	}
	named, registered := 0, false
	err = sourceFiles(k.at, func(name string) error {
		if below(name, []string{filepath.FromSlash(k.at.SourceDir())}) {
			return nil
		}
		text := readSource(k.at.Path(name))
		n := strings.Count(text, `"Timeline"`) + strings.Count(text, `'Timeline'`) + strings.Count(text, "`Timeline`")
		if named += n; n > 0 {
			registered = registration.MatchString(text) && fromUs.MatchString(text)
		}
		return nil
	})
	return err == nil && named == 1 && registered
}

var fromUs = lazyregexp.New(`import \{[^}]*\bTimeline\b[^}]*\} from ['"]\./greenroom/Timeline['"]`)
