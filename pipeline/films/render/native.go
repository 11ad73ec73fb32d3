package render

import (
	"context"
	"os"

	"greenroom/compose/native"
	"greenroom/internal/fault"
	"greenroom/pipeline/event"
	"greenroom/pipeline/films"
	"greenroom/pipeline/films/records"
	"greenroom/pipeline/films/segments"
)

// native renders a film with ffmpeg, unless its file is up to date: piece by piece, so that pieces that another film
// has are not encoded again, or in one run.
func (r *Renderer) native(ctx context.Context, film films.Film) (Result, error) {
	f := film.Timeline
	spec := native.Spec{
		Film: f, Out: r.path(f.Name, extension(f)), Preset: r.Preset, CRF: r.CRF, WorkDir: r.CacheDir, Tools: r.Tools,
	}
	spec.Tags = r.Disclose.tags(film.Takes, spec.Out)
	preset, err := native.PresetFor(spec.Preset, spec.Out, f.Transparent)
	if err != nil {
		return Result{}, err
	}
	way := r.way()
	key, err := r.Records.NativeKey(f, r.Tools.Version, preset.Name, spec.CRF, way)
	if err != nil {
		return Result{}, err
	}
	key = r.Disclose.keyOf(key, film.Takes)
	if res, ok := r.upToDate(spec.Out, records.Native, key); ok {
		return res, nil
	}
	if err := os.MkdirAll(spec.WorkDir, 0o700); err != nil {
		return Result{}, fault.Wrap(fault.Failed, err, "make the project folder writable", "create a work folder")
	}
	start := r.Now()
	progress := func(stage string, frame int) {
		r.Emit(event.Event{Clip: f.Name, Stage: stage, State: event.Progress,
			Done: int64(frame), Total: int64(f.Frames), Time: r.Now()})
	}
	var done segments.Result
	if way == records.Whole {
		done.Result, err = native.Render(ctx, spec, func(ev native.Event) { progress(ev.Stage, ev.Frame) })
		done.Encoded = f.Frames
	} else {
		done, err = r.pieces(ctx, film, spec, preset, progress)
	}
	if err != nil {
		return Result{}, err
	}
	for _, w := range done.Warnings {
		r.warn(f.Name, w)
	}
	if err := r.finish(ctx, f.Name, done.Path, film.Takes); err != nil {
		return Result{}, err
	}
	took := r.Now().Sub(start).Seconds()
	out := records.Output{Frames: done.Frames, Width: f.Width, Height: f.Height, FPS: f.FPS.FPS(), Seconds: took}
	r.record(f.Name, done.Path, key, out, done.Objects...)
	res := resultOf(done.Path, records.Native, out)
	res.Encoded, res.Reused = f.FPS.Seconds(done.Encoded), f.FPS.Seconds(done.Reused)
	return res, nil
}

// pieces renders a film piece by piece.
func (r *Renderer) pieces(
	ctx context.Context, film films.Film, spec native.Spec, preset *native.Preset, progress func(stage string, frame int),
) (segments.Result, error) {
	if err := r.open(ctx); err != nil {
		return segments.Result{}, err
	}
	return r.maker.Render(ctx, segments.Film{
		Timeline: film.Timeline, Content: film.Content, Out: spec.Out, Tags: spec.Tags,
		Encoding: segments.Encoding{Preset: preset, CRF: spec.CRF, FFmpeg: r.Tools.Version},
	}, func(frame int) { progress(stageRender, frame) })
}

// open opens what renders films piece by piece.
func (r *Renderer) open(ctx context.Context) error {
	if r.maker != nil {
		return nil
	}
	maker, err := r.Pieces(ctx)
	if err != nil {
		return err
	}
	maker.Tools, maker.WorkDir, maker.Fresh = r.Tools, r.CacheDir, r.Force
	r.maker = maker
	return nil
}

// way returns how films are encoded in this run.
func (r *Renderer) way() string {
	if r.Whole || r.Pieces == nil {
		return records.Whole
	}
	return records.Pieces
}
