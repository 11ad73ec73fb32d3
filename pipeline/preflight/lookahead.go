package preflight

import (
	"context"
	"errors"
	"time"

	"greenroom/internal/fault"
	"greenroom/pipeline/planning"
)

// lookAheadTime bounds what a plan waits for the account.
const lookAheadTime = 8 * time.Second

// LookAhead compares a plan's purchases with what the account lists: avatars, voices, templates with their variables,
// and languages. The faults are those that a build would end with. It buys nothing and leaves no file in a project
// that was never built. unchecked is the reason when the account could not be asked; then there are no faults.
func (p *Preflight) LookAhead(ctx context.Context, plan *planning.Plan) (unchecked string, err error) {
	f := p.flight(plan)
	if len(f.steps) == 0 {
		return "", nil
	}
	limited, cancel := context.WithTimeout(ctx, lookAheadTime)
	defer cancel()
	err = f.run(limited, f.catalogue())
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if err != nil {
		return asked(err), nil
	}
	if f.unread != nil {
		unchecked = asked(f.unread)
	}
	f.faults.Sort()
	return unchecked, f.faults.Or()
}

// asked is why the account did not answer.
func asked(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "the account did not answer in " + lookAheadTime.String()
	}
	var f *fault.Error
	if errors.As(err, &f) && f.Hint != "" {
		return err.Error() + " (" + f.Hint + ")"
	}
	return err.Error()
}
