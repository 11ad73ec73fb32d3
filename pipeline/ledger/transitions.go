package ledger

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"greenroom/pipeline/origin"
)

// begin inserts the intent or gets the row that is already there, holds the run's
// budget (USD; nil is none) against everything the run has already sent, and takes
// the lease of a row that is still open. With send it also freezes the body of a row
// that may be sent, and returns sends when its bytes may now leave. All of that is checked
// in one transaction.
func (l *Ledger) begin(
	ctx context.Context, in Intent, budget *float64, locked, send bool,
) (row Row, sends bool, err error) {
	if in.Take == "" {
		in.Take = in.Key
	}
	err = l.store.update(ctx, func(t txn) error {
		sends = false
		old, known, err := t.get(in.Key)
		if err != nil {
			return err
		}
		row = old
		if known && old.State != Intended && old.State != Sending {
			return nil
		}
		if known && !locked && l.leased(old) {
			return fmt.Errorf("%w, until %s at the latest", ErrBusy, old.Until.Format(time.RFC3339))
		}
		if err := elsewhere(t, in, old); err != nil {
			return err
		}
		if old.State != Sending {
			if err := l.afford(t, in.RunID, in.Price, budget); err != nil {
				return err
			}
			// Body, title and price are this run's until they are frozen by sending.
			row = Row{
				Key: in.Key, Take: in.Take, Origin: in.Origin, Clip: in.Clip, Route: in.Route,
				Marker: in.Marker, Title: in.Title, Path: in.Path, Body: in.Body, Price: in.Price, RunID: in.RunID,
				State: Intended, Epoch: old.Epoch,
				Reason: old.Reason, FirstSent: old.FirstSent, LastSent: old.LastSent,
			}
		}
		l.lease(&row)
		row.Updated = l.stamp()
		sends = send && row.State == Intended
		if sends {
			if in.Bind != nil {
				row.Body, err = in.Bind(in.Body, row.Once())
				if err != nil {
					return err
				}
			}
			// Every earlier send was refused: the key's day begins with this one.
			row.State, row.Pending, row.FirstSent, row.LastSent, row.Reason = Sending, 1, row.Updated, row.Updated, ""
		}
		return t.put(row)
	})
	return row, sends, err
}

// elsewhere refuses to go on while the request is open with another account: only that one
// can repeat or search it, and buying here could pay for the clip twice. Requests to the
// sandbox cost nothing and do not count.
func elsewhere(t txn, in Intent, old Row) error {
	if old.State == Sending && old.Origin != in.Origin {
		return fmt.Errorf("%w: %s", ErrElsewhere, origin.Origin(old.Origin))
	}
	if origin.Origin(in.Origin).Free() {
		return nil
	}
	open, err := t.openElsewhere(in.Take, in.Key)
	if err != nil {
		return err
	}
	for _, o := range open {
		if !origin.Origin(o).Free() {
			return fmt.Errorf("%w: %s", ErrElsewhere, origin.Origin(o))
		}
	}
	return nil
}

// lease makes the row this process's for a while. Leases are between processes of this
// machine and live by its own clock.
func (l *Ledger) lease(r *Row) {
	r.Owner, r.Until = l.owner, l.clock.local().UTC().Truncate(time.Millisecond).Add(l.leaseTime)
}

// leased reports that another process may still work on the row. A lease that ends later
// than any can was written before the clock was moved: its owner counts as dead, and without
// a key nothing is sent again because of it.
func (l *Ledger) leased(r Row) bool {
	left := r.Until.Sub(l.clock.local())
	return r.Owner != "" && r.Owner != l.owner && left > 0 && left <= l.leaseTime+clockSlack
}

// release ends the lease of an open row.
func (l *Ledger) release(ctx context.Context, key string) error {
	if r, ok, err := l.Get(ctx, key); err != nil || !ok || r.Owner != l.owner {
		return err
	}
	_, err := l.move(ctx, key, free, Intended, Sending)
	return err
}

