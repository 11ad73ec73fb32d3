package ledger

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// memory is the store the explorer runs on: the rows of one ledger file. What it
// takes and refuses is held equal to SQLite by TestStoresAgree.
type memory struct {
	rows  map[string]Row
	order []string

	failed []error
}

func newMemory() *memory { return &memory{rows: map[string]Row{}} }

func (m *memory) close() error { return nil }

func (m *memory) get(_ context.Context, key string) (Row, bool, error) {
	r, ok := m.rows[key]
	return r, ok, nil
}

func (m *memory) list(context.Context) (out []Row, err error) {
	for _, k := range m.order {
		r := m.rows[k]
		if r.State == Submitted || r.State == Completed || r.State == Failed {
			r.Body = []byte{}
		}
		out = append(out, r)
	}
	return out, nil
}

// update undoes what f wrote when it fails, as a rolled back transaction.
func (m *memory) update(_ context.Context, f func(txn) error) error {
	t := &memoryTx{m: m}
	if err := f(t); err != nil {
		if t.wrote {
			m.rows, m.order = t.rows, t.order
		}
		return err
	}
	return nil
}

func (m *memory) updateLater(f func(txn) error) {
	if err := m.update(context.Background(), f); err != nil {
		m.failed = append(m.failed, err)
	}
}

func (m *memory) flush() error {
	err := errors.Join(m.failed...)
	m.failed = nil
	return err
}

type memoryTx struct {
	m     *memory
	wrote bool
	rows  map[string]Row // as they were
	order []string
}

func (t *memoryTx) get(key string) (Row, bool, error) {
	r, ok := t.m.rows[key]
	return r, ok, nil
}

func (t *memoryTx) put(r Row) error {
	if !sound(r) {
		return errBroken
	}
	for k, o := range t.m.rows {
		if k != r.Key && (o.Marker == r.Marker || o.VideoID == r.VideoID && r.VideoID != "") {
			return errBroken
		}
	}
	if !t.wrote {
		t.wrote, t.rows, t.order = true, maps.Clone(t.m.rows), slices.Clone(t.m.order)
	}
	if _, ok := t.m.rows[r.Key]; !ok {
		t.m.order = append(t.m.order, r.Key)
	}
	t.m.rows[r.Key] = r
	return nil
}

func (t *memoryTx) swap(old, r Row) (bool, error) {
	now, ok := t.m.rows[old.Key]
	if !ok || !sameWords(old, r) || now.State != old.State || now.Pending != old.Pending || now.VideoID != old.VideoID || now.Reason != old.Reason ||
		!now.Updated.Equal(old.Updated) || now.MasterHash != old.MasterHash || now.Owner != old.Owner {
		return false, nil
	}
	r.Take, r.Origin, r.Clip, r.Route, r.Marker, r.Title, r.Path, r.Body, r.RunID, r.Price = now.Take, now.Origin, now.Clip, now.Route, now.Marker, now.Title, now.Path, now.Body, now.RunID, now.Price
	return true, t.put(r)
}

func (t *memoryTx) openElsewhere(take, key string) (out []string, err error) {
	for _, k := range t.m.order {
		if r := t.m.rows[k]; r.Take == take && r.Key != key && r.Open() {
			out = append(out, r.Origin)
		}
	}
	return out, nil
}

func (t *memoryTx) latest() (last time.Time, err error) {
	for _, r := range t.m.rows {
		if r.Updated.After(last) {
			last = r.Updated
		}
	}
	return last, nil
}

func (t *memoryTx) spentBy(runID string) (sum float64, err error) {
	for _, r := range t.m.rows {
		if r.RunID == runID && r.State != Intended {
			sum += r.Price
		}
	}
	return sum, nil
}

// sound checks in Go what the schema checks in SQL.
func sound(r Row) bool {
	states := []State{Intended, Sending, Submitted, Completed, Failed, Parked}
	switch {
	case r.Key == "", r.Price < 0, r.Pending < 0, r.Epoch < 0, !slices.Contains(states, r.State):
		return false
	case r.State == Intended && r.Pending != 0:
		return false
	case (r.State == Sending || r.State == Parked) && (r.Pending == 0 || r.LastSent.IsZero()):
		return false
	case (r.State == Submitted || r.State == Completed) && r.VideoID == "":
		return false
	}
	return true
}

