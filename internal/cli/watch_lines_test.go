package cli

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"greenroom/internal/fault"
	"greenroom/pipeline/event"
	"greenroom/pipeline/watch"
)

// No line of the keys is wider than the terminal, no key is split from its text, and none is missing.
func TestKeysFitTheTerminal(t *testing.T) {
	for columns, lines := range map[int]int{40: 4, 60: 3, 80: 2, 140: 1} {
		help := keysHelp(columns)
		got := strings.Split("greenroom: "+strings.ReplaceAll(help, "\n", "\n  "), "\n") // as env.say prints it
		if len(got) != lines {
			t.Errorf("%d columns: %d lines, want %d:\n%s", columns, len(got), lines, strings.Join(got, "\n"))
		}
		for _, l := range got {
			if utf8.RuneCountInString(l) > columns {
				t.Errorf("%d columns: %q has %d", columns, l, utf8.RuneCountInString(l))
			}
		}
		for _, k := range keyTexts {
			if !strings.Contains(help, k) {
				t.Errorf("%d columns: %q is missing in %q", columns, k, help)
			}
		}
	}
}

// Errors in watch have the place, the line, the caret and the hint that every command prints.
func TestWatchPrintsErrorsAsCommandsDo(t *testing.T) {
	var b bytes.Buffer
	e := &env{Env: Env{Stderr: &b, Now: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }}, noColor: true}
	unknown := watch.Fault{Message: "unknown key sise", Hint: "did you mean size?", File: "greenroom.yaml", Line: 3, Column: 1, Text: "sise: 640x360"}
	busy := watch.Fault{Message: "another greenroom works on this project", Hint: "what it builds shows here when it ends", Waits: true}
	for _, c := range []struct {
		before, now []watch.Fault
		want        string
	}{
		{nil, []watch.Fault{unknown}, "[watch] 03:04:05 error: unknown key sise\n  greenroom.yaml:3:1\n  3 | sise: 640x360\n    | ^\n  hint: did you mean size?\n"},
		{nil, []watch.Fault{{Message: "disk is full", Hint: "free some space"}, {Message: "x"}},
			"[watch] 03:04:05 error: disk is full\n  hint: free some space\n[watch] 03:04:05 error: x\n[watch] 03:04:05 2 errors\n"},
		{nil, []watch.Fault{busy}, "[watch] 03:04:05 waiting: another greenroom works on this project; what it builds shows here when it ends\n"},
		{[]watch.Fault{unknown}, nil, "[watch] 03:04:05 the manifest is valid again\n"},
		{[]watch.Fault{busy}, nil, "[watch] 03:04:05 the other process has ended\n"},
		{[]watch.Fault{{Message: "disk is full"}}, nil, "[watch] 03:04:05 no errors any more\n"},
	} {
		b.Reset()
		if e.printFaults(c.before, c.now); b.String() != c.want {
			t.Errorf("%q, want %q", b.String(), c.want)
		}
	}
}

// After a signal, payments are spoken of only where there were some.
func TestInterruptedSpeaksOfPaymentsThatWereMade(t *testing.T) {
	hint := func(e *env, cause error) string { return fault.All(e.interrupted(cause))[0].Hint }
	const paid, nothing = "everything paid for is on record", "nothing was bought; run the same command again to go on"
	for _, cause := range []error{fault.ErrInterrupted, fault.ErrTerminated} {
		var e env
		if got := hint(&e, cause); strings.Contains(got, "paid") || strings.Contains(got, "bought") {
			t.Errorf("a command that follows no run: %q", got)
		}
		sink := e.recordPaid(func(event.Event) {})
		sink(event.Event{Stage: "stand-in", State: event.Done})
		if got := hint(&e, cause); got != nothing {
			t.Errorf("a run that bought nothing: %q", got)
		}
		for _, stage := range []string{"submit", "voice", "wait"} {
			var e env
			e.recordPaid(func(event.Event) {})(event.Event{Stage: stage, State: event.Started})
			if got := hint(&e, cause); !strings.Contains(got, paid) {
				t.Errorf("%s: %q", stage, got)
			}
			if fault.ExitCode(e.interrupted(cause)) != fault.ExitCode(cause) {
				t.Error("the exit code changed")
			}
		}
	}
	if got := (&env{}).interrupted(context.DeadlineExceeded); got != context.DeadlineExceeded {
		t.Errorf("no signal: %v", got)
	}
}
