package resolve

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"greenroom/internal/fault"
	"greenroom/pipeline/manifest"
)

func TestEverySpecialCharacterArrives(t *testing.T) {
	special := `{\b1} \N 50% 'a':"b",[c];=d #e|f @~ \h \\ <i>&amp;</i> $x`
	dir, f := world(t)
	m := load(t, dir, "compositions:\n  a:\n    length: 2s\n    layers:\n      - style: callout\n        text: |-\n          "+special+"\n")
	film, err := Film(m, "a", f)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range film.Layers[0].Text.Lines {
		s := ""
		for _, r := range l.Runs {
			s += r.Text
		}
		got = append(got, s)
	}
	// A line may also end where no blank is.
	if strings.ReplaceAll(strings.Join(got, ""), " ", "") != strings.ReplaceAll(special, " ", "") {
		t.Errorf("%q", got)
	}
}

func TestWordsAreHighlightedWhileTheyAreSpoken(t *testing.T) {
	film := one(t, "compositions: {a: {layers: [{clip: hello, at: 1s}, {captions: hello, mode: word}]}}\n")
	type lit struct {
		text    string
		on, off int
	}
	var got []lit
	for _, l := range film.Layers[1:] {
		for _, line := range l.Text.Lines {
			for _, r := range line.Runs {
				got = append(got, lit{r.Text, r.On, r.Off})
				if r.On < l.From || r.Off > l.End() {
					t.Errorf("%q is lit from %d to %d on a page of %d to %d", r.Text, r.On, r.Off, l.From, l.End())
				}
			}
		}
	}
	want := []lit{{"Hello", 33, 43}, {" and", 43, 48}, {" welcome.", 48, 65},
		{"This", 113, 120}, {" is", 120, 125}, {" what", 125, 133}, {" greenroom", 133, 148}, {" does", 148, 155}, {" for", 155, 160}, {" you.", 160, 173}}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(lit{})); d != "" {
		t.Error(d)
	}
}

func TestPagesEndWithSentences(t *testing.T) {
	film := one(t, "compositions: {a: {layers: [{clip: loose}, {captions: loose}]}}\n")
	if len(film.Layers) != 2 { // four short words: one page
		t.Errorf("%d layers", len(film.Layers))
	}
	dir, f := world(t)
	c := f.Clips["loose"]
	c.Script = "Hello and welcome to the green room. This is what it does for you."
	f.Clips["loose"] = c
	m := load(t, dir, "compositions: {a: {layers: [{clip: loose}, {captions: loose}]}}\n")
	film, err := Film(m, "a", f)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range film.Layers[1:] {
		page := ""
		for _, line := range l.Text.Lines {
			for _, run := range line.Runs {
				page += run.Text
			}
			page += "|"
		}
		got = append(got, page)
	}
	if strings.Join(got, "\n") != "Hello and welcome to the green room.|\nThis is what it does for you.|" {
		t.Errorf("%q", got)
	}
	if a, b := film.Layers[1], film.Layers[2]; a.End() != b.From || b.End() != film.Frames {
		t.Errorf("%d to %d, %d to %d of %d", a.From, a.End(), b.From, b.End(), film.Frames)
	}
}

func TestWordsOfBlocksAndOfChinese(t *testing.T) {
	got := ""
	for _, w := range Words([]Caption{{"Two words", 0, 8}, {" 你好，世界", 8, 13}, {" end", 14, 15}}) {
		if w.Glued {
			got += "+"
		}
		got += w.Text + "|"
	}
	if got != "Two|words|你|+好，|+世|+界|end|" {
		t.Error(got)
	}
}

// TestPagesDoNotCrossSentences: HeyGen's blocks do; "other team supports. You bring the numbers." was a page.
func TestPagesDoNotCrossSentences(t *testing.T) {
	blocks := []Caption{{"We built a plan that the", 0, 1.5}, {" other team supports. You bring", 1.5, 3}, {" the numbers. «Oui\u00a0!» asks", 3, 4.2}, {" Dr. Ada.", 4.2, 5}}
	dir, f := world(t)
	c := f.Clips["hello"]
	c.Captions = blocks
	f.Clips["hello"] = c
	m := load(t, dir, "compositions: {a: {layers: [{clip: hello}, {captions: hello, mode: word}]}}\n")
	film, err := Film(m, "a", f)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	last := 0
	for _, l := range film.Layers[1:] {
		page := ""
		for i, line := range l.Text.Lines {
			if i > 0 {
				page += "|"
			}
			for _, run := range line.Runs {
				page += run.Text
				if run.On < last || run.Off <= run.On {
					t.Errorf("%q is lit from %d to %d after %d", run.Text, run.On, run.Off, last)
				}
				last = run.On
			}
		}
		got = append(got, page)
	}
	want := []string{"We built a plan|that the other team supports.", "You bring the numbers.|«Oui !» asks Dr. Ada."}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for _, w := range Words(blocks) { // no word leaves its block, unless signs of the next belong to it
		in := false
		for _, b := range blocks {
			in = in || w.From >= b.From-1e-9 && w.To <= b.To+1e-9
		}
		if !in {
			t.Errorf("%+v is in no block", w)
		}
	}
}

func FuzzResolve(f *testing.F) {
	for _, s := range []string{
		"fps: 23.976, layers: [{clip: hello, at: 1.5s, box: {left: 3%, width: 40px}, mask: {rounded: 3px}, enter: fade 1s}]",
		"length: 3s, layers: [{text: \"Hi there\", style: lower-third}, {audio: bed.mp3, duck: true, fade-out: 9s}]",
		"layers: [{clip: hello, skip: 1s, for: 0.1s}, {captions: hello, mode: word, box: {width: 20%}}, {image: bg.png, safe: 30%, anchor: left, fit: cover, box: {width: 10%, height: 90%}}]",
		"intro: b, layers: [{composition: b, skip: 0.3s, box: {right: -20%, height: 70%}}, {clip: pricing, after: b}]",
	} {
		f.Add(s)
	}
	dir, facts := world(f)
	f.Fuzz(func(t *testing.T, s string) {
		m, err := manifest.Parse(filepath.Join(dir, "greenroom.yaml"), []byte(head+"compositions:\n  b: {length: 2s, background: \"#000000\", layers: [{clip: loose, at: 1s, for: 1s, enter: slide left}]}\n  a: {"+s+"}\n"))
		if err != nil {
			return
		}
		for _, c := range m.Compositions {
			if c.Length > 3600e9 {
				continue
			}
			_, err := Film(m, c.Name, facts)
			for _, x := range fault.All(err) {
				if x.Kind != fault.Manifest {
					t.Errorf("not the manifest's fault: %v: %v", x, x.Err)
				}
			}
		}
	})
}
