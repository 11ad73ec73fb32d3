package planning

import (
	"context"
	"math"
	"slices"
	"strings"

	"greenroom/internal/fault"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/request"
)

// withLength adds how long a clip without a take will be.
func (pl *Planner) withLength(ctx context.Context, s Step) (Step, error) {
	switch s.Action {
	case Buy, Fetch, Settle, Blocked:
	default:
		return s, nil // it is there, or costs nothing
	}
	if !s.Work.Request.Paid() {
		return s, nil
	}
	if s.Action == Buy { // a take that was there, and does not count now, passed unchecked
		if err := request.Misfits(*s.Work.Clip, s.Route, pl.router.ManifestLine); err != nil {
			return s, err
		}
	}
	l, err := pl.lengths.LengthOf(ctx, *s.Work.Clip, s.Work.Request)
	if err != nil {
		return s, err
	}
	s.SetLength(l)
	return s, nil
}

func (s *Step) SetLength(l request.Length) {
	tenth := func(v float64) float64 { return math.Round(v*10) / 10 }
	s.Work.Length, s.Seconds, s.LengthUnknown = l, l.Likely, l.Unknown != ""
	if s.Shortest, s.Longest = 0, 0; l.Low < l.High {
		s.Shortest, s.Longest = tenth(l.Low), tenth(l.High)
	}
}

// Unknown returns why the clip's length is unknown; empty when it is known.
func (s Step) Unknown() string { return s.Work.Length.Unknown }

// Cost puts a price on a purchase: the length is an estimate, the price a range.
func (s *Step) Cost(prices request.Prices) {
	l := s.Work.Length
	if s.Work.Credits = s.Work.Request.Credits(prices, l.High); l.Loose {
		s.Work.Credits = s.Work.Request.Credits(prices, l.Likely) // a limit is not an estimate of what an account needs
	}
	s.Least, s.Price = s.Work.Request.USD(prices, l.Low), s.Work.Request.USD(prices, l.High)
}

// unmeasured are the clips to buy whose length is unknown.
func (p *Plan) unmeasured() (list []Step) {
	for _, s := range p.Steps {
		if s.LengthUnknown && s.Action == Buy {
			list = append(list, s)
		}
	}
	return list
}

// Unbounded reports that a build may cost more than Price, as a length is unknown.
func (p *Plan) Unbounded() bool { return !p.Sandbox && len(p.unmeasured()) > 0 }

// Bounded refuses purchases that a budget cannot hold, by name. A nil budget holds everything.
func (p *Plan) Bounded(budget *float64) error {
	if budget == nil {
		return nil
	}
	var bad fault.List
	for _, s := range p.unmeasured() {
		hint := "convert the file: ffmpeg -i FILE take.wav; or leave the budget and --max-spend out to buy it at any price"
		if strings.Contains(s.Work.Length.Unknown, "`") {
			hint = "run that first, or leave the budget and --max-spend out"
		}
		f := fault.New(fault.Failed, hint,
			"its length is unknown, so no budget can hold: %s; nothing was bought", s.Work.Length.Unknown)
		bad = append(bad, AtClip(*s.Work.Clip, f)...)
	}
	return bad.Or()
}

// AtClip returns the faults inside err, with a clip's name and place where they have none. They are copies: clips that
// fail for the same reason share the error.
func AtClip(c manifest.Clip, err error) fault.List {
	list := slices.Clone(fault.All(err))
	for i, f := range list {
		if f.Place != nil {
			continue
		}
		one, place := *f, c.Place
		one.Clip, one.Place = c.Name, &place
		list[i] = &one
	}
	return list
}
