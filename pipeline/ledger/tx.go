package ledger

import (
	"errors"
	"fmt"
	"time"

	modernc "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Most changes leave a row's words as they are. Naming only what may move keeps SQLite
// from writing the indexes and the body again; naming the old values saves reading the row
// first.
const (
	moveColumns = `UPDATE submissions SET state=?, pending=?, reason=?, first_sent=nullif(?,0), last_sent=nullif(?,0), updated=?,
  duration=?, master_hash=?, master_bytes=?, owner=?, lease_until=nullif(?,0), epoch=?`
	movedFrom = ` WHERE key=? AND state=? AND pending=? AND coalesce(video_id,'')=? AND reason=? AND updated=? AND master_hash=? AND owner=?`
	moveRow   = moveColumns + movedFrom
	nameRow   = moveColumns + `, video_id=nullif(?,'')` + movedFrom
)

// sqliteTx is one change's view of the transaction.
type sqliteTx struct {
	stmts  statements // of the transaction
	wrote  bool       // the change has put something
	broken bool       // the file failed: SQLite may have ended the transaction by itself
	had    bool       // old is what the change read last
	old    Row
}

func (t *sqliteTx) get(key string) (Row, bool, error) {
	r, ok, err := one(t.stmts.row.QueryRow(key))
	t.broken = t.broken || err != nil
	t.old, t.had = r, ok
	return r, ok, err
}

func (t *sqliteTx) put(r Row) error {
	err := t.write(r)
	t.had = false
	return t.statementDone(err, true)
}

// statementDone records what a writing statement did to the transaction.
func (t *sqliteTx) statementDone(err error, wrote bool) error {
	var e *modernc.Error
	switch {
	case err == nil:
		t.wrote = t.wrote || wrote
		return nil
	case errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_CONSTRAINT: // that statement alone is undone
		return fmt.Errorf("%w: %w", errBroken, err)
	}
	t.broken = true
	return fmt.Errorf("ledger: %w", err)
}

// write changes the row that was read where it can, and else writes all of it.
func (t *sqliteTx) write(r Row) error {
	if t.had {
		if done, err := t.move(t.old, r); done || err != nil {
			return err
		}
	}
	body := r.Body
	if body == nil {
		body = []byte{}
	}
	_, err := t.stmts.set.Exec(r.Key, r.Take, r.Origin, r.Clip, r.Route, r.Marker, r.Title, r.Path, body,
		string(r.State), r.Pending, r.VideoID, r.Reason, r.RunID, r.Price,
		stamp(r.FirstSent), stamp(r.LastSent), r.Updated.UnixMilli(),
		r.Duration, r.MasterHash, r.MasterBytes, r.Owner, stamp(r.Until), r.Epoch)
	return err
}

func (t *sqliteTx) swap(old, r Row) (bool, error) {
	done, err := t.move(old, r)
	return done, t.statementDone(err, done)
}

// move changes a row's progress from one state to the next.
func (t *sqliteTx) move(old, r Row) (done bool, err error) {
	if !sameWords(old, r) {
		return false, nil
	}
	args := append(make([]any, 0, 21), string(r.State), r.Pending, r.Reason,
		stamp(r.FirstSent), stamp(r.LastSent), r.Updated.UnixMilli(),
		r.Duration, r.MasterHash, r.MasterBytes, r.Owner, stamp(r.Until), r.Epoch)
	stmt := t.stmts.move
	if old.VideoID != r.VideoID {
		stmt, args = t.stmts.name, append(args, r.VideoID)
	}
	args = append(args, r.Key, string(old.State), old.Pending, old.VideoID, old.Reason,
		old.Updated.UnixMilli(), old.MasterHash, old.Owner)
	res, err := stmt.Exec(args...)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

func (t *sqliteTx) openElsewhere(take, key string) (origins []string, err error) {
	rows, err := t.stmts.open.Query(take, key)
	if err != nil {
		t.broken = true
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var o string
		if err := rows.Scan(&o); err != nil {
			t.broken = true
			return nil, err
		}
		origins = append(origins, o)
	}
	err = rows.Err()
	t.broken = t.broken || err != nil
	return origins, err
}

func (t *sqliteTx) latest() (time.Time, error) {
	var ms int64
	err := t.stmts.latest.QueryRow().Scan(&ms)
	t.broken = t.broken || err != nil
	return when(ms), err
}

func (t *sqliteTx) spentBy(runID string) (sum float64, err error) {
	err = t.stmts.spent.QueryRow(runID).Scan(&sum)
	t.broken = t.broken || err != nil
	return sum, err
}
