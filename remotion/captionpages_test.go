package remotion

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"greenroom/pipeline/films/paging"
	"greenroom/pipeline/films/resolve"
)

// TestPagesOfCaptionsAreThoseOfFilms: captionPages.ts and package paging make the same pages and lines, of blocks that
// cut sentences and of silences, in 17 languages.
func TestPagesOfCaptionsAreThoseOfFilms(t *testing.T) {
	b, err := os.ReadFile("../pipeline/films/paging/testdata/pages.json")
	if err != nil {
		t.Fatal(err)
	}
	var examples []struct {
		Name, Text string
		Rate       float64
	}
	if err := json.Unmarshal(b, &examples); err != nil {
		t.Fatal(err)
	}
	type block struct {
		Text    string  `json:"text"`
		StartMs float64 `json:"startMs"`
		EndMs   float64 `json:"endMs"`
	}
	var cut [][]block
	for _, e := range examples { // blocks of seven words, as HeyGen cuts them, with a silence after the third
		var blocks []block
		words, at := strings.Fields(e.Text), 0.0
		for len(words) > 0 {
			n := min(7, len(words))
			text := strings.Join(words[:n], " ")
			long := math.Round(float64(len([]rune(text))) / e.Rate * 1000)
			if len(blocks) > 0 {
				text = " " + text
			}
			blocks = append(blocks, block{text, at, at + long})
			if at += long; len(blocks) == 3 {
				at += 1000
			}
			words = words[n:]
		}
		cut = append(cut, blocks)
	}
	in, err := json.Marshal(cut)
	if err != nil {
		t.Fatal(err)
	}
	dir := someProject(t)
	out := node(t, dir, importTS+`
		const {captionPages} = await importTS('src/greenroom/captionPages.ts');
		const films = JSON.parse(fs.readFileSync(0, 'utf8'));
		const text = (line) => line.map((w, i) => (i > 0 && !w.glued ? ' ' : '') + w.text).join('');
		console.log(JSON.stringify(films.map((f) => captionPages(f).map((p) => ({text: p.lines.map(text).join('|'), from: p.fromMs, to: p.toMs})))));
	`, in)
	type page struct {
		Text     string
		From, To float64
	}
	var got [][]page
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	for i, blocks := range cut {
		var captions []resolve.Caption
		for _, b := range blocks {
			captions = append(captions, resolve.Caption{Text: b.Text, From: b.StartMs / 1000, To: b.EndMs / 1000})
		}
		words := resolve.Words(captions)
		want := paging.Pages(words, paging.Box{Lines: 2})
		if len(want) != len(got[i]) {
			t.Errorf("%s: %d pages, want %d: %+v", examples[i].Name, len(got[i]), len(want), got[i])
			continue
		}
		for k, g := range want {
			text := paging.Text(words, g, "|")
			p := got[i][k]
			if p.Text != text || math.Abs(p.From/1000-g.From) > 1e-6 || math.Abs(p.To/1000-g.To) > 1e-6 {
				t.Errorf("%s: %+v, want %q from %g to %g", examples[i].Name, p, text, g.From, g.To)
			}
		}
	}
}