func free(r *Row) { r.Owner, r.Until = "", time.Time{} }

// afford holds the budget: what the run sent and no provider refused, what it sent again
// for an earlier run, and this one.
func (l *Ledger) afford(t txn, runID string, price float64, budget *float64) error {
	if budget == nil {
		return nil
	}
	spent, err := t.spentBy(runID)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.repeated[runID] {
		spent += p
	}
	if spent+price > *budget+1e-9 {
		return fmt.Errorf("%w: $%.2f of $%.2f spent, this clip may cost $%.2f", ErrBudget, spent, *budget, price)
	}
	return nil
}

// stamp is now, as exact as the record keeps it.
func (l *Ledger) stamp() time.Time { return l.now().UTC().Truncate(time.Millisecond) }

// again counts one more send of a row whose outcome is unknown, while its key
// lives. The refusal of a repeat does not answer the first send: only as many
// refusals as sends free the row. A repeat may be what buys, so it must fit the
// budget of the run that makes it, even when an earlier run began it.
func (l *Ledger) again(ctx context.Context, key, runID string, budget *float64) (Row, error) {
	row, err := l.change(ctx, key, func(t txn, r *Row) error {
		if err := l.mine(*r); err != nil {
			return err
		}
		latest, err := t.latest()
		if err != nil {
			return err
		}
		if l.keyExpired(*r, latest) {
			return errKeyExpired
		}
		if r.RunID != runID && !l.hasRepeated(runID, key) {
			if err := l.afford(t, runID, r.Price, budget); err != nil {
				return err
			}
		}
		l.lease(r)
		r.Pending, r.LastSent, r.Reason = r.Pending+1, l.stamp(), ""
		return nil
	}, Sending)
	if err == nil && row.RunID != runID {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.repeated[runID] == nil {
			l.repeated[runID] = map[string]float64{}
		}
		l.repeated[runID][key] = row.Price
	}
	return row, err
}

func (l *Ledger) hasRepeated(runID, key string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, ok := l.repeated[runID][key]
	return ok
}

// mine refuses a change by a process whose lease was taken over.
func (l *Ledger) mine(r Row) error {
	if r.Owner != l.owner {
		return ErrBusy
	}
	return nil
}

// Submitted records the video's id: a definite yes, or one found on the account.
// A yes is true from any process, so no lease is needed.
func (l *Ledger) Submitted(ctx context.Context, key, videoID string) error {
	_, err := l.submitted(ctx, Row{Key: key}, videoID)
	return err
}

// submitted is Submitted for a row that the caller has read: seen.
func (l *Ledger) submitted(ctx context.Context, seen Row, videoID string) (row Row, err error) {
	err = l.store.update(ctx, l.changing(&row, seen, func(_ txn, r *Row) error {
		r.State, r.VideoID, r.Pending, r.Reason = Submitted, videoID, 0, ""
		free(r)
		return nil
	}, Sending, Parked))
	return row, err
}

// wasSession begins the reason of a row whose session has become a video.
const wasSession = "session "

// BecameVideo reports that the row's agent session has its video already.
func (r Row) BecameVideo() bool { return strings.HasPrefix(r.Reason, wasSession) }

// Became records that a submission, an agent's session, has its video now. That happens
// once: the id that was bought is never replaced a second time.
func (l *Ledger) Became(ctx context.Context, key, videoID string) error {
	_, err := l.change(ctx, key, func(_ txn, r *Row) error {
		if r.BecameVideo() {
			return fmt.Errorf("%w: its session has become video %s", ErrUnsettled, r.VideoID)
		}
		r.Reason, r.VideoID = wasSession+r.VideoID, videoID
		return nil
	}, Submitted)
	return err
}

