package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
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

// run makes changes in one transaction of the file. When one of them cannot be undone by
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
	if err != nil && !slices.ContainsFunc(s.failed, func(e error) bool { return e.Error() == err.Error() }) {
		s.failed = append(s.failed, err) // a full disk is told once, and not for each clip
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
