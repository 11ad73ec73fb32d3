package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestTwoProcessesNeverBothSend(t *testing.T) {
	path := filepath.Join(t.TempDir(), "l.db")
	w := &flaky{fail: always(0)}
	var sends atomic.Int32
	var g sync.WaitGroup
	var mu sync.Mutex
	remote := guarded{w, &mu, &sends}
	for range 4 {
		l := open(t, path, nil)
		g.Go(func() {
			for i := range 10 {
				_, err := l.Spend(t.Context(), intent(fmt.Sprint("k", i), 1), nil, remote, no, opts())
				if err != nil && !errors.Is(err, ErrBusy) && !errors.Is(err, ErrUnsettled) {
					t.Error(err)
				}
			}
		})
	}
	g.Wait()
	if sends.Load() != 10 {
		t.Errorf("%d sends for 10 clips", sends.Load())
	}
}

// guarded makes flaky safe for several ledgers.
type guarded struct {
	w     *flaky
	mu    *sync.Mutex
	sends *atomic.Int32
}

func (g guarded) Submit(ctx context.Context, row Row) (string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sends.Add(1)
	return g.w.Submit(ctx, row)
}

func (g guarded) FindByTitle(context.Context, string) ([]Found, error) { return nil, errCut }

func TestALeaseEndsWithTimeOrTheLock(t *testing.T) {
	for name, c := range map[string]struct {
		later  time.Duration
		locked bool
		want   error
	}{
		"alive":    {time.Minute, false, ErrBusy},
		"too long": {6 * time.Minute, false, nil},
		"locked":   {time.Second, true, nil},
	} {
		s, l := scripted(t)
		died(t, s, l, intent("k", 1), s.v2())
		s.videos = []Found{{ID: "v1", Title: "k gr-k", CreatedAt: s.now}}
		s.now = s.now.Add(c.later)
		l.owner = "another process"
		o := s.v2()
		o.Locked = c.locked
		if _, err := l.Spend(t.Context(), intent("k", 1), nil, s, no, o); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// TestAPersonsWordFencesTheStalledSender: its late refusal must not free a row that
// another process has sent since.
func TestAPersonsWordFencesTheStalledSender(t *testing.T) {
	s, l := scripted(t)
	ctx := t.Context()
	s.sends = []func() (string, error){func() (string, error) {
		if err := l.ResolveNotPaid(ctx, "k"); err != nil {
			t.Error(err)
		}
		other := newLedger(l.store, Options{Now: s.clock})
		s.sends = []func() (string, error){fails(errCut)}
		if _, err := other.Spend(ctx, intent("k", 1), nil, s, no, s.v2()); !errors.Is(err, ErrUnknown) {
			t.Error(err)
		}
		return "", errRefused
	}}
	_, err := l.Spend(ctx, intent("k", 1), nil, s, no, s.v2())
	if row, _, _ := l.Get(ctx, "k"); !errors.Is(err, ErrBusy) || row.State != Sending || row.Pending != 1 {
		t.Errorf("%+v %v", row, err)
	}
}

func TestTheBudgetIsHeldWhenTheBytesGo(t *testing.T) {
	_, l := scripted(t)
	ctx := t.Context()
	budget := 1.5
	for _, k := range []string{"a", "b"} { // planned, not sent: both fit alone
		if _, sends, err := l.begin(ctx, intent(k, 1), &budget, false, false); err != nil || sends {
			t.Fatal(sends, err)
		}
	}
	if row, sends, err := l.begin(ctx, intent("a", 1), &budget, false, true); err != nil || !sends || row.State != Sending {
		t.Fatal(row, sends, err)
	}
	row, sends, err := l.begin(ctx, intent("b", 1), &budget, false, true)
	if !errors.Is(err, ErrBudget) || sends {
		t.Errorf("two were sent on a budget for one: %v %v", sends, err)
	}
	if row, _, err = l.Get(ctx, "b"); err != nil || row.State != Intended {
		t.Errorf("refused by the budget, and on record as %s, %v", row.State, err)
	}
}

func TestStrictSpendingLooksNothingUpWithoutAKey(t *testing.T) {
	for _, killed := range []bool{false, true} {
		s, l := scripted(t)
		s.videos = []Found{{ID: "v1", Title: "k gr-k", CreatedAt: s.now}}
		o := s.v2()
		o.Strict = true
		if killed {
			died(t, s, l, intent("k", 1), o)
		}
		_, err := l.Spend(t.Context(), intent("k", 1), nil, s, no, o)
		if row, _, _ := l.Get(t.Context(), "k"); !errors.Is(err, ErrParked) || row.State != Parked || s.looks != 0 || len(s.bodies) != 1 {
			t.Errorf("killed %v: %+v %v, %d looks, %d sends", killed, row, err, s.looks, len(s.bodies))
		}
	}
}

func TestStrictSpendingRepeatsNothing(t *testing.T) {
	s, l := scripted(t)
	o := s.v3()
	o.Strict = true
	if _, err := l.Spend(t.Context(), intent("k", 1), nil, s, no, o); !errors.Is(err, ErrUnknown) {
		t.Fatal(err)
	}
	s.videos = []Found{{ID: "v1", Title: "k gr-k", CreatedAt: s.now}}
	row, err := l.Spend(t.Context(), intent("k", 1), nil, s, no, o)
	if err != nil || row.VideoID != "v1" || len(s.bodies) != 1 {
		t.Errorf("%+v %v after %d sends", row, err, len(s.bodies))
	}
}

// TestAnOlderFileIsBroughtUp opens files as earlier versions made them.
func TestAnOlderFileIsBroughtUp(t *testing.T) {
	t.Run("before leases", func(t *testing.T) { broughtUp(t, schema) })
	t.Run("before the runs' index", func(t *testing.T) { broughtUp(t, schema+leases) })
}

func broughtUp(t *testing.T, made string) {
	path := filepath.Join(t.TempDir(), "l.db")
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(made + `INSERT INTO submissions (key, clip, route, marker, title, path, body, state, pending, run_id, price, first_sent, last_sent, updated)
		VALUES ('k','k','v2','gr-k','k gr-k','/p',x'7b7d','SENDING',1,'old',1,1800000000000,1800000000000,1800000000000)`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s := &script{now: time.Unix(1_800_000_000, 0), videos: []Found{{ID: "v1", Title: "k gr-k", CreatedAt: time.Unix(1_800_000_000, 0)}}}
	for range 2 {
		l := open(t, path, s.clock)
		row, err := l.Spend(t.Context(), intent("k", 1), nil, s, no, s.v2())
		if err != nil || row.VideoID != "v1" || len(s.bodies) != 0 {
			t.Fatalf("%+v %v, %d sends", row, err, len(s.bodies))
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	newer, err := openSQLite(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := newer.db.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	newer.close()
	if _, err := Open(path, Options{}); err == nil {
		t.Error("a file of a newer program was opened")
	}
}
