package cli

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"greenroom/pipeline"
)

// TestManyClipsAreToldInSums takes 10,000 clips through the printer: a line now and
// then, the first failures by name, and nothing once all is over.
func TestManyClipsAreToldInSums(t *testing.T) {
	t.Parallel()
	run := func(terminal bool) string {
		var out bytes.Buffer
		p := newPrinter(&env{Env: Env{Stderr: &out, Stdout: io.Discard}, noColor: true, terminal: terminal})
		at := time.Unix(1_800_000_000, 0)
		p.event(pipeline.Event{Stage: "build", State: pipeline.Started, Total: 10_000, Time: at})
		for i := range 10_000 {
			at = at.Add(10 * time.Millisecond)
			clip := fmt.Sprintf("row-%d", i)
			for _, ev := range []pipeline.Event{
				{Stage: "submit", State: pipeline.Started, Message: "v3-webm"}, {Stage: "submit", State: pipeline.Done, Message: "video x"},
				{Stage: "wait", State: pipeline.Started}, {Stage: "fetch", State: pipeline.Done, Total: 10}, {Stage: "prepare", State: pipeline.Done},
			} {
				if i%100 == 50 && ev.Stage == "prepare" {
					ev = pipeline.Event{Stage: "build", State: pipeline.Failed, Message: "no"}
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
