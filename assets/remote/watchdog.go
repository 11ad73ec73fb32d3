package remote

import (
	"context"
	"errors"
	"sync"
	"time"
)

// drip is how much must come or go in one stall time: a server that sends a byte now and
// then is as stuck as a silent one.
const drip = 16 << 10

// watchdog ends an operation that does not move.
type watchdog struct {
	mu     sync.Mutex
	timer  *time.Timer
	after  time.Duration
	moved  int
	total  int64
	cancel context.CancelCauseFunc
}

func watch(ctx context.Context, after time.Duration) (context.Context, *watchdog) {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &watchdog{after: after, cancel: cancel}
	w.timer = time.AfterFunc(after, func() { cancel(stall{after}) })
	return ctx, w
}

// Write counts bytes that moved.
func (w *watchdog) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.total += int64(len(p))
	w.moved += len(p)
	if w.moved >= drip {
		w.moved = 0
		w.timer.Reset(w.after)
	}
	return len(p), nil
}

// more extends the limit by d, for a step that shows no progress.
func (w *watchdog) more(d time.Duration) { w.timer.Reset(w.after + d) }

func (w *watchdog) stop() {
	w.timer.Stop()
	w.cancel(nil)
}

// lively reports an operation that got somewhere before it failed, and did not stall: a
// server that breaks off is still there.
func (w *watchdog) lively(ctx context.Context) bool {
	var s stall
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.total > 0 && !errors.As(context.Cause(ctx), &s)
}
