package cli

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"greenroom/pipeline/event"
)

// TestManyClipsPrintTotals takes 10,000 clips through the printer: a line now and
// then, the first failures by name, and nothing once all is over.
func TestManyClipsPrintTotals(t *testing.T) {
	t.Parallel()
	run := func(terminal bool) string {
		var out bytes.Buffer
		p := newPrinter(&env{Env: Env{Stderr: &out, Stdout: io.Discard}, noColor: true, terminal: terminal})
		at := time.Unix(1_800_000_000, 0)
		p.event(event.Event{Stage: "build", State: event.Started, Total: 10_000, Time: at})
		for i := range 10_000 {
			at = at.Add(10 * time.Millisecond)
			clip := fmt.Sprintf("row-%d", i)
			for _, ev := range []event.Event{
				{Stage: "submit", State: event.Started, Message: "v3-webm"}, {Stage: "submit", State: event.Done, Message: "video x"},
				{Stage: "wait", State: event.Started}, {Stage: "fetch", State: event.Done, Total: 10}, {Stage: "prepare", State: event.Done},
			} {
				if i%100 == 50 && ev.Stage == "prepare" {
					ev = event.Event{Stage: "build", State: event.Failed, Message: "no"}
				}
				ev.Clip, ev.Time = clip, at
				p.event(ev)
			}
		}
		p.close()
		return out.String()
	}
	lines := strings.Split(strings.TrimSpace(run(false)), "\n")
	if len(lines) > 40 {
		t.Errorf("%d lines", len(lines))
	}
	text := strings.Join(lines, "\n")
	for _, want := range []string{"row-50: failed: no", "row-950: failed: no", "more failures and warnings are counted", "5939 of 10000 ready, 5999 bought, 60 failed, about 40s left"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "row-1050") || strings.Contains(text, "row-7:") {
		t.Errorf("clips are listed:\n%s", text)
	}
	if bars := run(true); strings.Count(bars, "\n") > 200 {
		t.Errorf("the bar of a terminal took %d lines", strings.Count(bars, "\n"))
	}
}

// TestManyFilmsPrintTotals is the same for a run of films: no path and no line for each.
func TestManyFilmsPrintTotals(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := newPrinter(&env{Env: Env{Stderr: &out, Stdout: io.Discard}, noColor: true})
	at := time.Unix(1_800_000_000, 0)
	p.event(event.Event{Stage: filmsStage, State: event.Started, Total: 1000, Time: at})
	for i := range 1000 {
		at = at.Add(100 * time.Millisecond)
		ev := event.Event{Clip: fmt.Sprintf("hello-%d", i), Stage: filmsStage, State: event.Done, Time: at}
		if i%50 == 7 {
			ev.State, ev.Message = event.Failed, "no font has it"
		}
		p.event(event.Event{Clip: ev.Clip, Stage: "render", State: event.Progress, Done: 1, Total: 2, Time: at})
		p.event(ev)
	}
	p.close()
	text := out.String()
	if n := strings.Count(text, "\n"); n > 25 {
		t.Errorf("%d lines:\n%s", n, text)
	}
	for _, want := range []string{"hello-7: failed: no font has it", "--results names each film", "489 of 1000 ready, 10 failed, about 50s left"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "bought") || strings.Contains(text, "hello-507") || strings.Contains(text, "hello-8:") {
		t.Errorf("films are listed, or bought:\n%s", text)
	}
}
