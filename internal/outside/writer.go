package outside

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Writer passes text on without known secrets and unsafe characters, and without lines
// that GitHub's runner would execute: it reads `::command::` at the start of a line, after
// spaces, on stdout and on stderr. Line feeds and tabs stay. Text of this program is not
// changed by it; a secret that is split between two writes is not found.
type Writer struct {
	mu    sync.Mutex
	w     io.Writer
	rest  []byte // the beginning of a character whose end has not come
	begun bool   // the line has something else than spaces
	colon bool   // the line's first character was a colon
	// Colors lets the escape sequences for colours pass.
	Colors bool
}

// NewWriter returns a Writer around w.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

// Write returns len(p) when everything was passed on.
func (o *Writer) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	text := p
	if len(o.rest) > 0 {
		text = append(o.rest, p...)
		o.rest = nil
	}
	if cut := incomplete(text); cut > 0 {
		o.rest = bytes.Clone(text[len(text)-cut:])
		text = text[:len(text)-cut]
	}
	if _, err := io.WriteString(o.w, o.pass(string(text))); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (o *Writer) pass(s string) string {
	s = breakCommands(known.redact(s))
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if n := color(s[i:]); o.Colors && n > 0 {
			b.WriteString(s[i : i+n])
			i += n
			continue
		}
		switch {
		case r == '\n':
			o.begun, o.colon = false, false
			b.WriteByte('\n')
			i += n
			continue
		case !unsafe(r) && (unicode.IsSpace(r) || r == byteOrderMark):
			b.WriteRune(r)
			i += n
			o.colon = false
			continue
		case r == utf8.RuneError && n == 1:
			b.WriteRune(r)
		case unsafe(r):
			writeEscape(&b, r)
		case r == ':' && o.colon:
			b.WriteString(" :")
		default:
			b.WriteString(s[i : i+n])
		}
		o.colon = r == ':' && !o.begun
		o.begun = true
		i += n
	}
	return b.String()
}

// byteOrderMark is invisible, and dropped by readers.
const byteOrderMark = '\ufeff'

// color is the length of a colour sequence, such as "\x1b[31m", at the start of s; 0 when
// it is another one, which then is escaped.
func color(s string) int {
	if !strings.HasPrefix(s, "\x1b[") {
		return 0
	}
	end := strings.IndexByte(s, 'm')
	if end < 0 || strings.Trim(s[2:end], "0123456789;") != "" {
		return 0
	}
	return end + 1
}

// incomplete is how many bytes at the end are the beginning of a longer character.
func incomplete(b []byte) int {
	for n := 1; n <= min(3, len(b)); n++ {
		c := b[len(b)-n]
		if utf8.RuneStart(c) {
			if !utf8.FullRune(b[len(b)-n:]) {
				return n
			}
			return 0
		}
	}
	return 0
}
