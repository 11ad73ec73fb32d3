package ledger

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// script is a provider with prepared answers, under a clock of its own.
type script struct {
	now    time.Time
	sends  []func() (string, error) // one for each POST, first and repeated
	bodies []string
	videos []Found
	looks  int
}

func (s *script) clock() time.Time { return s.now }

func (s *script) sleep(ctx context.Context, d time.Duration) error {
	s.now = s.now.Add(d)
	return ctx.Err()
}

func (s *script) Submit(_ context.Context, row Row) (string, error) {
	s.bodies = append(s.bodies, string(row.Body))
	if len(s.sends) == 0 {
		return "", errors.New("cut")
	}
	f := s.sends[0]
	s.sends = s.sends[1:]
	return f()
}

func (s *script) FindByTitle(context.Context, string) (out []Found, _ error) {
	s.looks++
	for _, v := range s.videos {
		if !v.CreatedAt.After(s.now) {
			out = append(out, v)
		}
	}
	return out, nil
}

func (s *script) v2() SpendOptions { return SpendOptions{Settle: 2 * time.Minute, Sleep: s.sleep} }

func (s *script) v3() SpendOptions {
	o := s.v2()
	o.Repeat = s.Submit
	return o
}

func yes(id string) func() (string, error) { return func() (string, error) { return id, nil } }
func fails(err error) func() (string, error) {
	return func() (string, error) { return "", err }
}

var errCut = errors.New("cut")

func scripted(t *testing.T, sends ...func() (string, error)) (*script, *Ledger) {
	s := &script{now: time.Unix(1_800_000_000, 0), sends: sends}
	return s, open(t, filepath.Join(t.TempDir(), "l.db"), s.clock)
}

// died leaves a row as a process killed between the record and the answer does.
func died(t *testing.T, s *script, l *Ledger, in Intent, o SpendOptions) {
	t.Helper()
	defer func() { _ = recover() }()
	s.sends = slices.Insert(s.sends, 0, func() (string, error) { panic("killed") })
	_, err := l.Spend(t.Context(), in, nil, s, no, o)
	t.Fatalf("it lived: %v", err)
}

func TestARepeatUnderTheKeySucceeds(t *testing.T) {
	s, l := scripted(t, fails(errCut), fails(errCut), yes("v1"))
	row, err := l.Spend(t.Context(), intent("k", 1), nil, s, no, s.v3())
	if err != nil || row.State != Submitted || row.VideoID != "v1" || row.Pending != 0 || len(s.bodies) != 3 {
		t.Fatalf("%+v %v after %d sends", row, err, len(s.bodies))
	}
}

// TestARefusedRepeatAsksNobodyWhileTheKeyLives: it was parked once, though the next
// run could repeat.
func TestARefusedRepeatAsksNobodyWhileTheKeyLives(t *testing.T) {
	s, l := scripted(t, fails(errCut), fails(errRefused))
	_, err := l.Spend(t.Context(), intent("k", 1), nil, s, no, s.v3())
	row, _, _ := l.Get(t.Context(), "k")
	if !errors.Is(err, ErrUnknown) || !errors.Is(err, errRefused) || row.State != Sending || row.Pending != 1 || s.looks != 1 {
		t.Fatalf("%+v %v, looked %d times", row, err, s.looks)
	}
	s.sends = []func() (string, error){yes("v1")}
	if row, err := l.Spend(t.Context(), intent("k", 1), nil, s, no, s.v3()); err != nil || row.VideoID != "v1" {
		t.Fatalf("%+v %v", row, err)
	}
}

func TestARefusedRepeatAdoptsWhatTheAccountShows(t *testing.T) {
	s, l := scripted(t, fails(errCut), fails(errRefused))
	s.videos = []Found{{ID: "v1", Title: "k gr-k", CreatedAt: s.now}}
	if row, err := l.Spend(t.Context(), intent("k", 1), nil, s, no, s.v3()); err != nil || row.VideoID != "v1" {
		t.Fatalf("%+v %v", row, err)
	}
}

func TestNoRepeatAfterTheKeysDay(t *testing.T) {
	s, l := scripted(t)
	died(t, s, l, intent("k", 1), s.v3())
	s.now = s.now.Add(repeatWindow)
	if _, err := l.Spend(t.Context(), intent("k", 1), nil, s, no, s.v3()); !errors.Is(err, ErrParked) || len(s.bodies) != 1 {
		t.Fatalf("%v after %d sends", err, len(s.bodies))
	}
}

// TestNoRepeatWhenTheDayEndsBetweenRepeats: the limit was checked once per run.
func TestNoRepeatWhenTheDayEndsBetweenRepeats(t *testing.T) {
	s, l := scripted(t)
	died(t, s, l, intent("k", 1), s.v3())
	s.now = s.now.Add(repeatWindow - time.Minute)
	s.sends = []func() (string, error){func() (string, error) { s.now = s.now.Add(2 * time.Minute); return "", errCut }, yes("twice")}
	if _, err := l.Spend(t.Context(), intent("k", 1), nil, s, no, s.v3()); !errors.Is(err, ErrParked) || len(s.bodies) != 2 {
		t.Fatalf("%v after %d sends", err, len(s.bodies))
	}
}

// stalling is a store behind which a process sleeps after a commit.
type stalling struct {
	store
	s    *script
	naps []time.Duration // one for each commit
}

