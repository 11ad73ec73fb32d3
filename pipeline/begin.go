package pipeline

import "greenroom/pipeline/ledger"

// begin opens what a run needs and waits for other runs of the project: store and ledger, the lock of the submitter, and
// the lockfile as the last run left it. Every command that changes one of them starts here. end releases the lock.
func (p *Project) begin() (end func(), err error) {
	if err := p.OpenState(); err != nil {
		return nil, err
	}
	unlock, err := ledger.LockSubmitter(p.StateDir())
	if err != nil {
		return nil, err
	}
	if err := p.Lock.Reload(); err != nil {
		unlock()
		return nil, err
	}
	return unlock, nil
}
