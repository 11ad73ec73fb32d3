package pipeline

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"greenroom/internal/fault"
	"greenroom/pipeline/films"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/project"
	"greenroom/pipeline/routes"
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

// rowProject is a manifest with n rows, read.
func rowProject(t testing.TB, n int, compositions string) *Project {
	t.Helper()
	dir := t.TempDir()
	var table strings.Builder
	table.WriteString("id,name\n")
	for i := range n {
		fmt.Fprintf(&table, "p%d,Person %d\n", i, i)
	}
	text := "version: 1\nproject: t\nsize: 640x360\nprepare: {scale: shown}\ndefaults: {avatar: {id: a}, voice: {id: v}}\n" +
		"each: {welcome: {rows: people.csv, name: \"{{id}}\", script: Hello.}}\ncompositions:\n" + compositions
	for name, body := range map[string]string{"people.csv": table.String(), ManifestName: text} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p, err := Open(Options{ManifestPath: filepath.Join(dir, ManifestName), Now: time.Now, Getenv: func(string) string { return "" }, Version: "test"})
	if err != nil {
		t.Fatal(fault.All(err))
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// TestFilmsGoWithTheirClips: whoever builds a part of the clips can render the same part of the films.
func TestFilmsGoWithTheirClips(t *testing.T) {
	p := rowProject(t, 40, rowComposition)
	seen := map[string]int{}
	for i := range 3 {
		shard := project.Shard{Index: i + 1, Of: 3}
		clips, err := p.Clips.Select(nil, nil, shard)
		if err != nil {
			t.Fatal(err)
		}
		mine := map[string]bool{}
		for _, c := range clips {
			mine[c] = true
		}
		s, err := p.Films().Choose(nil, films.Options{Shard: shard})
		if err != nil {
			t.Fatal(err)
		}
		for n := range s.Names() {
			seen[n.Name]++
			if n.Clip != "" && !mine[n.Clip] {
				t.Errorf("shard %d renders %s without %s", i+1, n.Name, n.Clip)
			}
		}
	}
	if len(seen) != 81 {
		t.Errorf("%d films, want 81", len(seen))
	}
	for name, n := range seen {
		if n != 1 {
			t.Errorf("%s is rendered by %d machines", name, n)
		}
	}
}

func TestPrepareScaleShownFollowsTheRows(t *testing.T) {
	p := rowProject(t, 3, `  hello: {each: welcome, size: 1920x1080, layers: [{clip: "{{clip}}", box: {width: 180px}}]}
  half: {each: welcome, size: 960x540, intro: hello, layers: [{clip: welcome-p2, box: {width: 360px}}]}
`)
	in := lockfile.Info{Width: 1920, Height: 1080, Box: lockfile.Box{X: 600, Y: 120, W: 720, H: 960}}
	var got [][2]int
	for _, c := range p.Manifest.Clips {
		s := p.recipes.Recipe(c, routes.V2Key, in)
		got = append(got, [2]int{s.Width, s.Height})
	}
	if want := [][2]int{{180, 240}, {180, 240}, {360, 480}}; !slices.Equal(got, want) { // p2 is larger in the other film
		t.Errorf("%v, want %v", got, want)
	}
	if err := os.WriteFile(filepath.Join(p.Dir(), "people.csv"), []byte("id,name\nq,Q\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	q := newProject(project.Of(p.Manifest, project.Options{Getenv: os.Getenv}), nil, Options{})
	if _, err := q.recipes.Sizes(); err == nil || !strings.Contains(err.Error(), "people.csv changed") {
		t.Errorf("a table that changed: %v", err)
	}
}
