// Package planning decides what a build does with each clip and what it costs, from facts on disk alone: it sends no
// request and changes nothing.
package planning

import (
	"slices"

	"greenroom/pipeline/ledger"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/request"
)

// Action is the most expensive thing a clip still needs.
type Action string

const (
	Keep    Action = "keep"    // up to date
	Publish Action = "publish" // rendered files are there, not yet in public/
	Prepare Action = "prepare" // transcode from the master we have
	Fetch   Action = "fetch"   // download a take that is paid for
	Import  Action = "import"  // import a local file
	Buy     Action = "buy"     // ask HeyGen for a new take
	Settle  Action = "settle"  // an earlier request's outcome is unknown
	Blocked Action = "blocked" // needs a person first
	Draft   Action = "draft"   // ask HeyGen for its voice alone
)

// Step is the plan for one clip.
type Step struct {
	Clip    string  `json:"clip"`
	Action  Action  `json:"action"`
	Reason  string  `json:"reason"`
	Route   string  `json:"route"`
	Price   float64 `json:"priceUSD"` // what a build would spend now, at most
	Least   float64 `json:"leastUSD"` // the same if the estimate of its length is too long
	Seconds float64 `json:"seconds"`  // of footage; an estimate until the take is there
	// Shortest and Longest are the range that an estimate ends in; 0 when it is none.
	Shortest float64 `json:"leastSeconds,omitempty"`
	Longest  float64 `json:"mostSeconds,omitempty"`
	// LengthUnknown: the length cannot be determined, so Price is only the least that is billed.
	LengthUnknown bool   `json:"lengthUnknown,omitempty"`
	Key           string `json:"takeKey"`
	// Voice is the sound that comes before the picture, of a clip with a voice draft that
	// is not bought. Its price is its own: Price does not hold it.
	Voice *VoiceStep `json:"voice,omitempty"`

	// Warning is what HeyGen warned of with the take that is there.
	Warning string `json:"warning,omitempty"`
	// Markup is what of the words to buy is not speech, in a line; Marks are all of it.
	Markup string `json:"markup,omitempty"`
	Marks  []Mark `json:"marks,omitempty"`

	Work Work `json:"-"`
}

// Work is what a run needs to do a step.
type Work struct {
	Clip        *manifest.Clip
	Request     request.Request
	Length      request.Length // before the take is there
	Credits     float64        // the price before it became dollars
	DuplicateOf string         // the clip that buys the same take; this one waits for it
	Row         *ledger.Row    // the submission on record; nil when there is none
	Again       bool           // the master is downloaded or imported again, whatever is stored
}

// Submission is the one on record; without a key when there is none.
func (s Step) Submission() ledger.Row {
	if s.Work.Row == nil {
		return ledger.Row{}
	}
	return *s.Work.Row
}

// PaidBy names the clip of the plan that buys the take this one waits for; empty for all
// others. Bought alone, this one pays for it.
func (s Step) PaidBy() string { return s.Work.DuplicateOf }

// Plan is what a build would do.
type Plan struct {
	Steps   []Step  `json:"clips"`
	Price   float64 `json:"priceUSD"` // at most, voices with it
	Least   float64 `json:"leastUSD"`
	API     string  `json:"api"`
	Sandbox bool    `json:"sandbox"`
	Prices  string  `json:"pricesAsOf"`
}

// Counts returns how many clips need each action.
func (p *Plan) Counts() map[Action]int {
	n := map[Action]int{}
	for _, s := range p.Steps {
		n[s.Action]++
	}
	return n
}

// UpToDate reports that a build would do nothing.
func (p *Plan) UpToDate() bool { return p.Counts()[Keep] == len(p.Steps) }

// Idle reports that a build needs nothing of the account.
func (p *Plan) Idle() bool {
	return !slices.ContainsFunc(p.Steps, func(s Step) bool {
		return s.Action != Keep && s.Action != Publish && s.Action != Prepare && s.Action != Import || s.Voice != nil
	})
}

// Free splits a plan: what costs nothing, and the clips that need a purchase or a
// decision, which get a stand-in. A clip that waits for another one's purchase is among
// those: left alone it would buy.
func (p *Plan) Free() (free, rest *Plan) {
	free, rest = &Plan{Sandbox: p.Sandbox, Prices: p.Prices, API: p.API}, &Plan{}
	for _, s := range p.Steps {
		switch {
		case s.Action == Buy, s.Action == Settle, s.Action == Blocked, s.Work.DuplicateOf != "":
			rest.Steps = append(rest.Steps, s)
		default:
			free.Steps = append(free.Steps, s)
		}
	}
	return free, rest
}

// Spends reports a step that may send a paid request.
func (s Step) Spends() bool {
	voice := s.Voice != nil && s.Voice.Action != Keep && s.Voice.Action != Fetch
	return s.Action == Buy || s.Action == Settle || s.Action == Draft || voice
}
