package native

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/bidi"

	"greenroom/compose/timeline"
)

// Marks that cannot be seen and that count as a letter of a direction.
const (
	toTheRight = '\u200E'
	toTheLeft  = '\u200F'
)

// bracketMarks returns the brackets of a line, by their number in it, that rule N0 of Unicode's bidirectional
// algorithm assigns a direction, with the mark of it: both brackets of a pair go the same way. libass does not
// have the rule and ffmpeg cannot switch it on: in "(beta)" between Hebrew words one bracket would be turned and
// the other not. So does x/text: it compares closing brackets with opening ones, which are never the same.
func bracketMarks(line timeline.Line) map[int]rune {
	var text []rune
	for _, r := range line.Runs {
		text = append(text, []rune(r.Text)...)
	}
	strong, mixed := strongTypes(text, line.RTL)
	if !mixed {
		return nil
	}
	marks := map[int]rune{}
	own := direction(line.RTL)
	for _, p := range bracketPairs(text) {
		same, other := false, false
		for _, d := range strong[p.open+1 : p.close] {
			same, other = same || d == own, other || d != 0 && d != own
		}
		mark := own
		switch {
		case !same && !other:
			continue // a neutral like any other
		case !same:
			mark = before(strong, p.open, own)
		}
		for _, at := range []int{p.open, p.close} {
			strong[at], marks[at] = mark, mark
		}
	}
	keepNumbers(text, strong, marks)
	return marks
}

// keepNumbers marks numbers that follow a bracket: a number goes with the letters in front of it, and a bracket's mark
// must not be taken for one.
func keepNumbers(text, strong []rune, marks map[int]rune) {
	var seen rune // the mark since the last letter
	for i := range text {
		switch class(text[i]) {
		case bidi.L, bidi.R, bidi.AL:
			seen = 0
		case bidi.EN:
			if seen != 0 && seen != strong[i] {
				marks[numberStart(text, i)], seen = strong[i], 0
			}
		default:
			if m, ok := marks[i]; ok {
				seen = m
			}
		}
	}
}

// numberStart is where the number of a digit begins, with the signs that belong to it.
func numberStart(text []rune, at int) int {
	for at > 0 {
		switch class(text[at-1]) {
		case bidi.EN, bidi.ET:
			at--
			continue
		case bidi.CS, bidi.ES:
			if at > 1 && class(text[at-2]) == bidi.EN {
				at -= 2
				continue
			}
		}
		return at
	}
	return at
}

func class(r rune) bidi.Class {
	p, _ := bidi.LookupRune(r)
	return p.Class()
}

// strongTypes are the directions of characters as N0 counts them, 0 for those that have none: numbers go to the left
// unless they follow letters that go to the right. Mixed reports whether anything goes to the left at all.
func strongTypes(text []rune, rtl bool) (strong []rune, mixed bool) {
	strong, last := make([]rune, len(text)), direction(rtl)
	mixed = rtl
	for i, r := range text {
		switch class(r) {
		case bidi.L:
			strong[i], last = toTheRight, toTheRight
		case bidi.R, bidi.AL:
			strong[i], last, mixed = toTheLeft, toTheLeft, true
		case bidi.AN:
			strong[i] = toTheLeft
		case bidi.EN:
			strong[i] = last
		}
	}
	return strong, mixed
}

// before is the direction of the nearest character in front that has one.
func before(strong []rune, at int, own rune) rune {
	for i := at - 1; i >= 0; i-- {
		if strong[i] != 0 {
			return strong[i]
		}
	}
	return own
}

type bracketPair struct{ open, close int }

// bracketPairs are the pairs of definition BD16, by their opening brackets.
func bracketPairs(text []rune) []bracketPair {
	var open []int
	var pairs []bracketPair
	for i, r := range text {
		switch p, _ := bidi.LookupRune(r); {
		case p.IsOpeningBracket():
			open = append(open, i)
		case p.IsBracket():
			opening := []rune(bidi.ReverseString(string(r)))
			for n := len(open) - 1; n >= 0; n-- {
				if opening[0] == text[open[n]] {
					pairs, open = append(pairs, bracketPair{open[n], i}), open[:n]
					break
				}
			}
		}
	}
	slices.SortFunc(pairs, func(a, b bracketPair) int { return a.open - b.open })
	return pairs
}

func direction(left bool) rune {
	if left {
		return toTheLeft
	}
	return toTheRight
}

// marked is a run's text with marks on both sides of its brackets and in front of numbers; at is the number of its
// first character in the line.
func marked(s string, marks map[int]rune, at int) string {
	if len(marks) == 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		m, ok := marks[at]
		if ok {
			b.WriteRune(m)
		}
		b.WriteRune(r)
		if p, _ := bidi.LookupRune(r); ok && p.IsBracket() {
			b.WriteRune(m)
		}
		at++
	}
	return b.String()
}
