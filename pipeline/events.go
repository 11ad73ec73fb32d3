package pipeline

import "greenroom/pipeline/event"

// Event and Sink are those of package event.
type (
	Event = event.Event
	Sink  = event.Sink
)

// States of an Event.
const (
	Started  = event.Started
	Progress = event.Progress
	Done     = event.Done
	Skipped  = event.Skipped
	Warned   = event.Warned
	Failed   = event.Failed
)
