package native

import (
	"maps"
	"testing"

	"greenroom/compose/timeline"
)

// TestBracketMarks: every bracket of a line of both directions has the direction of rule N0; lines of one have no
// marks.
func TestBracketMarks(t *testing.T) {
	const l, r = toTheRight, toTheLeft
	for _, c := range []struct {
		runs []string
		rtl  bool
		want map[int]rune
	}{
		{[]string{"plain (2.0)"}, false, nil},
		{[]string{"שלום"}, true, nil},
		{[]string{"שלום (2.0)"}, true, map[int]rune{5: r, 9: r}},
		{[]string{"שלום abc (beta) עולם"}, true, map[int]rune{9: l, 14: l}},
		{[]string{"שלום abc ", "(beta", ") עולם"}, true, map[int]rune{9: l, 14: l}}, // a pair in two runs
		{[]string{"שלום (beta)"}, true, map[int]rune{5: r, 10: r}},
		{[]string{"a (שלום) b"}, false, map[int]rune{2: l, 7: l}},
		{[]string{"a ) שלום ["}, false, map[int]rune{}}, // no pair
		{[]string{"a {b (שלום) c} d"}, false, map[int]rune{2: l, 5: l, 10: l, 13: l}},
		{[]string{"a (שלום) $2.0"}, false, map[int]rune{2: l, 7: l, 9: r}}, // the number goes with שלום
		{[]string{"שלום abc [] x"}, true, map[int]rune{}},                  // nothing in it: a neutral
		{[]string{"abc (שלום)"}, true, map[int]rune{4: r, 9: r}},
	} {
		line := timeline.Line{RTL: c.rtl}
		for _, s := range c.runs {
			line.Runs = append(line.Runs, timeline.Run{Text: s})
		}
		if got := bracketMarks(line); !maps.Equal(got, c.want) {
			t.Errorf("%q: %v, want %v", c.runs, got, c.want)
		}
	}
}
