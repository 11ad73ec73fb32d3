// Package ledger is the durable record of every submission that may have cost
// money.
//
// It promises that the same request is one row, whoever asks; that a request is
// synced to disk before its bytes may be sent; and that an unknown result is never
// guessed: it is searched on the account, or the user resolves it. The package reaches a
// provider only through Remote, and repeats a submission only under the idempotency key it
// was first sent with.
package ledger

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/internal/lazyregexp"
)

// State of a submission.
type State string

// States. Only Intent may be sent; Sending means that bytes may have left and
// the result is unknown.
const (
	Intended  State = "INTENT"
	Sending   State = "SENDING"
	Submitted State = "SUBMITTED"
	Completed State = "COMPLETED"
	Failed    State = "FAILED"
	Parked    State = "PARKED"
)

// Row is one submission.
//
// size: one field for each column of the table.
type Row struct {
	Key                              string // see KeyOf; rows older than origins have the take's key
	Take                             string // the take's key
	Origin                           string // the provider's account; empty in rows older than origins
	Clip, Route, Marker, Title, Path string
	Body                             []byte // the exact bytes sent
	// Epoch counts the refusals that freed the row. It is part of the idempotency key: a
	// provider may store a refusal under a key and repeat it for a day.
	Epoch                        int
	State                        State
	Pending                      int // sends whose outcome is unknown
	VideoID, Reason, RunID       string
	Price                        float64 // USD, at most
	FirstSent, LastSent, Updated time.Time
	Duration                     float64 // seconds, as announced
	MasterHash                   string
	MasterBytes                  int64
	Owner                        string    // the process at work on it; empty: none
	Until                        time.Time // the end of its lease
}

// Once returns the idempotency key of the row's next or current send.
func (r Row) Once() string {
	if r.Epoch == 0 {
		return "gr-" + r.Key
	}
	return "gr-" + r.Key + "-" + strconv.Itoa(r.Epoch)
}

// Open reports that the result of the row's request is unknown.
func (r Row) Open() bool { return r.State == Sending || r.State == Parked }

// byHand begins the reason of a row that a user has resolved.
const byHand = "resolved by hand"

// ByHand reports that the row's state is the user's answer, which can be corrected.
func (r Row) ByHand() bool { return strings.HasPrefix(r.Reason, byHand) }

// KeyOf returns the key of the row of a take at an origin. Its layout is not that of package hashkey: ledgers on disk
// have it.
func KeyOf(take, origin string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "row/1 %d:%s %d:%s", len(take), take, len(origin), origin))
	return hex.EncodeToString(sum[:])
}

// MarkerOf returns the marker of a row's key. It is part of the video's title on the account, by
// which a paid video is found again.
func MarkerOf(key string) string { return "gr-" + key[:10] }

// WithoutMarker returns a title without the marker at its end.
func WithoutMarker(title string) string { return marker.ReplaceAllString(title, "") }

var marker = lazyregexp.New(`\s*gr-[0-9a-f]{10}\s*$`)

// Searchable reports whether a video of the row can be found on the account by its title.
func (r Row) Searchable() bool { return r.Marker != "" && strings.Contains(r.Title, r.Marker) }

// Intent is a request that is about to be made.
type Intent struct {
	Key, Take, Origin, Clip, Route, Title, Marker, Path string

	Body  []byte
	Price float64
	RunID string
	// Bind writes the idempotency key into the body, where the API takes it there. May be nil.
	Bind func(body []byte, once string) ([]byte, error)
}

// Errors that callers branch on.
var (
	ErrBudget    = errors.New("the budget of this run is used up")
	ErrUnsettled = errors.New("an earlier request is not resolved")
	ErrParked    = errors.New("the request got no answer and is not on the account; it may have been billed")
	ErrBusy      = errors.New("another process is at work on this request")
	ErrElsewhere = errors.New("another account was sent the same request and its result is unknown")
	ErrUnknown   = errors.New("the request got no answer; it may have been billed")

	errKeyExpired = errors.New("the provider may have forgotten the idempotency key")
)

// Options of Open.
type Options struct {
	Now func() time.Time
	// Lease is how long a row belongs to a process that no longer renews it; 0 is five
	// minutes, more than the longest request takes.
	Lease time.Duration
}

// Ledger is an open record. Two processes may have it open at once.
//
// size: one method for each transition of a row, which are transactions over one file.
type Ledger struct {
	store     store
	clock     clock
	owner     string // this process's name in leases
	leaseTime time.Duration

	mu       sync.Mutex
	repeated map[string]map[string]float64 // by run and key: prices of other runs' rows it sent again
}

// Open opens or creates the record.
func Open(path string, o Options) (*Ledger, error) {
	s, err := openSQLite(path)
	if err != nil {
		if full := atomicfile.Room(filepath.Dir(path)); full != nil { // SQLite only reports "disk I/O error"
			const hint = "free some space, or make the folder writable, and run the same command again"
			return nil, fault.Wrap(fault.Failed, full, hint, "open the ledger")
		}
		const hint = "do not delete it: it records what was paid for. " +
			"Restore it from a copy, or move it away if nothing is outstanding"
		return nil, fault.Wrap(fault.Failed, err, hint, "open the ledger %s", path)
	}
	return newLedger(s, o), nil
}

func newLedger(s store, o Options) *Ledger {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Lease == 0 {
		o.Lease = 5 * time.Minute
	}
	return &Ledger{
		store: s, clock: clock{local: o.Now}, owner: rand.Text(), leaseTime: o.Lease,
		repeated: map[string]map[string]float64{},
	}
}

// Close closes the record.
func (l *Ledger) Close() error { return l.store.close() }

// Get reads one row.
func (l *Ledger) Get(ctx context.Context, key string) (Row, bool, error) {
	return l.store.get(ctx, key)
}

// List reads every row, oldest first. The bodies of rows that are not sent again
// are omitted: of ten thousand rows they are most of what is read.
func (l *Ledger) List(ctx context.Context) ([]Row, error) { return l.store.list(ctx) }
