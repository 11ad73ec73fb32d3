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

// keys handles the user's commands: single keys from a terminal, lines from another input.
type keys struct {
	*env
	s       *watch.Session
	pending []string // the clips that a y buys
	step    string   // what it buys of them: voices or clips

	columns func() int // the terminal's width now; nil without a terminal
}

// usualColumns is the width of a pipe, and of a terminal that does not report its own.
const usualColumns = 80

func (k *keys) help() {
	columns := usualColumns
	if k.columns != nil {
		columns = k.columns()
	}
	k.say("%s", keysHelp(columns))
}

// readKeys reads commands until the end of the input, which ends the session, so that no watch outlives the program
// that started it. restore returns the terminal to its earlier mode.
func (e *env) readKeys(ctx context.Context, s *watch.Session, end context.CancelCauseFunc) (restore func()) {
	k := &keys{env: e, s: s}
	restore = func() {}
	read := k.readLines
	if f, ok := e.Stdin.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		k.columns = func() int {
			columns, _, err := term.GetSize(int(f.Fd()))
			if err != nil || columns <= 0 {
				return usualColumns
			}
			return columns
		}
		if back, err := immediate(int(f.Fd())); err == nil {
			read, restore = k.readPresses, back
		}
		k.help()
	}
	go func() {
		read(ctx, e.Stdin)
		end(errEnded)
	}()
	return restore
}

// readLines reads one command a line.
func (k *keys) readLines(ctx context.Context, in io.Reader) {
	for scan := bufio.NewScanner(in); scan.Scan(); {
		if k.handle(ctx, strings.TrimSpace(scan.Text())) {
			return
		}
	}
}

// readPresses reads one command a key. A blank after b begins the name of a clip, which Enter ends and Escape cancels.
func (k *keys) readPresses(ctx context.Context, in io.Reader) {
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
			k.handle(ctx, "b "+name)
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
			name, naming, k.pending = "", true, nil
			fmt.Fprint(k.Stderr, "buy the clip: ")
		case unicode.IsGraphic(c) && c != ' ':
			if k.handle(ctx, string(c)) {
				return
			}
		}
		before = c
	}
}

// handle runs one command, a line or a key. It reports whether the session ends.
func (k *keys) handle(ctx context.Context, line string) (end bool) {
	word, rest, _ := strings.Cut(line, " ")
	pending := k.pending
	k.pending = nil
	switch {
	case pending != nil && (word == "y" || word == "yes"):
		buy := k.s.Buy
		if k.step == watch.NextVoice {
			buy = k.s.BuyVoices
		}
		if err := buy(ctx, pending); err != nil {
			fmt.Fprint(k.Stderr, fault.Format(err, k.noColor))
		}
	case word == "b":
		k.step, k.pending = k.offer(k.s, strings.Fields(rest))
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
		b, err = r.ReadByte()
		if b >= '@' && b <= '~' {
			return
		}
	}
}
