package units

import "greenroom/pipeline/stage"

// The lines between greenroom and the program that speaks with the server of a farm. Both write one JSON value per
// line.

// Question asks for a ticket. Questions have different numbers.
type Question struct {
	ID     int    `json:"id"`
	Ticket Ticket `json:"ticket"`
}

// Reply is the answer to a question, its progress, or a message.
type Reply struct {
	ID       int           `json:"id,omitempty"`       // 0: of no question
	Ready    int           `json:"ready,omitempty"`    // the first line: the protocol of the program
	Progress float64       `json:"progress,omitempty"` // of the question, with nothing else
	Answer   *Answer       `json:"answer,omitempty"`
	Failed   *stage.Object `json:"failed,omitempty"`  // of a StepError
	Error    string        `json:"error,omitempty"`   // why there is no answer; with no question, why the program ends
	Warning  string        `json:"warning,omitempty"` // for the user
}

// only reports a reply with nothing but progress.
func (r Reply) only() bool { return r.Answer == nil && r.Failed == nil && r.Error == "" }
