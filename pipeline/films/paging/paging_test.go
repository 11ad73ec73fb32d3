package paging

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"greenroom/internal/goldentest"
)

// spoken returns the words of a text with times: rate characters a second, from a time on.
func spoken(text string, rate float64) []Word {
	words := Attach(Split(text))
	at := 0.0
	for i := range words {
		n := Length(words[i].Text) + 1
		words[i].From, words[i].To = at, at+n/rate
		at = words[i].To
	}
	return words
}

func shown(words []Word, pages []Page) (out []string) {
	for _, g := range pages {
		out = append(out, Text(words, g, "|"))
	}
	return out
}

// example is a case that the TypeScript is compared by, too.
type example struct {
	Name  string   `json:"name"`
	Text  string   `json:"text"`
	Rate  float64  `json:"rate"`
	Pages []string `json:"pages"`
}

func examples(t testing.TB) (list []example) {
	t.Helper()
	b, err := os.ReadFile("testdata/pages.json")
	if err == nil {
		err = json.Unmarshal(b, &list)
	}
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestPagesEndWithSentencesAndClauses in several scripts; -update writes what is there now.
func TestPagesEndWithSentencesAndClauses(t *testing.T) {
	list := examples(t)
	for i, e := range list {
		words := spoken(e.Text, e.Rate)
		got := shown(words, Pages(words, Box{Lines: 2}))
		if strings.Join(got, "\n") != strings.Join(e.Pages, "\n") {
			if !*goldentest.Update {
				t.Errorf("%s:\n%s\nwant\n%s", e.Name, strings.Join(got, "\n"), strings.Join(e.Pages, "\n"))
			}
			list[i].Pages = got
		}
	}
	if *goldentest.Update {
		b, err := json.MarshalIndent(list, "", " ")
		if err == nil {
			err = os.WriteFile("testdata/pages.json", append(b, '\n'), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestEndsOfSentences(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		word, next string
		ends       bool
	}{
		{"believes.", "You", true}, {"Dr.", "Smith", false}, {"e.g.", "Berlin", false}, {"U.S.", "Army", false}, {"U.S.", "The", true},
		{"p.m.", "We", true}, {"3.5", "million", false}, {"J.", "Smith", false}, {"1.", "Mai", false}, {"1999.", "Dann", true},
		{"etc.", "and", false}, {"Yahoo!", "is", false}, {"said.”", "Then", true}, {"Hi!)", "Yes", true}, {"well...", "maybe", false},
		{"well...", "Maybe", true}, {"word", "Next", false}, {"z.B.", "Bonn", false}, {"bzw.", "Köln", false}, {"界。", "你", true},
		{"है।", "यह", true}, {"؟", "نعم", true}, {"example.com.", "Then", true}, {"No.", "5", false}, {"", "", false}, {".", "A", true},
		{"t.ex.", "Malmö", false}, {"Herr", "Müller", false}, {"г.", "Москва", false}, {"end.", "¿Qué", true}, {"end.", "“Yes", true},
	} {
		if got := EndsSentence(c.word, c.next); got != c.ends {
			t.Errorf("%q before %q: %v", c.word, c.next, got)
		}
	}
}

// TestNoShortWordHasALineForItself: lines are balanced, by measured width where there is one.
func TestNoShortWordHasALineForItself(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Today we are going to have a talk on our new prices, everyone.": "Today we are going to have|a talk on our new prices, everyone.",
		"I have been waiting for this a very long time now.":             "I have been waiting|for this a very long time now.",
		"Welcome, this is a tour of plans and prices for teams.":         "Welcome, this is a tour|of plans and prices for teams.",
	} {
		words := spoken(text, 18)
		got := strings.Join(shown(words, Pages(words, Box{Lines: 2})), "\n")
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	// Ten narrow letters are as wide as a fourth of three wide ones.
	words := spoken("iiiiiiiiii iiiiiiiiii www www iiiiiiiiii iiiiiiiiii", 12)
	width := func(first, end int) (n float64) {
		for _, w := range words[first:end] {
			n += 3
			if w.Text[0] == 'w' {
				n += 9
			}
		}
		return n
	}
	got := shown(words, Pages(words, Box{Lines: 2, Width: width, Fits: func(first, end int) bool { return width(first, end) <= 30 }}))
	if want := "iiiiiiiiii iiiiiiiiii www|www iiiiiiiiii iiiiiiiiii"; len(got) != 1 || got[0] != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestPagesLoseNothing: random words of many scripts, with silences, in narrow and wide boxes.
func TestPagesLoseNothing(t *testing.T) {
	t.Parallel()
	parts := []string{
		"a", "the", "believes.", "You", "numbers,", "Dr.", "Smith", "3.5", "million", "and", "Donaudampfschifffahrtsgesellschaft",
		"你好，世界。", "日本語ーのテスト", "สวัสดีเพื่อนไปไหนมา", "مرحبا", "بالعالم.", "שלום", "안녕하세요", "—", "…", "\u200b", "👍", "»", "«Oui",
		strings.Repeat("x", 200), strings.Repeat("我", 100),
	}
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		var text []string
		for range 1 + r.IntN(30) {
			text = append(text, parts[r.IntN(len(parts))])
		}
		words := spoken(strings.Join(text, " "), 5+20*r.Float64())
		for i := range words {
			if r.IntN(12) == 0 {
				for k := i; k < len(words); k++ { // a silence
					words[k].From += 1.2
					words[k].To += 1.2
				}
			}
		}
		most := 5 + r.IntN(60)
		box := Box{Lines: 1 + r.IntN(3), Fits: func(first, end int) bool {
			n := 0.0
			for _, w := range words[first:end] {
				n += Length(w.Text)
			}
			return n <= float64(most)
		}}
		pages := Pages(words, box)
		at, last := 0, 0.0
		for _, g := range pages {
			if g.First != at || g.End <= g.First || len(g.Breaks) >= box.Lines {
				t.Fatalf("seed %d: %+v after word %d, %d lines", seed, g, at, box.Lines)
			}
			if g.From < last || g.To < g.From || g.From != words[g.First].From || g.To < words[g.End-1].To-1e-9 {
				t.Fatalf("seed %d: times of %+v after %g", seed, g, last)
			}
			from := g.First
			for _, b := range append(append([]int{}, g.Breaks...), g.End) {
				if b <= from || b > from+1 && !box.Fits(from, b) {
					t.Fatalf("seed %d: a line of %+v does not fit", seed, g)
				}
				from = b
			}
			inside := g.First > 0 && !EndsSentence(words[g.First-1].Text, words[g.First].Text) && words[g.First].From-words[g.First-1].To <= Gap
			for i := g.First + 1; inside && i < g.End; i++ {
				if EndsSentence(words[i-1].Text, words[i].Text) {
					t.Fatalf("seed %d: page %+v begins inside of a sentence and ends in another", seed, g)
				}
			}
			at, last = g.End, g.To
		}
		if at != len(words) {
			t.Fatalf("seed %d: %d of %d words", seed, at, len(words))
		}
	}
	if got := Pages(nil, Box{Lines: 2}); got != nil {
		t.Error(got)
	}
}

// TestPagesAreReadable: a line has at most 42 characters, speech of 15 characters a second is shown for the time that
// it is read in, and no page is shown for more than 7 seconds.
func TestPagesAreReadable(t *testing.T) {
	t.Parallel()
	for _, e := range examples(t) {
		words := spoken(e.Text, e.Rate)
		for _, g := range Pages(words, Box{Lines: 2}) {
			from := g.First
			for _, b := range append(append([]int{}, g.Breaks...), g.End) {
				n := 0.0
				for i, w := range words[from:b] {
					n += Length(w.Text)
					if i > 0 && !w.Glued {
						n++
					}
				}
				if n > LineLength && b > from+1 {
					t.Errorf("%s: a line of %g characters", e.Name, n)
				}
				from = b
			}
			if g.To-g.From > MaxSeconds+Hold {
				t.Errorf("%s: %g s", e.Name, g.To-g.From)
			}
		}
	}
	words := spoken("A last sentence that was spoken too fast.", 40)
	pages := Pages(words, Box{Lines: 2})
	if g := pages[0]; len(pages) != 1 || g.To-g.From < 39/Speed {
		t.Errorf("%+v: 39 characters are read in %g s", pages, 39/Speed)
	}
}

// TestTheListsOfTheTypeScriptAreThese: pages of other words would differ.
func TestTheListsOfTheTypeScriptAreThese(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../../remotion/companion/src/greenroom/captionPages.ts")
	if err != nil {
		t.Fatal(err)
	}
	for name, words := range map[string]map[string]bool{
		"abbreviations": abbreviations(), "joined": joined(), "joining": joining(), "beginners": beginners(),
	} {
		_, list, ok := strings.Cut(string(b), "const "+name+" = set(`")
		list, _, end := strings.Cut(list, "`")
		if !ok || !end || !maps.Equal(set(list)(), words) {
			t.Errorf("%s differ: %s", name, list)
		}
	}
	for _, signs := range []string{sentence, clause, noLineOf, leadVowel} {
		if !strings.Contains(string(b), "'"+signs+"'") {
			t.Errorf("%s is not there", signs)
		}
	}
}

func BenchmarkPages(b *testing.B) {
	words := spoken(strings.Repeat("A sentence of many words that goes on, and on, until no one remembers how it began or why it should end. ", 20), 15)
	for b.Loop() {
		Pages(words, Box{Lines: 2})
	}
}
