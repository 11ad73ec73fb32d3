package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"golang.org/x/term"

	"greenroom/internal/fault"
	"greenroom/pipeline/watch"
)

// keys are a person's wishes: at once from a terminal, a line each from elsewhere.
type keys struct {
	*env
	s     *watch.Session
	asked []string // what a y would buy
	what  string   // of these: their voices, or the clips

	columns func() int // the terminal's width now; nil without a terminal
}

// usualColumns is how wide a terminal is taken to be that does not report its width, and a pipe.
const usualColumns = 80

func (k *keys) help() {
	columns := usualColumns
	if k.columns != nil {
		columns = k.columns()
	}
	k.say("%s", keysHelp(columns))
}

// heed reads wishes until their end, which ends the session, so that no watch outlives
// the program that started it. restore gives a terminal its manners back.
func (e *env) heed(ctx context.Context, s *watch.Session, end context.CancelCauseFunc) (restore func()) {
	k := &keys{env: e, s: s}
	restore = func() {}
	read := k.lines
	if f, ok := e.Stdin.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		k.columns = func() int {
			columns, _, err := term.GetSize(int(f.Fd()))
			if err != nil || columns <= 0 {
				return usualColumns
			}
			return columns
		}
		if back, err := immediate(int(f.Fd())); err == nil {
			read, restore = k.presses, back
		}
		k.help()
	}
	go func() {
		read(ctx, e.Stdin)
		end(errEnded)
	}()
	return restore
}

// lines reads one wish a line.
func (k *keys) lines(ctx context.Context, in io.Reader) {
	for scan := bufio.NewScanner(in); scan.Scan(); {
		if k.wish(ctx, strings.TrimSpace(scan.Text())) {
			return
		}
	}
}

// presses reads one wish a key; a blank behind b begins the name of a clip, which Enter
// ends and Escape forgets.
func (k *keys) presses(ctx context.Context, in io.Reader) {
	const escape, endOfText = 0x1B, 0x04
	name, naming, before := "", false, rune(0)
	for r := bufio.NewReader(in); ; {
		c, _, err := r.ReadRune()
		switch {
		case err != nil || c == endOfText:
			return
		case naming && (c == '\r' || c == '\n'):
			naming = false
			fmt.Fprintln(k.Stderr)
			k.wish(ctx, "b "+name)
		case naming && c == escape:
			naming = false
			fmt.Fprintln(k.Stderr)
		case c == escape && r.Buffered() > 0: // an arrow, or another key of many bytes
			skipKey(r)
		case naming && (c == 0x7F || c == '\b'):
			if n := []rune(name); len(n) > 0 {
				name = string(n[:len(n)-1])
				fmt.Fprint(k.unguarded(), "\b \b")
			}
		case naming && unicode.IsPrint(c):
			name += string(c)
			fmt.Fprint(k.Stderr, string(c))
		case before == 'b' && c == ' ':
			name, naming, k.asked = "", true, nil
			fmt.Fprint(k.Stderr, "buy the clip: ")
		case unicode.IsGraphic(c) && c != ' ':
			if k.wish(ctx, string(c)) {
				return
			}
		}
		before = c
	}
}

// wish does what one line or key says; it reports the wish to end.
func (k *keys) wish(ctx context.Context, line string) (end bool) {
	word, rest, _ := strings.Cut(line, " ")
	asked := k.asked
	k.asked = nil
	switch {
	case asked != nil && (word == "y" || word == "yes"):
		buy := k.s.Buy
		if k.what == watch.NextVoice {
			buy = k.s.BuyVoices
		}
		if err := buy(ctx, asked); err != nil {
			fmt.Fprint(k.Stderr, fault.Format(err, k.noColor))
		}
	case word == "b":
		k.what, k.asked = k.offer(k.s, strings.Fields(rest))
	case word == "r":
		_ = k.s.Rebuild(ctx) // it shows its own errors
	case word == "q":
		return true
	case word != "":
		k.help()
	}
	return false
}

// skipKey reads the rest of a key that begins with Escape: a letter held with Alt, or
// bytes up to a final one from @ to ~ (ECMA-48, section 5.4).
func skipKey(r *bufio.Reader) {
	b, err := r.ReadByte()
	if b != '[' && b != 'O' {
		return
	}
	for err == nil && r.Buffered() > 0 {
		if b, err = r.ReadByte(); b >= '@' && b <= '~' {
			return
		}
	}
}
