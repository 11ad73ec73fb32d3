package manifest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/internal/fault"
)

const rowHead = `each:
  welcome: {rows: people.csv, name: "{{id}}", script: "Hello {{name}}."}
`

const rowPeople = "id,name,logo,note\nada,Ada,a.png,\nbo,\"Bo: of {{id}}\",b.png,x\n"

var rowFiles = map[string]string{"people.csv": rowPeople, "a.png": "x", "b.png": "x"}

func TestAFilmForEveryRow(t *testing.T) {
	m, err := parseEach(t, rowHead+`compositions:
  card: {length: 1s, layers: [{text: "Card"}]}
  hello:
    each: welcome
    intro: head
    outro: card
    layers:
      - {clip: "{{clip}}", box: {width: 40%}}
      - {text: "Dear {{name}}, {{note|welcome}}", after: "{{clip}}", for: 1s}
      - {image: "{{logo}}"}
      - {captions: "{{clip}}"}
    formats:
      16:9:
      1:1: {layers: {"{{clip}}": {box: {width: 80%}}, 3: none}}
  head: {each: welcome, length: 1s, layers: [{text: "{{name}}"}]}
`, rowFiles)
	if err != nil {
		t.Fatalf("%v", fault.All(err))
	}
	var names []string
	for n := range m.FilmNames() {
		names = append(names, n.Name)
	}
	if got := strings.Join(names,
		" "); got != "card hello-ada-16x9 hello-ada-1x1 head-ada hello-bo-16x9 hello-bo-1x1 head-bo" {
		t.Errorf("names: %s", got)
	}
	got, films := "", 0
	err = m.Rows(func(clip string) bool { return clip == "welcome-bo" }, func(r RowFilms) error {
		if r.Err != nil {
			t.Error(r.Err)
		}
		for _, f := range r.Films {
			films++
			got += f.Name + " of " + f.Each + ":" + fmt.Sprint(f.Row.Line)
			for _, l := range f.Layers {
				got += fmt.Sprintf("|%s %s %g", l.Kind, strings.TrimPrefix(l.Of, m.Dir+"/"), l.Box.Width.V)
			}
			if n, ok := r.View.Nested("head", f.Format); !ok || n.Layers[0].Of != "Bo: of {{id}}" {
				t.Errorf("what %s nests: %+v", f.Name, n)
			}
			got += "\n"
		}
		return nil
	})
	want := `hello-bo-16x9 of welcome:3|clip welcome-bo 0.4|text Dear Bo: of {{id}}, x 0|image b.png 0|captions welcome-bo 0
hello-bo-1x1 of welcome:3|clip welcome-bo 0.8|text Dear Bo: of {{id}}, x 0|captions welcome-bo 0
head-bo of welcome:3|text Bo: of {{id}} 0
`
	if err != nil || got != want {
		t.Errorf("%v\n%s\nwant\n%s", err, got, want)
	}
	if len(m.Compositions) != 1 {
		t.Errorf("%d compositions without rows", len(m.Compositions))
	}
}

