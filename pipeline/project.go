package pipeline

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"greenroom/assets"
	"greenroom/compose/media"
	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/pipeline/event"
	"greenroom/pipeline/films/resolve"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
	"greenroom/remotion/project"
)

// Places inside a user's project, relative to the manifest.
const (
	ManifestName = "greenroom.yaml"
	LockName     = "greenroom.lock"
	StateDir     = ".greenroom"
)

// Options are what a command knows and the packages below must not look up.
type Options struct {
	// Context ends the reading of the manifest and its tables; nil never does.
	Context context.Context

	ManifestPath string
	Sink         event.Sink
	Now          func() time.Time
	Getenv       func(string) string
	LookPath     func(string) (string, error)
	Version      string

	// AllowSandbox lets takes of the sandbox, and of servers on this machine, be used as if
	// they were the account's.
	AllowSandbox bool

	// NetworkFolder allows purchases although the project is on a network file system.
	NetworkFolder bool

	Cache         string // address of the shared cache; "" is the manifest's, NoCache none
	CacheReadOnly bool   // read the shared cache, never write to it

	shared *provider // kept by a session from run to run
	// Earlier states of the manifest and of the lockfile, so that what is the same is not
	// read and held twice.
	knownManifest *manifest.Manifest
	known         *lockfile.File
	knownStore    *assets.Store
}

func (o Options) context() context.Context {
	if o.Context == nil {
		return context.Background()
	}
	return o.Context
}

// nothing is the entry of a clip that has none.
var nothing lockfile.Entry

// Project is an opened manifest with everything that is known about its clips.
// Opening it sends no request, starts no process and changes no file.
type Project struct {
	Manifest *manifest.Manifest

	o          Options
	dir        string         // absolute, holds the manifest
	layout     project.Layout // as the manifest says
	configured func() project.Layout
	state      string // dir/.greenroom
	lock       *lockfile.File
	who        whoami
	inputs     *inputs
	can        *capabilities
	standIns   *standIns
	report     *event.Reporter

	rows    map[string]*ledger.Row // of the last plan
	autoMu  sync.Mutex
	assumed atomic.Bool // the account's API was not asked for: the key's program is not allowed
	uploads keyedMutex
	links   uploadLinks

	indexOnce  sync.Once
	index      map[string]int  // clips by name
	onKeyColor map[string]bool // clips with a transparent translation, by name
	offline    bool            // see Offline
	plannedAll bool            // every clip's files were compared
	refetch    map[string]bool // clips whose masters are downloaded again

	sizesOnce sync.Once
	shownAt   *resolve.Sizes
	sizesErr  error

	highestOnce sync.Once
	highest     timeline.Rate // of all compositions

	lockMu     sync.Mutex
	lockSaver  *saver
	toolsMu    sync.Mutex
	toolsFound media.Tools
	store      *assets.Store
	ledger     *ledger.Ledger
	provider   *provider
	fetchOnce  sync.Once
	fetch      *assets.Fetcher // nil before the first download
}

// Open loads the manifest and the lockfile.
func Open(o Options) (*Project, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	path, err := filepath.Abs(o.ManifestPath)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.Manifest, "run `greenroom init` here, or point at a manifest with -f", "no %s in %s", filepath.Base(path), filepath.Dir(path))
	}
	m := o.knownManifest
	if m == nil || !m.Unchanged() {
		if m, err = manifest.Load(o.context(), path); err != nil {
			return nil, err
		}
	}
	hideKey(m.HeyGen.Key)
	p := &Project{Manifest: m, o: o, dir: filepath.Dir(path), layout: m.Remotion, report: event.NewReporter(o.Sink, o.Now), provider: o.shared}
	if p.provider == nil {
		p.provider = &provider{}
	}
	p.state = filepath.Join(p.dir, StateDir)
	p.configured = sync.OnceValue(p.readLayout)
	if err := p.checkSandbox(); err != nil {
		return nil, err
	}
	read := lockfile.Load
	if o.known != nil {
		read = o.known.Reload
	}
	if p.lock, err = read(p.path(LockName)); err != nil {
		return nil, err
	}
	p.lockSaver = newSaver(p.saveLock)
	p.inputs, p.can, p.standIns = openInputs(p.state), openCapabilities(p.state), openStandIns(p.state)
	return p, nil
}

// Assumed is a remark when the account's API generation could not be asked for; else "".
func (p *Project) Assumed() string {
	if !p.assumed.Load() {
		return ""
	}
	return "the account was not asked, v2 is assumed: heygen.key runs a program that is not allowed; run `greenroom allow`"
}

// Dir is the project's folder, absolute.
func (p *Project) Dir() string { return p.dir }

func (p *Project) path(slash string) string { return filepath.Join(p.dir, filepath.FromSlash(slash)) }

// openState makes the folder of durable state and opens store and ledger in it.
func (p *Project) openState() error {
	if p.store != nil {
		return nil
	}
	if err := os.MkdirAll(p.state, 0o700); err != nil {
		return fault.Wrap(fault.Failed, err, "make the project folder writable", "create %s", StateDir)
	}
	// Earlier versions made it readable by all. A mode that the user chose stays.
	if fi, err := os.Stat(p.state); err == nil && fi.Mode().Perm() == 0o755 {
		_ = os.Chmod(p.state, 0o700) // the files in it are private anyway
	}
	store := p.o.knownStore
	if store == nil {
		var err error
		if store, err = assets.Open(filepath.Join(p.state, "store")); err != nil {
			return err
		}
	}
	l, err := ledger.Open(filepath.Join(p.state, "ledger.db"), ledger.Options{Now: p.o.Now})
	if err != nil {
		return err
	}
	p.store, p.ledger = store, l
	return nil
}

// peekState opens the store and the ledger for looking only: it makes nothing
// when a build has never run here.
func (p *Project) peekState() error {
	if _, err := os.Stat(filepath.Join(p.state, "ledger.db")); err != nil {
		return nil
	}
	return p.openState()
}

// Close ends what the project started: the embedded sandbox and the ledger.
func (p *Project) Close() error {
	p.inputs.save()
	err := errors.Join(p.lockSaver.flush(), p.standIns.saver.flush(), p.can.saver.flush())
	if p.fetch != nil {
		p.fetch.Close()
	}
	if p.o.shared == nil {
		err = errors.Join(err, p.provider.close())
	}
	if p.store != nil {
		p.store.Remember(p.plannedAll)
		if p.o.knownStore == nil {
			p.store.Close()
		}
	}
	if p.ledger != nil {
		err = errors.Join(err, p.ledger.Close())
		p.ledger, p.store = nil, nil
	}
	return err
}

func (p *Project) send(ctx context.Context, e event.Event) {
	if ctx.Err() == nil || e.State != event.Progress {
		p.report.Send(e)
	}
}
