// Package units runs steps on other machines. The machines meet in the shared cache: inputs, outputs and files are
// objects there, named by their SHA-256. Whoever distributes the work sees tickets, which have hashes only.
//
// Farm is the side of the user's process, Bench the side of a worker.
package units

import (
	"encoding/json"
	"errors"

	"greenroom/internal/fault"
	"greenroom/internal/hashkey"
	"greenroom/pipeline/event"
	"greenroom/pipeline/stage"
)

// Protocol is raised when tickets, answers, units or outcomes change their meaning.
const Protocol = 1

// Ticket asks for a unit.
type Ticket struct {
	Protocol int          `json:"protocol"`
	Key      string       `json:"key"`   // of the output
	Queue    string       `json:"queue"` // see Queue
	Unit     stage.Object `json:"unit"`  // the Order, in the cache
	// Again ignores what the cache has under the key and replaces its files: some of them are missing or corrupt.
	Again bool `json:"again,omitempty"`
}

// Answer is the result of a ticket.
type Answer struct {
	Outcome stage.Object `json:"outcome,omitzero"` // in the cache
	// Bad are hashes of objects that the ticket needs and that are missing or corrupt in the cache.
	Bad []string `json:"bad,omitempty"`
	// Refused is why a worker must not run the unit: it would make other bytes.
	Refused string `json:"refused,omitempty"`
}

// Order is a unit as it is in the cache.
type Order struct {
	Step    string          `json:"step"`
	Machine Machine         `json:"machine"`
	Key     string          `json:"key,omitempty"` // of what its output depends on; empty: of In
	In      json.RawMessage `json:"in"`
	Files   []stage.Object  `json:"files"`
}

// Outcome is what came of a unit, as it is in the cache.
type Outcome struct {
	Key    string          `json:"key"`
	Out    json.RawMessage `json:"out,omitempty"`
	Files  []stage.Object  `json:"files,omitempty"`
	Events []event.Event   `json:"events,omitempty"` // without progress
	Faults []Fault         `json:"faults,omitempty"`
}

// Fault is a fault.Error without its cause.
type Fault struct {
	Kind fault.Kind `json:"kind"`
	Msg  string     `json:"message"`
	Hint string     `json:"hint,omitempty"`
	Clip string     `json:"clip,omitempty"`
}

func faultsOf(err error) (list []Fault) {
	for _, f := range fault.All(err) {
		flat := Fault{Kind: f.Kind, Msg: f.Msg, Hint: f.Hint, Clip: f.Clip}
		if f.Err != nil {
			flat.Msg += ": " + f.Err.Error()
		}
		list = append(list, flat)
	}
	return list
}

// err returns the faults of the outcome.
func (o Outcome) err() error {
	var list fault.List
	for _, f := range o.Faults {
		list = append(list, &fault.Error{Kind: f.Kind, Msg: f.Msg, Hint: f.Hint, Clip: f.Clip})
	}
	return list.Or()
}

// Machine is what of a machine decides the bytes that steps make.
type Machine struct {
	Version string `json:"greenroom"`
	FFmpeg  string `json:"ffmpeg"`
}

// Queue returns the name of a queue for machines that make the same bytes: workers of another version never see its
// tickets.
func (m Machine) Queue(class string) string {
	k := hashkey.New("machine/1")
	k.Number("protocol", Protocol)
	k.Field("greenroom", m.Version)
	k.Field("ffmpeg", m.FFmpeg)
	return class + "-" + k.Sum()[:12]
}

// key returns the key of the output of an order.
func (o Order) key() string {
	k := hashkey.New("unit/1")
	k.Field("step", o.Step)
	k.Field("greenroom", o.Machine.Version)
	k.Field("ffmpeg", o.Machine.FFmpeg)
	if o.Key != "" {
		k.Field("key", o.Key)
		return k.Sum()
	}
	k.Field("in", string(o.In))
	for _, f := range o.Files {
		k.Field("file", f.Hash)
	}
	return k.Sum()
}

// StepError is a step that failed on a worker for a reason that may be the worker's. Outcome describes it in the cache.
type StepError struct{ Outcome stage.Object }

func (e *StepError) Error() string { return "the step failed; its outcome is " + e.Outcome.Hash }

// errBad reports an object of the cache that is missing or corrupt.
var errBad = errors.New("missing or corrupt in the cache")
