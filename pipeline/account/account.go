// Package account is the HeyGen side of a project: the key and its account, the connection, the generation of the API
// that is used, the capabilities of the account, its uploads, and look-ups. It never buys.
package account

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"greenroom/assets"
	"greenroom/internal/keymutex"
	"greenroom/pipeline/project"
)

// Options are what a command knows and this package must not look up.
type Options struct {
	Getenv   func(string) string
	LookPath func(string) (string, error)
	Now      func() time.Time
	Version  string

	// AllowSandbox lets takes of the sandbox, and of servers on this machine, be used as if they were the account's.
	AllowSandbox bool

	Shared *Connection // the connection of a session; nil: one is made
}

// Account is the HeyGen side of a project: the connection, the account of the key, its capabilities, and its uploads.
//
// size: one method for each question about the account and its files.
type Account struct {
	disk *project.Project
	o    Options

	Connection *Connection
	identity   identity
	Can        *Capabilities
	offline    bool // see Offline

	autoMu  sync.Mutex
	assumed atomic.Bool // v2 is assumed, because the key's program is not allowed

	uploads keymutex.Mutex
	Links   UploadLinks

	fetchOnce sync.Once
	fetch     *assets.Fetcher // nil before the first download
}

// Open returns the account of a project without connecting to it. It fails for a sandbox that is not on this machine.
func Open(disk *project.Project, o Options) (*Account, error) {
	HideKey(disk.Manifest.HeyGen.Key)
	a := &Account{disk: disk, o: o, Connection: o.Shared}
	if a.Connection == nil {
		a.Connection = &Connection{}
	}
	if err := a.checkSandbox(); err != nil {
		return nil, err
	}
	a.Can = OpenCapabilities(disk.StateDir())
	return a, nil
}

// Assumed returns a remark when the generation of the account's API is assumed and not read; else "".
func (a *Account) Assumed() string {
	if !a.assumed.Load() {
		return ""
	}
	return "the API of the account is not known, v2 is assumed: heygen.key runs a program that is not allowed; run `greenroom allow`"
}

// Offline makes the lockfile decide alone: no request is sent to the account, and files that another ffmpeg has
// prepared are up to date. It is for commands that only use what exists.
func (a *Account) Offline() { a.offline = true }

// IsOffline reports whether the lockfile decides alone.
func (a *Account) IsOffline() bool { return a.offline }

// Close ends the connection and an embedded sandbox, unless they are shared with other runs.
func (a *Account) Close() error {
	err := a.Can.Flush()
	if a.fetch != nil {
		a.fetch.Close()
	}
	if a.o.Shared == nil {
		err = errors.Join(err, a.Connection.Close())
	}
	return err
}
