// Package heap lets garbage lie as long as there is room for it.
//
// It promises that the heap of a program whose data is smaller than a budget stays near
// that budget, and that it is collected no more often than that takes. It never holds a
// program back whose data has outgrown the budget: that one collects as another share of
// its data, and not without end.
package heap

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// most and least bound what may lie, in percent of what is in use. Below least a
// collection would cost more than its memory is worth; most is only for the first
// moments, when nearly nothing is in use.
const (
	most  = 1000
	least = 25
)

// live is what the last collection found in use, bytes.
const live = "/gc/heap/live:bytes"

// beside is what the runtime may hold next to the heap's budget, bytes: stacks, its own
// tables, and pages that are free and not given back to the system yet. Those it gives
// back when all would be more.
const beside = 32 << 20

// Keep collects when the heap reaches budget bytes, or has grown by a quarter above what
// is in use where that is more. It sets the collector's percentage and limit anew after
// each collection, until undo, which restores those it found. A lower limit that was
// there stays.
func Keep(budget uint64) (undo func()) {
	k := &keeper{budget: budget, percent: debug.SetGCPercent(percent(0, budget)), limit: debug.SetMemoryLimit(-1)}
	debug.SetMemoryLimit(k.limitFor(0))
	k.wait()
	return k.stop
}

type keeper struct {
	budget  uint64
	percent int // as they were
	limit   int64

	mu      sync.Mutex
	stopped bool
}

// wait sets the percentage when the next collection has ended: it is then that something
// nobody holds is found.
func (k *keeper) wait() {
	runtime.SetFinalizer(&struct{ p *keeper }{k}, func(any) { k.collected() })
}

func (k *keeper) collected() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.stopped {
		return
	}
	s := []metrics.Sample{{Name: live}}
	metrics.Read(s)
	used := s[0].Value.Uint64()
	debug.SetGCPercent(percent(used, k.budget))
	debug.SetMemoryLimit(k.limitFor(used))
	k.wait()
}

func (k *keeper) stop() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.stopped {
		k.stopped = true
		debug.SetGCPercent(k.percent)
		debug.SetMemoryLimit(k.limit)
	}
}

// limitFor never makes the collector run more often than the percentage does.
func (k *keeper) limitFor(used uint64) int64 {
	return min(k.limit, int64(max(k.budget, used+used/2)+beside))
}

// percent is how much may lie on top of used bytes, in percent of them.
func percent(used, budget uint64) int {
	if used == 0 {
		return most
	}
	if used >= budget {
		return least
	}
	return int(min(max((budget-used)*100/used, least), most))
}
