package ledger

import (
	"errors"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestADeferredUpdate is seen by every read, is on the disk a moment later without any
// other change, and flush returns its error.
func TestADeferredUpdate(t *testing.T) {
	for name, s := range map[string]store{"sqlite": openTest(t), "memory": newMemory()} {
		t.Run(name, func(t *testing.T) {
			s.updateLater(func(tx txn) error { return tx.put(testRow(1)) })
			if _, ok, err := s.get(t.Context(), testRow(1).Key); err != nil || !ok {
				t.Errorf("not there for a read: %v", err)
			}
			s.updateLater(func(tx txn) error { return tx.put(testRow(2)) })
			if all, err := s.list(t.Context()); err != nil || len(all) != 2 {
				t.Errorf("%d rows, %v", len(all), err)
			}
			no := errors.New("no")
			s.updateLater(func(tx txn) error { return errors.Join(tx.put(testRow(3)), no) })
			s.updateLater(func(tx txn) error { return tx.put(testRow(4)) })
			if err := s.flush(); !errors.Is(err, no) {
				t.Errorf("flush: %v", err)
			}
			if err := s.flush(); err != nil {
				t.Errorf("reported twice: %v", err)
			}
			if all, err := s.list(t.Context()); err != nil || len(all) != 3 {
				t.Errorf("%d rows, %v", len(all), err)
			}
		})
	}
}

func TestADeferredUpdateReachesTheDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "l.db")
	s, err := openSQLite(path)
	if err != nil {
		t.Fatal(err)
	}
	other, err := openSQLite(path) // what another process sees
	if err != nil {
		t.Fatal(err)
	}
	defer other.close()
	s.updateLater(func(tx txn) error { return tx.put(testRow(1)) })
	until(t, "it is on the disk, without another change", func() bool {
		_, ok, err := other.get(t.Context(), testRow(1).Key)
		if err != nil && !strings.Contains(err.Error(), "locked") {
			t.Fatal(err)
		}
		return ok
	})
	s.updateLater(func(tx txn) error { return tx.put(testRow(2)) })
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := other.get(t.Context(), testRow(2).Key); err != nil || !ok {
		t.Errorf("lost at the end: %v", err)
	}
	s, err = openSQLite(path)
	if err != nil {
		t.Fatal(err)
	}
	s.updateLater(func(tx txn) error { r := testRow(3); r.VideoID = ""; return tx.put(r) })
	if err := s.close(); !errors.Is(err, errBroken) {
		t.Errorf("close: %v", err)
	}
}

// TestADeferredUpdateDuringACommit reaches the disk, too: the timer of the one before has fired.
func TestADeferredUpdateDuringACommit(t *testing.T) {
	s := openTest(t)
	held, free, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		_ = s.update(t.Context(), func(txn) error { close(held); <-free; return nil })
	}()
	<-held
	s.updateLater(func(tx txn) error {
		s.updateLater(func(tx txn) error { return tx.put(testRow(2)) })
		return tx.put(testRow(1))
	})
	until(t, "the timer fires", func() bool { // and joins what waits for the turn
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.waiting) == 2
	})
	close(free)
	<-ended
	until(t, "all is done", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.deferred == 0
	})
	if all, err := s.list(t.Context()); err != nil || len(all) != 2 {
		t.Errorf("%d rows, %v", len(all), err)
	}
}

func until(t *testing.T, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !so(); runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatalf("timed out: %s", what)
		}
	}
}

// TestOneReasonIsReportedOnce: a file that is full fails every change alike; a refusal names
// its clip.
func TestOneReasonIsReportedOnce(t *testing.T) {
	_, l := scripted(t)
	full := errors.New("full")
	for range 5 {
		l.store.updateLater(func(txn) error { return full })
	}
	l.Fetched(Row{Key: "x", Clip: "intro"}, "hash", 1, 1)
	err := l.Flush()
	if err == nil || strings.Count(err.Error(), "full") != 1 || !strings.Contains(err.Error(), `clip "intro"`) {
		t.Errorf("%v", err)
	}
}

// TestUpdatesOfBothKinds: updates that are waited for and deferred ones, at once.
func TestUpdatesOfBothKinds(t *testing.T) {
	s := openTest(t)
	errs := concurrently(t, s, 60, func(i int) func(txn) error {
		if i%2 == 0 {
			s.updateLater(func(tx txn) error { return tx.put(testRow(100 + i)) })
		}
		return func(tx txn) error { return tx.put(testRow(i)) }
	})
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if err := s.flush(); err != nil {
		t.Fatal(err)
	}
	if all, err := s.list(t.Context()); err != nil || len(all) != 90 || s.deferred != 0 {
		t.Errorf("%d rows, %d deferred, %v", len(all), s.deferred, err)
	}
}
