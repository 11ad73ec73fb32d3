package heap

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"
)

func TestPercent(t *testing.T) {
	for _, c := range []struct {
		used, budget uint64
		want         int
	}{
		{0, 100, most}, {1, 100, most}, {50, 100, 100}, {80, 100, 25}, {90, 100, least}, {100, 100, least},
		{1 << 40, 100, least},
	} {
		if got := percent(c.used, c.budget); got != c.want {
			t.Errorf("%d of %d in use: %d %%, want %d", c.used, c.budget, got, c.want)
		}
	}
}

// TestKeepFollowsWhatIsInUse collects with little and with much in use, and checks what
// the runtime then aims at.
func TestKeepFollowsWhatIsInUse(t *testing.T) {
	const budget = 64 << 20
	before := debug.SetGCPercent(100)
	defer debug.SetGCPercent(before)
	undo := Keep(budget)
	var held [][]byte
	for _, c := range []struct{ use, least, most uint64 }{
		{24 << 20, budget - 8<<20, budget + 8<<20},
		{96 << 20, 96 << 20, 140 << 20}, // more than the budget: a quarter on top
		{8 << 20, budget - 8<<20, budget + 8<<20},
	} {
		held = nil
		for range c.use >> 20 {
			held = append(held, make([]byte, 1<<20))
		}
		var goal uint64
		for end := time.Now().Add(10 * time.Second); ; {
			runtime.GC() // the percentage follows each collection from another goroutine
			s := []metrics.Sample{{Name: "/gc/heap/goal:bytes"}}
			metrics.Read(s)
			if goal = s[0].Value.Uint64(); goal >= c.least && goal <= c.most {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("%d MB in use: the next collection at %d MB", c.use>>20, goal>>20)
			}
		}
		runtime.KeepAlive(held)
	}
	undo()
	undo() // a second call does nothing
	runtime.GC()
	if got := debug.SetGCPercent(100); got != 100 {
		t.Errorf("%d %% is left behind", got)
	}
}
