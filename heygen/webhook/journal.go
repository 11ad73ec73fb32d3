package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"greenroom/internal/atomicfile"
)

// journalLimit is how large a journal grows before it is renamed to PATH.1; the
// previous PATH.1 is lost. Repeats are known for as long as the
// two files reach back: tens of thousands of events, where HeyGen repeats for a day.
const journalLimit = 8 << 20

// line is one row of the journal: an event that was accepted, or the id of one
// that has been handled.
type line struct {
	At    time.Time `json:"at"`
	Hash  string    `json:"hash,omitempty"` // SHA-256 of the body
	Event *Event    `json:"event,omitempty"`
	Done  string    `json:"done,omitempty"` // hash of the event's body
}

// entry is an event that waits to be handled.
type entry struct {
	at    time.Time
	hash  string
	event Event
}

// Journal is the record of accepted events: JSON lines, each synced before the
// sender gets its answer. It belongs to one process at a time.
type Journal struct {
	path  string
	limit int64

	mu        sync.Mutex
	f         *os.File
	size      int64
	torn      bool            // the last line may be half a line
	seen, old map[string]bool // ids and hashes in this file, and in the one before
	todo      []entry
}

// OpenJournal reads the journal and its predecessor, or begins one.
func OpenJournal(path string) (*Journal, error) {
	j := &Journal{path: path, limit: journalLimit, old: map[string]bool{}, seen: map[string]bool{}}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	if _, err := j.load(path+".1", j.old); err != nil {
		return nil, err
	}
	complete, err := j.load(path, j.seen)
	if err != nil {
		return nil, err
	}
	j.torn = !complete
	return j, j.open()
}

func (j *Journal) open() error {
	f, err := os.OpenFile(j.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	fi, err := f.Stat()
	if err != nil {
		return errors.Join(err, f.Close())
	}
	j.f, j.size = f, fi.Size()
	// The name must last as long as the lines do.
	return atomicfile.SyncDir(filepath.Dir(j.path))
}

// load reads one file and reports whether its last line is complete. A line that cannot be
// read was cut by a crash before its sender got an answer: the sender repeats it.
func (j *Journal) load(path string, seen map[string]bool) (complete bool, err error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("read the journal: %w", err)
	}
	for l := range bytes.Lines(b) {
		var row line
		switch {
		case json.Unmarshal(l, &row) != nil:
		case row.Event != nil:
			j.markSeen(seen, row.Event.ID, row.Hash)
			j.drop(row.Hash) // a new journal repeats what still waited in the old one
			j.todo = append(j.todo, entry{row.At, row.Hash, *row.Event})
		case row.Done != "":
			j.drop(row.Done)
		}
	}
	return len(b) == 0 || b[len(b)-1] == '\n', nil
}

func (j *Journal) markSeen(seen map[string]bool, keys ...string) {
	for _, k := range keys {
		if k != "" {
			seen[k] = true
		}
	}
}

func (j *Journal) drop(hash string) {
	for i, e := range j.todo {
		if e.hash == hash {
			j.todo = append(j.todo[:i:i], j.todo[i+1:]...)
			return
		}
	}
}

// errFull asks the sender to repeat the delivery later: events that wait are handled first.
var errFull = errors.New("too many events wait")

const maxWaiting = 4096

// add records an event that was not seen before, by its id or by its bytes, and
// syncs. fresh reports whether it is new; on an error it is not recorded.
func (j *Journal) add(now time.Time, hash string, e Event) (fresh bool, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, k := range []string{e.ID, hash} {
		if j.seen[k] || j.old[k] {
			return false, nil
		}
	}
	if len(j.todo) >= maxWaiting {
		return false, errFull
	}
	if err := j.write(line{At: now.UTC(), Hash: hash, Event: &e}); err != nil {
		return false, err
	}
	j.markSeen(j.seen, e.ID, hash)
	j.todo = append(j.todo, entry{now.UTC(), hash, e})
	return true, j.rotate()
}

// next returns the oldest event that waits.
func (j *Journal) next() (entry, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.todo) == 0 {
		return entry{}, false
	}
	return j.todo[0], true
}

// done records that an event was handled; after a crash before it, the event is handled
// again.
func (j *Journal) done(now time.Time, e entry) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.drop(e.hash)
	return j.write(line{At: now.UTC(), Done: e.hash})
}

// postpone keeps an event that could not be handled now for the next start. It is on
// disk, until two journals have filled up after it.
func (j *Journal) postpone(e entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.drop(e.hash)
}

// write appends one synced line. After a failure the file may end in half a line; the
// next write starts a new line.
func (j *Journal) write(rows ...line) error {
	var b bytes.Buffer
	if j.torn {
		b.WriteByte('\n')
	}
	for _, r := range rows {
		text, err := json.Marshal(r)
		if err != nil {
			return err
		}
		b.Write(append(text, '\n'))
	}
	j.torn = true
	n, err := j.f.Write(b.Bytes())
	j.size += int64(n)
	if err == nil {
		err = j.f.Sync()
	}
	j.torn = err != nil
	return err
}

// rotate renames a full journal and begins a new one. What still waits is written into the new
// one, since the old one is lost at the next rotation.
func (j *Journal) rotate() error {
	if j.size < j.limit {
		return nil
	}
	if err := j.f.Close(); err != nil {
		return err
	}
	if err := os.Rename(j.path, j.path+".1"); err != nil {
		return errors.Join(err, j.open())
	}
	j.old, j.seen = j.seen, map[string]bool{}
	if err := j.open(); err != nil || len(j.todo) == 0 {
		return err
	}
	var rows []line
	for _, e := range j.todo {
		j.markSeen(j.seen, e.event.ID, e.hash)
		rows = append(rows, line{At: e.at, Hash: e.hash, Event: &e.event})
	}
	return j.write(rows...)
}

// Close closes the file; nothing is lost without it.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.f.Close()
}
