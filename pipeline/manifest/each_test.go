package manifest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/internal/fault"
)

const eachHead = "version: 1\ndefaults: {avatar: {id: a}, voice: {id: v}}\n"

// parseEach reads a manifest with a table and other files.
func parseEach(t *testing.T, text string, files map[string]string) (*Manifest, error) {
	t.Helper()
	dir := t.TempDir()
	for name, body := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return Parse(filepath.Join(dir, "greenroom.yaml"), []byte(eachHead+text))
}

func TestEach(t *testing.T) {
	m, err := parseEach(t, `clips: {intro: {script: "Hi."}}
each:
  welcome:
    rows: people.csv
    name: "{{id}}"
    props: [name]
    script: scripts/welcome.md
    avatar: {id: "{{look|standard}}"}
  offer:
    rows: people.csv
    template: {id: 1234abcd, variables: {name: "{{name}}", logo: "logos/{{id}}.png"}}
`, map[string]string{"people.csv": "id,name,look\nA 1,Ada,\nb2,\"Bo, of {{id}}\",tall\n", "scripts/welcome.md": "# Note\nHello {{name}}, welcome.", "logos/A 1.png": "x", "logos/b2.png": "x"})
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, c := range m.Clips {
		got += fmt.Sprintf("%s|%s|%s", c.Name, c.Script, c.Avatar.ID)
		if c.Row != nil {
			got += fmt.Sprintf("|%s:%d %v", c.Row.Each, c.Row.Line, c.Row.Values)
		}
		if c.Template != nil {
			for _, v := range c.Template.Variables {
				got += fmt.Sprintf("|%s=%s", v.Name, v.Value)
			}
		}
		got += "\n"
	}
	want := `intro|Hi.|a
welcome-a-1|Hello Ada, welcome.|standard|welcome:2 map[name:Ada]
welcome-b2|Hello Bo, of {{id}}, welcome.|tall|welcome:3 map[name:Bo, of {{id}}]
offer-1||a|offer:2 map[]|logo=logos/A 1.png|name=Ada
offer-2||a|offer:3 map[]|logo=logos/b2.png|name=Bo, of {{id}}
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if len(m.Each) != 2 || m.Each[0].Clips != 2 || filepath.Base(m.Each[1].File) != "people.csv" {
		t.Errorf("families: %+v", m.Each)
	}
}

func TestFaultsOfEach(t *testing.T) {
	people := map[string]string{"people.csv": "id,name\na,Ada\na,Bo\n", "out.md": "x"}
	many := "id,name\n"
	for i := range 100 {
		many += fmt.Sprintf("%d,\n", i)
	}
	for _, c := range []struct {
		name, text string
		table      string
		want       []string
		lines      int // of faults
	}{
		{"a misspelt column", `each: {w: {rows: people.csv, script: "Hi {{nmae}}."}}`, "",
			[]string{`greenroom.yaml:3:38: each.w.script: there is no column "nmae" in people.csv (row people.csv:2)`}, 1},
		{"an empty cell", `each: {w: {rows: people.csv, script: "Hi {{name}}."}}`, "id,name\na,Ada\nb,\n",
			[]string{`people.csv:3:1: column "name" is empty`}, 1},
		{"one name twice", `each: {w: {rows: people.csv, name: "{{id}}", script: "Hi {{name}}."}}`, "",
			[]string{"people.csv:3:1: the name w-a is taken by people.csv:2"}, 1},
		{"a name that a clip has",
			"clips: {w-a: {script: Hi}}\n" +
				`each: {w: {rows: people.csv, name: "{{id}}", script: "Hi."}}`, "id\na\n",
			[]string{"people.csv:2:1: the name w-a is taken by clips.w-a"}, 1},
		{"the same name for all", `each: {w: {rows: people.csv, name: all, script: "Hi."}}`, "",
			[]string{"each.w.name names every row the same"}, 1},
		{"a name of no letters", `each: {w: {rows: people.csv, name: "{{name}}", script: "Hi."}}`, "name\n李明\n",
			[]string{`people.csv:2:1: "李明" cannot name a clip`}, 1},
		{"a name that is a path", `each: {w: {rows: people.csv, name: "{{name}}", script: "Hi."}}`,
			"name\n../../etc/passwd\n../../etc/passwd/\n", []string{"the name w-etc-passwd is taken by people.csv:2"}, 1},
		{"a path in a cell", `each: {w: {rows: people.csv, file: "{{name}}"}}`, "name\n../../../etc/passwd\n",
			[]string{`people.csv:2:1: each.w.file: "../../../etc/passwd" leads out of the project`}, 1},
		{"an absolute path in a cell", `each: {w: {rows: people.csv, file: "{{name}}"}}`, "name\n/etc/passwd\n",
			[]string{`"/etc/passwd" leads out of the project`}, 1},
		{"no rows", `each: {w: {rows: people.csv, script: "Hi {{name}}."}}`, "id,name\n",
			[]string{"people.csv:1:1: the table has no rows"}, 1},
		{"no table", `each: {w: {rows: staff.csv, script: "Hi."}}`, "", []string{"staff.csv does not exist"}, 1},
		{"no rows key", `each: {w: {script: "Hi."}}`, "", []string{"each.w has no rows"}, 1},
		{"not a table", `each: {w: {rows: out.md, script: "Hi."}}`, "", []string{"out.md is not a table"}, 1},
		{"a ragged row", `each: {w: {rows: people.csv, script: "Hi."}}`, "id,name\na\n",
			[]string{"people.csv:2:1: the row has 1 cells"}, 1},
		{"a fault of the manifest, once", `each: {w: {rows: people.csv, scrpt: "Hi."}}`, "",
			[]string{`unknown key each.w.scrpt (row people.csv:2)`}, 1},
		{"props of no column", `each: {w: {rows: people.csv, props: [nam], script: "Hi."}}`, "",
			[]string{`there is no column "nam"`}, 1},
		{"a hundred bad rows", `each: {w: {rows: people.csv, script: "Hi {{name}}."}}`, many,
			[]string{`people.csv:2:1: column "name" is empty`, "people.csv: 80 more rows have faults"}, 21},
		{"a script too long", `each: {w: {rows: people.csv, script: "{{name}}"}}`,
			"name\n" + strings.Repeat("word ", 1001) +
				"\n", []string{"has 5004 characters, HeyGen takes 5000 (row people.csv:2)"}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := map[string]string{}
			for k, v := range people {
				files[k] = v
			}
			if c.table != "" {
				files["people.csv"] = c.table
			}
			_, err := parseEach(t, c.text, files)
			if err == nil {
				t.Fatal("no fault")
			}
			text := err.Error()
			if _, many := err.(interface{ Unwrap() []error }); !many {
				text = placed(err)
			}
			for _, w := range c.want {
				if !strings.Contains(text, w) {
					t.Errorf("%s\nwant %q", text, w)
				}
			}
			if n := strings.Count(text, "\n") + 1; n != c.lines {
				t.Errorf("%d faults, want %d:\n%s", n, c.lines, text)
			}
		})
	}
}

// TestALinkOutOfTheProject: links are resolved before a path is accepted.
func TestALinkOutOfTheProject(t *testing.T) {
	dir := t.TempDir()
	outside := t.TempDir()
	put := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put(filepath.Join(outside, "secret.mov"), "x")
	put(filepath.Join(dir, "people.csv"), "name\nlinks/secret.mov\n")
	if err := os.Symlink(outside, filepath.Join(dir, "links")); err != nil {
		t.Fatal(err)
	}
	_, err := Parse(filepath.Join(dir, "greenroom.yaml"),
		[]byte(eachHead+`each: {w: {rows: people.csv, file: "{{name}}"}}`))
	if err == nil || !strings.Contains(err.Error(), "leads out of the project") {
		t.Errorf("a link out of the project: %v", err)
	}
}

// placed is one fault as a list would show it.
func placed(err error) string {
	var f *fault.Error
	if errors.As(err, &f) && f.Place != nil {
		return f.Place.String() + ": " + err.Error()
	}
	return err.Error()
}
