// Package assets keeps bytes at rest and in motion: a content-addressed store,
// downloads that resume, and publishing into public/greenroom.
//
// It promises that a file under its final name is complete, whatever the server,
// the network or a second process did; and that nothing is ever written or
// removed outside the folders it owns. It never interprets media and never sends
// a key.
package assets

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/internal/filestat"
	"greenroom/internal/hashkey"
	"greenroom/internal/workdir"
)

// Hash is a lower-case hex SHA-256.
type Hash string

func (h Hash) valid() bool {
	b, err := hex.DecodeString(string(h))
	return err == nil && len(b) == sha256.Size
}

// Store holds files by their content: dir/sha256/ab/<hex>, read-only.
//
// size: one method for each operation on the folder of files, which share its lock and its list of checked files.
type Store struct {
	dir     string
	checked *checked
	noClone atomic.Bool // the file system of a published folder shares no blocks

	work       sync.Mutex
	unfinished *workdir.Dir // of this process; nil before its first file
}

// Open makes the folders it needs.
func Open(dir string) (*Store, error) {
	for _, d := range []string{"sha256", "tmp"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o700); err != nil {
			return nil, fault.Wrap(fault.Failed, err, "make the folder writable", "open the store")
		}
	}
	return &Store{dir: dir, checked: openChecked(filepath.Join(dir, "checked"))}, nil
}

// Path returns the path of the file with this content, present or not.
func (s *Store) Path(h Hash) string { return PathIn(s.dir, h) }

// PathIn is Path for a store that need not be open.
func PathIn(dir string, h Hash) string {
	if !h.valid() {
		return filepath.Join(dir, "sha256", "invalid")
	}
	return filepath.Join(dir, "sha256", string(h[:2]), string(h))
}

// runPrefix begins the names of the folders that hold one process's unfinished files.
const runPrefix = "run-"

// TempPath is a place for an unfinished file of this process, on the store's file system. A
// later process removes it when this one is killed.
func (s *Store) TempPath(name string) string { return filepath.Join(s.tempDir(), filepath.Base(name)) }

// ResumePath is a place for a download that a later process goes on with.
func (s *Store) ResumePath(name string) string {
	return filepath.Join(s.dir, "tmp", filepath.Base(name))
}

// tempDir makes this process's folder at its first use.
func (s *Store) tempDir() string {
	s.work.Lock()
	defer s.work.Unlock()
	if s.unfinished == nil {
		workdir.Sweep(filepath.Join(s.dir, "tmp"), runPrefix)
		d, err := workdir.New(filepath.Join(s.dir, "tmp"), runPrefix)
		if err != nil {
			return filepath.Join(s.dir, "tmp") // who writes there gets the error
		}
		s.unfinished = d
	}
	return s.unfinished.Path()
}

// Close removes this process's unfinished files.
func (s *Store) Close() {
	s.work.Lock()
	defer s.work.Unlock()
	if s.unfinished != nil {
		s.unfinished.Close()
		s.unfinished = nil
	}
}

// oldTemp is the age at which an unfinished file of an earlier version is removed: those had
// no folder per process.
const oldTemp = time.Hour

// SweepTemp removes the unfinished files of processes that were killed. Downloads that can be
// resumed stay while resumes, which gets the name they have in ResumePath, wants them; nil
// keeps them all. The caller holds the lock that keeps other downloads away.
func (s *Store) SweepTemp(resumes func(name string) bool) {
	tmp := filepath.Join(s.dir, "tmp")
	workdir.Sweep(tmp, runPrefix)
	atomicfile.Sweep(s.dir, tmp)
	entries, _ := os.ReadDir(tmp)
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, runPrefix) {
			continue
		}
		of := strings.TrimPrefix(name, ".") // of the description, which is written as a file of its own
		part := strings.Index(of, ".part")
		if part > 0 && (resumes == nil || resumes(of[:part])) {
			continue
		}
		fi, err := e.Info()
		if err == nil && (part > 0 || time.Since(fi.ModTime()) > oldTemp) {
			os.RemoveAll(filepath.Join(tmp, name))
		}
	}
}

// Condition is what became of a file that was put somewhere.
type Condition int

// Conditions of a file.
const (
	Missing Condition = iota // not there, or not a regular file
	Damaged                  // other bytes than it was written with
	Intact
)

// Has reports that the content is there, undamaged. See Condition.
func (s *Store) Has(h Hash, size int64) bool { return s.Condition(h, size) == Intact }

// Condition compares a stored file with its name. It reads the file when its stat differs
// from the one of its last comparison: a change in place shows even when the size is the
// same and the time was set back.
func (s *Store) Condition(h Hash, size int64) Condition { return s.FileCondition(s.Path(h), h, size) }

// FileCondition is Condition for a copy of the content elsewhere. size is in bytes; negative
// when it is not known.
func (s *Store) FileCondition(path string, h Hash, size int64) Condition {
	st, err := filestat.Lread(path)
	switch {
	case err != nil || !st.Regular:
		return Missing
	case size >= 0 && st.Size != size:
		return Damaged
	case s.checked.knows(h, st):
		return Intact
	}
	got, _, err := hashFile(path)
	if exhausted(err) {
		return Intact // as far as is known: the step that uses it reports the same error
	}
	if err != nil || got != h {
		return Damaged
	}
	// The stat is of before the read: a change during it shows the next time.
	s.checked.add(h, st)
	return Intact
}

