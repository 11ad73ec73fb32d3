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
	Takes         []films.Take // that it may show
	Label         string       // which it must state that it shows; "" needs none
}

// Composition renders a composition of the Remotion project, or one frame of it.
func (r *Renderer) Composition(ctx context.Context, c Composition) (Result, error) {
	res, err := r.byRemotion(ctx, &job{r: r, name: c.ID, made: c.Takes, label: c.Label, spec: remotion.RenderSpec{
		Composition: c.ID, Out: r.path(c.ID, ".mp4"),
		PropsJSON: c.Props, InputProps: c.Input, AllowStandIns: c.AllowStandIns,
	}})
	if err == nil {
		err = check(ctx, r, c.ID, nil, &res)
	}
	return res, err
}

// timeline renders a film of the manifest with the companion's Timeline composition. Frames are passed to the encoder
// as PNG: the native renderer encodes without a lossy step before, too.
func (r *Renderer) timeline(ctx context.Context, film films.Film) (Result, error) {
	j, err := timelineJob(r, film)
	if err != nil {
		return Result{}, err
	}
	return r.byRemotion(ctx, j)
}

func timelineJob(r *Renderer, film films.Film) (*job, error) {
	f := film.Timeline
	input, err := filmInput(f)
	return &job{r: r, name: f.Name, film: &film, made: film.Takes, spec: remotion.RenderSpec{
		Composition: remotion.Timeline, Out: r.path(f.Name, extension(f)), InputProps: input, Exact: true,
	}}, err
}

// filmInput returns the input of the Timeline composition.
func filmInput(f *timeline.Film) ([]byte, error) { return json.Marshal(map[string]any{"film": f}) }

// byRemotion renders a composition in the run's session, unless its file is up to date or all of its ranges are in the
// store: then neither Node nor a browser is started.
func (r *Renderer) byRemotion(ctx context.Context, j *job) (Result, error) {
	if r.Still >= 0 {
		return j.still(ctx)
	}
	res, ok, err := j.current(ctx)
	if err != nil || ok {
		return res, err
	}
	defer j.close()
	start := r.Now()
	out, err := j.reuse(ctx)
	if err == nil && out == nil {
		out, err = j.inSession(ctx)
	}
	r.keys.Forget() // files may have changed during the render
	if err != nil {
		return Result{}, err
	}
	if err := r.finish(ctx, j.name, out.path, j.made); err != nil {
		return Result{}, err
	}
	if out.Seconds == 0 {
		out.Seconds = r.Now().Sub(start).Seconds()
	}
	res = resultOf(out.path, records.Remotion, out.Output)
	res.BundleReused = out.bundleReused
	res.Encoded, res.Reused = res.Seconds, 0
	if out.FPS > 0 && out.pieces != nil {
		res.Encoded, res.Reused = float64(out.encoded)/out.FPS, float64(out.reused)/out.FPS
	}
	// The film may or may not show what changed during the render.
	key := j.key
	switch err := j.readKey(ctx); {
	case err != nil:
		r.notRecorded(j.name, err.Error())
	case j.key != key:
		r.notRecorded(j.name, "the project changed during the render")
	default:
		r.record(j.name, out.path, key, out.Output, out.pieces...)
	}
	return res, nil
}

// current returns the result of a film whose file is up to date; ok is false if it has to be rendered.
func (j *job) current(ctx context.Context) (res Result, ok bool, err error) {
	j.spec.Tags = j.r.Disclose.tags(j.made, j.spec.Out)
	j.spec.Concurrency, j.spec.CRF = j.r.Concurrency, j.r.CRF
	if err := j.readKey(ctx); err != nil {
		return res, false, err
	}
	res, ok = j.r.upToDate(j.spec.Out, records.Remotion, j.key)
	return res, ok, nil
}

// inSession renders a film in the run's session, which is started for the first film.
func (j *job) inSession(ctx context.Context) (*rendered, error) {
	reused, err := j.begin(ctx)
	if err != nil {
		return nil, err
	}
	out, err := j.render(ctx)
	if out != nil {
		out.bundleReused = reused
	}
	return out, err
}

// begin opens the run's session for the first film, and makes the project's bundle; reused reports that there was one.
func (j *job) begin(ctx context.Context) (reused bool, err error) {
	r := j.r
	if r.session != nil {
		return true, nil
	}
	if err := r.openSession(ctx, j.name); err != nil {
		return false, err
	}
	_, reused, err = r.session.Prepare(ctx, r.progress(j.name))
	if err != nil {
		return false, err
	}
	r.keys.Save()
	r.keys = nil // packages may have been installed, and only a bundle shows which files it is made of
	return reused, j.readKey(ctx)
}

// still renders one frame.
func (j *job) still(ctx context.Context) (Result, error) {
	r, name, spec := j.r, j.name, j.spec
	if err := r.openSession(ctx, name); err != nil {
		return Result{}, err
	}
	done, err := r.session.Still(ctx, remotion.StillSpec{
		Composition: spec.Composition, Out: r.path(name, ".png"), Frame: r.Still,
		PropsJSON: spec.PropsJSON, InputProps: spec.InputProps, AllowStandIns: spec.AllowStandIns, Accept: j.labelled,
	}, r.progress(name))
	if err != nil {
		return Result{}, err
	}
	if err := r.finish(ctx, name, done.Path, j.made); err != nil {
		return Result{}, err
	}
	return Result{Path: done.Path, Renderer: records.Remotion, Frames: 1, Width: done.Width, Height: done.Height}, nil
}

// openSession opens the session of this run, for the first film.
func (r *Renderer) openSession(ctx context.Context, name string) (err error) {
	if r.session == nil {
		r.session, err = r.Remotion.Open(ctx, r.sessionSpec(), r.progress(name))
	}
	return err
}

func (r *Renderer) sessionSpec() remotion.SessionSpec {
	return remotion.SessionSpec{Layout: r.Layout(), CacheDir: r.CacheDir, NewBundle: r.Force,
		NoBrowser: r.maker != nil && r.maker.Farm != nil}
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
	settings := []string{records.Remotion}
	if way := r.way(); way != records.Whole { // earlier versions had only this way
		settings = append(settings, way)
	}
	return r.Records.Key(key, r.Tools.Version, settings...)
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