// TestStoresAgree puts the same random rows, good and broken, into both stores:
// they take and refuse the same ones, roll back alike and hold the same rows.
func TestStoresAgree(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 1))
	file, err := openSQLite(filepath.Join(t.TempDir(), "l.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.close()
	stores := []store{file, newMemory()}
	pick := func(s ...string) string { return s[rnd.IntN(len(s))] }
	at := func() time.Time {
		if rnd.IntN(3) == 0 {
			return time.Time{}
		}
		return time.UnixMilli(1_800_000_000_000 + rnd.Int64N(1e6)).UTC()
	}
	refused, swapped := 0, map[bool]int{}
	var seen Row
	for i := range 400 {
		n := pick("", "a", "b", "c", "d", "e", "f")
		r := Row{Key: n, Take: pick("t1", "t2"), Origin: pick("", "sandbox", "heygen-1"), Epoch: rnd.IntN(4) - 1, Clip: "c", Route: "v2", Marker: pick("m", "m"+n), Title: "t", Path: "/p", Body: []byte(pick("{}", "[]")), RunID: pick("r1", "r2"), Reason: pick("", "why"),
			State:   State(pick("INTENT", "INTENT", "SENDING", "SUBMITTED", "COMPLETED", "FAILED", "PARKED", "LOST")),
			Pending: rnd.IntN(4) - 1, VideoID: pick("", "v1", "v2", "v"+n), Price: float64(rnd.IntN(9) - 1), FirstSent: at(), LastSent: at(), Owner: pick("", "p"), Until: at(), Updated: time.UnixMilli(int64(i) + 1).UTC()}
		undo, moves, swaps := rnd.IntN(4) == 0, rnd.IntN(3) > 0, rnd.IntN(3) == 0
		if rnd.IntN(2) == 0 { // what a row was seen as may be old by now
			if list, err := file.list(t.Context()); err != nil {
				t.Fatal(err)
			} else if len(list) > 0 {
				seen = list[rnd.IntN(len(list))]
			}
		}
		said := [2]string{}
		for j, s := range stores {
			err := s.update(t.Context(), func(tx txn) error {
				r := r
				if old, known, err := tx.get(n); err != nil {
					return err
				} else if known && moves { // as the transitions do: the words stay
					r.Take, r.Origin = old.Take, old.Origin
					r.Clip, r.Route, r.Marker, r.Title, r.Path, r.Body, r.RunID, r.Price = old.Clip, old.Route, old.Marker, old.Title, old.Path, old.Body, old.RunID, old.Price
				}
				if swaps {
					r.Take, r.Origin = seen.Take, seen.Origin
					r.Key, r.Clip, r.Route, r.Marker, r.Title, r.Path, r.Body, r.RunID, r.Price = seen.Key, seen.Clip, seen.Route, seen.Marker, seen.Title, seen.Path, seen.Body, seen.RunID, seen.Price
					done, err := tx.swap(seen, r)
					if err != nil {
						return errBroken
					}
					said[j] = fmt.Sprint("swapped ", done, " ")
					swapped[done]++
				} else if err := tx.put(r); err != nil {
					return errBroken
				}
				sum, err := tx.spentBy("r1")
				last, lerr := tx.latest()
				open, oerr := tx.openElsewhere("t1", "a")
				said[j] += fmt.Sprint(sum, last.UnixMilli(), lerr, len(open), open, oerr)
				if undo && err == nil {
					return context.Canceled
				}
				return err
			})
			said[j] += fmt.Sprint(err)
			list, err := s.list(t.Context())
			row, ok, gerr := s.get(t.Context(), n)
			said[j] += fmt.Sprintf(" %+v %v %+v %v %v", list, err, row, ok, gerr)
			if j == 0 && len(said[0]) > 0 && said[0][0] == 't' {
				refused++
			}
		}
		if said[0] != said[1] {
			t.Fatalf("seed %d, row %d %+v\nsqlite %s\nmemory %s", seed, i, r, said[0], said[1])
		}
	}
	if refused == 0 || refused == 400 || swapped[true] == 0 || swapped[false] == 0 {
		t.Errorf("%d of 400 rows refused, swapped %v: the comparison is worthless", refused, swapped)
	}
	t.Logf("%d refused, swapped %v", refused, swapped)
}
