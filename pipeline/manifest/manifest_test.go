package manifest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/internal/fault"
)

func parse(t *testing.T, text string) (*Manifest, fault.List) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "s.md"),
		[]byte("---\ntitle: A\n---\n# Title\n\nHello *there*, [friend](http://x).\n![a picture](a.png)\n<!-- not spoken -->"), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := Parse(filepath.Join(dir, "greenroom.yaml"), []byte(text))
	if err != nil {
		return nil, fault.All(err)
	}
	return m, nil
}

const start = "version: 1\ndefaults: {avatar: {id: a}, voice: {id: v}}\nclips:\n"

func TestDefaultsAndOverrides(t *testing.T) {
	m, faults := parse(t,
		start+"  one: {script: s.md, voice: {speed: 1.2}, take: 2}\n  two: {script: Hi., transparent: false, background: \"#102030\"}\n")
	if faults != nil {
		t.Fatal(faults)
	}
	one, two := m.Clips[0], m.Clips[1]
	if one.Script != "Hello there, friend." || one.Voice.Speed != 1.2 || one.Voice.ID != "v" || one.Take != 2 ||
		!one.Transparent || one.KeyColor != "#00FF00" {
		t.Errorf("%+v", one)
	}
	if two.Transparent || two.Background != "#102030" || two.Voice.Speed != 1 || two.Width != 1920 {
		t.Errorf("%+v", two)
	}
}

func TestEveryFaultIsNamedWithPlaceAndHint(t *testing.T) {
	for want, text := range map[string]string{
		"is empty":                     "\n \n",
		"not text":                     "version: 1\n\x00",
		"version is missing":           "clips: {a: {file: s.md}}\n",
		"no clips":                     "version: 1\n",
		"second document":              "version: 1\nclips: {a: {file: s.md}}\n---\nx: 1\n",
		"must be a mapping":            "version: 1\nclips: [a]\n",
		"has 2 sources":                start + "  a: {script: x, file: s.md}\n",
		"has no source":                start + "  a: {take: 2}\n",
		"has no voice":                 "version: 1\nclips: {a: {script: x, avatar: {id: b}}}\n",
		"has no avatar":                "version: 1\nclips: {a: {script: x, voice: {id: b}}}\n",
		"5001 characters":              start + "  a: {script: " + strings.Repeat("x", 5001) + "}\n",
		"clip name of 300 characters":  start + "  " + strings.Repeat("n", 300) + ": {script: x}\n",
		"is not a break":               start + "  a: {script: 'x <break time=\"500ms\"/> y'}\n",
		"touches a word":               start + "  a: {script: 'x<break time=\"0.5s\"/>y'}\n",
		"transparent clip has no back": start + "  a: {script: x, background: \"#000000\"}\n",
		"does not fit transparent":     start + "  a: {script: x, route: v2}\n",
		"must be true or false":        start + "  a: {script: x, transparent: 3}\n",
		"must be an integer":           start + "  a: {script: x, take: 1.5}\n",
		"must be a range":              start + "  a: {script: x, checks: {coverage: lots}}\n",
	} {
		_, faults := parse(t, text)
		found := false
		for _, f := range faults {
			found = found || strings.Contains(f.Msg, want) && f.Kind == fault.Manifest && f.Hint != "" && f.Place != nil &&
				f.Place.Line >= 1
		}
		if !found {
			t.Errorf("%s: got %v", want, faults)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{start + "  a: {script: x}\n", "a: &a [*a]", "? x\n: y", "\"", "- - -",
		"version: !!binary x", "<<: {a: 1}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, err := Parse(filepath.Join(t.TempDir(), "m.yaml"), []byte(text))
		lines := strings.Count(text, "\n") + 1
		for _, x := range fault.All(err) {
			if x.Place == nil || x.Place.Line < 1 || x.Place.Line > lines || x.Place.Column < 1 {
				t.Errorf("a place outside the file: %+v", x)
			}
		}
	})
}
