package ledger

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greenroom/internal/fault"
)

func open(t *testing.T, path string, now func() time.Time) *Ledger {
	t.Helper()
	l, err := Open(path, Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func intent(key string, price float64) Intent {
	return Intent{Key: key, Clip: key, Route: "v2-key", Marker: "gr-" + key, Title: key + " gr-" + key, Path: "/v2/video/generate", Body: []byte("{}"), Price: price, RunID: "run"}
}

// flaky is a provider that loses requests and answers.
type flaky struct {
	fail   func() int // 0 ok, 1 request lost, 2 answer lost, 3 refused
	videos []Found
	hidden bool
}

var errRefused = errors.New("429")

func (w *flaky) Submit(_ context.Context, row Row) (string, error) {
	f := w.fail()
	if f == 1 {
		return "", errors.New("connection reset")
	}
	if f == 3 {
		return "", errRefused
	}
	id := fmt.Sprintf("v%d", len(w.videos)+1)
	w.videos = append(w.videos, Found{ID: id, Title: "x gr-k", CreatedAt: time.Unix(int64(len(w.videos)), 0)})
	if f == 2 {
		return "", errors.New("cut")
	}
	return id, nil
}

func (w *flaky) FindByTitle(_ context.Context, marker string) ([]Found, error) {
	if w.hidden {
		return nil, nil
	}
	var out []Found
	for _, v := range w.videos {
		if strings.Contains(v.Title, marker) {
			out = append(out, v)
		}
	}
	return out, nil
}

func no(err error) bool { return errors.Is(err, errRefused) }

func always(f int) func() int { return func() int { return f } }

func opts() SpendOptions {
	return SpendOptions{Settle: time.Minute, Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}
}

func TestAYesIsBoughtOnce(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "l.db"), nil)
	w := &flaky{fail: always(0)}
	for range 3 {
		row, err := l.Spend(t.Context(), intent("k", 1), nil, w, no, opts())
		if err != nil || row.VideoID != "v1" || len(w.videos) != 1 {
			t.Fatalf("%+v %v, %d bought", row, err, len(w.videos))
		}
	}
}

func TestARefusalFreesTheRow(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "l.db"), nil)
	w := &flaky{fail: always(3)}
	if _, err := l.Spend(t.Context(), intent("k", 1), nil, w, no, opts()); !errors.Is(err, errRefused) {
		t.Fatal(err)
	}
	w.fail = always(0)
	if row, err := l.Spend(t.Context(), intent("k", 1), nil, w, no, opts()); err != nil || row.State != Submitted {
		t.Fatalf("%+v %v", row, err)
	}
}

func TestALostAnswerIsAdoptedNotBoughtAgain(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "l.db"), nil)
	w := &flaky{fail: always(2)}
	if _, err := l.Spend(t.Context(), intent("k", 1), nil, w, no, opts()); !errors.Is(err, ErrUnknown) {
		t.Fatal(err)
	}
	w.fail = always(0)
	row, err := l.Spend(t.Context(), intent("k", 1), nil, w, no, opts())
	if err != nil || row.VideoID != "v1" || len(w.videos) != 1 {
		t.Fatalf("%+v %v, %d bought", row, err, len(w.videos))
	}
}

func TestALostRequestIsParkedUntilAPersonDecides(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "l.db"), nil)
	w := &flaky{fail: always(1)}
	ctx := t.Context()
	_, _ = l.Spend(ctx, intent("k", 1), nil, w, no, opts())
	w.fail = always(0)
	for range 2 {
		if _, err := l.Spend(ctx, intent("k", 1), nil, w, no, opts()); !errors.Is(err, ErrParked) {
			t.Fatal(err)
		}
	}
	if err := l.ResolveNotPaid(ctx, "k"); err != nil {
		t.Fatal(err)
	}
	if row, err := l.Spend(ctx, intent("k", 1), nil, w, no, opts()); err != nil || row.VideoID != "v1" {
		t.Fatalf("%+v %v", row, err)
	}
	if err := l.ResolveNotPaid(ctx, "k"); !errors.Is(err, ErrUnsettled) {
		t.Errorf("a submitted row was reset: %v", err)
	}
}

func TestARouteWithoutTitlesIsParked(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "l.db"), nil)
	w := &flaky{fail: always(2)}
	in := intent("k", 1)
	in.Title = ""
	_, _ = l.Spend(t.Context(), in, nil, w, no, opts())
	if _, err := l.Spend(t.Context(), in, nil, w, no, opts()); !errors.Is(err, ErrParked) {
		t.Fatal(err)
	}
}

func TestBudgetHoldsAtTheRow(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "l.db"), nil)
	w := &flaky{fail: always(0)}
	budget := 2.5
	for i, want := range []error{nil, nil, ErrBudget} {
		_, err := l.Spend(t.Context(), intent(fmt.Sprint("k", i), 1), &budget, w, no, opts())
		if !errors.Is(err, want) {
			t.Errorf("clip %d: %v", i, err)
		}
	}
	if len(w.videos) != 2 {
		t.Errorf("%d bought", len(w.videos))
	}
}

func TestFailedIsFinal(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "l.db"), nil)
	w := &flaky{fail: always(0)}
	ctx := t.Context()
	if _, err := l.Spend(ctx, intent("k", 1), nil, w, no, opts()); err != nil {
		t.Fatal(err)
	}
	if err := l.Failed(ctx, "k", "rendering_failed"); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Spend(ctx, intent("k", 1), nil, w, no, opts()); err == nil || !strings.Contains(err.Error(), "rendering_failed") || len(w.videos) != 1 {
		t.Errorf("%v, %d bought", err, len(w.videos))
	}
}

// TestRandomLives drives the protocol through lost requests, lost answers,
// refusals, a list that hides videos and a process that dies before and after
// each send, and counts what was bought.
func TestRandomLives(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	for life := range 40 {
		rnd := rand.New(rand.NewPCG(seed, uint64(life)))
		path := filepath.Join(t.TempDir(), "l.db")
		w := &flaky{}
		w.fail = func() int {
			f := rnd.IntN(4)
			if rnd.IntN(4) == 0 {
				panic(f) // the process dies with the request on its way
			}
			return f
		}
		clock := time.Unix(1_700_000_000, 0)
		for range 8 {
			func() {
				l, err := Open(path, Options{Now: func() time.Time { return clock }})
				if err != nil {
					t.Fatal(err)
				}
				defer l.Close()
				defer func() { _ = recover() }()
				row, err := l.Spend(t.Context(), intent("k", 1), nil, w, no, opts())
				if err == nil && row.VideoID != w.videos[0].ID {
					t.Fatalf("seed %d life %d: adopted %s of %v", seed, life, row.VideoID, w.videos)
				}
			}()
			clock = clock.Add(time.Hour)
			if len(w.videos) > 1 {
				t.Fatalf("seed %d life %d: bought %d times", seed, life, len(w.videos))
			}
		}
	}
}

func TestTheLockNamesItsHolder(t *testing.T) {
	dir := t.TempDir()
	unlock, err := LockSubmitter(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = LockSubmitter(dir)
	if fault.KindOf(err) != fault.Locked || !strings.Contains(err.Error(), "process ") {
		t.Errorf("%v", err)
	}
	unlock()
	again, err := LockSubmitter(dir)
	if err != nil {
		t.Fatal(err)
	}
	again()
}
