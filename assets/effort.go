package assets

import (
	"errors"
	"time"

	"greenroom/internal/fault"
)

// Bounds of one download, whatever the server does.
const (
	fruitless   = 6        // attempts in a row that bring the file no further
	maxRestarts = 5        // parts that were thrown away
	maxRefused  = 3        // complete files that Verify refused
	maxAttempts = 1000     // of a server that cuts every answer
	leastGain   = 1 << 10  // bytes by which an attempt must extend the part to count
	leastSlow   = 64 << 10 // the same for an attempt that ended because the server was slow
)

// refusedError is a complete file that Verify refused.
type refusedError struct{ error }

func (e *refusedError) Unwrap() error { return e.error }

// effort counts what a download has tried. Only bytes beyond the longest part so far count
// as progress: a server that sends the same beginning again and again sends bytes for ever.
type effort struct {
	best           int64 // longest part so far, bytes
	dry            int   // attempts without progress in a row
	pages, refused int
}

// count adds a failed attempt after which the part has this size.
func (e *effort) count(err error, size int64) {
	gain := int64(leastGain)
	if errors.Is(err, ErrStalled) {
		gain = leastSlow
	}
	if size-e.best >= gain {
		e.dry = 0
	} else {
		e.dry++
	}
	e.best = max(e.best, size)
}

// over returns why no further attempt is made; nil when one is.
func (e *effort) over(err error, attempts, restarts int) error {
	again := "run the same command again; what has arrived is kept, and nothing is bought"
	var status *StatusError
	if errors.As(err, &status) && refusedLink(status.Status) {
		again = "every new link was refused: `greenroom videos` shows whether the video still exists; a proxy may block HeyGen's file hosts"
	}
	switch {
	case e.dry >= fruitless:
		return fault.Wrap(fault.Wait, err, again, "download gave up after %d attempts without progress", e.dry)
	case restarts >= maxRestarts:
		return fault.Wrap(fault.Wait, err, again, "download gave up after it had to start over %d times", restarts)
	case attempts >= maxAttempts:
		return fault.Wrap(fault.Wait, err, again, "download gave up after %d attempts", attempts)
	}
	return nil
}

// tooLong is the end of a download that has taken as long as it may.
func tooLong(limit time.Duration) error {
	return fault.New(fault.Wait, "run the same command again; what has arrived is kept, and nothing is bought",
		"the download was not done after %s", limit)
}
