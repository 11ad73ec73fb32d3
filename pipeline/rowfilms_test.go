package pipeline

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/pipeline/film"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/project"
	"greenroom/pipeline/request"
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

func filmNamesOf(s *FilmSet) string {
	var out []string
	for n := range s.Names() {
		out = append(out, n.Name)
	}
	return strings.Join(out, " ")
}

func TestFilmSetChooses(t *testing.T) {
	p := rowProject(t, 3, rowComposition+"  welcome: {each: welcome, length: 1s, layers: [{text: Hi}]}\n")
	for _, c := range []struct {
		names []string
		o     FilmOptions
		want  string
	}{
		{[]string{"card"}, FilmOptions{}, "card"},
		{[]string{"hello"}, FilmOptions{Format: "1:1"}, "hello-p0-1x1 hello-p1-1x1 hello-p2-1x1"},
		{[]string{"hello-p1-16x9", "card"}, FilmOptions{}, "card hello-p1-16x9"},
		{[]string{"hello"}, FilmOptions{Only: []string{"*-p2-*", "card"}}, "hello-p2-16x9 hello-p2-1x1"},
		{nil, FilmOptions{Only: []string{"*p0*"}}, "hello-p0-16x9 hello-p0-1x1 welcome-p0"},
		{[]string{"welcome"}, FilmOptions{}, "welcome-p0 welcome-p1 welcome-p2"},
	} {
		s, err := p.FilmSet(c.names, c.o)
		if err != nil {
			t.Errorf("%v %+v: %v", c.names, c.o, err)
			continue
		}
		if got := filmNamesOf(s); got != c.want || s.Len() != len(strings.Fields(c.want)) {
			t.Errorf("%v %+v: %s (%d), want %s", c.names, c.o, got, s.Len(), c.want)
		}
	}
	for _, c := range []struct {
		names []string
		o     FilmOptions
		msg   string
		hint  string
	}{
		{[]string{"helo"}, FilmOptions{}, `no composition "helo"`, `did you mean "hello"?`},
		{[]string{"hello-p7-1x1"}, FilmOptions{}, `no composition "hello-p7-1x1"`, `did you mean "hello-p`},
		{nil, FilmOptions{Only: []string{"x*"}}, `no film is named like "x*"`, "the manifest has card, hello"},
		{nil, FilmOptions{Only: []string{"[x"}}, "is no pattern", "write it like"},
		{[]string{"hello"}, FilmOptions{Only: []string{"card"}}, "nothing is left to render", "--only"},
		{[]string{"card"}, FilmOptions{Format: "9:16"}, "no film has the shape 9:16", "--format"},
		{[]string{"card"}, FilmOptions{Shard: project.Shard{Index: 1, Of: 4}}, "", ""},
	} {
		_, err := p.FilmSet(c.names, c.o)
		if c.msg == "" { // one of four machines has it
			empty := 0
			for i := range 4 {
				if _, err := p.FilmSet(c.names, FilmOptions{Shard: project.Shard{Index: i + 1, Of: 4}}); err != nil {
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
		s, err := p.FilmSet(nil, FilmOptions{Shard: shard})
		if err != nil {
			t.Fatal(err)
		}
		for n := range s.Names() {
			seen[n.Name]++
			if n.Clip != "" && !mine[n.Clip] {
				t.Errorf("shard %d draws %s without %s", i+1, n.Name, n.Clip)
			}
		}
	}
	if len(seen) != 81 {
		t.Errorf("%d films, want 81", len(seen))
	}
	for name, n := range seen {
		if n != 1 {
			t.Errorf("%s is drawn by %d machines", name, n)
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
		s := p.recipe(c, request.V2Key, in)
		got = append(got, [2]int{s.Width, s.Height})
	}
	if want := [][2]int{{180, 240}, {180, 240}, {360, 480}}; !slices.Equal(got, want) { // p2 is larger in the other film
		t.Errorf("%v, want %v", got, want)
	}
	if err := os.WriteFile(filepath.Join(p.Dir(), "people.csv"), []byte("id,name\nq,Q\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	q := &Project{Project: project.Of(p.Manifest, project.Options{})}
	if _, err := q.sizes(); err == nil || !strings.Contains(err.Error(), "people.csv changed") {
		t.Errorf("a table that changed: %v", err)
	}
}

// TestRowsAreForgotten takes a thousand rows through a set whose clips are not there: each is told with its row, and what
// is held does not grow.
func TestRowsAreForgotten(t *testing.T) {
	text := strings.Replace(rowComposition, `      - {clip: "{{clip}}", box: {right: 4%, bottom: 0, width: 38%}}`+"\n", "", 1)
	text = strings.Replace(text, "    length: 4s\n", "    length: 4s\n    intro: head\n", 1)
	p := rowProject(t, 1000, text+"  head: {each: welcome, length: 1s, layers: [{text: \"{{name}}\"}]}\n")
	s, err := p.FilmSet([]string{"hello"}, FilmOptions{Format: "16:9"})
	if err != nil {
		t.Fatal(err)
	}
	held := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	var early, late uint64
	n, frames := 0, 0
	err = s.Each(t.Context(), func(name manifest.FilmName, f *timeline.Film, err error) error {
		if err != nil {
			return err
		}
		if want := fmt.Sprintf("hello-p%d-16x9", n); name.Name != want || f.Name != want || name.Line != n+2 {
			t.Errorf("film %d is %+v", n, name)
		}
		switch n++; n {
		case 100:
			early = held()
		case 1000:
			late = held()
		}
		frames += f.Frames
		return nil
	})
	if err != nil || n != 1000 || frames != (25+100)*1000 {
		t.Fatalf("%d films of %d frames: %v", n, frames, err)
	}
	if late > early+1<<20 {
		t.Errorf("%d kB after 100 films, %d kB after 1000", early>>10, late>>10)
	}
	stop := errors.New("enough")
	n = 0
	if err := s.Each(t.Context(), func(manifest.FilmName, *timeline.Film, error) error { n++; return stop }); err != stop || n != 1 {
		t.Errorf("after %d films: %v", n, err)
	}
}

func TestAFilmStandsAsLongAsItsFileDoes(t *testing.T) {
	p := rowProject(t, 1, rowComposition)
	path := filepath.Join(p.Dir(), "out.mp4")
	put := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f := &timeline.Film{Name: "a", Width: 16, Height: 16, FPS: timeline.Rate{Num: 25, Den: 1}, Frames: 1, Media: map[string]timeline.Media{}}
	key := func(tool string, settings ...string) string {
		t.Helper()
		k, err := p.FilmKey(f, tool, settings...)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	first := key("7.1", "h264", "0")
	if _, ok := p.FilmStands(path, first); ok {
		t.Error("a film that was never drawn stands")
	}
	put("film")
	if err := p.RecordFilm(path, first, Drawn{Frames: 1, Width: 16, Height: 16, FPS: 25, Seconds: 0.04}); err != nil {
		t.Fatal(err)
	}
	if r, ok := p.FilmStands(path, first); !ok || r.Drawn != (Drawn{1, 16, 16, 25, 0.04}) {
		t.Errorf("a film that was drawn: %+v %v", r, ok)
	}
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(path, later, later); err != nil {
		t.Fatal(err)
	}
	if _, ok := p.FilmStands(path, first); !ok {
		t.Error("a film that was touched does not stand")
	}
	moved := filepath.Join(t.TempDir(), "moved")
	if err := os.Rename(p.Dir(), moved); err != nil {
		t.Fatal(err)
	}
	there, err := Open(Options{ManifestPath: filepath.Join(moved, ManifestName), Getenv: os.Getenv, LookPath: exec.LookPath})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := there.FilmStands(filepath.Join(moved, "out.mp4"), first); !ok {
		t.Error("a project that moved has lost its films")
	}
	there.Close()
	if err := os.Rename(moved, p.Dir()); err != nil {
		t.Fatal(err)
	}
	f.Frames = 2
	for what, k := range map[string]string{"another film": key("7.1", "h264", "0"), "another ffmpeg": key("7.2", "h264", "0"), "another preset": key("7.1", "h265", "0"), "another quality": key("7.1", "h264", "30")} {
		if _, ok := p.FilmStands(path, k); ok || k == first {
			t.Errorf("%s stands", what)
		}
	}
	for what, text := range map[string]string{"cut short": "fil", "of the same length": "fimm"} {
		put(text)
		if err := os.Chtimes(path, later.Add(time.Hour), later.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if _, ok := p.FilmStands(path, first); ok {
			t.Errorf("a file that was %s stands", what)
		}
	}
	put("film")
	if err := os.WriteFile(p.filmRecord(path), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, ok := p.FilmStands(path, first); ok {
		t.Error("a spoiled record is believed")
	}
}

// BenchmarkResolveRowFilms is what a row's films cost before anything is drawn: reading the row again, and resolving.
func BenchmarkResolveRowFilms(b *testing.B) {
	const n = 1000
	p := rowProject(b, n, strings.Replace(rowComposition, "    formats: [16:9, 1:1]\n", "", 1))
	if err := p.OpenState(); err != nil {
		b.Fatal(err)
	}
	facts := film.Facts{Clips: map[string]film.Clip{}, Files: map[string]film.File{}, Fonts: map[string]film.Font{}}
	if _, err := p.builtinFonts(&facts); err != nil {
		b.Fatal(err)
	}
	for _, c := range p.Manifest.Clips {
		facts.Clips[c.Name] = film.Clip{Media: timeline.Media{Public: "greenroom/" + c.Name + ".webm", Width: 300, Height: 340, Seconds: 4, Codec: "vp9", Alpha: true},
			FPS: timeline.Rate{Num: 25, Den: 1}, Frames: 100, Box: timeline.Rect{X: 170, Y: 20, W: 300, H: 340}, Width: 640, Height: 360, Sound: true}
	}
	b.ReportAllocs()
	for b.Loop() {
		err := p.Manifest.Rows(nil, func(r manifest.RowFilms) error {
			if r.Err != nil {
				return r.Err
			}
			_, err := film.Resolve(r.View, r.Films[0].Name, facts)
			return err
		})
		if err != nil {
			b.Fatal(fault.All(err))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/n, "µs/film")
}
