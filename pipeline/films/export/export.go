// Package export writes films as projects of editors, with the files that they show next to them.
//
// Clips are their ProRes renditions; what a format has no words for is drawn into files with alpha. Both are kept in
// the store under keys of what they are made of, so that a second export draws nothing. The project and its folder of
// files depend on the film alone: the same film has the same bytes.
package export

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"greenroom/assets"
	"greenroom/compose/exchange"
	"greenroom/compose/media"
	"greenroom/compose/native"
	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/pipeline/event"
	"greenroom/pipeline/films"
	"greenroom/pipeline/films/records"
	"greenroom/pipeline/films/segments"
)

// How the files of a project are placed next to it.
const (
	Copy = "copy" // complete files: the folder can be moved to another machine
	Link = "link" // symbolic links to the project's store
)

// MediaFolder has the files, next to the projects.
const MediaFolder = "media"

// Clip is the file of a clip that an editor reads.
type Clip struct {
	Name string // of the clip
	Hash string // SHA-256 of its ProRes file, in the store
}

// Store keeps files by their content. *assets.Store implements it.
type Store interface {
	segments.Store
	Publish(root string, files []assets.File) (assets.Published, error)
}

// Exporter writes projects.
//
// size: the flags of the command, and what it uses of the project.
type Exporter struct {
	Format *exchange.Format
	Dir    string // absolute
	Media  string // Copy or Link
	Strict bool   // a project that would look or sound different is an error
	Force  bool   // a project that another program has changed is replaced

	Project string // the folder of the manifest, absolute: links inside it are relative
	Store   Store
	Maker   *segments.Maker
	Records records.Store // of exported projects
	Tools   media.Tools
	// ProRes returns the file for editors of the clip whose WebM has this content; false if no clip has.
	ProRes func(ctx context.Context, webm string) (Clip, bool, error)
	Emit   event.Sink

	probes native.Probes
}

// Result is an exported film.
type Result struct {
	Film   string          `json:"film"`
	Format string          `json:"format"`
	Path   string          `json:"path"`
	Frames int             `json:"frames"`
	Width  int             `json:"width"`
	Height int             `json:"height"`
	FPS    float64         `json:"fps"`
	Media  []string        `json:"media"`  // files, relative to the project's folder, sorted
	Losses []exchange.Loss `json:"losses"` // what the project does not have
}

// Differs counts the losses that change how the film looks or sounds.
func (r Result) Differs() (n int) {
	for _, l := range r.Losses {
		if l.Differs {
			n++
		}
	}
	return n
}

// Film exports one film.
func (x *Exporter) Film(ctx context.Context, film films.Film) (Result, error) {
	f := film.Timeline
	path := filepath.Join(x.Dir, f.Name+x.Format.Ext)
	if err := x.mayWrite(path); err != nil {
		return Result{}, err
	}
	if err := f.Validate(); err != nil {
		return Result{}, err
	}
	g := &gatherer{x: x, film: film, files: map[string]exchange.File{}, placed: map[string]assets.Hash{}}
	adapted, lost, err := g.gather(ctx)
	if err != nil {
		return Result{}, err
	}
	text, more := x.Format.Write(&exchange.Project{Film: adapted, Files: g.files})
	res := Result{Film: f.Name, Format: x.Format.Name, Path: path, Frames: f.Frames, Width: f.Width, Height: f.Height,
		FPS: f.FPS.FPS(), Media: []string{}, Losses: append(append([]exchange.Loss{}, lost...), more...)}
	if n := res.Differs(); x.Strict && n > 0 {
		return res, x.tooDifferent(res)
	}
	res.Media, err = x.place(g.placed)
	if err != nil {
		return Result{}, err
	}
	if err := os.MkdirAll(x.Dir, 0o755); err != nil {
		return Result{}, fault.Wrap(fault.Failed, err, "name another folder with -o", "create %s", filepath.Base(x.Dir))
	}
	if _, err := atomicfile.WriteBytes(path, 0o644, text); err != nil {
		hint := fault.ReadHint(err, "free some space, or name another folder with -o")
		return Result{}, fault.Wrap(fault.Failed, err, hint, "write %s", filepath.Base(path))
	}
	out := records.Output{Frames: f.Frames, Width: f.Width, Height: f.Height, FPS: f.FPS.FPS()}
	hashes := make([]string, 0, len(g.placed))
	for _, h := range g.placed {
		hashes = append(hashes, string(h))
	}
	return res, x.Records.Save(path, "", out, sorted(hashes)...)
}

// mayWrite fails if a file exists that this program has not written, or that another one has changed since: editors
// save projects under the names that they were opened with.
func (x *Exporter) mayWrite(path string) error {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) || x.Force {
		return nil
	}
	if _, ok := x.Records.UpToDate(path, ""); ok {
		return nil
	}
	return fault.New(fault.Failed, "name another folder with -o, or pass --force to replace it",
		"%s exists and is not as greenroom wrote it", path)
}

func (x *Exporter) tooDifferent(r Result) error {
	for _, l := range r.Losses {
		if l.Differs {
			const hint = "omit --strict, or choose another format with --to"
			return fault.New(fault.Failed, hint, "film %q as %s would be different in %d ways; the first: %s: %s",
				r.Film, r.Format, r.Differs(), l.Of, l.What)
		}
	}
	return nil
}
