package native

import (
	"strings"

	"golang.org/x/text/unicode/bidi"

	"greenroom/compose/timeline"
)

// Marks that cannot be seen and that count as a letter of a direction.
const (
	toTheRight = '\u200E'
	toTheLeft  = '\u200F'
)

// bracketMarks gives the brackets of a line, by their number in it, that stand with letters of both directions, the mark
// of the direction that Unicode's bidirectional algorithm gives them. libass leaves out the algorithm's rule N0, that both
// brackets of a pair go the same way, and ffmpeg cannot switch it on: in "(beta)" between Hebrew words one bracket would
// be turned and the other not.
func bracketMarks(line timeline.Line) map[int]rune {
	var b strings.Builder
	b.WriteRune(direction(line.RTL)) // as it is drawn: the line's direction is not that of its first letter
	for _, r := range line.Runs {
		b.WriteString(r.Text)
	}
	text := []rune(b.String())
	left := line.RTL
	brackets := map[int]bool{}
	for i, r := range text {
		p, _ := bidi.LookupRune(r)
		switch p.Class() {
		case bidi.R, bidi.AL:
			left = true
		}
		if p.IsBracket() {
			brackets[i] = true
		}
	}
	if !left || len(brackets) == 0 {
		return nil
	}
	var p bidi.Paragraph
	if _, err := p.SetString(string(text)); err != nil {
		return nil
	}
	order, err := p.Order()
	if err != nil {
		return nil
	}
	marks := map[int]rune{}
	for i := range order.NumRuns() {
		run := order.Run(i)
		first, last := run.Pos()
		for n := first; n <= last; n++ {
			if brackets[n] {
				marks[n-1] = direction(run.Direction() == bidi.RightToLeft)
			}
		}
	}
	return marks
}

func direction(left bool) rune {
	if left {
		return toTheLeft
	}
	return toTheRight
}

// marked is a run's text with its brackets between marks; at is the number of its first character in the line.
func marked(s string, marks map[int]rune, at int) string {
	if len(marks) == 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if m, ok := marks[at]; ok {
			b.WriteRune(m)
			b.WriteRune(r)
			b.WriteRune(m)
		} else {
			b.WriteRune(r)
		}
		at++
	}
	return b.String()
}
