package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Claims decides which of several ledgers buys a take. It is kept where all of their machines can write.
type Claims interface {
	// Claim returns nil when this ledger holds the claim on a take, from now on or since an earlier run. Otherwise nothing
	// may be sent. The error is a *ClaimedError when another ledger holds the claim, or has bought the take.
	Claim(ctx context.Context, in Intent) error
	// Release ends the claim of this ledger: nothing was bought. A claim that cannot be released stays this ledger's.
	Release(ctx context.Context, in Intent)
	// Bought records for the other ledgers which video the take has become.
	Bought(ctx context.Context, in Intent, videoID string)
}

// ClaimedError reports a take that another ledger is buying, or has bought.
type ClaimedError struct {
	Machine string    // that holds the claim; empty when the claim is damaged
	Since   time.Time // by that machine's clock
	VideoID string    // of the take; empty while it is not known

	Master      string // hash of the take's file, when it is in the store
	MasterBytes int64
	Duration    float64 // seconds, as announced
}

// Holder names the machine in a message.
func (e *ClaimedError) Holder() string {
	if e.Machine == "" {
		return "another machine"
	}
	return e.Machine
}

func (e *ClaimedError) Error() string {
	machine := e.Holder()
	if e.VideoID != "" {
		return fmt.Sprintf("%s has bought this take as video %s", machine, e.VideoID)
	}
	text := machine + " is buying this take"
	if !e.Since.IsZero() {
		text += " since " + e.Since.UTC().Format(time.RFC3339)
	}
	return text
}

// claim makes sure that this ledger holds the claim on a take before it may buy it: before the row becomes SENDING. It
// reports whether the claim is held. It does not fail for a row that needs no claim, because its result is known or the
// user must resolve it. Where the claim is not held, nothing is sent: an open row is only looked up.
func (p purchase) claim(ctx context.Context, in Intent) (held bool, row Row, err error) {
	row, _, err = p.begin(ctx, in, p.budget, p.o.Locked, false)
	if err != nil || row.State != Intended && row.State != Sending {
		return false, row, err
	}
	why := p.o.Claims.Claim(ctx, in)
	if why == nil {
		return true, row, nil
	}
	if row.State == Sending {
		why = fmt.Errorf("%w: %w", ErrUnknown, why)
		if p.o.Repeat != nil || !p.o.Strict {
			row, err = p.adopt(ctx, row, why)
		} else {
			err = why
		}
		if err == nil {
			return false, row, nil
		}
		why = err
	}
	return false, row, errors.Join(why, p.release(ctx, in.Key))
}

// report records for the other ledgers what became of a claim. A result that is unknown keeps the claim.
func (p purchase) report(ctx context.Context, in Intent, row Row) {
	ctx = context.WithoutCancel(ctx)
	switch row.State {
	case Submitted, Completed:
		p.o.Claims.Bought(ctx, in, row.VideoID)
	case Intended:
		p.o.Claims.Release(ctx, in)
	}
}

// Oldest chooses among the videos on the account that carry the marker of a take that another ledger sent. It returns
// "" when there is none.
func Oldest(list []Found) string { return oldest(list, Row{}) }
