package ledger

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Begin inserts the intent or gets the row that is already there, and holds the
// run's budget (USD; nil is none) against everything the run has already sent.
func (l *Ledger) Begin(ctx context.Context, in Intent, budget *float64) (Row, error) {
	var row Row
	err := l.store.update(ctx, func(t txn) error {
		old, known, err := t.get(in.Key)
		if err != nil {
			return err
		}
		if row = old; known && old.State != Intended {
			return nil
		}
		if err := afford(t, in, budget); err != nil {
			return err
		}
		// Body, title and price are this run's until they are frozen by Sending.
		row = Row{Key: in.Key, Clip: in.Clip, Route: in.Route, Marker: in.Marker, Title: in.Title, Path: in.Path, Body: in.Body, Price: in.Price, RunID: in.RunID,
			State: Intended, Reason: old.Reason, FirstSent: old.FirstSent, LastSent: old.LastSent, Updated: l.stamp()}
		return t.put(row)
	})
	return row, err
}

// afford holds the budget: what the run sent and nobody refused, and this one.
func afford(t txn, in Intent, budget *float64) error {
	if budget == nil {
		return nil
	}
	spent, err := t.spent(in.RunID)
	if err == nil && spent+in.Price > *budget+1e-9 {
		return fmt.Errorf("%w: $%.2f of $%.2f spent, this clip may cost $%.2f", ErrBudget, spent, *budget, in.Price)
	}
	return err
}

// stamp is now, as exact as the record keeps it.
func (l *Ledger) stamp() time.Time { return l.now().UTC().Truncate(time.Millisecond) }

// Sending freezes the body and says that bytes may now leave. Only an intent may
// be sent; anything else is ErrUnsettled.
func (l *Ledger) Sending(ctx context.Context, key string) (Row, error) {
	return l.move(ctx, key, func(r *Row) {
		r.State, r.LastSent = Sending, l.stamp()
		r.Pending++
		if r.FirstSent.IsZero() {
			r.FirstSent = r.LastSent
		}
	}, Intended)
}

// Again counts one more send of a row whose outcome is unknown. The refusal of a
// repeat says nothing about the first: only as many refusals as sends free the row.
func (l *Ledger) Again(ctx context.Context, key string) error {
	_, err := l.move(ctx, key, func(r *Row) { r.Pending, r.LastSent = r.Pending+1, l.stamp() }, Sending)
	return err
}

// Submitted records the video's id: a definite yes, or one found on the account.
func (l *Ledger) Submitted(ctx context.Context, key, videoID string) error {
	_, err := l.move(ctx, key, func(r *Row) { r.State, r.VideoID, r.Pending, r.Reason = Submitted, videoID, 0, "" }, Sending, Parked)
	return err
}

// Refused records a definite no to one send. The row is free again only when no
// other send of it is unknown.
func (l *Ledger) Refused(ctx context.Context, key, reason string) error {
	_, err := l.move(ctx, key, func(r *Row) {
		r.Reason = reason
		if r.Pending--; r.Pending == 0 {
			r.State = Intended
		}
	}, Sending)
	return err
}

// Unknown notes why an outcome is not known; the row stays SENDING.
func (l *Ledger) Unknown(ctx context.Context, key, reason string) error {
	_, err := l.move(ctx, key, func(r *Row) { r.Reason = reason }, Sending)
	return err
}

// Park puts an unknown outcome before a person.
func (l *Ledger) Park(ctx context.Context, key, reason string) error {
	_, err := l.move(ctx, key, func(r *Row) { r.State, r.Reason = Parked, reason }, Sending)
	return err
}

// Completed records that the provider finished the video.
func (l *Ledger) Completed(ctx context.Context, key string) error {
	_, err := l.move(ctx, key, func(r *Row) { r.State = Completed }, Submitted, Completed)
	return err
}

// Failed records that the provider gave up. The row is final: another try needs
// another key.
func (l *Ledger) Failed(ctx context.Context, key, reason string) error {
	_, err := l.move(ctx, key, func(r *Row) { r.State, r.Reason = Failed, reason }, Submitted)
	return err
}

// Fetched records the master in the store, after it is there.
func (l *Ledger) Fetched(ctx context.Context, key, masterHash string, bytes int64, duration float64) error {
	_, err := l.move(ctx, key, func(r *Row) { r.MasterHash, r.MasterBytes, r.Duration = masterHash, bytes, duration }, Completed)
	return err
}

// ResolvePaid is a person's word that a parked submission is on the account.
func (l *Ledger) ResolvePaid(ctx context.Context, key, videoID string) error {
	return l.Submitted(ctx, key, videoID)
}

// ResolveNotPaid is a person's word that a parked submission is not.
func (l *Ledger) ResolveNotPaid(ctx context.Context, key string) error {
	_, err := l.move(ctx, key, func(r *Row) { r.State, r.Pending, r.Reason = Intended, 0, "resolved by hand: not paid" }, Parked, Sending)
	return err
}

// move changes one row when it is in a state the change is allowed from.
func (l *Ledger) move(ctx context.Context, key string, change func(*Row), from ...State) (Row, error) {
	var row Row
	err := l.store.update(ctx, func(t txn) error {
		r, known, err := t.get(key)
		switch {
		case err != nil:
			return err
		case !known:
			return fmt.Errorf("ledger: no submission %q", key)
		case !slices.Contains(from, r.State):
			return fmt.Errorf("%w: it is %s", ErrUnsettled, r.State)
		}
		change(&r)
		r.Updated = l.stamp()
		row = r
		return t.put(r)
	})
	return row, err
}
