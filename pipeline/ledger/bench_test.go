package ledger

import (
	"fmt"
	"testing"
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
