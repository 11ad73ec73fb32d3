package ledger

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Found is a video on the account.
type Found struct {
	ID, Title string
	CreatedAt time.Time
}

// Remote is the provider: one paid call and one search.
type Remote interface {
	Submit(ctx context.Context, path string, body []byte) (videoID string, err error)
	FindByTitle(ctx context.Context, marker string) ([]Found, error)
}

// SpendOptions of Spend.
type SpendOptions struct {
	Settle time.Duration // how long the account's list may lag behind a submission
	Sleep  func(context.Context, time.Duration) error
	// Repeat sends a row's frozen bytes again where that cannot buy twice: under the
	// idempotency key they were first sent with. Nil where the API has none.
	Repeat func(ctx context.Context, row Row) (videoID string, err error)
}

// Idempotency keys are kept for 24 hours; an hour is left for clocks that differ.
const repeatWindow = 23 * time.Hour

// repeats is how often one run asks again before it leaves the row to the next.
const repeats = 4

// Spend sees to it that the request is bought exactly once: DESIGN section 6 for
// an API without idempotency keys. The caller holds LockSubmitter.
//
// It gives the row in SUBMITTED or later, or an error: ErrBudget, ErrParked,
// ErrUnknown (the next run settles it), or the provider's refusal.
func (l *Ledger) Spend(ctx context.Context, in Intent, budget *float64, r Remote, definiteNo func(error) bool, o SpendOptions) (Row, error) {
	row, err := l.Begin(ctx, in, budget)
	if err != nil {
		return row, err
	}
	switch row.State {
	case Submitted, Completed:
		return row, nil
	case Failed:
		return row, fmt.Errorf("the provider could not make it: %s", row.Reason)
	case Parked:
		return row, ErrParked
	case Sending:
		if l.mayRepeat(row, o) {
			return l.repeat(ctx, row, r, definiteNo, o, nil)
		}
		return l.settle(ctx, row, r, o)
	}
	if row, err = l.Sending(ctx, in.Key); err != nil {
		return row, err
	}
	// The send is not cut short by a cancellation: that would only make a known
	// answer unknown. The client has its own time limit.
	id, err := r.Submit(context.WithoutCancel(ctx), row.Path, row.Body)
	switch {
	case err == nil:
		err = l.Submitted(ctx, in.Key, id)
	case definiteNo(err):
		err = errors.Join(err, l.Refused(ctx, in.Key, err.Error()))
	default:
		unknown := err
		err = errors.Join(fmt.Errorf("%w: %w", ErrUnknown, err), l.Unknown(ctx, in.Key, err.Error()))
		if l.mayRepeat(row, o) {
			return l.repeat(ctx, row, r, definiteNo, o, unknown)
		}
	}
	if err != nil {
		return row, err
	}
	row, _, err = l.Get(ctx, in.Key)
	return row, err
}

func (l *Ledger) mayRepeat(row Row, o SpendOptions) bool {
	return o.Repeat != nil && l.now().Sub(row.FirstSent) < repeatWindow
}

// repeat asks again under the same key until there is an answer: within a day that
// cannot buy twice. last is the failure this run has just seen, nil at recovery. A
// refused repeat proves nothing about the first send; the account is asked then.
func (l *Ledger) repeat(ctx context.Context, row Row, r Remote, definiteNo func(error) bool, o SpendOptions, last error) (Row, error) {
	for n := range repeats {
		if last != nil {
			if err := o.Sleep(ctx, min(o.Settle, time.Second<<n)); err != nil {
				return row, errors.Join(fmt.Errorf("%w: %w", ErrUnknown, last), err)
			}
		}
		if err := l.Again(ctx, row.Key); err != nil {
			return row, err
		}
		id, err := o.Repeat(context.WithoutCancel(ctx), row)
		switch {
		case err == nil:
			if err := l.Submitted(ctx, row.Key, id); err != nil {
				return row, err
			}
			row, _, err = l.Get(ctx, row.Key)
			return row, err
		case definiteNo(err):
			if err := l.Refused(ctx, row.Key, err.Error()); err != nil {
				return row, err
			}
			if row, _, err = l.Get(ctx, row.Key); err != nil {
				return row, err
			}
			return l.settle(ctx, row, r, o)
		}
		last = err
	}
	return row, errors.Join(fmt.Errorf("%w: %w", ErrUnknown, last), l.Unknown(ctx, row.Key, last.Error()))
}

// settle finds out what came of an earlier send: wait until the list can be
// trusted, search it for the marker, adopt what is found, else ask a person.
func (l *Ledger) settle(ctx context.Context, row Row, r Remote, o SpendOptions) (Row, error) {
	if wait := row.LastSent.Add(o.Settle).Sub(l.now()); wait > 0 {
		if err := o.Sleep(ctx, min(wait, o.Settle)); err != nil {
			return row, err
		}
	}
	var found []Found
	if strings.Contains(row.Title, row.Marker) { // a route without titles cannot be searched
		var err error
		if found, err = r.FindByTitle(ctx, row.Marker); err != nil {
			return row, fmt.Errorf("%w: search the account: %w", ErrUnknown, err)
		}
	}
	if len(found) == 0 {
		if err := l.Park(ctx, row.Key, "no answer, and not on the account"); err != nil {
			return row, err
		}
		row.State = Parked
		return row, ErrParked
	}
	oldest := found[0]
	for _, f := range found[1:] {
		if f.CreatedAt.Before(oldest.CreatedAt) {
			oldest = f
		}
	}
	if err := l.Submitted(ctx, row.Key, oldest.ID); err != nil {
		return row, err
	}
	row, _, err := l.Get(ctx, row.Key)
	return row, err
}
