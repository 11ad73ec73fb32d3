// Package outside makes text from servers and child programs safe to print and to store.
//
// It promises three things about what its functions return: known secrets and the parts
// of a link that give access are replaced by Redacted, characters that move a terminal's
// cursor or reorder text are written as escapes, and no line of it is a command for a CI
// system. The functions are idempotent: text may pass through several layers.
//
// Clean belongs where text enters the program (the API client, the webhook receiver, the
// end of a child's stderr), so that nothing stored has secrets. Writer is the second
// line of defence, around stdout and stderr.
package outside

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Redacted replaces a secret.
const Redacted = "[redacted]"

// Clean returns s as one line: redacted, with line breaks and control characters escaped.
func Clean(s string) string { return escape(Redact(s), false) }

// Text is Clean for text of several lines: line feeds stay, and so do tabs as spaces.
func Text(s string) string { return escape(Redact(s), true) }

// Mask is for a line of the user's own file that is shown with a caret below it: a
// character that is not safe becomes one other character, so that columns stay.
func Mask(s string) string {
	return breakCommands(strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r == '\n' || unsafe(r):
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(known.redact(s), string(utf8.RuneError))))
}

// Short is Clean cut to at most n characters. The cut comes last: half a secret is one too.
func Short(s string, n int) string {
	s = Clean(s)
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// Error returns err with its text cleaned; errors.Is and errors.As see through it.
func Error(err error) error {
	if err == nil {
		return nil
	}
	text := Clean(err.Error())
	if text == err.Error() {
		return err
	}
	return &cleaned{text, err}
}

type cleaned struct {
	text string
	err  error
}

func (c *cleaned) Error() string { return c.text }
func (c *cleaned) Unwrap() error { return c.err }

// escape writes unsafe characters as \n, \r or \uXXXX, which JSON strings read the same
// way, and breaks up the commands of CI systems.
func escape(s string, lines bool) string {
	if !hasUnsafe(s) {
		return breakCommands(s)
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			b.WriteRune(utf8.RuneError)
		case r == '\t':
			b.WriteByte(' ')
		case r == '\n' && lines:
			b.WriteByte('\n')
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case unsafe(r):
			writeEscape(&b, r)
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return breakCommands(b.String())
}

func writeEscape(b *strings.Builder, r rune) {
	if r > 0xffff { // the tag characters; JSON needs two halves for them
		r -= 0x10000
		fmt.Fprintf(b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		return
	}
	fmt.Fprintf(b, `\u%04x`, r)
}

func hasUnsafe(s string) bool {
	for i, r := range s {
		if r == '\n' || r == '\t' || unsafe(r) {
			return true
		}
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(s[i:]); n == 1 {
				return true
			}
		}
	}
	return false
}

// unsafe reports the characters that steer a terminal, begin a line, or change the order
// or the presence of what is read: C0 and C1 controls (tab and line feed are the callers'
// business), DEL, the line and paragraph separators, the bidirectional embeddings,
// overrides and isolates (Trojan Source, CVE-2021-42574), and invisible tag characters.
// The plain direction marks U+200E, U+200F and U+061C are part of Arabic and Hebrew text.
func unsafe(r rune) bool {
	switch {
	case r == '\n':
		return false
	case r == '\t':
		return false
	case r < 0x20, r >= 0x7f && r <= 0x9f:
		return true
	case r == 0x2028, r == 0x2029, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return true
	}
	return r >= 0xe0000 && r <= 0xe007f
}

// breakCommands breaks up what a CI system executes anywhere in a line: GitHub's old form, Azure
// Pipelines and TeamCity. GitHub's `::command::` counts at the start of a line only, see
// Writer.
func breakCommands(s string) string {
	if !strings.Contains(s, "##") {
		return s
	}
	return ciCommands.Replace(s)
}

var ciCommands = strings.NewReplacer("##[", "# #[", "##vso[", "# #vso[", "##teamcity[", "# #teamcity[")
