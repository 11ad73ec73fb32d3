package preflight

import (
	"context"
	"errors"
	"fmt"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/pipeline/account"
	"greenroom/pipeline/event"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/request"
	"greenroom/pipeline/routes"
)

// checkBalance asks for what is left and for the plan's limits. What an account does
// not tell is not held against it.
func (f *flight) checkBalance(ctx context.Context, plan *planning.Plan) error {
	api := routes.APIOf(f.steps[0].Route)
	bal, err := f.client.Credits(ctx, api)
	if heygen.Unauthorized(err) {
		return account.Explain(err, "read the balance")
	}
	if err != nil || !bal.Known {
		f.unknownBalance(ctx, err)
	}
	if err != nil {
		return nil
	}
	need := plan.Price
	if bal.Currency == "credits" {
		need = 0
		for _, s := range f.steps {
			if need += s.Work.Credits; s.Voice != nil {
				need += s.Voice.Credits
			}
		}
	}
	if bal.Known && need > bal.Left+1e-9 {
		unit := func(v float64) string {
			if bal.Currency == "credits" {
				return fmt.Sprintf("%.1f credits", v)
			}
			return request.Dollars(v)
		}
		return fault.Wrap(fault.Provider, errPoor, "top the account up, or build fewer clips; nothing was bought", "this build may cost %s, the account has %s", unit(need), unit(bal.Left))
	}
	limit, known := planLimits[bal.Plan]
	for _, s := range f.steps {
		switch {
		case known && s.Work.Length.Low > limit.seconds:
			f.add([]*planning.Step{s}, "split it into shorter clips; nothing was bought", "about %.0f s long, the plan %q allows %.0f", s.Seconds, bal.Plan, limit.seconds)
		case known && s.Work.Clip.Source == manifest.SourceAvatar && min(s.Work.Clip.Width, s.Work.Clip.Height) > limit.side:
			f.add([]*planning.Step{s}, fmt.Sprintf("set size to at most %dp; nothing was bought", limit.side), "%dx%d is larger than the plan %q renders", s.Work.Clip.Width, s.Work.Clip.Height, bal.Plan)
		case s.Work.Length.Low > request.LongestVideo:
			f.add([]*planning.Step{s}, "split it into shorter clips; nothing was bought", "about %.0f s long, HeyGen allows %.0f", s.Seconds, float64(request.LongestVideo))
		}
	}
	return nil
}

// unknownBalance reports that the balance was not compared with the price.
func (f *flight) unknownBalance(ctx context.Context, err error) {
	text := "the account's balance is unknown: HeyGen reports none; a render without credit is refused or fails"
	if err != nil {
		text = "the account's balance is unknown: " + err.Error()
	}
	f.disk.Send(ctx, event.Event{Stage: "api", State: event.Warned, Message: text})
}

// planLimits are the length and the short side of a video by plan, from HeyGen's
// pages of limits.
var planLimits = map[string]struct {
	seconds float64
	side    int
}{"free": {180, 720}, "pro": {300, 1080}, "creator": {300, 1080}}

// errPoor marks a balance that does not reach.
var errPoor = errors.New("the balance does not reach")
