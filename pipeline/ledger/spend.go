package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Found is a video on the account.
type Found struct {
	ID, Title string
	CreatedAt time.Time
	Failed    bool // the provider could not make it
}

// Remote is the provider: one paid call and one search.
type Remote interface {
	// Submit sends a row's frozen bytes once.
	Submit(ctx context.Context, row Row) (videoID string, err error)
	FindByTitle(ctx context.Context, marker string) ([]Found, error)
}

// SpendOptions of Spend.
type SpendOptions struct {
	Settle time.Duration // how long the account's list may lag behind a submission
	Sleep  func(context.Context, time.Duration) error
	// Repeat sends a row's frozen bytes again where that cannot buy twice: under the
	// idempotency key they were first sent with. Nil where the API has none.
	Repeat func(ctx context.Context, row Row) (videoID string, err error)
	// Clock reads the provider's time, and fails when the provider cannot be reached: keys,
	// and the time that a list may lag, count by the provider's clock. Nil: this machine's.
	Clock func(context.Context) (time.Time, error)
	// Strict leaves more to the user: without a key an unknown outcome is parked and
	// not looked up; with one nothing is sent again, only looked up.
	Strict bool
	// Locked: the caller holds LockSubmitter for this record, so that
	// whoever leased a row before is dead and its lease void.
	Locked bool
	// Claims keeps machines with ledgers of their own from buying the same take. Nil: there is one ledger.
	Claims Claims
}

const (
	// Idempotency keys are kept for 24 hours; an hour is left for clocks that differ.
	repeatWindow = 23 * time.Hour
	// repeats is how often one run asks again before it leaves the row to the next.
	repeats = 4
	// sendLimit is the longest a send may go on after it was recorded: the client's
	// time-out and a computer that slept over it.
	sendLimit = time.Hour
)

// Spend buys the request exactly once, as docs/architecture.md#spending-protocol describes. It returns the row in
// SUBMITTED or later, or an error: ErrBudget, ErrParked, ErrBusy, ErrUnknown (the next run
// resolves it), or the provider's refusal.
func (l *Ledger) Spend(
	ctx context.Context, in Intent, budget *float64, r Remote, definiteNo func(error) bool, o SpendOptions,
) (Row, error) {
	if err := l.clock.align(ctx, o.Clock); err != nil {
		return Row{}, fmt.Errorf("read the provider's time; nothing was sent: %w", err)
	}
	p := purchase{l, in.RunID, budget, r, definiteNo, o}
	if o.Claims == nil {
		return p.spend(ctx, in)
	}
	held, row, err := p.claim(ctx, in)
	if err != nil {
		return row, err
	}
	held = held || row.State == Parked // under a claim of an earlier run
	row, err = p.spend(ctx, in)
	if held {
		p.report(ctx, in, row)
	}
	return row, err
}

// spend is Spend where no other ledger may buy the take.
func (p purchase) spend(ctx context.Context, in Intent) (Row, error) {
	row, sends, err := p.begin(ctx, in, p.budget, p.o.Locked, true)
	if err != nil {
		return row, err
	}
	switch row.State {
	case Submitted, Completed:
		return row, nil
	case Failed:
		return row, fmt.Errorf("the provider could not make it: %s", row.Reason)
	case Parked:
		return p.searchAgain(ctx, row)
	}
	if sends {
		row, err = p.send(ctx, row)
	} else {
		row, err = p.recover(ctx, row)
	}
	if err != nil {
		// What is left open is free for the next; a crash leaves it to the lease's end.
		return row, errors.Join(err, p.release(ctx, in.Key))
	}
	return row, nil
}

// purchase is one call of Spend.
type purchase struct {
	*Ledger
	run        string
	budget     *float64
	remote     Remote
	definiteNo func(error) bool
	o          SpendOptions
}

// send is the first POST of an intent, which is on record. It is not cut short by a
// cancellation: that would only make a known answer unknown. The client has its own time
// limit.
func (p purchase) send(ctx context.Context, row Row) (Row, error) {
	if !p.o.Locked && !p.clock.local().Before(row.Until) {
		// The process stalled after the record, and another may have taken the row over.
		_, err := p.refused(ctx, row.Key, "not sent: the lease ran out")
		return row, errors.Join(ErrBusy, err)
	}
	id, err := p.remote.Submit(context.WithoutCancel(ctx), row)
	switch {
	case err == nil:
		return p.yes(ctx, row, id)
	case p.definiteNo(err):
		return p.no(ctx, row, err)
	case p.o.Repeat != nil && !p.o.Strict:
		return p.repeat(ctx, row, err)
	}
	row, err = p.open(ctx, row, err)
	if p.o.Strict && p.o.Repeat == nil {
		return p.park(ctx, row, "no answer, and strict spending looks nothing up")
	}
	return row, err
}

// recover resolves a send whose result was not recorded.
func (p purchase) recover(ctx context.Context, row Row) (Row, error) {
	switch {
	case p.o.Repeat == nil && p.o.Strict:
		return p.park(ctx, row, "no answer, and strict spending looks nothing up")
	case p.o.Repeat != nil && !p.o.Strict:
		return p.repeat(ctx, row, nil)
	}
	return p.searchOrPark(ctx, row)
}

func (p purchase) yes(ctx context.Context, row Row, id string) (Row, error) {
	now, err := p.submitted(ctx, row, id)
	switch {
	case err == nil:
		return now, nil
	case !errors.Is(err, ErrUnsettled):
		return row, err
	}
	// Another process may have recorded the same answer first.
	now, _, gerr := p.Get(ctx, row.Key)
	if gerr == nil && now.VideoID == id {
		return now, nil
	}
	return row, errors.Join(err, gerr)
}

