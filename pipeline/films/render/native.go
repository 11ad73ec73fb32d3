package render

import (
	"context"
	"os"

	"greenroom/compose/native"
	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/pipeline/event"
	"greenroom/pipeline/films/records"
)

// native renders a film with one run of ffmpeg, unless its file is up to date.
func (r *Renderer) native(ctx context.Context, f *timeline.Film) (Result, error) {
	spec := native.Spec{
		Film: f, Out: r.path(f.Name, extension(f)), Preset: r.Preset, CRF: r.CRF, WorkDir: r.CacheDir, Tools: r.Tools,
	}
	preset, err := native.PresetFor(spec.Preset, spec.Out, f.Transparent)
	if err != nil {
		return Result{}, err
	}
	key, err := r.Records.NativeKey(f, r.Tools.Version, preset.Name, spec.CRF)
	if err != nil {
		return Result{}, err
	}
	if res, ok := r.upToDate(spec.Out, records.Native, key); ok {
		return res, nil
	}
	if err := os.MkdirAll(spec.WorkDir, 0o700); err != nil {
		return Result{}, fault.Wrap(fault.Failed, err, "make the project folder writable", "create a work folder")
	}
	start := r.Now()
	done, err := native.Render(ctx, spec, func(ev native.Event) {
		r.Emit(event.Event{Clip: f.Name, Stage: ev.Stage, State: event.Progress,
			Done: int64(ev.Frame), Total: int64(ev.Frames), Time: r.Now()})
	})
	if err != nil {
		return Result{}, err
	}
	for _, w := range done.Warnings {
		r.warn(f.Name, w)
	}
	took := r.Now().Sub(start).Seconds()
	out := records.Output{Frames: done.Frames, Width: f.Width, Height: f.Height, FPS: f.FPS.FPS(), Seconds: took}
	r.record(f.Name, done.Path, key, out)
	return resultOf(done.Path, records.Native, out), nil
}
