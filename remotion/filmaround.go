package remotion

import (
	"encoding/json"
	"os"
	"slices"
	"strings"

	"greenroom/internal/lazyregexp"
)

// common hashes what is outside of the project's own files: the packages it depends on as they are
// installed, and the browser.
func (k *Keys) common(h keyer) error {
	h.Field("schema", "remotion film/2")
	stamp := k.config.stamp
	if stamp != "" && stamp != unknownStamp {
		stamp = k.r.stamp(k.at, k.config) // as it is now
	}
	h.Field("configuration", stamp)
	h.page(k.at, k.config, k.r.environ())
	for _, name := range k.packages() {
		h.Field("package "+name, installed(k.at.Dir, name))
	}
	if k.browser == "" {
		h.Field("browser", "Remotion's own") // which goes with the renderer's version
		return nil
	}
	for _, program := range programs(k.browser) {
		sum, err := k.files.sum(program)
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
	out := slices.Clone(bundlePackages)
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
