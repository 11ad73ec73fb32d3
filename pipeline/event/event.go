// Package event is what happens to clips and films while greenroom works: the lines of --json and of the terminal.
package event

import (
	"sync"
	"time"
)

// Event is one thing that happened to a clip.
type Event struct {
	Clip    string    `json:"clip,omitempty"`
	Stage   string    `json:"stage"` // manifest resolve submit wait fetch check prepare publish install bundle render audio mux
	State   string    `json:"state"` // start progress done skip warn fail
	Message string    `json:"message,omitempty"`
	Done    int64     `json:"done,omitempty"`  // bytes or frames, see Stage
	Total   int64     `json:"total,omitempty"` // 0 when unknown
	Frac    float64   `json:"fraction,omitempty"`
	Time    time.Time `json:"time"`
}

// Sink receives events. It may be called from many goroutines.
type Sink func(Event)

// States of an Event.
const (
	Started  = "start"
	Progress = "progress"
	Done     = "done"
	Skipped  = "skip"
	Warned   = "warn"
	Failed   = "fail"
)

// Reporter stamps events and limits progress to ten a second per clip and stage;
// every other event always passes.
type Reporter struct {
	sink Sink
	now  func() time.Time
	mu   sync.Mutex
	last map[[2]string]time.Time
}

func NewReporter(sink Sink, now func() time.Time) *Reporter {
	return &Reporter{sink: sink, now: now, last: map[[2]string]time.Time{}}
}

func (r *Reporter) Send(e Event) {
	if r.sink == nil {
		return
	}
	e.Time = r.now()
	k := [2]string{e.Clip, e.Stage}
	if e.State == Done || e.State == Failed {
		r.mu.Lock()
		delete(r.last, k) // ten thousand clips are not remembered for nothing
		r.mu.Unlock()
	}
	if e.State == Progress {
		r.mu.Lock()
		tooSoon := e.Time.Sub(r.last[k]) < 100*time.Millisecond
		if !tooSoon {
			r.last[k] = e.Time
		}
		r.mu.Unlock()
		if tooSoon {
			return
		}
	}
	r.sink(e)
}
