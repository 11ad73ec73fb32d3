package remotion

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"greenroom/internal/lazyregexp"
	"greenroom/remotion/scaffold"
	"greenroom/remotion/sources"
)

// common hashes what is outside of the project's own files: the packages it depends on as they are
// installed, and the browser.
func (k *Keys) common(h sources.Key) error {
	h.Field("schema", "remotion film/2")
	stamp := k.config.stamp
	if stamp != "" && stamp != unknownStamp {
		stamp = k.r.stamp(k.at, k.config) // as it is now
	}
	h.Field("configuration", stamp)
	hashPage(h, k.at, k.config, k.r.environ())
	for _, name := range k.packages() {
		h.Field("package "+name, sources.Installed(k.at.Dir, name))
	}
	if k.browser == "" {
		h.Field("browser", "Remotion's own") // which goes with the renderer's version
		return nil
	}
	for _, program := range programs(k.browser) {
		sum, err := k.files.Sum(program)
		if err != nil {
			return err
		}
		h.Field("browser", sum)
	}
	return nil
}

// packages are those that package.json names, and all of Remotion's.
func (k *Keys) packages() []string {
	var p struct{ Dependencies, DevDependencies map[string]string }
	if b, err := os.ReadFile(k.at.Path("package.json")); err == nil {
		_ = json.Unmarshal(b, &p) // the package manager reports the mistake
	}
	out := slices.Clone(sources.Packages)
	for name := range p.Dependencies {
		out = append(out, name)
	}
	for name := range p.DevDependencies {
		out = append(out, name)
	}
	found, _ := os.ReadDir(k.at.Path("node_modules/@remotion"))
	for _, e := range found {
		out = append(out, "@remotion/"+e.Name())
	}
	slices.Sort(out)
	return slices.Compact(out)
}

var scriptPath = lazyregexp.New(`/[^\s"'$;|&()<>]+`)

// programs are a browser's program and, where that is a script as Debian's is, the programs it names.
func programs(browser string) []string {
	out := []string{browser}
	st, err := os.Stat(browser)
	if err != nil || st.Size() > 64<<10 {
		return out
	}
	b, err := os.ReadFile(browser)
	if err != nil || !strings.HasPrefix(string(b), "#!") {
		return out
	}
	for _, p := range scriptPath.FindAllString(string(b), -1) {
		if st, err := os.Stat(p); err == nil && st.Mode().IsRegular() {
			out = append(out, p)
		}
	}
	return out
}

// registration is the companion's line in src/Root.tsx.
var registration = lazyregexp.New(`<Composition\s+id="Timeline"\s+component=\{Timeline\}`)

// CompanionUnchanged reports whether greenroom's own files in the project are those of this version.
func (k *Keys) CompanionUnchanged() bool { return scaffold.Unchanged(k.at) }

// oursAlone reports whether Timeline is the companion's, unchanged: then it shows only what its input names. Another
// component of that name may show anything.
func (k *Keys) oursAlone() bool {
	if !k.CompanionUnchanged() {
		return false
	}
	named, registered := 0, false
	err := sources.Files(k.at, func(name string) error {
		if sources.Below(name, []string{filepath.FromSlash(k.at.SourceDir())}) {
			return nil
		}
		text := sources.Read(k.at.Path(name))
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
