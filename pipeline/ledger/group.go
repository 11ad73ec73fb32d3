package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	modernc "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Transactions that come while another one is being synced go to the disk together: the
// sync is most of what they cost, and one does for twenty rows as for one. Each still
// stands alone: it sees no other's half, and its refusal undoes nothing of the others'.

// change is one transaction that waits for its turn.
type change struct {
	f    func(txn) error
	err  error
	done chan struct{}
	soon bool // nobody waits for it
}

func (s *sqlite) update(_ context.Context, f func(txn) error) error {
	// A recorded fact must not be lost to a cancellation that comes with it, so the
	// context ends nothing here.
	c := &change{f: f, done: make(chan struct{})}
	s.mu.Lock()
	s.waiting = append(s.waiting, c)
	s.mu.Unlock()
	select {
	case <-c.done:
		return c.err
	case s.turn <- struct{}{}:
	}
	s.mu.Lock()
	all := s.waiting
	s.waiting = nil
	s.mu.Unlock()
	s.run(all)
	<-s.turn
	<-c.done // by this turn, or by the one before
	return c.err
}

// soonTime is how long a change that nobody waits for may stay off the disk.
const soonTime = 50 * time.Millisecond

// soon makes a change together with the next that somebody waits for, and within soonTime
// in any case.
func (s *sqlite) soon(f func(txn) error) {
	c := &change{f: f, done: make(chan struct{}), soon: true}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = append(s.waiting, c)
	if s.open++; !s.alarm {
		s.alarm = true
		time.AfterFunc(soonTime, func() {
			s.mu.Lock()
			s.alarm = false // what comes from now on sets its own
			s.mu.Unlock()
			s.settle()
		})
	}
}

// settle waits until what soon was given is done.
func (s *sqlite) settle() {
	s.mu.Lock()
	open := s.open
	s.mu.Unlock()
	if open > 0 { // in this turn, or in the one before
		_ = s.update(context.Background(), func(txn) error { return nil })
	}
}

func (s *sqlite) flush() error {
	s.settle()
	s.mu.Lock()
	defer s.mu.Unlock()
	err := errors.Join(s.failed...)
	s.failed = nil
	return err
}

// run makes changes in one// run makes changes in one transaction of the file. When one of them cannot be undone by
// leaving it out, or the file fails, all are taken back and each is made alone.
func (s *sqlite) run(all []*change) {
	err := s.commit(all)
	if err != nil && len(all) > 1 {
		for _, c := range all {
			s.run([]*change{c})
		}
		return
	}
	for _, c := range all {
		if err != nil {
			c.err = err
		}
		if c.soon {
			s.told(c.err)
		}
		close(c.done)
	}
}

// told keeps what became of a change that nobody waited for.
func (s *sqlite) told(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
	if err != nil {
		s.failed = append(s.failed, err)
	}
}

func (s *sqlite) commit(all []*change) error {
	if len(all) == 0 {
		return nil
	}
	tx, err := s.db.Begin()
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	defer tx.Rollback() // nothing to undo after Commit
	t := &sqliteTx{stmts: s.stmts.in(tx)}
	for _, c := range all {
		t.wrote, t.broken, t.had = false, false, false
		if c.err = c.f(t); c.err != nil && (t.wrote || t.broken) {
			return c.err
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	return nil
}

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
	return t.judge(err, true)
}

// judge notes what a statement that was to write did to the transaction.
func (t *sqliteTx) judge(err error, wrote bool) error {
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
	_, err := t.stmts.set.Exec(r.Key, r.Clip, r.Route, r.Marker, r.Title, r.Path, body, string(r.State), r.Pending, r.VideoID, r.Reason, r.RunID, r.Price,
		stamp(r.FirstSent), stamp(r.LastSent), r.Updated.UnixMilli(), r.Duration, r.MasterHash, r.MasterBytes, r.Owner, stamp(r.Until))
	return err
}

func (t *sqliteTx) swap(old, r Row) (bool, error) {
	done, err := t.move(old, r)
	return done, t.judge(err, done)
}

// move changes a row's progress from one state to the next.
func (t *sqliteTx) move(old, r Row) (done bool, err error) {
	if !sameWords(old, r) {
		return false, nil
	}
	args := append(make([]any, 0, 20), string(r.State), r.Pending, r.Reason, stamp(r.FirstSent), stamp(r.LastSent), r.Updated.UnixMilli(),
		r.Duration, r.MasterHash, r.MasterBytes, r.Owner, stamp(r.Until))
	stmt := t.stmts.move
	if old.VideoID != r.VideoID {
		stmt, args = t.stmts.name, append(args, r.VideoID)
	}
	res, err := stmt.Exec(append(args, r.Key, string(old.State), old.Pending, old.VideoID, old.Reason, old.Updated.UnixMilli(), old.MasterHash, old.Owner)...)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

func (t *sqliteTx) spentBy(runID string) (sum float64, err error) {
	err = t.stmts.spent.QueryRow(runID).Scan(&sum)
	t.broken = t.broken || err != nil
	return sum, err
}
