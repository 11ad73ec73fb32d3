package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"greenroom/pipeline/account"

	"greenroom/heygen"
	"greenroom/heygen/webhook"
)

// eventPrinter prints events, each with its job's own record.
type eventPrinter struct {
	e    *env
	a    *account.Lookups
	left int64 // 0: no end
	n    atomic.Int64
	stop func()
}

// receivedEvent is a line of `webhook --json`. Record is null when the event ends no video or the job cannot be
// read now.
type receivedEvent struct {
	Received time.Time `json:"received"`
	webhook.Event
	Record *jobRecord `json:"record" jsonschema:"nullable"`
}

// jobRecord is the job's record as the API returns it now.
type jobRecord struct {
	Status   string  `json:"status"`
	Title    string  `json:"title,omitempty"`
	Duration float64 `json:"seconds,omitempty"`
	Reason   string  `json:"reason,omitempty"`
}

// event reads the job and prints one line. An event whose job cannot be read now is
// printed as that, and comes again at the next start.
func (c *eventPrinter) event(ctx context.Context, ev webhook.Event) error {
	record, err := c.readRecord(ctx, ev)
	if ctx.Err() != nil && err != nil {
		return err
	}
	if err != nil {
		c.e.say("%v", err)
	}
	if perr := c.print(ev, record); perr != nil {
		return perr
	}
	if c.n.Add(1) == c.left {
		c.stop()
	}
	return err
}

func (c *eventPrinter) readRecord(ctx context.Context, ev webhook.Event) (*jobRecord, error) {
	if !ev.EndsVideo() {
		return nil, nil
	}
	v, err := c.a.Video(ctx, ev.VideoID)
	if heygen.NotFound(err) {
		return &jobRecord{Status: "not on this account"}, nil
	}
	if err != nil {
		return nil, err
	}
	r := &jobRecord{Status: string(v.State), Title: v.Title, Duration: v.Duration}
	if v.Failure != nil {
		r.Reason = strings.TrimSpace(v.Failure.Code + " " + v.Failure.Message)
	}
	return r, nil
}

func (c *eventPrinter) print(ev webhook.Event, r *jobRecord) error {
	if c.e.json {
		b, err := json.Marshal(receivedEvent{c.e.Now().UTC(), ev, r})
		if err == nil {
			_, err = fmt.Fprintln(c.e.Stdout, string(b))
		}
		return err
	}
	_, err := fmt.Fprintln(c.e.Stdout, oneLine(eventLine(ev, r)))
	return err
}

// eventLine returns a line with the event and, after the arrow, the job's own record.
func eventLine(ev webhook.Event, r *jobRecord) string {
	subject := ev.VideoID
	if subject == "" {
		subject = ev.JobID
	}
	text := strings.TrimRight(ev.Type+" "+subject, " ")
	switch {
	case ev.Ignored:
		return text + " -> ignored, this version does not know it"
	case !ev.EndsVideo():
		return text + " -> nothing to confirm"
	case r == nil:
		return text + " -> the job could not be read"
	}
	text += " -> " + r.Status
	if r.Duration > 0 {
		text += fmt.Sprintf(" %.1fs", r.Duration)
	}
	for _, s := range []string{r.Title, r.Reason} {
		if s != "" {
			text += fmt.Sprintf(" %q", s)
		}
	}
	return text
}
