package ledger

import (
	"errors"
	"testing"
	"time"
)

// TestARefusalThatFreesTheRowIsReturned: the caller waits for a busy provider only when it
// makes sure that nothing is open.
func TestARefusalThatFreesTheRowIsReturned(t *testing.T) {
	s, l := scripted(t, fails(errRefused))
	row, err := l.Spend(t.Context(), intent("k", 1), nil, s, no, s.v3())
	if !errors.Is(err, errRefused) || row.State != Intended || row.Pending != 0 || row.Open() {
		t.Errorf("%+v %v", row, err)
	}
}

// TestTheEpochMovesOnlyWhenNothingIsOpen: a refusal may be stored under the key, but while
// an earlier send is unknown only the old key is safe.
func TestTheEpochMovesOnlyWhenNothingIsOpen(t *testing.T) {
	s, l := scripted(t, fails(errRefused), fails(errRefused), fails(errCut), fails(errRefused), fails(errRefused), yes("v1"))
	once := func() string {
		r, _, err := l.Get(t.Context(), "k")
		if err != nil {
			t.Fatal(err)
		}
		return r.Once()
	}
	for i, want := range []string{"gr-k-1", "gr-k-2"} { // two plain refusals
		if _, err := l.Spend(t.Context(), intent("k", 1), nil, s, no, s.v3()); !errors.Is(err, errRefused) || once() != want {
			t.Fatalf("after refusal %d: %v, key %q", i+1, err, once())
		}
	}
	// A lost answer, then refused repeats: the key stays.
	for range 2 {
		if _, err := l.Spend(t.Context(), intent("k", 1), nil, s, no, s.v3()); !errors.Is(err, ErrUnknown) || once() != "gr-k-2" {
			t.Fatalf("%v, key %q", err, once())
		}
	}
	if row, err := l.Spend(t.Context(), intent("k", 1), nil, s, no, s.v3()); err != nil || row.Once() != "gr-k-2" {
		t.Errorf("%+v %v", row, err)
	}
}

// TestParkedIsSearchedAgain: the list may lag for longer than Spend waits.
func TestParkedIsSearchedAgain(t *testing.T) {
	s, l := scripted(t, fails(errCut))
	for range 2 {
		_, _ = l.Spend(t.Context(), intent("k", 1), nil, s, no, s.v2()) // the first leaves it open
	}
	if row, _, err := l.Get(t.Context(), "k"); err != nil || row.State != Parked {
		t.Fatalf("%+v %v", row, err)
	}
	if _, err := l.Spend(t.Context(), intent("k", 1), nil, s, no, s.v2()); !errors.Is(err, ErrParked) {
		t.Errorf("not there yet: %v", err)
	}
	strict := s.v2()
	strict.Strict = true
	looks := s.looks
	if _, err := l.Spend(t.Context(), intent("k", 1), nil, s, no, strict); !errors.Is(err, ErrParked) || s.looks != looks {
		t.Errorf("strict spending searched: %v", err)
	}
	s.videos = []Found{{ID: "v1", Title: "k gr-k", CreatedAt: s.now}}
	if row, err := l.Spend(t.Context(), intent("k", 1), nil, s, no, s.v2()); err != nil || row.VideoID != "v1" || len(s.bodies) != 1 {
		t.Errorf("%+v %v after %d sends", row, err, len(s.bodies))
	}
}

// TestWhichVideoWithTheMarkerIsAdopted: after a lost ledger the account may have several.
func TestWhichVideoWithTheMarkerIsAdopted(t *testing.T) {
	sent := time.UnixMilli(1_800_000_000_000)
	at := func(d time.Duration) time.Time { return sent.Add(d) }
	for name, c := range map[string]struct {
		list []Found
		want string
	}{
		"none":                     {nil, ""},
		"the oldest":               {[]Found{{ID: "b", CreatedAt: at(2)}, {ID: "a", CreatedAt: at(1)}}, "a"},
		"an old one that is there": {[]Found{{ID: "old", CreatedAt: at(-48 * time.Hour)}}, "old"},
		"an old one that failed":   {[]Found{{ID: "old", CreatedAt: at(-48 * time.Hour), Failed: true}}, ""},
		"an old failure and ours":  {[]Found{{ID: "old", CreatedAt: at(-48 * time.Hour), Failed: true}, {ID: "v", CreatedAt: at(1)}}, "v"},
		"ours failed":              {[]Found{{ID: "v", CreatedAt: at(time.Second), Failed: true}}, "v"},
		"one failed, one did not":  {[]Found{{ID: "x", CreatedAt: at(1), Failed: true}, {ID: "v", CreatedAt: at(2)}}, "v"},
	} {
		if got := oldest(c.list, Row{FirstSent: sent}); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestASessionBecomesAVideoOnce: a second id never replaces the bought one.
func TestASessionBecomesAVideoOnce(t *testing.T) {
	s, l := scripted(t, yes("session1"))
	if _, err := l.Spend(t.Context(), intent("k", 1), nil, s, no, s.v2()); err != nil {
		t.Fatal(err)
	}
	if err := l.Became(t.Context(), "k", "video1"); err != nil {
		t.Fatal(err)
	}
	if err := l.Became(t.Context(), "k", "video2"); !errors.Is(err, ErrUnsettled) {
		t.Errorf("%v", err)
	}
	if row, _, _ := l.Get(t.Context(), "k"); row.VideoID != "video1" {
		t.Errorf("%+v", row)
	}
}
