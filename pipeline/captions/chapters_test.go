package captions

import (
	"slices"
	"strings"
	"testing"
)

// spoken returns captions of a text: each block has some words, and a word lasts a second.
func spoken(text string, words int) (out []Caption) {
	all := strings.Fields(text)
	for i := 0; i < len(all); i += words {
		to := min(len(all), i+words)
		out = Add(out, strings.Join(all[i:to], " "), int64(i)*1000, int64(to)*1000)
	}
	return Ordered(out)
}

func TestChapters(t *testing.T) {
	t.Parallel()
	const text = "Good morning all. Prices are new this year. That is the end."
	parts := []Part{{"Hello", 0}, {"Prices", Letters("Good morning all")}, {"End", Letters("Good morning all Prices are new this year")}}
	all := Letters(text)
	two := []Chapter{{"Hello", 0}, {"End", 8000}}
	for name, c := range map[string]struct {
		list    []Caption
		parts   []Part
		letters int
		want    []Chapter
	}{
		"words":              {spoken(text, 1), parts, all, []Chapter{{"Hello", 0}, {"Prices", 3000}, {"End", 8000}}},
		"blocks":             {spoken(text, 4), parts, all, []Chapter{{"Hello", 0}, {"Prices", 2800}, {"End", 8000}}},
		"nothing between":    {spoken(text, 1), []Part{{"Title", 0}, {"Hello", 0}, parts[2]}, all, two},
		"a heading at last":  {spoken(text, 1), []Part{parts[0], parts[2], {"Nothing", all}}, all, two},
		"other numbers":      {spoken("On the 3rd at 10. Then we go home.", 1), []Part{{"A", 0}, {"B", 24}}, 40, []Chapter{{"A", 0}, {"B", 5000}}},
		"no captions":        {nil, parts, all, nil},
		"captions of signs":  {spoken("- - -", 1), parts, all, nil},
		"no parts":           {spoken(text, 1), nil, all, nil},
		"nothing was spoken": {spoken(text, 1), parts, 0, nil},
	} {
		if got := Chapters(c.list, c.parts, c.letters); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, not %v", name, got, c.want)
		}
	}
}

func TestTitles(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                          "",
		"Welcome.":                  "Welcome.",
		"Is it  new?\nYes it is":    "Is it new?",
		strings.Repeat("word ", 20): strings.TrimSpace(strings.Repeat("word ", 12)) + "…",
		strings.Repeat("x", 70):     strings.Repeat("x", 70),
		"今日は。明日も。":                  "今日は。明日も。",
	} {
		if got := TitleOf(text); got != want {
			t.Errorf("%q: %q, not %q", text, got, want)
		}
	}
}
