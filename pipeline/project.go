package pipeline

import (
	"context"
	"errors"
	"time"

	"greenroom/internal/netfs"
	"greenroom/pipeline/account"
	"greenroom/pipeline/event"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/preflight"
	"greenroom/pipeline/previews"
	"greenroom/pipeline/project"
	"greenroom/pipeline/publishing"
	"greenroom/pipeline/recipes"
	"greenroom/pipeline/routing"
	"greenroom/pipeline/sharedcache"
	"greenroom/pipeline/voice"
)

// Places inside a user's project, relative to the manifest.
const (
	ManifestName = project.ManifestName
	LockName     = project.LockName
	StateDir     = project.StateDir
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

// nothing is the entry of a clip that has none.
var nothing lockfile.Entry

// Project is an opened manifest with everything that is known about its clips. Opening it sends no request, starts no
// process and changes no file.
//
// size: one method for each command, and the parts of garbage collection, freshness and answers to open requests, which
// have no type of their own yet.
type Project struct {
	*project.Project

	Account   *account.Account
	voices    *voice.Store
	router    *routing.Router
	lengths   *routing.Lengths
	recipes   *recipes.Recipes
	previews  *previews.Previews
	Publisher *publishing.Publisher
	planner   *planning.Planner
	Preflight *preflight.Preflight
	pieces    *sharedcache.Cache // nil before a film is rendered

	o      Options
	opened time.Time // before any file was read
}

// Open loads the manifest and the lockfile.
func Open(o Options) (*Project, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.fileSystem == nil {
		o.fileSystem = netfs.Name
	}
	opened := o.Now()
	disk, err := project.Open(o.onDisk())
	if err != nil {
		return nil, err
	}
	account.HideKey(disk.Manifest.HeyGen.Key)
	account, err := account.Open(disk, o.ofAccount())
	if err != nil {
		return nil, err
	}
	p := newProject(disk, account, o)
	p.opened = opened
	return p, nil
}

// newProject connects the parts of a project. Each knows the ones before it.
func newProject(disk *project.Project, account *account.Account, o Options) *Project {
	p := &Project{Project: disk, Account: account, voices: voice.Of(disk), o: o}
	p.router = routing.New(disk, account)
	p.lengths = routing.NewLengths(disk, p.router, p.voices)
	p.recipes = recipes.New(disk, account)
	p.previews = previews.New(disk, account, p.voices, p.router, p.lengths)
	p.Publisher = publishing.New(disk, p.previews, o.Version)
	p.planner = planning.New(disk, account, p.voices, p.router, p.lengths, p.recipes, p.previews)
	p.Preflight = preflight.New(disk, account, p.router)
	return p
}

// Plan compares the manifest with what is on disk, see [planner.Plan].
func (p *Project) Plan(ctx context.Context, names []string) (*planning.Plan, error) {
	return p.planner.Plan(ctx, names)
}

// Close ends what the project started: the embedded sandbox and the ledger.
func (p *Project) Close() error {
	if p.pieces != nil {
		p.pieces.Close()
	}
	err := errors.Join(p.previews.Flush(), p.Account.Close())
	return errors.Join(err, p.Project.Close(p.planner.AllPlanned()))
}

// Shard is one of several machines that split the clips between them.
type Shard = project.Shard
