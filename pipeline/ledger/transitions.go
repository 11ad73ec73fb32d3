package ledger

import (
	"context"
	"database/sql"
	"fmt"
)

// Begin inserts the intent or gets the row that is already there, and holds the
// run's budget (USD; nil is none) against everything the run has already sent.
func (l *Ledger) Begin(ctx context.Context, in Intent, budget *float64) (Row, error) {
	var row Row
	err := l.tx(ctx, func(tx *sql.Tx) error {
		now := l.now().UnixMilli()
		if _, err := tx.Exec(`INSERT INTO submissions (key, clip, route, marker, title, path, body, state, run_id, price, updated)
			VALUES (?,?,?,?,?,?,?,'INTENT',?,?,?) ON CONFLICT (key) DO NOTHING`,
			in.Key, in.Clip, in.Route, in.Marker, in.Title, in.Path, in.Body, in.RunID, in.Price, now); err != nil {
			return fmt.Errorf("ledger: record intent: %w", err)
		}
		var err error
		if row, err = scan(tx.QueryRow("SELECT "+columns+" FROM submissions WHERE key = ?", in.Key)); err != nil {
			return err
		}
		if row.State != Intended {
			return nil
		}
		if budget != nil {
			var spent float64
			if err := tx.QueryRow(`SELECT coalesce(sum(price),0) FROM submissions WHERE run_id = ? AND state != 'INTENT'`, in.RunID).Scan(&spent); err != nil {
				return err
			}
			if spent+in.Price > *budget+1e-9 {
				return fmt.Errorf("%w: $%.2f of $%.2f spent, this clip may cost $%.2f", ErrBudget, spent, *budget, in.Price)
			}
		}
		// Body, title and price are this run's until they are frozen by Sending.
		if _, err := tx.Exec(`UPDATE submissions SET clip=?, title=?, body=?, path=?, price=?, run_id=?, updated=? WHERE key=? AND state='INTENT'`,
			in.Clip, in.Title, in.Body, in.Path, in.Price, in.RunID, now, in.Key); err != nil {
			return err
		}
		row, err = scan(tx.QueryRow("SELECT "+columns+" FROM submissions WHERE key = ?", in.Key))
		return err
	})
	return row, err
}

// Sending freezes the body and says that bytes may now leave. Only an intent may
// be sent; anything else is ErrUnsettled.
func (l *Ledger) Sending(ctx context.Context, key string) (Row, error) {
	now := l.now().UnixMilli()
	err := l.move(ctx, key, `state='SENDING', pending=pending+1, first_sent=coalesce(first_sent,?), last_sent=?`, `state='INTENT'`, now, now)
	if err != nil {
		return Row{}, err
	}
	row, _, err := l.Get(ctx, key)
	return row, err
}

// Again counts one more send of a row whose outcome is unknown. The refusal of a
// repeat says nothing about the first: only as many refusals as sends free the row.
func (l *Ledger) Again(ctx context.Context, key string) error {
	return l.move(ctx, key, `pending=pending+1, last_sent=?`, `state='SENDING'`, l.now().UnixMilli())
}

// Submitted records the video's id: a definite yes, or one found on the account.
func (l *Ledger) Submitted(ctx context.Context, key, videoID string) error {
	return l.move(ctx, key, `state='SUBMITTED', video_id=?, pending=0, reason=''`, `state IN ('SENDING','PARKED')`, videoID)
}

// Became records that a submission, an agent's session, has its video now.
func (l *Ledger) Became(ctx context.Context, key, videoID string) error {
	return l.move(ctx, key, `reason='session '||video_id, video_id=?`, `state='SUBMITTED'`, videoID)
}

// Refused records a definite no to one send. The row is free again only when no
// other send of it is unknown.
func (l *Ledger) Refused(ctx context.Context, key, reason string) error {
	return l.move(ctx, key, `pending=pending-1, state=CASE WHEN pending=1 THEN 'INTENT' ELSE state END, reason=?`, `state='SENDING'`, reason)
}

// Unknown notes why an outcome is not known; the row stays SENDING.
func (l *Ledger) Unknown(ctx context.Context, key, reason string) error {
	return l.move(ctx, key, `reason=?`, `state='SENDING'`, reason)
}

// Park puts an unknown outcome before a person.
func (l *Ledger) Park(ctx context.Context, key, reason string) error {
	return l.move(ctx, key, `state='PARKED', reason=?`, `state='SENDING'`, reason)
}

// Completed records that the provider finished the video.
func (l *Ledger) Completed(ctx context.Context, key string) error {
	return l.move(ctx, key, `state='COMPLETED'`, `state IN ('SUBMITTED','COMPLETED')`)
}

// Failed records that the provider gave up. The row is final: another try needs
// another key.
func (l *Ledger) Failed(ctx context.Context, key, reason string) error {
	return l.move(ctx, key, `state='FAILED', reason=?`, `state='SUBMITTED'`, reason)
}

// Fetched records the master in the store, after it is there.
func (l *Ledger) Fetched(ctx context.Context, key, masterHash string, bytes int64, duration float64) error {
	return l.move(ctx, key, `master_hash=?, master_bytes=?, duration=?`, `state='COMPLETED'`, masterHash, bytes, duration)
}

// ResolvePaid is a person's word that a parked submission is on the account.
func (l *Ledger) ResolvePaid(ctx context.Context, key, videoID string) error {
	return l.Submitted(ctx, key, videoID)
}

// ResolveNotPaid is a person's word that a parked submission is not.
func (l *Ledger) ResolveNotPaid(ctx context.Context, key string) error {
	return l.move(ctx, key, `state='INTENT', pending=0, reason='resolved by hand: not paid'`, `state IN ('PARKED','SENDING')`)
}

// move changes one row when it is in the state the change is allowed from.
func (l *Ledger) move(ctx context.Context, key, set, from string, args ...any) error {
	return l.tx(ctx, func(tx *sql.Tx) error {
		args = append(args, l.now().UnixMilli(), key)
		res, err := tx.Exec("UPDATE submissions SET "+set+", updated=? WHERE key=? AND "+from, args...)
		if err != nil {
			return fmt.Errorf("ledger: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 1 {
			return err
		}
		var state string
		if err := tx.QueryRow("SELECT state FROM submissions WHERE key=?", key).Scan(&state); err != nil {
			return fmt.Errorf("ledger: no submission %q", key)
		}
		return fmt.Errorf("%w: it is %s", ErrUnsettled, state)
	})
}

// Adopt records a video that is already on the account as the row's own. A row whose
// request may be out, or that has another video, is not touched.
func (l *Ledger) Adopt(ctx context.Context, in Intent, videoID string) error {
	in.Price = 0
	row, err := l.Begin(ctx, in, nil)
	if err != nil {
		return err
	}
	if (row.State == Submitted || row.State == Completed) && row.VideoID == videoID {
		return nil
	}
	return l.move(ctx, in.Key, `state='SUBMITTED', video_id=?, price=0, last_sent=updated, reason='adopted'`, `state IN ('INTENT','FAILED')`, videoID)
}