// open records that a send ended without an answer.
func (p purchase) open(ctx context.Context, row Row, cause error) (Row, error) {
	recorded, err := p.unknown(ctx, row.Key, cause.Error())
	if err != nil {
		recorded = row
	}
	return recorded, errors.Join(fmt.Errorf("%w: %w", ErrUnknown, cause), err)
}

func (p purchase) park(ctx context.Context, row Row, reason string) (Row, error) {
	parked, err := p.parkRow(ctx, row.Key, reason)
	if err != nil {
		return row, err
	}
	return parked, ErrParked
}

// repeat asks again under the same key until there is an answer: within a day that
// cannot buy twice. last is the failure this run has just seen, nil at recovery. A
// refused repeat does not answer the first send; then the account is searched.
func (p purchase) repeat(ctx context.Context, row Row, last error) (Row, error) {
	for n := range repeats {
		if last != nil {
			if err := p.o.Sleep(ctx, min(p.o.Settle, time.Second<<n)); err != nil {
				row, unknown := p.open(ctx, row, last)
				return row, errors.Join(unknown, err)
			}
		}
		again, err := p.again(ctx, row.Key, p.run, p.budget)
		switch {
		case errors.Is(err, errKeyExpired):
			return p.searchOrPark(ctx, row)
		case errors.Is(err, ErrBudget): // a repeat may buy; a search does not
			return p.adopt(ctx, row, err)
		case err != nil:
			return row, err
		}
		row = again
		if p.keyExpired(row, row.Updated) { // the computer slept after the record
			return p.searchOrPark(ctx, row)
		}
		id, err := p.o.Repeat(context.WithoutCancel(ctx), row)
		switch {
		case err == nil:
			return p.yes(ctx, row, id)
		case p.definiteNo(err):
			row, last = p.no(ctx, row, err)
			if row.State != Sending {
				return row, last
			}
			return p.adopt(ctx, row, last)
		}
		last = err
	}
	return p.open(ctx, row, last)
}

// no records a refusal and returns the row as it is then: the caller may ask again when
// nothing is open any more.
func (p purchase) no(ctx context.Context, row Row, no error) (Row, error) {
	after, err := p.refused(ctx, row.Key, no.Error())
	if err != nil {
		return row, errors.Join(no, err)
	}
	return after, no
}

// adopt takes a video that is on the account, else it leaves the row to the next run: the
// key is still valid, so the user need not decide yet.
func (p purchase) adopt(ctx context.Context, row Row, why error) (Row, error) {
	found, id, err := p.search(ctx, row)
	switch {
	case err != nil:
		return row, errors.Join(why, err)
	case found:
		return p.yes(ctx, row, id)
	}
	return row, fmt.Errorf("%w: %w", ErrUnknown, why)
}

// searchOrPark resolves an earlier send where nothing may be sent again: it adopts the video
// that the account shows, else it parks the row for the user.
func (p purchase) searchOrPark(ctx context.Context, row Row) (Row, error) {
	found, id, err := p.search(ctx, row)
	switch {
	case err != nil:
		return row, err
	case found:
		return p.yes(ctx, row, id)
	}
	return p.park(ctx, row, "no answer, and not on the account")
}

// searchAgain searches the account for a parked submission again: a list may lag for longer
// than the allowed list lag, and what it shows needs no answer of the user.
func (p purchase) searchAgain(ctx context.Context, row Row) (Row, error) {
	if p.o.Strict && p.o.Repeat == nil {
		return row, ErrParked
	}
	found, id, err := p.search(ctx, row)
	switch {
	case err != nil:
		return row, errors.Join(ErrParked, err)
	case found:
		return p.yes(ctx, row, id)
	}
	return row, ErrParked
}

// search waits until the list can be trusted and searches it for the marker.
func (p purchase) search(ctx context.Context, row Row) (found bool, id string, err error) {
	if !row.Searchable() {
		return false, "", nil // a route without titles cannot be searched
	}
	// The list may lag behind the end of the send. When no end is on record the
	// sender died, and its request may have gone on without it.
	ended := row.LastSent
	if row.Reason == "" {
		ended = ended.Add(sendLimit)
		if ended.After(p.now()) {
			ended = p.now()
		}
	}
	if wait := ended.Add(p.o.Settle).Sub(p.now()); wait > 0 {
		if err := p.o.Sleep(ctx, min(wait, p.o.Settle)); err != nil {
			return false, "", err
		}
	}
	list, err := p.remote.FindByTitle(ctx, row.Marker)
	if err != nil {
		return false, "", fmt.Errorf("%w: search the account: %w", ErrUnknown, err)
	}
	id = oldest(list, row)
	return id != "", id, nil
}

// oldest chooses among the videos that carry a row's marker. One that failed before the row
// was sent belongs to an earlier record that was lost: adopting it would fail the clip
// without having asked for it.
func oldest(list []Found, row Row) string {
	var best Found
	for _, f := range list {
		switch {
		case f.Failed && f.CreatedAt.Before(row.FirstSent.Add(-clockSlack)):
			continue
		case best.ID == "", best.Failed && !f.Failed:
			best = f
		case f.Failed == best.Failed && f.CreatedAt.Before(best.CreatedAt):
			best = f
		}
	}
	return best.ID
}
