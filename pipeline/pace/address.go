package pace

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// isAddress reports a web or e-mail address: its dots and slashes are read aloud.
func isAddress(f string) bool {
	f = strings.TrimRight(f, ".,;:!?)")
	switch {
	case strings.Contains(f, "://"), strings.HasPrefix(f, "www."):
		return true
	case strings.Contains(f, "@"):
		return strings.IndexByte(f, '@') > 0 && strings.Contains(f[strings.IndexByte(f, '@'):], ".")
	}
	host, _, _ := strings.Cut(f, "/")
	dot := strings.LastIndexByte(host, '.')
	if dot <= 0 || len(host)-dot < 3 {
		return false
	}
	for _, c := range host {
		if c > 0x7f || c != '.' && c != '-' && !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			return false
		}
	}
	return strings.IndexFunc(host[dot:], unicode.IsDigit) < 0
}

// address reads an address: its words, and a word for every sign.
func (r *reader) address(f string) {
	end := strings.TrimRight(f, ".,;:!?)")
	for rest := end; rest != ""; {
		n := strings.IndexFunc(rest, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) })
		if n != 0 {
			if n < 0 {
				n = len(rest)
			}
			r.field(rest[:n])
			rest = rest[n:]
			continue
		}
		_, size := utf8.DecodeRuneInString(rest)
		r.add(symbolName, r.main)
		rest = rest[size:]
	}
	for _, c := range f[len(end):] {
		r.sign(c)
	}
}
