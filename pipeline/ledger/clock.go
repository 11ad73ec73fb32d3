package ledger

import (
	"context"
	"sync"
	"time"
)

// clock is this machine's clock, corrected by the provider's. Idempotency keys live by the
// provider's clock: on a machine whose own is wrong, an expired key looks young.
type clock struct {
	local func() time.Time

	mu     sync.Mutex
	offset time.Duration // the provider's minus ours
}

const (
	// clockNoise is a difference that is not corrected: answers take time, and HTTP dates
	// count in seconds.
	clockNoise = time.Minute
	// clockSlack is how far a record may lie in the future before the clock that wrote it,
	// or the one that reads it, counts as wrong.
	clockSlack = 10 * time.Minute
)

// now returns the provider's time as far as it is known.
func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.local().Add(c.offset)
}

// align reads the provider's time. It fails when the provider cannot be reached; a
// provider that reports no time leaves the clock as it is.
func (c *clock) align(ctx context.Context, provider func(context.Context) (time.Time, error)) error {
	if provider == nil {
		return nil
	}
	t, err := provider(ctx)
	if err != nil || t.IsZero() {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset = t.Sub(c.local())
	if c.offset.Abs() < clockNoise {
		c.offset = 0
	}
	return nil
}

func (l *Ledger) now() time.Time { return l.clock.now() }

// keyExpired reports that a row's idempotency key must not be used again: its day may be
// over, or the clock was moved so that its age is not known. latest is the newest time on
// record.
func (l *Ledger) keyExpired(r Row, latest time.Time) bool {
	now := l.now()
	age := now.Sub(r.FirstSent)
	return age >= repeatWindow || age < -clockSlack || now.Before(latest.Add(-clockSlack))
}
