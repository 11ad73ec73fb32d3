package pipeline

import (
	"context"
	"time"

	"greenroom/pipeline/account"
	"greenroom/pipeline/event"
	"greenroom/pipeline/project"
	presenterstep "greenroom/pipeline/stage/standin"
	"greenroom/pipeline/unchanged"
	"greenroom/pipeline/units"
)

// Options are what a command knows and the packages below must not look up.
//
// size: a field for each global flag and each thing of the machine that tests replace.
type Options struct {
	// Context ends the reading of the manifest and its tables; nil never does.
	Context context.Context

	ManifestPath string
	Sink         event.Sink
	Now          func() time.Time
	Getenv       func(string) string
	LookPath     func(string) (string, error)
	Version      string

	// AllowSandbox lets takes of the sandbox, and of servers on this machine, be used as if they were the account's.
	AllowSandbox bool

	// NetworkFolder allows purchases although the project is on a network file system.
	NetworkFolder bool

	Cache         string // address of the shared cache; "" is the manifest's, NoCache none
	CacheReadOnly bool   // read the shared cache, never write to it

	Engine units.Engine // where steps run; zero: on this machine

	shared     *session            // kept by a session from run to run
	fileSystem func(string) string // names a network file system; tests have one
}

// ofAccount are the options for HeyGen's side of a project.
func (o Options) ofAccount() account.Options {
	out := account.Options{Getenv: o.Getenv, LookPath: o.LookPath, Now: o.Now, Version: o.Version, AllowSandbox: o.AllowSandbox}
	if o.shared != nil {
		out.Shared = o.shared.provider
	}
	return out
}

// onDisk are the options for the part of a project that is on disk.
func (o Options) onDisk() project.Options {
	return project.Options{
		Context: o.Context, ManifestPath: o.ManifestPath, Sink: o.Sink, Now: o.Now, Getenv: o.Getenv, LookPath: o.LookPath,
	}
}

// unchanged are what the record of an up-to-date project depends on.
func (o Options) unchanged() unchanged.Inputs {
	return unchanged.Inputs{
		ManifestPath: o.ManifestPath, Version: o.Version, Cache: o.Cache, Getenv: o.Getenv, LookPath: o.LookPath,
	}
}

// session is what runs one after another share.
type session struct {
	provider   *account.Connection
	presenters *presenterstep.Presenters
}

// Share lets every project opened with these options use one connection, and one embedded sandbox whose jobs continue
// from run to run. stop ends it.
func (o Options) Share() (shared Options, stop func() error) {
	o.shared = &session{&account.Connection{}, presenterstep.NewPresenters()}
	return o, func() error {
		o.shared.presenters.Close()
		return o.shared.provider.Close()
	}
}

// OpenAccount connects to the account of the manifest for look-ups, see [account.OpenLookups].
func OpenAccount(o Options, with account.LookupOptions) (*account.Lookups, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	return account.OpenLookups(o.onDisk(), o.ofAccount(), with)
}
