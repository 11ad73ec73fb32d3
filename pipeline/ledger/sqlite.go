package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the database/sql driver named "sqlite"
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

const (
	columns     = "key, take, origin, clip, route, marker, title, path, body, " + moreColumns
	listColumns = "key, take, origin, clip, route, marker, title, path, CASE WHEN state IN ('SUBMITTED','COMPLETED','FAILED') THEN x'' ELSE body END, " + moreColumns
)

const moreColumns = `state, pending, coalesce(video_id,''), reason, run_id, price,
 coalesce(first_sent,0), coalesce(last_sent,0), updated, duration, master_hash, master_bytes,
 owner, coalesce(lease_until,0), epoch`

const upsert = `INSERT INTO submissions (key, take, origin, clip, route, marker, title, path, body,
  state, pending, video_id, reason, run_id, price,
  first_sent, last_sent, updated, duration, master_hash, master_bytes, owner, lease_until, epoch)
 VALUES (?,?,?,?,?,?,?,?,?,?,?,nullif(?,''),?,?,?,nullif(?,0),nullif(?,0),?,?,?,?,?,nullif(?,0),?)
 ON CONFLICT (key) DO UPDATE SET take=excluded.take, origin=excluded.origin, clip=excluded.clip, route=excluded.route, marker=excluded.marker, title=excluded.title, path=excluded.path,
  body=excluded.body, state=excluded.state, pending=excluded.pending, video_id=excluded.video_id, reason=excluded.reason, run_id=excluded.run_id,
  price=excluded.price, first_sent=excluded.first_sent, last_sent=excluded.last_sent, updated=excluded.updated, duration=excluded.duration,
  master_hash=excluded.master_hash, master_bytes=excluded.master_bytes, owner=excluded.owner, lease_until=excluded.lease_until,
  epoch=excluded.epoch`

// leases is what version 1 of the file adds.
const leases = `
ALTER TABLE submissions ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE submissions ADD COLUMN lease_until INTEGER;
PRAGMA user_version = 1;`

// runs is what version 2 adds: what each run spent, in millionths of a dollar. It is read
// before each purchase; a sum would read all of ten thousand rows each time.
const runs = `
CREATE TABLE runs (run_id TEXT PRIMARY KEY, spent INTEGER NOT NULL) WITHOUT ROWID, STRICT;
INSERT INTO runs SELECT run_id, sum(CAST(round(price * 1e6) AS INTEGER)) FROM submissions WHERE state != 'INTENT' GROUP BY run_id;
CREATE TRIGGER submissions_sent AFTER INSERT ON submissions WHEN NEW.state != 'INTENT' BEGIN
  INSERT INTO runs VALUES (NEW.run_id, CAST(round(NEW.price * 1e6) AS INTEGER)) ON CONFLICT DO UPDATE SET spent = spent + excluded.spent;
END;
CREATE TRIGGER submissions_gone AFTER DELETE ON submissions WHEN OLD.state != 'INTENT' BEGIN
  UPDATE runs SET spent = spent - CAST(round(OLD.price * 1e6) AS INTEGER) WHERE run_id = OLD.run_id;
END;
CREATE TRIGGER submissions_moved AFTER UPDATE ON submissions
 WHEN (OLD.state != 'INTENT', OLD.run_id, OLD.price) != (NEW.state != 'INTENT', NEW.run_id, NEW.price) BEGIN
  UPDATE runs SET spent = spent - CAST(round(OLD.price * 1e6) AS INTEGER) WHERE run_id = OLD.run_id AND OLD.state != 'INTENT';
  INSERT INTO runs SELECT NEW.run_id, CAST(round(NEW.price * 1e6) AS INTEGER) WHERE NEW.state != 'INTENT' ON CONFLICT DO UPDATE SET spent = spent + excluded.spent;
END;
PRAGMA user_version = 2;`

// origins is what version 3 adds. A row without an origin is older: the provider is found
// out when the project is built the next time.
const origins = `
ALTER TABLE submissions ADD COLUMN take TEXT NOT NULL DEFAULT '';
ALTER TABLE submissions ADD COLUMN origin TEXT NOT NULL DEFAULT '';
ALTER TABLE submissions ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0 CHECK (epoch >= 0);
UPDATE submissions SET take = key;
CREATE INDEX submissions_open ON submissions (take) WHERE state IN ('SENDING','PARKED');
PRAGMA user_version = 3;`

