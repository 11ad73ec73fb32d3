// Package heap runs the garbage collector only when the heap reaches a budget.
//
// While a program's data is smaller than the budget, its heap stays near the budget. When the data
// outgrows it, the collector runs after each growth by a quarter, so that it never runs without end.
//
// A build of 10,000 rows with it needs 182 to 185 MB at most and 2.1 to 2.3 ms of processor time for each
// clip; with the runtime's default (GOGC=100) 215 to 238 MB and 2.0 ms, with GOGC=50 179 to 204 MB and 2.1
// to 2.2 ms (`-bench Rows` in internal/e2e/bench on 2026-11-29, three or four runs of each).
package heap

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// most and least bound the garbage, in percent of what is in use. Below least a collection would cost
// more than its memory is worth; most matters only at the start, when nearly nothing is in use.
const (
	most  = 1000
	least = 25
)

// live is what the last collection found in use, bytes.
const live = "/gc/heap/live:bytes"

// overhead is what the runtime may hold in addition to the heap's budget, bytes: stacks, its own
// tables, and free pages that are not returned to the system yet. It returns them when the sum would
// be larger.
const overhead = 32 << 20

// Keep collects when the heap reaches budget bytes, or has grown by a quarter above what
// is in use where that is more. It sets the collector's percentage and limit again after
// each collection, until undo, which restores the previous ones. It keeps a lower previous limit.
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

// wait sets the percentage when the next collection has ended: then the finalizer of an unreachable
// object runs.
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
	return min(k.limit, int64(max(k.budget, used+used/2)+overhead))
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