func TestFaultsOfRowFilms(t *testing.T) {
	many := "id,name\n"
	for i := range 100 {
		many += fmt.Sprintf("n%d,\n", i)
	}
	for _, c := range []struct {
		name, text, table string
		want              []string
		lines             int
	}{
		{"a misspelt column", `c: {each: welcome, layers: [{text: "{{nmae}}"}]}`, "",
			[]string{`there is no column "nmae" in people.csv (row people.csv:2)`}, 1},
		{"an empty cell", `c: {each: welcome, layers: [{text: "{{note}}"}], formats: [16:9, 1:1]}`, "",
			[]string{`people.csv:2:1: column "note" is empty`}, 1},
		{"an image that is not there", `c: {each: welcome, layers: [{image: "{{name}}.png"}]}`, "id,name\nx,a\ny,c\n",
			[]string{`compositions.c.layers[0].image: c.png does not exist (row people.csv:3)`}, 1},
		{"a way out", `c: {each: welcome, layers: [{image: "{{name}}"}]}`, "id,name\nx,../../etc/passwd\n",
			[]string{`people.csv:2:1: compositions.c.layers[0].image: "../../etc/passwd" leads out of the project`}, 1},
		{"a font's way out", `c: {each: welcome, layers: [{text: x, font: "{{name}}"}]}`, "id,name\nx,/etc/passwd.ttf\n",
			[]string{`"/etc/passwd.ttf" leads out of the project`}, 1},
		{"a background's way out", `c: {each: welcome, length: 1s, background: {image: "{{name}}"}}`,
			"id,name\nx,/etc/passwd\n", []string{`"/etc/passwd" leads out of the project`}, 1},
		{"a clip that is not there", `c: {each: welcome, layers: [{clip: "{{name}}"}]}`,
			"id,name\nx,welcome-x\ny,welcome-z\n", []string{`no clip "welcome-z" (row people.csv:3)`}, 1},
		{"no family", `c: {each: welcom, layers: [{text: x}]}`, "", []string{`compositions.c.each: no family "welcom"`}, 1},
		{"a film's name twice", "c: {each: welcome, layers: [{text: x}]}\n  C-bo: {layers: [{text: x}]}", "",
			[]string{"people.csv:3:1: the film c-bo is taken by composition C-bo"}, 1},
		{"two compositions of one film",
			"c: {each: welcome, layers: [{text: x}]}\n  c-ada: {each: welcome, layers: [{text: x}]}", "",
			[]string{"people.csv:2:1: the film c-ada is taken by composition c-ada"}, 1},
		{"a colour that is none", `c: {each: welcome, length: 1s, background: "{{name}}"}`,
			"id,name\nx,\"#112233\"\ny,green-ish\n", []string{"(row people.csv:3)"}, 1},
		{"a fault of the manifest, once", `c: {each: welcome, layers: [{txt: x}], length: 2s}`, "",
			[]string{"unknown key compositions.c.layers[0].txt (row people.csv:2)"}, 1},
		{"a film that nests rows", "t: {intro: c, layers: [{text: x}]}\n  c: {each: welcome, layers: [{text: x}]}", "",
			[]string{"t is one film, and c a film for every row of welcome"}, 1},
		{"rows of another family",
			"t: {each: staff, intro: c, layers: [{text: x}]}\n  c: {each: welcome, layers: [{text: x}]}", "",
			[]string{"t is made for the rows of staff, and c for those of welcome (row people.csv:2)"}, 1},
		{"a cycle", "t: {each: welcome, intro: c, layers: [{text: x}]}\n  c: {each: welcome, outro: t, layers: [{text: x}]}",
			"", []string{"t contains itself: t → c → t"}, 2},
		{"a column named clip", `c: {each: welcome, layers: [{clip: "{{clip}}"}]}`, "id,name,clip\nx,y,z\n",
			[]string{"{{clip}} is the row's own clip, and people.csv has a column of that name"}, 1},
		{"a hundred bad rows", `c: {each: welcome, layers: [{text: "{{name}}"}]}`, many,
			[]string{`people.csv:2:1: column "name" is empty`, "people.csv: 80 more rows have faults"}, 21},
		{"each of a format", `c: {each: welcome, layers: [{text: x}], formats: {"1:1": {each: welcome}}}`, "",
			[]string{"unknown key compositions.c.formats.1:1.each"}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := map[string]string{"people.csv": rowPeople, "a.png": "x", "b.png": "x"}
			if c.table != "" {
				files["people.csv"] = c.table
			}
			head := `each:
  welcome: {rows: people.csv, name: "{{id}}", script: "Hello."}
  staff: {rows: people.csv, name: "{{id}}", script: "Hello."}
`
			_, err := parseEach(t, head+"compositions:\n  "+c.text+"\n", files)
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

func TestTooManyFilmsAreNotRead(t *testing.T) {
	table := "id\n"
	for i := range MaxClips - 1 {
		table += fmt.Sprintf("%d\n", i)
	}
	text := "each: {w: {rows: people.csv, name: \"{{id}}\", script: Hi.}}\ncompositions:\n"
	for i := range 6 {
		text += fmt.Sprintf("  c%d: {each: w, layers: [{text: Hi}]}\n", i)
	}
	_, err := parseEach(t, text, map[string]string{"people.csv": table})
	if list := fault.All(err); len(list) != 1 ||
		list[0].Msg != "119994 films of rows with those of c5, at most 100000 are read" || list[0].Place.Line != 10 {
		t.Errorf("%v", list)
	}
}

// TestRowsThatChange: a table that changed, and a file of a row that changed, are errors.
func TestRowsThatChange(t *testing.T) {
	text := rowHead + "compositions: {c: {each: welcome, layers: [{image: \"{{logo}}\"}]}}\n"
	m, err := parseEach(t, text, rowFiles)
	if err != nil {
		t.Fatalf("%v", fault.All(err))
	}
	if err := os.Remove(filepath.Join(m.Dir, "a.png")); err != nil {
		t.Fatal(err)
	}
	var faults []string
	if err := m.Rows(nil, func(r RowFilms) error { faults = append(faults, fmt.Sprint(r.Err)); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(faults) != 2 || !strings.Contains(faults[0], "a.png does not exist (row people.csv:2)") ||
		faults[1] != "<nil>" {
		t.Errorf("a file that is gone: %q", faults)
	}
	for name, table := range map[string]string{
		"a cell":          strings.Replace(rowPeople, "Ada", "Eva", 1),
		"a row in front":  strings.Replace(rowPeople, "ada,", "zoe,Zoe,a.png,\nada,", 1),
		"fewer rows":      "id,name,logo,note\nada,Ada,a.png,\n",
		"no rows":         "id,name,logo,note\n",
		"a column's name": strings.Replace(rowPeople, "logo", "sign", 1),
	} {
		if err := os.WriteFile(filepath.Join(m.Dir, "people.csv"), []byte(table), 0o600); err != nil {
			t.Fatal(err)
		}
		err := m.Rows(nil, func(RowFilms) error { return nil })
		if err == nil || !strings.Contains(err.Error(), "people.csv changed while its films were read") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkReadRowFilms(b *testing.B) {
	dir := b.TempDir()
	var table strings.Builder
	table.WriteString("id,name\n")
	const n = 1000
	for i := range n {
		fmt.Fprintf(&table, "p%d,Person %d\n", i, i)
	}
	if err := os.WriteFile(filepath.Join(dir, "people.csv"), []byte(table.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	m, err := Parse(filepath.Join(dir, "greenroom.yaml"), []byte(eachHead+rowHead+`compositions:
  hello:
    each: welcome
    background: ["#101418", "#203040"]
    layers:
      - {clip: "{{clip}}", box: {right: 4%, bottom: 0, width: 38%}}
      - {text: "Hello {{name}}", at: 0.5s, for: 2s, style: title}
      - {text: "Welcome aboard", style: lower-third, at: 2s, for: 2s}
`))
	if err != nil {
		b.Fatal(fault.All(err))
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := m.Rows(nil, func(r RowFilms) error { return r.Err }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/n, "µs/row")
}
