package project

import (
	"sync"

	"greenroom/internal/saver"
	"greenroom/pipeline/lockfile"
)

// Lock is greenroom.lock while many clips change it.
type Lock struct {
	path  string
	saver *saver.Saver

	mu   sync.Mutex
	file *lockfile.File
}

func openLock(path string) (*Lock, error) {
	f, err := lockfile.Load(path)
	if err != nil {
		return nil, err
	}
	l := &Lock{path: path, file: f}
	l.saver = saver.New(l.save)
	return l, nil
}

// Get returns a clip's entry, and whether there is one.
func (l *Lock) Get(clip string) (lockfile.Entry, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.file.Get(clip)
}

// Set records a clip's state; the file is written later. Only what is already in the store is recorded, so a lockfile
// never names a file that does not exist. The reverse loses nothing: what is paid for is in the ledger, and after a
// run that was killed before it wrote the lockfile, the next one finds its files in the store.
func (l *Lock) Set(e lockfile.Entry) error {
	l.mu.Lock()
	l.file.Set(e)
	l.mu.Unlock()
	return l.saver.Changed()
}

// Edit calls change with the file, which it may change everywhere, and writes it.
func (l *Lock) Edit(change func(*lockfile.File)) error {
	l.mu.Lock()
	change(l.file)
	l.mu.Unlock()
	if err := l.saver.Changed(); err != nil {
		return err
	}
	return l.Flush()
}

// Read calls f with the file, which it must not keep.
func (l *Lock) Read(f func(*lockfile.File)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f(l.file)
}

// Flush writes what is not written yet.
func (l *Lock) Flush() error { return l.saver.Flush() }

// Reload reads the file again, because another process may have written it.
func (l *Lock) Reload() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	f, err := l.file.Reload(l.path)
	if err == nil {
		l.file = f
	}
	return err
}

func (l *Lock) save() error {
	l.mu.Lock()
	b, err := l.file.Encode()
	l.mu.Unlock()
	if err != nil {
		return err
	}
	return lockfile.Write(l.path, b)
}
