package ledger

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
)

type speaking struct{ err error }

func (s speaking) Submit(context.Context, Row) (string, error) { return "speech 1", s.err }

func (speaking) FindByTitle(context.Context, string) ([]Found, error) {
	return nil, errors.New("no list holds sounds")
}

// A bought sound that is gone may be bought again when the user decides so, and only then;
// what is open or refused is not touched by that word.
func TestForgo(t *testing.T) {
	l, err := Open(filepath.Join(t.TempDir(), "ledger.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx := t.Context()
	in := Intent{Key: "k", Clip: "one", Route: "v1-speech", Marker: "m", Path: "/v1/audio/text_to_speech", Body: []byte("{}"), Price: 0.004, RunID: "r"}
	never := func(error) bool { return false }
	if err := l.Forgo(ctx, "k", "x"); err == nil {
		t.Error("a row that is not there was forgone")
	}
	// An unknown answer is parked at once: the list is not even asked.
	if row, err := l.Spend(ctx, in, nil, speaking{errors.New("cut")}, never, SpendOptions{Strict: true, Locked: true}); !errors.Is(err, ErrParked) || row.State != Parked {
		t.Fatalf("%s %v", row.State, err)
	}
	if err := l.Forgo(ctx, "k", "x"); !errors.Is(err, ErrUnsettled) {
		t.Errorf("a parked row was forgone: %v", err)
	}
	if err := l.ResolveNotPaid(ctx, "k"); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Spend(ctx, in, nil, speaking{}, never, SpendOptions{Strict: true, Locked: true}); err != nil {
		t.Fatal(err)
	}
	if err := l.Forgo(ctx, "k", "its sound is gone"); err != nil {
		t.Fatal(err)
	}
	row, _, err := l.Get(ctx, "k")
	if err != nil || row.State != Intended || row.VideoID != "" || row.Reason != "its sound is gone" {
		t.Errorf("%+v %v", row, err)
	}
	if row, err := l.Spend(ctx, in, nil, speaking{}, never, SpendOptions{Strict: true, Locked: true}); err != nil || row.State != Submitted {
		t.Errorf("bought again: %s %v", row.State, err)
	}
}
