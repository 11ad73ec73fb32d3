package ledger

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// concurrently makes n changes that wait together for a first one, and returns the error of
// each.
func concurrently(t *testing.T, s *sqlite, n int, f func(i int) func(txn) error) []error {
	t.Helper()
	held, free := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = s.update(t.Context(), func(txn) error { close(held); <-free; return nil })
	})
	<-held
	errs := make([]error, n)
	for i := range n {
		wg.Go(func() { errs[i] = s.update(t.Context(), f(i)) })
	}
	for end := time.Now().Add(time.Minute); ; runtime.Gosched() {
		s.mu.Lock()
		waiting := len(s.waiting)
		s.mu.Unlock()
		if waiting >= n { // more where some do not wait for theirs
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%d of %d wait", waiting, n)
		}
	}
	close(free)
	wg.Wait()
	return errs
}

func testRow(i int) Row {
	k := fmt.Sprintf("k%03d", i)
	return Row{Key: k, Clip: k, Route: "v3", Marker: "m" + k, Title: k, Path: "/p", Body: []byte("{}"), State: Submitted, VideoID: k, RunID: "run", Price: 1}
}

// wantRows compares what is on disk with the results: a change that gave an error has
// not happened, every other one has.
func wantRows(t *testing.T, s *sqlite, errs []error) (failed int) {
	t.Helper()
	for i, err := range errs {
		_, there, gerr := s.get(t.Context(), testRow(i).Key)
		if gerr != nil || there != (err == nil) {
			t.Errorf("change %d returned %v, its row is there: %v (%v)", i, err, there, gerr)
		}
		if err != nil {
			failed++
		}
	}
	return failed
}

func openTest(t *testing.T) *sqlite {
	t.Helper()
	s, err := openSQLite(filepath.Join(t.TempDir(), "l.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.close() })
	return s
}

// TestChangesThatGoTogetherStandAlone: among changes of one transaction of the file some
// refuse, some break an invariant, some fail after they have written; no other row is
// lost, and every result is right.
func TestChangesThatGoTogetherStandAlone(t *testing.T) {
	no := errors.New("no")
	for name, alter := range map[string]func(i int, t txn) error{
		"none":                func(i int, t txn) error { return t.put(testRow(i)) },
		"refuse":              func(i int, t txn) error { return no },
		"break an invariant":  func(i int, t txn) error { r := testRow(i); r.VideoID = ""; return t.put(r) },
		"the same video":      func(i int, t txn) error { r := testRow(i); r.VideoID = testRow(0).Key; return t.put(r) },
		"fail after they put": func(i int, t txn) error { return errors.Join(t.put(testRow(i)), no) },
	} {
		t.Run(name, func(t *testing.T) {
			s := openTest(t)
			if err := s.update(t.Context(), func(tx txn) error { return tx.put(testRow(0)) }); err != nil {
				t.Fatal(err)
			}
			errs := concurrently(t, s, 60, func(i int) func(txn) error {
				return func(tx txn) error {
					if i%5 == 3 {
						return alter(i, tx)
					}
					if spent, err := tx.spentBy("run"); err != nil || spent < 1 {
						return fmt.Errorf("%v spent, %w", spent, err)
					}
					return tx.put(testRow(i))
				}
			})
			want := 12
			if name == "none" {
				want = 0
			}
			if failed := wantRows(t, s, errs); failed != want {
				t.Errorf("%d failed, want %d: %v", failed, want, errs)
			}
		})
	}
}

// TestAFullFileRefusesOnlyWhatDoesNotFit: SQLite ends a transaction by itself when the disk
// is full; the other changes are made again, and every result is right.
func TestAFullFileRefusesOnlyWhatDoesNotFit(t *testing.T) {
	s := openTest(t)
	var pages int
	if err := s.db.QueryRow("PRAGMA page_count").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	if err := s.db.QueryRow(fmt.Sprintf("PRAGMA max_page_count = %d", pages+60)).Scan(&pages); err != nil {
		t.Fatal(err)
	}
	errs := concurrently(t, s, 40, func(i int) func(txn) error {
		return func(tx txn) error {
			r := testRow(i)
			if i%4 == 0 {
				r.Body = []byte(strings.Repeat("x", 40_000))
			}
			return tx.put(r)
		}
	})
	if failed := wantRows(t, s, errs); failed == 0 || failed == len(errs) {
		t.Errorf("%d of %d failed", failed, len(errs))
	}
	for _, err := range errs {
		if err != nil && (errors.Is(err, errBroken) || !strings.Contains(err.Error(), "full")) {
			t.Error(err)
		}
	}
}
