package ledger

import (
	"bytes"
	"context"
	"errors"
	"time"
)

// store keeps rows. It knows nothing of the protocol, so that the transitions are
// written once: on SQLite in the product, in memory where the explorer runs them
// hundreds of thousands of times. Both refuse the same rows (see the conformance
// test).
type store interface {
	// update runs f in one transaction that sees no half of another. It is synced to disk
	// when update returns nil, and has not happened when update returns an error. f may be
	// called again after a rollback.
	update(ctx context.Context, f func(txn) error) error
	// updateLater is update without waiting. The change is on disk a moment later, or with
	// the next update; every read sees it at once. flush returns its error.
	updateLater(f func(txn) error)
	flush() error
	get(ctx context.Context, key string) (Row, bool, error)
	list(ctx context.Context) ([]Row, error) // in the order they came; see Ledger.List for bodies
	close() error
}

// txn is a transaction of a store.
type txn interface {
	get(key string) (Row, bool, error)
	put(Row) error // inserts or replaces the row of that key
	// swap replaces a row that still equals old, without reading it, and returns false when
	// it does not. It never changes the request itself.
	swap(old, r Row) (bool, error)
	// spentBy is the sum of the prices of what a run sent and no provider refused.
	spentBy(runID string) (float64, error)
	// openElsewhere are the origins of open rows for the same take under other keys.
	openElsewhere(take, key string) ([]string, error)
	// latest is the newest time at which a row was changed; zero without rows.
	latest() (time.Time, error)
}

// sameWords reports that two states of a row differ in nothing but its progress.
func sameWords(a, b Row) bool {
	return a.Key == b.Key && a.Take == b.Take && a.Origin == b.Origin && a.Clip == b.Clip && a.Route == b.Route &&
		a.Marker == b.Marker && a.Title == b.Title && a.Path == b.Path &&
		a.RunID == b.RunID && a.Price == b.Price && bytes.Equal(a.Body, b.Body)
}

// errBroken is a row that breaks an invariant; the store does not take it.
var errBroken = errors.New("the row breaks an invariant of the ledger")
