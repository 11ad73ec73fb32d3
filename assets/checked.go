package assets

import (
	"bytes"
	"encoding/binary"
	"maps"
	"os"
	"slices"
	"sync"
	"time"

	"greenroom/internal/atomicfile"
	"greenroom/internal/filestat"
)

// checked caches which files had the content of their hash, by their stat at that time. A file with
// another stat is read again: changing a file in place and restoring its modification time changes
// its change time. Each file is one number, the hash of its content hash and its stat, so that the
// record of 70,000 files has 560 kB. Without this cache every file is read once.
type checked struct {
	path string

	mu    sync.Mutex
	known map[uint64]bool // true: used by this process
	dirty bool
	until time.Time // when the youngest file is old enough that a later change has another time
	all   bool      // this process has used everything that the project relies on
}

// tick is longer than one tick of a file system's clock: two changes within one tick have
// one change time. Linux counts in 1 to 10 ms.
const tick = 20 * time.Millisecond

// checkedHead begins the file; another version's is not read.
var checkedHead = []byte("gr-chk1\n")

func openChecked(path string) *checked {
	c := &checked{path: path, known: map[uint64]bool{}}
	for _, k := range c.read() {
		c.known[k] = false
	}
	return c
}

func (c *checked) read() (keys []uint64) {
	b, err := os.ReadFile(c.path)
	rest, ok := bytes.CutPrefix(b, checkedHead)
	if err != nil || !ok {
		return nil
	}
	for ; len(rest) >= 8; rest = rest[8:] {
		keys = append(keys, binary.BigEndian.Uint64(rest))
	}
	return keys
}

func checkedKey(h Hash, st filestat.Stat) uint64 {
	k := filestat.Mix(st.Token(), uint64(st.Size))
	for i := 0; i+8 <= len(h); i += 8 {
		k = filestat.Mix(k, binary.BigEndian.Uint64([]byte(h[i:i+8])))
	}
	return k
}

func (c *checked) knows(h Hash, st filestat.Stat) bool {
	k := checkedKey(h, st)
	c.mu.Lock()
	defer c.mu.Unlock()
	_, ok := c.known[k]
	if ok {
		c.known[k] = true
	}
	return ok
}

// add records that a file that looks so has the content.
func (c *checked) add(h Hash, st filestat.Stat) {
	k := checkedKey(h, st)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known[k], c.dirty = true, true
	if t := time.Unix(0, max(st.ChangeTime, st.ModTime)).Add(tick); t.After(c.until) {
		c.until = t
	}
}

func (c *checked) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.known)
	os.Remove(c.path)
}

// save writes the record, with what other processes added meanwhile. It waits until a later
// change of the youngest file has another time, at most one tick.
func (c *checked) save() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.dirty {
		return
	}
	if wait := time.Until(c.until); wait > 0 {
		time.Sleep(min(wait, tick))
	}
	for _, k := range c.read() {
		if _, ok := c.known[k]; !ok {
			c.known[k] = false
		}
	}
	if c.all {
		c.prune()
	}
	b := bytes.Clone(checkedHead)
	for _, k := range slices.Sorted(maps.Keys(c.known)) {
		b = binary.BigEndian.AppendUint64(b, k)
	}
	if atomicfile.WriteQuick(c.path, b) == nil {
		c.dirty = false
	}
}

// prune drops what no longer describes a file of the project, once that is most of it.
func (c *checked) prune() {
	used := 0
	for _, u := range c.known {
		if u {
			used++
		}
	}
	if len(c.known) > 4*used+4096 {
		maps.DeleteFunc(c.known, func(_ uint64, u bool) bool { return !u })
	}
}
