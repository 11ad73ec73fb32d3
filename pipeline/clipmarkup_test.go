package pipeline

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMarkupIsSaidInThePlan for every text that is bought, and not for what is there.
func TestMarkupIsSaidInThePlan(t *testing.T) {
	t.Parallel()
	for clip, want := range map[string]string{
		`{script: "Hello <b>you</b>."}`:                                          "greenroom.yaml:6:24: <b> is not speech",
		`{transparent: false, scenes: [{script: One}, {script: "[pause] Two"}]}`: "greenroom.yaml:6:63: [pause] is not speech",
		`{template: {id: t123, variables: {text: "Hi {{name}}"}}}`:               "greenroom.yaml:6:52: {{name}} is not speech",
		`{template: {id: t123, variables: {logo: "https://example.com/a"}}}`:     "",
		`{script: "Hello <b>you</b>.", draft: voice}`:                            "<b> is not speech",
		`{script: "a", pronunciation: {a: "[b]"}}`:                               "greenroom.yaml:6:42: [b] is not speech",
		`{script: "Go to a.com.", pronunciation: {a.com: a dot com}}`:            "",
		`{script: "Hello."}`: "",
		`{agent: {prompt: "Show [a logo] and <b>that</b>."}}`: "",
		`{agent: {prompt: "Show {{company}} now."}}`:          "{{company}} is not speech",
		`{script: "Mail me@example.com 🎉 #now"}`:              `me@example.com is not speech: write it as it is spoken, such as "me at example dot com"`,
	} {
		dir := pricing(t, "v3", 1, "  one: "+clip+"\n")
		s := planWith(t, dir, noPrograms).Steps[0]
		if (want == "") != (s.Markup == "") || !strings.Contains(s.Markup, want) || (want != "") != strings.Contains(s.Reason, "not speech") {
			t.Errorf("%s: %q, reason %q", clip, s.Markup, s.Reason)
		}
	}
}

// TestMarksHaveTheirPlace: the file, the line and the column that an editor shows, or the row and the column of a
// table.
func TestMarksHaveTheirPlace(t *testing.T) {
	t.Parallel()
	dir := pricing(t, "v3", 1, `  one: {script: scripts/a.md}
  two:
    script: >
      Hello, this is a text
      over lines [pause
      1s] and äöü {name}.
each:
  w:
    rows: people.csv
    name: "{{id}}"
    script: "Hello {{name}}, %here%."
  f:
    rows: people.csv
    script: scripts/b.md
`)
	if err := os.Mkdir(filepath.Join(dir, "scripts"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"scripts/a.md": "# Title\n\nHello **you** and\nälso <i>me</i>.\n", "people.csv": "id;name\n1;Ada\n2;<b>Bo</b>\n",
		"scripts/b.md": "Hi {{name}},\nsee www.example.com.\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got := map[string]string{}
	for _, s := range planWith(t, dir, noPrograms).Steps {
		for _, m := range s.Marks {
			got[s.Clip] += m.Text + " " + m.Place + " " + m.Column + ";"
		}
	}
	for clip, want := range map[string]string{
		"one": "<i> scripts/a.md:4:6 ;</i> scripts/a.md:4:11 ;",
		"two": "[pause 1s] greenroom.yaml:10:18 ;{name} greenroom.yaml:11:19 ;",
		"w-1": "%here% greenroom.yaml:16:30 ;",
		"w-2": "<b> people.csv:3:1 name;</b> people.csv:3:1 name;%here% greenroom.yaml:16:30 ;",
		"f-1": "www.example.com scripts/b.md:2:5 ;",
		"f-2": "<b> people.csv:3:1 name;</b> people.csv:3:1 name;www.example.com scripts/b.md:2:5 ;",
	} {
		if got[clip] != want {
			t.Errorf("%s: %s, want %s", clip, got[clip], want)
		}
	}
}
