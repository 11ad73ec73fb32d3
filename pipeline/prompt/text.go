package prompt

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// readable reports whether a text can be read as a prompt. Invisible characters are findings.
func (p *Prompt) readable(text string) bool {
	switch {
	case len(text) > MaxBytes:
		p.find(place{1, 1}, Error, "size", "a prompt is a page, not a book",
			"the prompt is %d bytes, at most %d are read",
			len(text), MaxBytes)
		return false
	case !utf8.ValidString(text):
		good := text[:len(text)-len(invalidTail(text))]
		line := good[strings.LastIndexByte(good, '\n')+1:]
		p.find(place{1 + strings.Count(good, "\n"), utf8.RuneCountInString(line) + 1}, Error, "encoding",
			"save it as UTF-8 text", "the prompt is not text in UTF-8")
		return false
	}
	for i, l := range p.lines {
		for j, r := range strings.TrimRight(l, "\r") {
			if hidden(r) {
				p.find(place{i + 1, utf8.RuneCountInString(l[:j]) + 1}, Error, "invisible",
					"delete it; it may hide or reorder words", "an invisible character U+%04X", r)
				break
			}
		}
	}
	return true
}

// invalidTail returns the text from its first byte that is not UTF-8.
func invalidTail(text string) string {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && n == 1 {
			return text[i:]
		}
		i += n
	}
	return ""
}

// hidden reports whether a character is invisible: a control, a bidirectional mark, a tag or a
// space without width. The two joiners are not, because scripts and emoji need them.
func hidden(r rune) bool {
	switch {
	case r == '\t' || r == '\u200c' || r == '\u200d':
		return false
	case unicode.IsControl(r) || r == '\u2028' || r == '\u2029':
		return true
	}
	return unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

// collapse returns a text as one line with single spaces, without hidden characters.
func collapse(s string) string {
	s = strings.Map(func(r rune) rune {
		if hidden(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// clean returns a value without the quotes or the emphasis around it. Cleaning a clean value does not change it, which
// Compose depends on.
func clean(s string) string {
	for {
		t := unwrap(collapse(s))
		if t == s {
			return s
		}
		s = t
	}
}

var wraps = [][2]string{{`"`, `"`}, {"“", "”"}, {"„", "“"}, {"«", "»"}, {"**", "**"}, {"__", "__"}, {"*", "*"},
	{"_", "_"}}

func unwrap(s string) string {
	for _, w := range wraps {
		if len(s) < len(w[0])+len(w[1]) || !strings.HasPrefix(s, w[0]) || !strings.HasSuffix(s, w[1]) {
			continue
		}
		in := s[len(w[0]) : len(s)-len(w[1])]
		if !strings.Contains(in, w[0]) && !strings.Contains(in, w[1]) {
			return in
		}
	}
	return s
}

// quoted reports whether a line is speech: all of it is between quotes.
func quoted(s string) bool {
	for _, w := range wraps[:4] {
		if len(s) > len(w[0])+len(w[1]) && strings.HasPrefix(s, w[0]) && strings.HasSuffix(s, w[1]) {
			return true
		}
	}
	return false
}