// fileVersion is the newest this program writes; older files are brought up to it.
const fileVersion = 3

// sqlite is the ledger's file. Two processes may have it open at once.
type sqlite struct {
	db    *sql.DB
	stmts statements

	turn     chan struct{} // holds what writes
	mu       sync.Mutex
	waiting  []*change
	deferred int     // deferred changes that are not made yet
	timerSet bool    // a timer will make them
	failed   []error // of deferred changes, until flush
}

// statements are prepared once: parsing them was half of their cost.
type statements struct{ row, set, move, name, spent, latest, open *sql.Stmt }

func (s statements) in(tx *sql.Tx) statements {
	return statements{
		tx.Stmt(s.row), tx.Stmt(s.set), tx.Stmt(s.move), tx.Stmt(s.name),
		tx.Stmt(s.spent), tx.Stmt(s.latest), tx.Stmt(s.open),
	}
}

const (
	selectOne   = "SELECT " + columns + " FROM submissions WHERE key = ?"
	selectAll   = "SELECT " + listColumns + " FROM submissions ORDER BY rowid"
	selectSpent = "SELECT coalesce((SELECT spent FROM runs WHERE run_id = ?), 0) / 1e6"
	selectLast  = "SELECT coalesce(max(updated), 0) FROM submissions"
	selectOpen  = "SELECT origin FROM submissions WHERE take = ? AND state IN ('SENDING','PARKED') AND key != ?" +
		" ORDER BY rowid"
)

func openSQLite(path string) (*sqlite, error) {
	if err := private(path); err != nil {
		return nil, err
	}
	q := url.Values{
		"_pragma": {"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(10000)", "foreign_keys(ON)"},
		"_txlock": {"immediate"},
	}
	file := url.URL{Path: filepath.ToSlash(path)}
	db, err := sql.Open("sqlite", "file:"+file.EscapedPath()+"?"+q.Encode())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // one writer; SQLite would queue them anyway
	s := &sqlite{db: db, turn: make(chan struct{}, 1)}
	if err := s.migrate(); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	for _, p := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&s.stmts.row, selectOne},
		{&s.stmts.set, upsert},
		{&s.stmts.move, moveRow},
		{&s.stmts.name, nameRow},
		{&s.stmts.spent, selectSpent},
		{&s.stmts.latest, selectLast},
		{&s.stmts.open, selectOpen},
	} {
		*p.stmt, err = db.Prepare(p.text)
		if err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	return s, nil
}

// migrate makes the table, or brings an older one up to fileVersion. It is one
// transaction: of two processes that open the file at once one does the work.
func (s *sqlite) migrate() error {
	tx, err := s.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback() // nothing to undo after Commit
	var version int
	if err := tx.QueryRow("PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	switch {
	case version == fileVersion:
		return nil
	case version > fileVersion:
		return fmt.Errorf("it was made by a newer greenroom (version %d of the file, this program knows %d)",
			version, fileVersion)
	}
	for i, step := range []string{schema + leases, runs, origins} {
		if i < version {
			continue
		}
		if _, err := tx.Exec(step); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func (s *sqlite) close() error { return errors.Join(s.flush(), s.db.Close()) }

func scan(row interface{ Scan(...any) error }) (r Row, err error) {
	var first, last, updated, until int64
	err = row.Scan(&r.Key, &r.Take, &r.Origin, &r.Clip, &r.Route, &r.Marker, &r.Title, &r.Path, &r.Body,
		&r.State, &r.Pending, &r.VideoID, &r.Reason, &r.RunID, &r.Price,
		&first, &last, &updated, &r.Duration, &r.MasterHash, &r.MasterBytes, &r.Owner, &until, &r.Epoch)
	r.FirstSent, r.LastSent, r.Updated, r.Until = when(first), when(last), when(updated), when(until)
	return r, err
}

func when(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func stamp(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func one(row *sql.Row) (Row, bool, error) {
	r, err := scan(row)
	if errors.Is(err, sql.ErrNoRows) {
		return Row{}, false, nil
	}
	return r, err == nil, err
}

func (s *sqlite) get(ctx context.Context, key string) (Row, bool, error) {
	s.drain()
	return one(s.stmts.row.QueryRowContext(ctx, key))
}

func (s *sqlite) list(ctx context.Context) ([]Row, error) {
	s.drain()
	rows, err := s.db.QueryContext(ctx, selectAll)
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
