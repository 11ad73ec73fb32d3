package planning

import (
	"context"
	"fmt"

	"greenroom/pipeline/ledger"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/request"
)

// VoiceStep is the plan for the sound of a clip with `draft: voice` whose picture is not
// bought yet.
type VoiceStep struct {
	Action  Action  `json:"action"` // `keep`, `fetch`, `buy`, `settle` or `blocked`
	Reason  string  `json:"reason"`
	Route   string  `json:"route"`
	Price   float64 `json:"priceUSD"`
	Least   float64 `json:"leastUSD"`
	Seconds float64 `json:"seconds"` // an estimate until the sound is there
	Key     string  `json:"takeKey"`

	Length    request.Length `json:"-"`
	Credits   float64        `json:"-"`
	Duplicate bool           `json:"-"` // another clip of the plan buys it
	Most      float64        `json:"-"` // the price whichever of several clips with the same voice pays it
}

// voiceStep decides about a clip's sound from facts on disk alone.
func (pl *Planner) voiceStep(c manifest.Clip, req request.Request, l request.Length, rows map[string]*ledger.Row) *VoiceStep {
	v := &VoiceStep{Route: req.Speech.Route, Key: req.Speech.Take, Seconds: l.Likely, Length: l}
	say := func(a Action, format string, args ...any) *VoiceStep {
		v.Action, v.Reason = a, fmt.Sprintf(format, args...)
		return v
	}
	row, known := rows[req.Speech.Take]
	if known && !pl.account.IsOwnRow(context.Background(), *row) {
		return say(Blocked, "%s", pl.account.ForeignRow(context.Background(), c.Name, *row))
	}
	rec, answered := pl.voices.Answer(req.Speech.Row)
	if _, ok := pl.voices.Here(req.Speech); ok {
		return say(Keep, "its voice is bought")
	}
	switch {
	case answered && rec.Link != "" && known && row.State != ledger.Intended:
		return say(Fetch, "its voice is paid for and not downloaded yet")
	case !known:
	case row.State == ledger.Submitted, row.State == ledger.Completed:
		return say(Blocked, "its voice was bought and is gone, and HeyGen keeps none; `greenroom resolve %s --not-paid` lets it be bought again", c.Name)
	case row.State == ledger.Sending:
		return say(Settle, "the request for its voice got no answer")
	case row.State == ledger.Parked:
		return say(Blocked, "the request for its voice got no answer; `greenroom resolve %s --not-paid` lets it be bought again", c.Name)
	}
	return say(Buy, "no voice yet")
}

// withVoice adds the sound to a step that would buy a picture.
func (pl *Planner) withVoice(s Step, rows map[string]*ledger.Row) Step {
	if s.Work.Request.Speech == nil || s.Action != Buy {
		return s
	}
	s.Voice = pl.voiceStep(*s.Work.Clip, s.Work.Request, s.Work.Length, rows)
	switch s.Voice.Action {
	case Settle, Blocked:
		s.Action, s.Reason = s.Voice.Action, s.Voice.Reason
	case Buy:
		s.Reason += "; its voice comes first"
	default:
		s.Reason += "; " + s.Voice.Reason
	}
	return s
}

// cost puts a price on a sound.
func (v *VoiceStep) cost(prices request.Prices) {
	v.Least, v.Price = prices.Speech(v.Length.Low), prices.Speech(v.Length.High)
	v.Credits, v.Most = v.Price/prices.USDPerCredit, v.Price
}

// Voices is the part of a plan that is about sound alone: what is paid for and not here
// yet, and with buy also what would be bought.
func (p *Plan) Voices(buy bool) *Plan {
	out := &Plan{Sandbox: p.Sandbox, Prices: p.Prices, API: p.API}
	for _, s := range p.Steps {
		if s.Voice == nil || s.Voice.Action == Keep || (s.Voice.Action != Fetch || s.Voice.Duplicate) && !buy {
			continue
		}
		s.Action, s.Price, s.Least = Draft, 0, 0
		out.Price = ledger.Add(out.Price, s.Voice.Price)
		out.Least = ledger.Add(out.Least, s.Voice.Least)
		out.Steps = append(out.Steps, s)
	}
	return out
}
