package cli

import (
	"fmt"
	"time"

	"greenroom/pipeline/event"
)

// How often a film's progress is a line where there is no terminal for a bar: at each tenth, but not more often than
// stepPause; after stepSilence in any case.
const (
	stepPause   = 2 * time.Second
	stepSilence = 15 * time.Second
)

// steps turns the many progress events of a film into few lines.
type steps struct {
	film, stage string
	began, last time.Time
	tenth       int64
}

// line returns what to print for a progress event, or "".
func (s *steps) line(ev event.Event) string {
	if ev.Total <= 0 {
		return ""
	}
	if s.film != ev.Clip || s.stage != ev.Stage {
		*s = steps{film: ev.Clip, stage: ev.Stage, began: ev.Time, last: ev.Time}
	}
	tenth, since := 10*ev.Done/ev.Total, ev.Time.Sub(s.last)
	if since < stepPause || tenth == s.tenth && since < stepSilence {
		return ""
	}
	s.tenth, s.last = tenth, ev.Time
	text := fmt.Sprintf("%s %d %% (%d of %d)", ev.Stage, 100*ev.Done/ev.Total, ev.Done, ev.Total)
	if ev.Clip != "" {
		text = ev.Clip + ": " + text
	}
	if ev.Done > 0 && ev.Done < ev.Total {
		left := time.Duration(float64(ev.Time.Sub(s.began)) * float64(ev.Total-ev.Done) / float64(ev.Done))
		text += ", about " + left.Round(time.Second).String() + " left"
	}
	return text
}
