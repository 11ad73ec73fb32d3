// Package markup finds what in a script is not speech: tags of other programs, places that were not
// filled, addresses, signs. HeyGen knows one tag, the break; it speaks the rest as it is written or
// drops it, and captions show it.
//
// Ordinary prose must have no findings: prices, times, abbreviations, file names and parentheses in
// any language. testdata/prose.txt holds the sentences that this is tested with.
package markup

import (
	"slices"
	"strings"
	"unicode/utf8"

	"greenroom/internal/lazyregexp"
)

// Mark is one finding.
type Mark struct {
	Kind    string `json:"kind"`    // of Kinds
	Text    string `json:"text"`    // as it is in the script
	Instead string `json:"instead"` // what to write
}

// Kinds returns the names of the kinds of marks, each once.
func Kinds() (names []string) {
	for _, k := range kinds {
		if !slices.Contains(names, k.name) {
			names = append(names, k.name)
		}
	}
	return names
}

// goodTag is the one tag that HeyGen understands; package manifest checks how it is written.
var goodTag = lazyregexp.New(`(?i)<\s*break[^<>]*>`)

// maxMarks bounds the marks of one kind that are looked for in one text.
const maxMarks = 100

// Find returns the marks of a text in their order, each once.
func Find(text string) []Mark {
	type found struct {
		Mark
		at int
	}
	var all []found
	written := text
	text = blanked(text, goodTag.FindAllStringIndex(text, -1))
	for _, k := range kinds {
		if k.needs != nil &&
			!slices.ContainsFunc(k.needs, func(part string) bool { return strings.Contains(text, part) }) {
			continue
		}
		var taken [][]int
		for _, m := range k.pattern.FindAllStringSubmatchIndex(text, maxMarks) {
			from, to := m[0], m[1]
			for g := 2; g < len(m); g += 2 { // the first group that matched
				if m[g] >= 0 {
					from, to = m[g], m[g+1]
					break
				}
			}
			mark := text[from:to]
			if k.name == "address" {
				mark = strings.TrimRight(mark, `.,;:!?'*)`)
				to = from + len(mark)
			}
			before, _ := utf8.DecodeLastRuneInString(text[:from])
			after, _ := utf8.DecodeRuneInString(text[to:])
			if from == 0 {
				before = ' '
			}
			if to == len(text) {
				after = ' '
			}
			mark = strings.TrimSpace(written[from:to])
			if mark == "" || k.is != nil && !k.is(mark, before, after) {
				continue
			}
			taken = append(taken, []int{from, to})
			if !slices.ContainsFunc(all, func(f found) bool { return f.Text == mark }) {
				all = append(all, found{Mark{k.name, mark, k.instead(mark)}, from})
			}
		}
		text = blanked(text, taken) // a mark of one kind is none of another
	}
	slices.SortStableFunc(all, func(a, b found) int { return a.at - b.at })
	out := make([]Mark, 0, len(all))
	for _, f := range all {
		out = append(out, f.Mark)
	}
	return out
}

// blanked writes blanks over parts of a text, of the same number of bytes.
func blanked(text string, parts [][]int) string {
	if len(parts) == 0 {
		return text
	}
	b := []byte(text)
	for _, p := range parts {
		for i := p[0]; i < p[1]; i++ {
			b[i] = ' '
		}
	}
	return string(b)
}
