package cli

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"greenroom/pipeline/event"
)

// TestARenderWithoutATerminalPrintsItsProgress: lines at sensible steps, none for a quick film, JSON as before.
func TestARenderWithoutATerminalPrintsItsProgress(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	// A film of 145 frames, one every 400 ms, then a slow one of 8 frames, one every 10 s, then a quick one.
	var events []event.Event
	send := func(film, stage string, frames int64, each time.Duration) {
		for i := range frames + 1 {
			events = append(events, event.Event{Clip: film, Stage: stage, State: event.Progress, Done: i, Total: frames, Time: at})
			at = at.Add(each)
		}
	}
	send("tour", "render", 145, 400*time.Millisecond)
	send("slow", "render", 8, 10*time.Second)
	send("quick", "render", 100, time.Millisecond)
	var out bytes.Buffer
	p := newPrinter(&env{Env: Env{Stdout: io.Discard, Stderr: &out}})
	p.steps = &steps{}
	for _, ev := range events {
		p.event(ev)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 10+8 {
		t.Fatalf("%d lines:\n%s", len(lines), out.String())
	}
	if want := "greenroom: tour: render 10 % (15 of 145), about 52s left"; lines[0] != want {
		t.Errorf("%q, want %q", lines[0], want)
	}
	if want := "greenroom: tour: render 100 % (145 of 145)"; lines[9] != want {
		t.Errorf("%q, want %q", lines[9], want)
	}
	if want := "greenroom: slow: render 12 % (1 of 8), about 1m10s left"; lines[10] != want {
		t.Errorf("%q, want %q", lines[10], want)
	}

	out.Reset()
	p = newPrinter(&env{Env: Env{Stdout: io.Discard, Stderr: &out}})
	for _, ev := range events { // other commands print no steps
		p.event(ev)
	}
	if out.Len() > 0 {
		t.Errorf("%q", out.String())
	}
	p = newPrinter(&env{Env: Env{Stdout: io.Discard, Stderr: &out}, json: true})
	p.steps = &steps{}
	for _, ev := range events {
		p.event(ev)
	}
	if n := strings.Count(out.String(), "\n"); n != len(events) || strings.Contains(out.String(), "left") {
		t.Errorf("%d lines of JSON for %d events", n, len(events))
	}
}
