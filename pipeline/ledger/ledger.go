// Package ledger is the durable record of every submission that may have cost
// money.
//
// It promises that the same request is one row, whoever asks; that a request is
// on disk, synced, before its bytes may leave; and that an outcome nobody knows
// is never guessed: it is looked up on the account or put before a person. It
// never talks to a provider by itself except through Remote, and never repeats
// a submission.
package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the database/sql driver named "sqlite"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
)

// State of a submission.
type State string

// States. Only Intent may be sent; Sending means that bytes may have left and
// nobody knows what came of them.
const (
	Intended  State = "INTENT"
	Sending   State = "SENDING"
	Submitted State = "SUBMITTED"
	Completed State = "COMPLETED"
	Failed    State = "FAILED"
	Parked    State = "PARKED"
)

// Row is one submission.
type Row struct {
	Key, Clip, Route, Marker, Title, Path string
	Body                                  []byte // the exact bytes sent
	State                                 State
	Pending                               int // sends whose outcome is unknown
	VideoID, Reason, RunID                string
	Price                                 float64 // USD, at most
	FirstSent, LastSent, Updated          time.Time
	Duration                              float64 // seconds, as announced
	MasterHash                            string
	MasterBytes                           int64
}

// Intent is a request somebody wants to make.
type Intent struct {
	Key, Clip, Route, Title, Marker, Path string
	Body                                  []byte
	Price                                 float64
	RunID                                 string
}

// Errors that callers branch on.
var (
	ErrBudget    = errors.New("the budget of this run is used up")
	ErrUnsettled = errors.New("an earlier request is not settled")
	ErrParked    = errors.New("the request got no answer and is not on the account; nobody knows whether it was billed")
	ErrUnknown   = errors.New("the request got no answer; it may have been billed")
)

// schema carries the invariants: a key is one row, a sent row has a body and a
// time, a submitted row has an id, and no two rows share a video.
const schema = `
CREATE TABLE IF NOT EXISTS submissions (
  key TEXT PRIMARY KEY CHECK (length(key) > 0),
  clip TEXT NOT NULL, route TEXT NOT NULL,
  marker TEXT NOT NULL UNIQUE, title TEXT NOT NULL, path TEXT NOT NULL, body BLOB NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('INTENT','SENDING','SUBMITTED','COMPLETED','FAILED','PARKED')),
  pending INTEGER NOT NULL DEFAULT 0 CHECK (pending >= 0),
  video_id TEXT UNIQUE, reason TEXT NOT NULL DEFAULT '', run_id TEXT NOT NULL, price REAL NOT NULL CHECK (price >= 0),
  first_sent INTEGER, last_sent INTEGER, updated INTEGER NOT NULL,
  duration REAL NOT NULL DEFAULT 0, master_hash TEXT NOT NULL DEFAULT '', master_bytes INTEGER NOT NULL DEFAULT 0,
  CHECK (state != 'INTENT' OR pending = 0),
  CHECK (state NOT IN ('SENDING','PARKED') OR pending > 0 AND last_sent IS NOT NULL),
  CHECK (state NOT IN ('SUBMITTED','COMPLETED') OR video_id IS NOT NULL)
) STRICT;`

// Options of Open.
type Options struct{ Now func() time.Time }

// Ledger is an open record. Two processes may have it open at once.
type Ledger struct {
	db  *sql.DB
	now func() time.Time
}

// Open opens or creates the record.
func Open(path string, o Options) (*Ledger, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	q := url.Values{"_pragma": {"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(10000)", "foreign_keys(ON)"}, "_txlock": {"immediate"}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // one writer; SQLite would queue them anyway
	if _, err := db.Exec(schema); err != nil {
		db.Close()
		if full := atomicfile.Room(filepath.Dir(path)); full != nil { // SQLite only says "disk I/O error"
			return nil, fault.Wrap(fault.Failed, full, "free some space, or make the folder writable, and run the same command again", "open the ledger")
		}
		return nil, fault.Wrap(fault.Failed, err, "do not delete it: it says what was paid for. Restore it from a copy, or move it away if nothing is outstanding", "open the ledger %s", path)
	}
	return &Ledger{db, o.Now}, nil
}

// Close closes the record.
func (l *Ledger) Close() error { return l.db.Close() }

const columns = `key, clip, route, marker, title, path, body, state, pending, coalesce(video_id,''), reason, run_id, price,
 coalesce(first_sent,0), coalesce(last_sent,0), updated, duration, master_hash, master_bytes`

func scan(row interface{ Scan(...any) error }) (r Row, err error) {
	var first, last, updated int64
	err = row.Scan(&r.Key, &r.Clip, &r.Route, &r.Marker, &r.Title, &r.Path, &r.Body, &r.State, &r.Pending, &r.VideoID, &r.Reason, &r.RunID, &r.Price,
		&first, &last, &updated, &r.Duration, &r.MasterHash, &r.MasterBytes)
	r.FirstSent, r.LastSent, r.Updated = when(first), when(last), when(updated)
	return r, err
}

func when(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// Get reads one row.
func (l *Ledger) Get(ctx context.Context, key string) (Row, bool, error) {
	r, err := scan(l.db.QueryRowContext(ctx, "SELECT "+columns+" FROM submissions WHERE key = ?", key))
	if errors.Is(err, sql.ErrNoRows) {
		return Row{}, false, nil
	}
	return r, err == nil, err
}

// List reads every row, oldest first.
func (l *Ledger) List(ctx context.Context) ([]Row, error) {
	rows, err := l.db.QueryContext(ctx, "SELECT "+columns+" FROM submissions ORDER BY rowid")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Row
	for rows.Next() {
		r, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// tx runs f in one immediate, synced transaction.
func (l *Ledger) tx(ctx context.Context, f func(*sql.Tx) error) error {
	// A recorded fact must not be lost to a cancellation that comes with it.
	tx, err := l.db.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	defer tx.Rollback() // nothing to undo after Commit
	if err := f(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	return nil
}
