package films

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/assets"
	"greenroom/internal/fault"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/project"
)

const rowComposition = `  hello:
    each: welcome
    length: 4s
    background: ["#101418", "#203040"]
    layers:
      - {clip: "{{clip}}", box: {right: 4%, bottom: 0, width: 38%}}
      - {text: "Hello {{name}}", at: 0.5s, for: 2s}
      - {text: "Welcome aboard\nEngineer", style: lower-third, at: 2s, for: 2s}
    formats: [16:9, 1:1]
  card: {length: 1s, layers: [{text: "Card"}]}
`

// rowSource is a project with a table of n rows and no published clips.
func rowSource(t testing.TB, n int, compositions string) *Source {
	t.Helper()
	dir := t.TempDir()
	var table strings.Builder
	table.WriteString("id,name\n")
	for i := range n {
		fmt.Fprintf(&table, "p%d,Person %d\n", i, i)
	}
	text := "version: 1\nproject: t\nsize: 640x360\ndefaults: {avatar: {id: a}, voice: {id: v}}\n" +
		"each: {welcome: {rows: people.csv, name: \"{{id}}\", script: Hello.}}\ncompositions:\n" + compositions
	for name, body := range map[string]string{"people.csv": table.String(), "greenroom.yaml": text} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m, err := manifest.Load(t.Context(), filepath.Join(dir, "greenroom.yaml"))
	if err != nil {
		t.Fatal(fault.All(err))
	}
	store, err := assets.Open(filepath.Join(dir, "store"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	return &Source{
		Manifest: m,
		Public:   func() string { return filepath.Join(dir, "public", "greenroom") },
		Open:     func(context.Context) (Store, error) { return store, nil },
		Clips: func(context.Context, []string) (func(string) (Clip, error), error) {
			return func(name string) (Clip, error) {
				return Clip{NotReady: fault.New(fault.Failed, "", "clip is not ready").For(name)}, nil
			}, nil
		},
	}
}

func namesOf(s *Set) string {
	var out []string
	for n := range s.Names() {
		out = append(out, n.Name)
	}
	return strings.Join(out, " ")
}

func TestChoose(t *testing.T) {
	p := rowSource(t, 3, rowComposition+"  welcome: {each: welcome, length: 1s, layers: [{text: Hi}]}\n")
	for _, c := range []struct {
		names []string
		o     Options
		want  string
	}{
		{[]string{"card"}, Options{}, "card"},
		{[]string{"hello"}, Options{Format: "1:1"}, "hello-p0-1x1 hello-p1-1x1 hello-p2-1x1"},
		{[]string{"hello-p1-16x9", "card"}, Options{}, "card hello-p1-16x9"},
		{[]string{"hello"}, Options{Only: []string{"*-p2-*", "card"}}, "hello-p2-16x9 hello-p2-1x1"},
		{nil, Options{Only: []string{"*p0*"}}, "hello-p0-16x9 hello-p0-1x1 welcome-p0"},
		{[]string{"welcome"}, Options{}, "welcome-p0 welcome-p1 welcome-p2"},
	} {
		s, err := p.Choose(c.names, c.o)
		if err != nil {
			t.Errorf("%v %+v: %v", c.names, c.o, err)
			continue
		}
		if got := namesOf(s); got != c.want || s.Len() != len(strings.Fields(c.want)) {
			t.Errorf("%v %+v: %s (%d), want %s", c.names, c.o, got, s.Len(), c.want)
		}
	}
	for _, c := range []struct {
		names []string
		o     Options
		msg   string
		hint  string
	}{
		{[]string{"helo"}, Options{}, `no composition "helo"`, `did you mean "hello"?`},
		{[]string{"hello-p7-1x1"}, Options{}, `no composition "hello-p7-1x1"`, `did you mean "hello-p`},
		{nil, Options{Only: []string{"x*"}}, `no film matches "x*"`, "the manifest has card, hello"},
		{nil, Options{Only: []string{"[x"}}, "invalid pattern", "write it like"},
		{[]string{"hello"}, Options{Only: []string{"card"}}, "nothing is left to render", "--only"},
		{[]string{"card"}, Options{Format: "9:16"}, "no film has the shape 9:16", "--format"},
		{[]string{"card"}, Options{Shard: project.Shard{Index: 1, Of: 4}}, "", ""},
	} {
		_, err := p.Choose(c.names, c.o)
		if c.msg == "" { // one of four machines has it
			empty := 0
			for i := range 4 {
				if _, err := p.Choose(c.names, Options{Shard: project.Shard{Index: i + 1, Of: 4}}); err != nil {
					empty++
				}
			}
			if empty != 3 {
				t.Errorf("%d of four machines have nothing to do with one film", empty)
			}
			continue
		}
		if list := fault.All(err); len(list) != 1 || list[0].Kind != fault.Usage || !strings.Contains(list[0].Msg, c.msg) || !strings.Contains(list[0].Hint, c.hint) {
			t.Errorf("%v %+v: %v, want %q", c.names, c.o, list, c.msg)
		}
	}
}