func (n *stalling) update(ctx context.Context, f func(txn) error) error {
	err := n.store.update(ctx, f)
	if err == nil && len(n.naps) > 0 {
		n.s.now = n.s.now.Add(n.naps[0])
		n.naps = n.naps[1:]
	}
	return err
}

// TestNoRepeatAfterAStallBehindTheRecord: a computer that slept between the record
// of a repeat and its bytes used to send them when the key was forgotten.
func TestNoRepeatAfterAStallBehindTheRecord(t *testing.T) {
	s, l := scripted(t)
	died(t, s, l, intent("k", 1), s.v3())
	s.now = s.now.Add(repeatWindow - time.Minute)
	l.store = &stalling{l.store, s, []time.Duration{0, 2 * time.Hour}}
	s.sends = []func() (string, error){yes("twice")}
	o := s.v3()
	o.Locked = true
	if _, err := l.Spend(t.Context(), intent("k", 1), nil, s, no, o); !errors.Is(err, ErrParked) || len(s.bodies) != 1 {
		t.Fatalf("%v after %d sends", err, len(s.bodies))
	}
}

// TestNoSendAfterTheLease: without the lock another may have taken the row over.
func TestNoSendAfterTheLease(t *testing.T) {
	s, l := scripted(t, yes("v1"))
	l.store = &stalling{l.store, s, []time.Duration{time.Hour}}
	if _, err := l.Spend(t.Context(), intent("k", 1), nil, s, no, s.v2()); !errors.Is(err, ErrBusy) || len(s.bodies) != 0 {
		t.Fatalf("%v after %d sends", err, len(s.bodies))
	}
	if row, err := l.Spend(t.Context(), intent("k", 1), nil, s, no, s.v2()); err != nil || row.VideoID != "v1" {
		t.Fatalf("%+v %v", row, err)
	}
}

// TestTheKeysDayBeginsWithTheSendThatCounts: refused sends used to start it.
func TestTheKeysDayBeginsWithTheSendThatCounts(t *testing.T) {
	s, l := scripted(t, fails(errRefused))
	if _, err := l.Spend(t.Context(), intent("k", 1), nil, s, no, s.v3()); !errors.Is(err, errRefused) {
		t.Fatal(err)
	}
	s.now = s.now.Add(30 * time.Hour)
	s.sends = []func() (string, error){fails(errCut), yes("v1")}
	if row, err := l.Spend(t.Context(), intent("k", 1), nil, s, no, s.v3()); err != nil || row.VideoID != "v1" {
		t.Fatalf("%+v %v", row, err)
	}
}

func TestRecoveryRepeatsTheSameBytes(t *testing.T) {
	s, l := scripted(t, yes("v1"))
	died(t, s, l, intent("k", 1), s.v3())
	other := intent("k", 1)
	other.Body, other.Title = []byte(`{"other":1}`), "new gr-k"
	row, err := l.Spend(t.Context(), other, nil, s, no, s.v3())
	if err != nil || row.VideoID != "v1" || !slices.Equal(s.bodies, []string{"{}", "{}"}) {
		t.Fatalf("%+v %v, sent %q", row, err, s.bodies)
	}
}

// TestTheSettleTimeBeginsWhenTheSendEnds: it began with the send, so that after a
// time-out the list was trusted at once and the clip parked.
func TestTheSettleTimeBeginsWhenTheSendEnds(t *testing.T) {
	for _, killed := range []bool{false, true} {
		s, l := scripted(t)
		end := func() (string, error) {
			s.now = s.now.Add(2 * time.Minute)
			s.videos = []Found{{ID: "v1", Title: "k gr-k", CreatedAt: s.now.Add(90 * time.Second)}}
			if killed {
				panic("killed")
			}
			return "", errCut
		}
		func() {
			defer func() { _ = recover() }()
			s.sends = []func() (string, error){end}
			_, _ = l.Spend(t.Context(), intent("k", 1), nil, s, no, s.v2())
		}()
		if row, err := l.Spend(t.Context(), intent("k", 1), nil, s, no, s.v2()); err != nil || row.VideoID != "v1" {
			t.Errorf("killed %v: %+v %v", killed, row, err)
		}
	}
}

// TestARepeatFitsTheBudgetOfItsRun: a repeat of an earlier run's row may be what
// buys, and was not counted.
func TestARepeatFitsTheBudgetOfItsRun(t *testing.T) {
	s, l := scripted(t)
	died(t, s, l, intent("a", 1), s.v3())
	s.sends = []func() (string, error){yes("v1"), yes("v2")}
	budget := 1.5
	for i, want := range []error{nil, ErrBudget} {
		in := intent([]string{"a", "b"}[i], 1)
		in.RunID = "next"
		if _, err := l.Spend(t.Context(), in, &budget, s, no, s.v3()); !errors.Is(err, want) {
			t.Errorf("clip %d: %v", i, err)
		}
	}
	none := 0.0
	died(t, s, l, intent("c", 1), s.v3())
	in := intent("c", 1)
	in.RunID = "no money"
	if _, err := l.Spend(t.Context(), in, &none, s, no, s.v3()); !errors.Is(err, ErrBudget) || len(s.bodies) != 3 {
		t.Errorf("%v after %d sends", err, len(s.bodies))
	}
	s.videos = []Found{{ID: "v3", Title: "c gr-c", CreatedAt: s.now}}
	if row, err := l.Spend(t.Context(), in, &none, s, no, s.v3()); err != nil || row.VideoID != "v3" {
		t.Errorf("a look costs nothing: %s %v", fmt.Sprint(row.State, row.VideoID), err)
	}
}
