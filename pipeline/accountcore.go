package pipeline

import (
	"errors"
	"sync"
	"sync/atomic"

	"greenroom/assets"
	"greenroom/internal/keymutex"
	"greenroom/pipeline/project"
)

// accountCore is HeyGen's side of a project: the connection, whose key it is, what the account can do, and what was sent to it.
type accountCore struct {
	disk *project.Project
	o    Options

	provider *provider
	who      whoami
	can      *capabilities
	offline  bool // see Offline

	autoMu  sync.Mutex
	assumed atomic.Bool // the account's API was not asked for: the key's program is not allowed

	uploads keymutex.Mutex
	links   uploadLinks

	fetchOnce sync.Once
	fetch     *assets.Fetcher // nil before the first download
}

// openAccountCore connects to nothing. It fails for a sandbox that is not on this machine.
func openAccountCore(disk *project.Project, o Options) (*accountCore, error) {
	hideKey(disk.Manifest.HeyGen.Key)
	a := &accountCore{disk: disk, o: o, provider: o.shared}
	if a.provider == nil {
		a.provider = &provider{}
	}
	if err := a.checkSandbox(); err != nil {
		return nil, err
	}
	a.can = openCapabilities(disk.StateDir())
	return a, nil
}

// Assumed returns a remark when the account was not asked for its API generation; else "".
func (a *accountCore) Assumed() string {
	if !a.assumed.Load() {
		return ""
	}
	return "the account was not asked, v2 is assumed: heygen.key runs a program that is not allowed; run `greenroom allow`"
}

// Offline makes the lockfile decide alone: the account is not asked, and files that another ffmpeg has prepared are up
// to date. It is for commands that only use what is there.
func (a *accountCore) Offline() { a.offline = true }

// Close ends the connection and an embedded sandbox, unless they are shared with other runs.
func (a *accountCore) Close() error {
	err := a.can.saver.Flush()
	if a.fetch != nil {
		a.fetch.Close()
	}
	if a.o.shared == nil {
		err = errors.Join(err, a.provider.close())
	}
	return err
}
