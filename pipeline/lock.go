package pipeline

import "greenroom/pipeline/lockfile"

// setEntry records a clip's state and writes the lockfile. Only what is already
// in the store is recorded, so a lockfile never promises a file that is not there.
func (p *Project) setEntry(e lockfile.Entry) error {
	p.lockMu.Lock()
	defer p.lockMu.Unlock()
	p.lock.Set(e)
	return p.lock.Save(p.path(LockName))
}

func (p *Project) reloadLock() error {
	p.lockMu.Lock()
	defer p.lockMu.Unlock()
	l, err := lockfile.Load(p.path(LockName))
	if err == nil {
		p.lock = l
	}
	return err
}
