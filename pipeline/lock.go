package pipeline

import (
	"sync"
	"time"

	"greenroom/internal/fault"
	"greenroom/pipeline/lockfile"
)

// setEntry records a clip's state; the lockfile follows. Only what is already in the
// store is recorded, so a lockfile never promises a file that is not there. The reverse
// is no loss: what is paid for stands in the ledger, and a run that was killed before
// the lockfile was written finds its files in the store again.
func (p *Project) setEntry(e lockfile.Entry) error {
	p.lockMu.Lock()
	p.lock.Set(e)
	p.lockMu.Unlock()
	return p.lockSaver.changed()
}

func (p *Project) saveLock() error {
	p.lockMu.Lock()
	b, err := p.lock.Encode()
	p.lockMu.Unlock()
	if err != nil {
		return err
	}
	return lockfile.Write(p.path(LockName), b)
}

func (p *Project) reloadLock() error {
	p.lockMu.Lock()
	defer p.lockMu.Unlock()
	l, err := p.lock.Reload(p.path(LockName))
	if err == nil {
		p.lock = l
	}
	return err
}

// flushLedger waits for what the ledger was told and nobody waited for.
func (p *Project) flushLedger() error {
	err := p.ledger.Flush()
	if err == nil {
		return nil
	}
	return fault.Wrap(fault.Failed, err, "free some space, or make "+StateDir+" writable, and run the same command again; nothing is bought twice", "write down what was downloaded")
}

// saver writes a file that many clips change. The first change is written at once; the
// later ones wait until as much time has passed as forty writes take, so that ten
// thousand clips do not write a file of megabytes ten thousand times.
type saver struct {
	write func() error
	now   func() time.Time

	mu    sync.Mutex
	dirty bool
	next  time.Time
}

// savePause is how many times its own cost lies between two writes of a saver.
const savePause = 40

func newSaver(write func() error) *saver { return &saver{write: write, now: time.Now} }

// changed notes a change, and writes when it is time.
func (s *saver) changed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dirty = true
	if s.now().Before(s.next) {
		return nil
	}
	return s.save()
}

// flush writes what is not written yet.
func (s *saver) flush() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.dirty {
		return nil
	}
	return s.save()
}

func (s *saver) save() error {
	began := s.now()
	if err := s.write(); err != nil {
		return err
	}
	s.dirty = false
	took := s.now().Sub(began)
	s.next = began.Add(savePause * took)
	return nil
}
