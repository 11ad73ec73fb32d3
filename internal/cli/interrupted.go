package cli

import (
	"errors"
	"sync/atomic"

	"greenroom/internal/fault"
	"greenroom/pipeline/event"
)

// paid is what a command saw of payments.
type paid struct {
	followed atomic.Bool // it follows a run, so that a payment cannot be missed
	any      atomic.Bool // a paid request was sent, or one from earlier is waited for
}

// recordPaid returns a sink that also records whether a run pays for something. A nil sink stays nil.
func (e *env) recordPaid(sink event.Sink) event.Sink {
	if sink == nil {
		return nil
	}
	e.paid.followed.Store(true)
	return func(ev event.Event) {
		switch ev.Stage {
		case "submit", "voice", "wait":
			e.paid.any.Store(true)
		}
		sink(ev)
	}
}

// interrupted returns the error of a command that a signal ended. Its hint speaks of payments only where there were
// some.
func (e *env) interrupted(cause error) error {
	var f *fault.Error
	if !errors.As(cause, &f) || f.Kind != fault.Interrupted && f.Kind != fault.Terminated || e.paid.any.Load() {
		return cause
	}
	plain := *f
	plain.Hint = "run the same command again to go on"
	if e.paid.followed.Load() {
		plain.Hint = "nothing was bought; " + plain.Hint
	}
	return &plain
}