// refused records a definite no to one send. The row is free again only when no other send
// of it is unknown; its next send has another idempotency key then, because a provider may
// answer the old one with the stored refusal.
func (l *Ledger) refused(ctx context.Context, key, reason string) (Row, error) {
	return l.change(ctx, key, func(_ txn, r *Row) error {
		if err := l.mine(*r); err != nil {
			return err
		}
		r.Reason, r.LastSent = reason, l.stamp()
		r.Pending--
		if r.Pending == 0 {
			r.State = Intended
			r.Epoch++
			free(r)
		}
		return nil
	}, Sending)
}

// unknown records why and when a send ended without an answer; the row stays SENDING.
func (l *Ledger) unknown(ctx context.Context, key, reason string) (Row, error) {
	return l.change(ctx, key, func(_ txn, r *Row) error {
		r.Reason, r.LastSent = reason, l.stamp()
		return l.mine(*r)
	}, Sending)
}

// parkRow parks a row whose result is unknown: the user resolves it.
func (l *Ledger) parkRow(ctx context.Context, key, reason string) (Row, error) {
	return l.change(ctx, key, func(_ txn, r *Row) error {
		if err := l.mine(*r); err != nil {
			return err
		}
		r.State, r.Reason = Parked, reason
		free(r)
		return nil
	}, Sending)
}

// Completed records that the provider finished the video, where its file did not come. It
// is only shown, so it does not wait for the disk, like Fetched.
func (l *Ledger) Completed(seen Row) {
	l.updateBought(seen, func(r *Row) { r.State = Completed })
}

// Failed records that the provider gave up. The row is final: another try needs
// another key.
func (l *Ledger) Failed(ctx context.Context, key, reason string) error {
	_, err := l.move(ctx, key, func(r *Row) {
		if r.ByHand() {
			reason = r.Reason + "; " + reason // so that the answer can still be corrected
		}
		r.State, r.Reason = Failed, reason
	}, Submitted)
	return err
}

// Fetched records the master in the store, after it is there, and with it that the
// provider finished the video. It does not wait for the disk: if the process is killed
// within the next 50 ms, the file is downloaded again, and nothing is bought. Flush returns its
// error. seen is the row as the caller last read it; only its key must be right.
func (l *Ledger) Fetched(seen Row, masterHash string, bytes int64, duration float64) {
	l.updateBought(seen, func(r *Row) {
		r.State, r.MasterHash, r.MasterBytes, r.Duration = Completed, masterHash, bytes, duration
	})
}

// updateBought changes a bought row without waiting. Its error names the clip.
func (l *Ledger) updateBought(seen Row, set func(*Row)) {
	var row Row
	change := l.changing(&row, seen, func(_ txn, r *Row) error { set(r); return nil }, Submitted, Completed)
	l.store.updateLater(func(t txn) error {
		if err := change(t); err != nil {
			return fmt.Errorf("clip %q: %w", seen.Clip, err)
		}
		return nil
	})
}

// Flush waits until everything is on disk, and returns the errors of deferred changes since
// the last Flush.
func (l *Ledger) Flush() error { return l.store.flush() }

// Resolvable reports that a user's answer may resolve the row: its result is unknown, or an
// earlier answer of the user's is to be corrected.
func (r Row) Resolvable() bool { return r.Open() || r.ByHand() && r.State != Sending }

// ResolvePaid records the user's answer that a submission is on the account as a video.
func (l *Ledger) ResolvePaid(ctx context.Context, key, videoID string) error {
	return l.resolve(ctx, key, func(r *Row) {
		r.State, r.VideoID, r.Pending, r.Reason = Submitted, videoID, 0, byHand+": paid as "+videoID
	})
}

// ResolveNotPaid records the user's answer that a submission is not on the account.
func (l *Ledger) ResolveNotPaid(ctx context.Context, key string) error {
	return l.resolve(ctx, key, func(r *Row) {
		r.State, r.VideoID, r.Pending, r.Reason = Intended, "", 0, byHand+": not paid"
	})
}

