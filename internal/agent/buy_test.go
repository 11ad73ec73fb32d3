package agent

import "testing"

// TestTheLimitHasNoRounding: three times 0.99 is not exactly 2.97 in binary fractions, and what is given back can be
// spent again.
func TestTheLimitHasNoRounding(t *testing.T) {
	t.Parallel()
	limit := 2.97
	s := &Server{p: Project{MaxSpend: &limit}}
	for i := range 3 {
		if !s.reserve(0.99) {
			t.Fatalf("purchase %d of three that cost 0.99 is refused at a limit of 2.97", i+1)
		}
	}
	if s.reserve(0.01) {
		t.Error("a cent more than the limit")
	}
	s.give(0.6)
	if !s.reserve(0.6) || s.reserve(0.01) {
		t.Error("what was given back is not exactly what can be spent")
	}
}