// exhausted reports that a file was not read because this machine has no more descriptors or memory.
// The file may be intact, and a damaged one would be removed.
func exhausted(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) || errors.Is(err, syscall.ENOMEM)
}

// Remove takes a file out of the store. A copy that was published stays.
func (s *Store) Remove(h Hash) error {
	err := os.Remove(s.Path(h))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// Each calls f for every stored file, with its size in bytes and the time of its last change.
// Names that are not hashes are skipped.
func (s *Store) Each(f func(h Hash, size int64, changed time.Time) error) error {
	return filepath.WalkDir(filepath.Join(s.dir, "sha256"), func(path string, d fs.DirEntry, err error) error {
		h := Hash(filepath.Base(path))
		if err != nil || !d.Type().IsRegular() || !h.valid() || s.Path(h) != path {
			return err
		}
		fi, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		return f(h, fi.Size(), fi.ModTime())
	})
}

// Recheck forgets all comparisons: every file is read again at its next use.
func (s *Store) Recheck() { s.checked.forget() }

// Unchecked reports that there is no record of comparisons: everything will be read.
func (s *Store) Unchecked() bool {
	s.checked.mu.Lock()
	defer s.checked.mu.Unlock()
	return len(s.checked.known) == 0
}

// Remember writes the record of comparisons. complete means that this process has compared
// everything that the store is for, so that what describes other files may be dropped. A
// record that cannot be written only costs time.
func (s *Store) Remember(complete bool) {
	s.checked.mu.Lock()
	s.checked.all = s.checked.all || complete
	s.checked.mu.Unlock()
	s.checked.save()
}

// written records a file that was just made of the content.
func (s *Store) written(h Hash, path string) {
	if st, err := filestat.Lread(path); err == nil && st.Regular {
		s.checked.add(h, st)
	}
}

// ErrCorrupt reports a stored file whose bytes are not those of its name.
var ErrCorrupt = errors.New("the stored file is damaged")

// Verify reads the file and compares its hash.
func (s *Store) Verify(h Hash) error {
	got, _, err := hashFile(s.Path(h))
	if err == nil && got != h {
		return fmt.Errorf("%w: %s", ErrCorrupt, h)
	}
	return err
}

// Adopt takes a finished file on the store's file system into the store.
func (s *Store) Adopt(path string) (Hash, int64, error) {
	h, size, err := hashFile(path)
	if err != nil {
		return "", 0, err
	}
	if err := s.adopt(path, h, size); err != nil {
		return "", 0, err
	}
	return h, size, nil
}

// AdoptBytes puts content into the store. Name is that of the temporary file.
func (s *Store) AdoptBytes(name string, content []byte) (Hash, int64, error) {
	tmp := s.TempPath(name)
	if err := os.WriteFile(tmp, content, 0o644); err != nil {
		return "", 0, full(err, "store "+name)
	}
	return s.Adopt(tmp)
}

// HashFile returns the hash under which the store would keep a file.
func HashFile(path string) (Hash, error) {
	h, _, err := hashFile(path)
	return h, err
}

// adopt moves a file, whose hash and size are known, into the store.
func (s *Store) adopt(path string, h Hash, size int64) error {
	final := s.Path(h)
	if s.Has(h, size) {
		return os.Remove(path)
	}
	if err := os.MkdirAll(filepath.Dir(final), 0o700); err != nil {
		return full(err, "store a file")
	}
	if err := atomicfile.Commit(path, final); err != nil {
		return full(err, "store a file")
	}
	if err := os.Chmod(final, 0o444); err != nil {
		return err
	}
	s.written(h, final)
	return nil
}

// Import copies a file of the user's into the store.
func (s *Store) Import(path string) (Hash, int64, error) {
	in, err := os.Open(path)
	if err != nil {
		return "", 0, fault.Wrap(
			fault.Manifest, err, "check the path and its permissions", "read %s", filepath.Base(path),
		)
	}
	defer in.Close()
	tmp, err := os.CreateTemp(s.tempDir(), "import-*")
	if err != nil {
		return "", 0, full(err, "copy "+filepath.Base(path))
	}
	_, err = io.Copy(tmp, in)
	err = errors.Join(err, tmp.Close())
	if err != nil {
		os.Remove(tmp.Name())
		return "", 0, full(err, "copy "+filepath.Base(path))
	}
	return s.Adopt(tmp.Name())
}

func hashFile(path string) (Hash, int64, error) {
	sum, n, err := hashkey.File(path)
	return Hash(hex.EncodeToString(sum[:])), n, err
}

// full explains a full disk or a read-only folder; other errors pass.
func full(err error, doing string) error {
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return fault.Wrap(fault.Failed, err,
			"free some space and run the same command again; what is there so far is kept",
			"%s", doing)
	case errors.Is(err, os.ErrPermission), errors.Is(err, syscall.EROFS):
		return fault.Wrap(fault.Failed, err, "make the folder writable and run the same command again", "%s", doing)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// Temp makes an unfinished file on the store's file system; the caller removes it.
func (s *Store) Temp(pattern string) (*os.File, error) {
	f, err := os.CreateTemp(s.tempDir(), pattern)
	if err != nil {
		return nil, full(err, "make room for a file")
	}
	return f, nil
}