func (l *Ledger) resolve(ctx context.Context, key string, set func(*Row)) error {
	_, err := l.change(ctx, key, func(_ txn, r *Row) error {
		if !r.Resolvable() {
			return fmt.Errorf("%w: it is %s", ErrUnsettled, r.State)
		}
		set(r)
		r.MasterHash, r.MasterBytes, r.Duration = "", 0, 0 // of another answer
		free(r)                                            // a process that still works on it may no longer write to it
		return nil
	}, Intended, Sending, Parked, Submitted, Completed, Failed)
	return err
}

// SetOrigins records the provider's account in rows that are older than origins. Rows that have an
// origin are not touched.
func (l *Ledger) SetOrigins(ctx context.Context, origins map[string]string) error {
	return l.store.update(ctx, func(t txn) error {
		for _, key := range slices.Sorted(maps.Keys(origins)) {
			r, known, err := t.get(key)
			if err != nil {
				return err
			}
			if !known || r.Origin != "" {
				continue
			}
			r.Origin = origins[key]
			if err := t.put(r); err != nil {
				return err
			}
		}
		return nil
	})
}

// Forgo records the user's answer that what was bought can never be obtained and may be
// bought again: a sound whose only link is dead. What it cost is in no sum.
func (l *Ledger) Forgo(ctx context.Context, key, reason string) error {
	_, err := l.move(ctx, key, func(r *Row) {
		r.State, r.Pending, r.VideoID, r.Reason = Intended, 0, "", reason
		r.MasterHash, r.MasterBytes, r.Duration = "", 0, 0
		free(r)
	}, Submitted, Completed)
	return err
}

// move changes one row when it is in a state the change is allowed from.
func (l *Ledger) move(ctx context.Context, key string, set func(*Row), from ...State) (Row, error) {
	return l.change(ctx, key, func(_ txn, r *Row) error { set(r); return nil }, from...)
}

func (l *Ledger) change(ctx context.Context, key string, set func(txn, *Row) error, from ...State) (Row, error) {
	var row Row
	err := l.store.update(ctx, l.changing(&row, Row{Key: key}, set, from...))
	return row, err
}

// changing is the transaction of one change, which also returns the row after it. A row
// that still equals seen need not be read.
func (l *Ledger) changing(row *Row, seen Row, set func(txn, *Row) error, from ...State) func(txn) error {
	return func(t txn) error {
		if slices.Contains(from, seen.State) {
			r := seen
			if err := set(t, &r); err != nil {
				return err
			}
			r.Updated = l.stamp()
			if done, err := t.swap(seen, r); done || err != nil {
				*row = r
				return err
			}
		}
		r, known, err := t.get(seen.Key)
		switch {
		case err != nil:
			return err
		case !known:
			return fmt.Errorf("ledger: no submission %q", seen.Key)
		case !slices.Contains(from, r.State):
			return fmt.Errorf("%w: it is %s", ErrUnsettled, r.State)
		}
		if err := set(t, &r); err != nil {
			return err
		}
		r.Updated = l.stamp()
		*row = r
		return t.put(r)
	}
}

// Adopt records a video that is already on the account as the row's own. A row whose
// request may be out, or that has another video, is not touched. The caller holds
// LockSubmitter.
func (l *Ledger) Adopt(ctx context.Context, in Intent, videoID string) error {
	in.Price = 0
	row, _, err := l.begin(ctx, in, nil, true, false)
	if err != nil {
		return err
	}
	if (row.State == Submitted || row.State == Completed) && row.VideoID == videoID {
		return nil
	}
	_, err = l.change(ctx, in.Key, func(_ txn, r *Row) error {
		if r.State != Intended && r.State != Failed && !r.ByHand() {
			return fmt.Errorf("%w: it is %s", ErrUnsettled, r.State)
		}
		r.State, r.VideoID, r.Pending, r.Price, r.LastSent, r.Reason = Submitted, videoID, 0, 0, l.stamp(), "adopted"
		r.MasterHash, r.MasterBytes, r.Duration = "", 0, 0
		free(r)
		return nil
	}, Intended, Failed, Submitted, Completed)
	return err
}
