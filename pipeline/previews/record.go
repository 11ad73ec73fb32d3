package previews

import (
	"path/filepath"
	"sync"

	"greenroom/internal/saver"
	"greenroom/pipeline/lockfile"
)

// recordFile holds the stand-ins of a project. It lies next to the store and not in greenroom.lock, which is about
// takes.
const recordFile = "stand-ins.lock"

// standIns are the ones on record, by clip.
type standIns struct {
	mu   sync.Mutex
	path string
	file *lockfile.File

	saver *saver.Saver
}

func openStandIns(state string) *standIns {
	s := &standIns{path: filepath.Join(state, recordFile)}
	var err error
	if s.file, err = lockfile.Load(s.path); err != nil {
		s.file, _ = lockfile.Parse(recordFile, nil) // corrupt: they are rendered again
	}
	s.saver = saver.New(s.save)
	return s
}

func (s *standIns) get(clip string) (lockfile.Entry, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.file.Get(clip)
}

func (s *standIns) set(e lockfile.Entry) error {
	s.mu.Lock()
	s.file.Set(e)
	s.mu.Unlock()
	return s.saver.Changed()
}

func (s *standIns) save() error {
	s.mu.Lock()
	b, err := s.file.Encode()
	s.mu.Unlock()
	if err != nil {
		return err
	}
	return lockfile.Write(s.path, b)
}

// each calls f with every stand-in on record.
func (s *standIns) each(f func(lockfile.Entry)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range s.file.Names() {
		if e, ok := s.file.Get(name); ok {
			f(e)
		}
	}
}
