package ledger

import (
	"context"
	"errors"
	"testing"
	"time"
)

// TestAMovedClockMakesNoKeyYoung: a first send that lies in the future, or a ledger that was
// written later than now, shows that a clock was moved. The key may be days old.
func TestAMovedClockMakesNoKeyYoung(t *testing.T) {
	for name, back := range map[string]time.Duration{
		"three days ahead at the first send":    -72 * time.Hour,
		"an hour ahead":                         -time.Hour,
		"just beyond the slack":                 -clockSlack - time.Second,
		"the day is over":                       repeatWindow,
		"so far ahead that nothing is sensible": -10_000 * time.Hour,
	} {
		s, l := scripted(t)
		died(t, s, l, intent("k", 1), s.v3())
		s.now = s.now.Add(back)
		s.sends = []func() (string, error){yes("twice")}
		if _, err := l.Spend(t.Context(), intent("k", 1), nil, s, no, s.v3()); !errors.Is(err, ErrParked) || len(s.bodies) != 1 {
			t.Errorf("%s: %v after %d sends", name, err, len(s.bodies))
		}
	}
	s, l := scripted(t)
	died(t, s, l, intent("k", 1), s.v3())
	s.now = s.now.Add(-clockSlack + time.Second) // clocks differ a little
	s.sends = []func() (string, error){yes("v1")}
	if row, err := l.Spend(t.Context(), intent("k", 1), nil, s, no, s.v3()); err != nil || row.VideoID != "v1" {
		t.Errorf("%+v %v", row, err)
	}
}

// TestALedgerThatWasWrittenLaterStopsRepeats: the clock went back after another row was
// written, so this row's age is not known either.
func TestALedgerThatWasWrittenLaterStopsRepeats(t *testing.T) {
	s, l := scripted(t)
	died(t, s, l, intent("k", 1), s.v3())
	s.now = s.now.Add(30 * time.Hour)
	s.sends = []func() (string, error){yes("v2")}
	if _, err := l.Spend(t.Context(), intent("other", 1), nil, s, no, s.v3()); err != nil {
		t.Fatal(err)
	}
	s.now = s.now.Add(-29 * time.Hour)
	s.sends = []func() (string, error){yes("twice")}
	if _, err := l.Spend(t.Context(), intent("k", 1), nil, s, no, s.v3()); !errors.Is(err, ErrParked) || len(s.bodies) != 2 {
		t.Errorf("%v after %d sends", err, len(s.bodies))
	}
}

// TestTheProvidersClockCounts: this machine's clock is wrong at the first send, at the
// repeat, or both.
func TestTheProvidersClockCounts(t *testing.T) {
	for name, c := range map[string]struct {
		first, second, passed time.Duration
		sends                 int
	}{
		"right, key lives":                   {0, 0, time.Hour, 2},
		"right, key is over":                 {0, 0, 24 * time.Hour, 1},
		"20 hours ahead, key is over":        {20 * time.Hour, 0, 25 * time.Hour, 1},
		"then 20 hours behind, key is over":  {0, -20 * time.Hour, 25 * time.Hour, 1},
		"two days behind, key lives":         {-48 * time.Hour, -48 * time.Hour, time.Hour, 2},
		"ahead and then right, key lives":    {72 * time.Hour, 0, time.Hour, 2},
		"behind and then ahead, key lives":   {-72 * time.Hour, 72 * time.Hour, time.Hour, 2},
		"behind and then ahead, key is over": {-72 * time.Hour, 72 * time.Hour, 24 * time.Hour, 1},
	} {
		s, _ := scripted(t)
		m := newMemory()
		truth := s.now
		open := func(wrong time.Duration) (*Ledger, SpendOptions) {
			o := s.v3()
			o.Clock = func(context.Context) (time.Time, error) { return s.now, nil }
			return newLedger(m, Options{Now: func() time.Time { return s.now.Add(wrong) }}), o
		}
		l, o := open(c.first)
		died(t, s, l, intent("k", 1), o)
		s.now = truth.Add(c.passed)
		s.sends = []func() (string, error){yes("v1")}
		l, o = open(c.second)
		o.Locked = true
		if _, err := l.Spend(t.Context(), intent("k", 1), nil, s, no, o); len(s.bodies) != c.sends || c.sends == 1 != errors.Is(err, ErrParked) {
			t.Errorf("%s: %d sends, %v", name, len(s.bodies), err)
		}
	}
}

// TestNothingIsSentWhenTheProvidersTimeIsUnreachable: then no key could be dated.
func TestNothingIsSentWhenTheProvidersTimeIsUnreachable(t *testing.T) {
	s, l := scripted(t, yes("v1"))
	o := s.v3()
	o.Clock = func(context.Context) (time.Time, error) { return time.Time{}, errCut }
	if _, err := l.Spend(t.Context(), intent("k", 1), nil, s, no, o); !errors.Is(err, errCut) || len(s.bodies) != 0 {
		t.Errorf("%v after %d sends", err, len(s.bodies))
	}
	if _, ok, err := l.Get(t.Context(), "k"); ok || err != nil {
		t.Errorf("a row was made: %v", err)
	}
	o.Clock = func(context.Context) (time.Time, error) { return time.Time{}, nil } // it reports none
	if row, err := l.Spend(t.Context(), intent("k", 1), nil, s, no, o); err != nil || row.VideoID != "v1" {
		t.Errorf("%+v %v", row, err)
	}
}
