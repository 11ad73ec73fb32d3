// Package project is the state of a project on disk: the manifest, the lockfile, the store, the ledger, and records of
// files and programs. Opening it sends no request, starts no process and changes no file.
package project

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"greenroom/assets"
	"greenroom/compose/media"
	"greenroom/internal/fault"
	"greenroom/pipeline/event"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/manifest"
)

// Places inside a user's project, relative to the manifest.
const (
	ManifestName = "greenroom.yaml"
	LockName     = "greenroom.lock"
	StateDir     = ".greenroom"
)

// Options are what a command knows and the packages below must not look up.
type Options struct {
	Context      context.Context // ends the reading of the manifest and its tables; nil never does
	ManifestPath string
	Sink         event.Sink
	Now          func() time.Time // nil is time.Now
	Getenv       func(string) string
	LookPath     func(string) (string, error)
	State        string // folder of durable state; "" is StateDir in the folder of the manifest
}

// Project is a manifest with its files.
type Project struct {
	Manifest *manifest.Manifest
	Lock     *Lock
	Inputs   *Inputs
	Tools    *media.Finder
	Clips    *Clips
	Store    *assets.Store  // nil before OpenState
	Ledger   *ledger.Ledger // the same

	o      Options
	dir    string // absolute, holds the manifest
	layout layout
	report *event.Reporter
}

// Open loads the manifest and the lockfile. Faults of the manifest are a fault.List with all of them.
func Open(o Options) (*Project, error) {
	path, err := filepath.Abs(o.ManifestPath)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(
			fault.Manifest, "run `greenroom init` here, or point at a manifest with -f", "no %s in %s",
			filepath.Base(path), filepath.Dir(path),
		)
	}
	ctx := o.Context
	if ctx == nil {
		ctx = context.Background()
	}
	m, err := manifest.Load(ctx, path)
	if err != nil {
		return nil, err
	}
	p := Of(m, o)
	p.Lock, err = openLock(p.Path(LockName))
	return p, err
}

// Of returns a project with a manifest and without a lockfile.
func Of(m *manifest.Manifest, o Options) *Project {
	if o.Now == nil {
		o.Now = time.Now
	}
	p := &Project{Manifest: m, o: o, dir: filepath.Dir(m.Path), report: event.NewReporter(o.Sink, o.Now)}
	p.layout.manifest = m.Remotion
	p.Inputs = openInputs(p.StateDir())
	p.Tools = Finder(o.Getenv, o.LookPath)
	p.Clips = &Clips{m: m}
	return p
}

// Dir returns the project's folder, absolute.
func (p *Project) Dir() string { return p.dir }

// StateDir returns the folder of durable state, absolute. It may not exist.
func (p *Project) StateDir() string {
	if p.o.State != "" {
		return p.o.State
	}
	return filepath.Join(p.dir, StateDir)
}

// Path returns the absolute path of a slash-separated path in the project.
func (p *Project) Path(slash string) string { return filepath.Join(p.dir, filepath.FromSlash(slash)) }

// Rel returns a path relative to the project's folder, for messages; a path outside of it stays as it is.
func (p *Project) Rel(path string) string {
	if r, err := filepath.Rel(p.dir, path); err == nil && filepath.IsLocal(r) {
		return r
	}
	return path
}

// LibraryDir returns where presenters of stand-ins, spoken sentences and versions of programs are kept for all
// projects of the user.
func (p *Project) LibraryDir() string {
	if d := LibraryDir(p.o.Getenv); d != "" {
		return d
	}
	return filepath.Join(p.StateDir(), "cache")
}

// LibraryDir returns GREENROOM_CACHE, or greenroom's part of the system's folder for caches; "" when there is none.
func LibraryDir(getenv func(string) string) string {
	if d := getenv("GREENROOM_CACHE"); d != "" {
		return d
	}
	if d, err := os.UserCacheDir(); err == nil {
		return filepath.Join(d, "greenroom")
	}
	return ""
}

// Finder returns what finds ffmpeg on this machine.
func Finder(getenv func(string) string, lookPath func(string) (string, error)) *media.Finder {
	return &media.Finder{Folder: LibraryDir(getenv), LookPath: lookPath}
}

// Now returns the time.
func (p *Project) Now() time.Time { return p.o.Now() }

// Getenv returns an environment variable.
func (p *Project) Getenv(name string) string { return p.o.Getenv(name) }

// LookPath finds a program.
func (p *Project) LookPath(name string) (string, error) { return p.o.LookPath(name) }

// Send reports an event. Progress is dropped once the context has ended.
func (p *Project) Send(ctx context.Context, e event.Event) {
	if ctx.Err() == nil || e.State != event.Progress {
		p.report.Send(e)
	}
}

// OpenState makes the folder of durable state and opens store and ledger in it. A second call does nothing.
func (p *Project) OpenState() error {
	if p.Store != nil {
		return nil
	}
	state := p.StateDir()
	if err := os.MkdirAll(state, 0o700); err != nil {
		return fault.Wrap(fault.Failed, err, "make the project folder writable", "create %s", StateDir)
	}
	// Earlier versions made it readable by all. A mode that the user chose stays.
	if fi, err := os.Stat(state); err == nil && fi.Mode().Perm() == 0o755 {
		_ = os.Chmod(state, 0o700) // the files in it are private anyway
	}
	store, err := assets.Open(filepath.Join(state, "store"))
	if err != nil {
		return err
	}
	l, err := ledger.Open(filepath.Join(state, "ledger.db"), ledger.Options{Now: p.o.Now})
	if err != nil {
		return err
	}
	p.Store, p.Ledger = store, l
	return nil
}

// PeekState opens store and ledger if a build has made them. It makes no file.
func (p *Project) PeekState() error {
	if _, err := os.Stat(filepath.Join(p.StateDir(), "ledger.db")); err != nil {
		return nil
	}
	return p.OpenState()
}

// FlushLedger waits for the ledger's writes that no caller has waited for.
func (p *Project) FlushLedger() error {
	err := p.Ledger.Flush()
	if err == nil {
		return nil
	}
	hint := "free some space, or make " + StateDir + " writable, and run the same command again; nothing is bought twice"
	return fault.Wrap(fault.Failed, err, hint, "record what was downloaded")
}

// Close writes what is not written yet and closes store and ledger. allCompared reports that this run compared the
// files of every clip, so that the store may forget the others.
func (p *Project) Close(allCompared bool) error {
	p.Inputs.Save()
	var err error
	if p.Lock != nil {
		err = p.Lock.Flush()
	}
	if p.Store != nil {
		p.Store.Remember(allCompared)
		p.Store.Close()
	}
	if p.Ledger != nil {
		err = errors.Join(err, p.Ledger.Close())
		p.Ledger, p.Store = nil, nil
	}
	return err
}
