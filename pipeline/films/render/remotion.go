package render

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/pipeline/event"
	"greenroom/pipeline/films"
	"greenroom/pipeline/films/records"
	"greenroom/pipeline/manifest"
	"greenroom/remotion"
)

// Composition is a composition of the user's Remotion project.
type Composition struct {
	ID            string
	Props         []byte // of the published clips
	Input         []byte // a JSON object that is laid over the composition's defaults
	AllowStandIns bool
}

// Composition renders a composition of the Remotion project, or one frame of it.
func (r *Renderer) Composition(ctx context.Context, c Composition) (Result, error) {
	return r.byRemotion(ctx, c.ID, remotion.RenderSpec{
		Composition: c.ID, Out: r.path(c.ID, ".mp4"),
		PropsJSON: c.Props, InputProps: c.Input, AllowStandIns: c.AllowStandIns,
	})
}

// timeline renders a film of the manifest with the companion's Timeline composition. Frames are passed to the encoder
// as PNG: the native renderer encodes without a lossy step before, too.
func (r *Renderer) timeline(ctx context.Context, f *timeline.Film) (Result, error) {
	input, err := json.Marshal(map[string]any{"film": f})
	if err != nil {
		return Result{}, err
	}
	spec := remotion.RenderSpec{
		Composition: remotion.Timeline, Out: r.path(f.Name, extension(f)), InputProps: input, Exact: true,
	}
	return r.byRemotion(ctx, f.Name, spec)
}

// byRemotion renders a composition in the run's session, unless its file is up to date: then neither Node nor a
// browser is started.
func (r *Renderer) byRemotion(ctx context.Context, name string, spec remotion.RenderSpec) (Result, error) {
	if r.Still >= 0 {
		return r.still(ctx, name, spec)
	}
	spec.Concurrency, spec.CRF = r.Concurrency, r.CRF
	key, err := r.remotionKey(ctx, spec)
	if err != nil {
		return Result{}, err
	}
	if res, ok := r.upToDate(spec.Out, records.Remotion, key); ok {
		return res, nil
	}
	reused := true
	if r.session == nil {
		if err := r.open(ctx, name); err != nil {
			return Result{}, err
		}
		reused, err = r.session.Prepare(ctx, r.progress(name))
		if err != nil {
			return Result{}, err
		}
		r.keys.Save()
		r.keys = nil // packages may have been installed, and only a bundle shows which files it is made of
		key, err = r.remotionKey(ctx, spec)
		if err != nil {
			return Result{}, err
		}
	}
	done, err := r.session.Render(ctx, spec, r.progress(name))
	r.keys.Forget() // files may have changed during the render
	if err != nil {
		return Result{}, err
	}
	out := records.Output{
		Frames: done.Frames, Width: done.Width, Height: done.Height, FPS: done.FPS, Seconds: done.Seconds,
	}
	res := resultOf(done.Path, records.Remotion, out)
	res.BundleReused = reused && done.BundleReused
	// The film may or may not show what changed during the render.
	switch after, err := r.remotionKey(ctx, spec); {
	case err != nil:
		r.notRecorded(name, err.Error())
	case after != key:
		r.notRecorded(name, "the project changed during the render")
	default:
		r.record(name, done.Path, key, out)
	}
	return res, nil
}

// still renders one frame.
func (r *Renderer) still(ctx context.Context, name string, spec remotion.RenderSpec) (Result, error) {
	if r.session == nil {
		if err := r.open(ctx, name); err != nil {
			return Result{}, err
		}
	}
	done, err := r.session.Still(ctx, remotion.StillSpec{
		Composition: spec.Composition, Out: r.path(name, ".png"), Frame: r.Still,
		PropsJSON: spec.PropsJSON, InputProps: spec.InputProps, AllowStandIns: spec.AllowStandIns,
	}, r.progress(name))
	if err != nil {
		return Result{}, err
	}
	return Result{Path: done.Path, Renderer: records.Remotion, Frames: 1, Width: done.Width, Height: done.Height}, nil
}

// open starts the session of this run.
func (r *Renderer) open(ctx context.Context, name string) (err error) {
	r.session, err = r.Remotion.Open(ctx, r.sessionSpec(), r.progress(name))
	return err
}

func (r *Renderer) sessionSpec() remotion.SessionSpec {
	return remotion.SessionSpec{Layout: r.Layout(), CacheDir: r.CacheDir, NewBundle: r.Force}
}

// remotionKey returns the key of a film as the project was when its files were last read.
func (r *Renderer) remotionKey(ctx context.Context, spec remotion.RenderSpec) (string, error) {
	if r.keys == nil {
		var err error
		r.keys, err = r.Remotion.Keys(ctx, r.sessionSpec())
		if err != nil {
			return "", err
		}
	}
	key, err := r.keys.Film(spec)
	if err != nil {
		return "", err
	}
	return r.Records.Key(key, r.Tools.Version, records.Remotion)
}

// progress returns a function that emits the progress of a film.
func (r *Renderer) progress(name string) func(remotion.Event) {
	return func(ev remotion.Event) {
		state := event.Progress
		if ev.Message != "" {
			state = event.Started
		}
		r.Emit(event.Event{Clip: name, Stage: ev.Stage, State: state, Done: int64(ev.Done), Total: int64(ev.Total),
			Message: ev.Message, Time: r.Now()})
	}
}

// CheckComposition fails if the Remotion project surely has no composition of this id, before packages are installed
// for it. With installed packages, and where the code computes an id, Remotion itself reports what is missing.
func (r *Renderer) CheckComposition(m *manifest.Manifest, id string) error {
	if remotion.Installed(r.Dir) {
		return nil
	}
	ids, all, err := remotion.Compositions(r.Layout())
	if err != nil || !all || slices.Contains(ids, id) {
		return nil // rendering reports a folder without a Remotion project
	}
	own := films.CompositionNames(m)
	hint := "Remotion has " + strings.Join(ids, ", ") + "; if a package registers it, run npm install first"
	if len(own) > 0 {
		hint = "the manifest has " + strings.Join(own, ", ") + "; " + hint
	}
	if near := fault.Nearest(id, slices.Concat(own, ids)); near != "" {
		hint = "did you mean " + near + "? " + hint
	}
	return fault.New(fault.Usage, hint, "find composition %q: neither the manifest nor the Remotion project has it", id)
}
