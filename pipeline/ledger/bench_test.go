package ledger

import (
	"fmt"
	"testing"

	"golang.org/x/sync/errgroup"
)

// BenchmarkSpent reads what a run spent when its ten thousandth purchase is at the door.
func BenchmarkSpent(b *testing.B) {
	s, err := openSQLite(b.TempDir() + "/l.db")
	if err != nil {
		b.Fatal(err)
	}
	defer s.close()
	const rows = 10_000
	err = s.update(b.Context(), func(t txn) error {
		for i := range rows {
			k := fmt.Sprint(i)
			if err := t.put(Row{Key: k, Clip: k, Route: "v3", Marker: "gr-" + k, Title: k, Path: "/p", Body: make([]byte, 600), State: Submitted, VideoID: k, RunID: "run", Price: 1}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		err = s.update(b.Context(), func(t txn) error {
			if sum, err := t.spentBy("run"); err != nil || sum != rows {
				return fmt.Errorf("%v, %w", sum, err)
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkGroup makes 20 changes at once: in groups, each in a transaction of its own, and
// without waiting for the disk.
func BenchmarkGroup(b *testing.B) {
	for name, do := range map[string]func(s *sqlite, f func(txn) error) error{
		"grouped": func(s *sqlite, f func(txn) error) error { return s.update(b.Context(), f) },
		"alone": func(s *sqlite, f func(txn) error) error {
			c := &change{f: f, done: make(chan struct{})}
			s.turn <- struct{}{}
			s.run([]*change{c})
			<-s.turn
			return c.err
		},
		"deferred": func(s *sqlite, f func(txn) error) error { s.updateLater(f); return nil },
	} {
		b.Run(name, func(b *testing.B) {
			s, err := openSQLite(b.TempDir() + "/l.db")
			if err != nil {
				b.Fatal(err)
			}
			defer s.close()
			n := 0
			for b.Loop() {
				var g errgroup.Group
				for range 20 {
					n++
					k := fmt.Sprint(n)
					row := Row{Key: k, Clip: k, Route: "v3", Marker: "gr-" + k, Title: k, Path: "/p", Body: make([]byte, 600), State: Submitted, VideoID: k, RunID: "run", Price: 1}
					g.Go(func() error { return do(s, func(t txn) error { return t.put(row) }) })
				}
				err := g.Wait()
				if err != nil {
					b.Fatal(err)
				}
			}
			err = s.flush()
			if err != nil {
				b.Fatal(err)
			}
		})
	}
}
