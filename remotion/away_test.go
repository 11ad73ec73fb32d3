//go:build unix

package remotion

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// names returns the public files that a film takes along.
func (e *keyed) names(t *testing.T, spec RenderSpec) (names []string) {
	t.Helper()
	a, reason, err := e.k.Away(spec)
	if err != nil || reason != "" {
		t.Fatalf("reason %q, %v", reason, err)
	}
	for _, f := range a.Public {
		names = append(names, f.Name)
		if sum := e.k.Content(f.Name); sum != f.Hash || len(sum) != 64 {
			t.Errorf("%s has the hash %q, want %q", f.Name, f.Hash, sum)
		}
	}
	return names
}

// TestAFilmTakesAlongWhatItsKeyIsOf: files that its key does not name are not sent.
func TestAFilmTakesAlongWhatItsKeyIsOf(t *testing.T) {
	t.Parallel()
	e := newKeyed(t)
	rest := []string{"deep/words.json", "logo.png"}
	timed := append(slices.Clone(rest), shownClip)
	if got := e.names(t, e.timed); !sameSet(got, timed) {
		t.Errorf("a film of the manifest takes along %q, want %q", got, timed)
	}
	own := append(timed, "greenroom/a.4567abcd.webp", "greenroom/props.json")
	if got := e.names(t, e.own); !sameSet(got, own) {
		t.Errorf("a composition takes along %q, want %q", got, own)
	}
	a, _, err := e.k.Away(e.own)
	if err != nil || a.Tools.Remotion != "4.0.529" || a.Tools.Browser == "" || !strings.Contains(string(a.Input), shownClip) {
		t.Errorf("%+v, %v", a.Tools, err)
	}
	before := a.Tools
	put(t, filepath.Dir(e.dir), map[string]string{"lib/program": "browser 2 is newer"})
	a, _, err = e.k.Away(e.own)
	if err != nil || before.Differ(a.Tools) == "" {
		t.Errorf("another browser is the same tool: %v", err)
	}
}

func sameSet(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

// TestVariablesOfPagesStayHere: they may be secrets, and others read the shared cache.
func TestVariablesOfPagesStayHere(t *testing.T) {
	t.Parallel()
	e := newKeyed(t)
	for text, stays := range map[string]bool{"": false, "HEYGEN_API_KEY=k\n": false, "# a comment\n": false, "MAP=secret\n": true} {
		put(t, e.dir, map[string]string{".env": text})
		_, reason, err := e.k.Away(e.own)
		if err != nil || (reason != "") != stays || strings.Contains(reason, "secret") {
			t.Errorf("%q: reason %q, %v", text, reason, err)
		}
	}
	if err := os.Remove(filepath.Join(e.dir, ".env")); err != nil {
		t.Fatal(err)
	}
	e.r.Env = append(os.Environ(), "REMOTION_TITLE=x")
	e.open(t)
	if _, reason, err := e.k.Away(e.timed); err != nil || reason == "" {
		t.Errorf("a variable of the environment: reason %q, %v", reason, err)
	}
}

// TestConfigurationsThatStayHere: functions and folders of this machine.
func TestConfigurationsThatStayHere(t *testing.T) {
	t.Parallel()
	of := func(text string) (c configuration) {
		if err := json.Unmarshal([]byte(text), &c.Values); err != nil {
			t.Fatal(err)
		}
		return c
	}
	const plain = `{"setScale": 2, "setCrf": null, "overrideWidth": 640, "setEntryPoint": "/home/me/src", ` +
		`"setBrowserExecutable": "/usr/bin/chrome", "overrideWebpackConfig": "a function"}`
	values, reason := of(plain).portable(true)
	var names []string
	for name := range values {
		names = append(names, name)
	}
	if reason != "" || !sameSet(names, []string{"setScale", "setCrf", "overrideWidth"}) {
		t.Errorf("reason %q, values %q", reason, names)
	}
	for text, stays := range map[string][2]bool{ // of a film of the manifest, and of a composition
		`{"overrideFfmpegCommand": "a function"}`: {false, true},
		`{"overrideFfmpegCommand": null}`:         {false, false},
		`{"setBinariesDirectory": "/opt/bin"}`:    {true, true},
		`{"setBinariesDirectory": null}`:          {false, false},
	} {
		for i, own := range []bool{false, true} {
			if _, reason := of(text).portable(own); (reason != "") != stays[i] {
				t.Errorf("%s, own %v: reason %q", text, own, reason)
			}
		}
	}
}
