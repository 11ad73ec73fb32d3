package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Changes that arrive while another one is being synced are committed together, because the
// sync is most of their cost. `go test -run '^$' -bench Group ./pipeline/ledger` on 2026-11-29, on a
// busy machine, 20 changes at once: 5.4 to 7.0 ms in groups, 22 to 30 ms each in a transaction of
// its own, 0.2 to 0.4 ms deferred. A clip of a long table has three changes, one of them deferred.
// Each change is still a transaction: it sees no half of another, and its failure undoes nothing
// of the others.

// change is one transaction that waits for its turn.
type change struct {
	f        func(txn) error
	err      error
	done     chan struct{}
	deferred bool // no caller waits for it
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

// deferTime is the longest time between updateLater and the sync.
const deferTime = 50 * time.Millisecond

// updateLater makes a change together with the next update, at the latest after deferTime. It
// does not wait; flush returns the change's error.
func (s *sqlite) updateLater(f func(txn) error) {
	c := &change{f: f, done: make(chan struct{}), deferred: true}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = append(s.waiting, c)
	s.deferred++
	if !s.timerSet {
		s.timerSet = true
		time.AfterFunc(deferTime, func() {
			s.mu.Lock()
			s.timerSet = false // the next deferred change starts another timer
			s.mu.Unlock()
			s.drain()
		})
	}
}

// drain waits until the deferred changes are made.
func (s *sqlite) drain() {
	s.mu.Lock()
	deferred := s.deferred
	s.mu.Unlock()
	if deferred > 0 { // made in this turn, or in the one before
		_ = s.update(context.Background(), func(txn) error { return nil })
	}
}

func (s *sqlite) flush() error {
	s.drain()
	s.mu.Lock()
	defer s.mu.Unlock()
	err := errors.Join(s.failed...)
	s.failed = nil
	return err
}

// run makes changes in one transaction of the file. When one of them fails after it has
// written, or the file fails, everything is rolled back and each change is made alone.
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
		if c.deferred {
			s.deferredDone(c.err)
		}
		close(c.done)
	}
}

// deferredDone keeps the error of a deferred change for flush.
func (s *sqlite) deferredDone(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deferred--
	if err != nil && !slices.ContainsFunc(s.failed, func(e error) bool { return e.Error() == err.Error() }) {
		s.failed = append(s.failed, err) // a full disk is reported once, not for each clip
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
		c.err = c.f(t)
		if c.err != nil && (t.wrote || t.broken) {
			return c.err
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	return nil
}
