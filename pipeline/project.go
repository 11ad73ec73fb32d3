package pipeline

import (
	"context"
	"errors"
	"time"

	"greenroom/internal/netfs"
	"greenroom/pipeline/account"
	"greenroom/pipeline/gc"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/preflight"
	"greenroom/pipeline/previews"
	"greenroom/pipeline/project"
	"greenroom/pipeline/publishing"
	"greenroom/pipeline/recipes"
	"greenroom/pipeline/routing"
	"greenroom/pipeline/sharedcache"
	"greenroom/pipeline/unchanged"
	"greenroom/pipeline/voice"
)

// Places inside a user's project, relative to the manifest.
const (
	ManifestName = project.ManifestName
	LockName     = project.LockName
	StateDir     = project.StateDir
)

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
	farm      *farm              // nil if every step runs on this machine

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
	if o.Engine.Server != "" {
		p.farm = &farm{p: p}
	}
	p.Preflight = preflight.New(disk, account, p.router)
	return p
}

// Plan compares the manifest with what is on disk, see [planner.Plan].
func (p *Project) Plan(ctx context.Context, names []string) (*planning.Plan, error) {
	return p.planner.Plan(ctx, names)
}

// Close ends what the project started: the embedded sandbox and the ledger.
func (p *Project) Close() error {
	p.farm.close()
	if p.pieces != nil {
		p.pieces.Close()
	}
	err := errors.Join(p.previews.Flush(), p.Account.Close())
	return errors.Join(err, p.Project.Close(p.planner.AllPlanned()))
}

// collector removes what nothing refers to.
func (p *Project) collector() *gc.Collector {
	return gc.New(p.Project, p.voices, p.previews, p.FilmRecords())
}

// GC counts or removes unused files of the store, see [gc.Collector.Collect].
func (p *Project) GC(ctx context.Context, o gc.Options) (gc.Garbage, error) {
	return p.collector().Collect(ctx, o)
}

// Unchanged reports whether nothing has changed since a build that found every clip up to date, see [unchanged.Check].
func Unchanged(o Options) (clips int, ok bool) { return unchanged.Check(o.unchanged()) }

func (p *Project) recorder() *unchanged.Recorder {
	return unchanged.NewRecorder(p.Project, p.Publisher, p.o.unchanged(), p.opened)
}

// Shard is one of several machines that split the clips between them.
type Shard = project.Shard

// begin opens what a run needs and waits for other runs of the project: store and ledger, the lock of the submitter,
// and the lockfile as the last run left it. Every command that changes one of them starts here. end releases the lock.
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
