package render

import (
	"context"

	"golang.org/x/sync/errgroup"

	"greenroom/compose/native"
	"greenroom/pipeline/event"
	"greenroom/pipeline/films"
	"greenroom/pipeline/films/records"
	"greenroom/pipeline/films/segments"
)

// aheadFilms is how many films have pieces on other machines at once.
const aheadFilms = 16

// ahead encodes the pieces of all films on other machines, several films at once, before the films are joined one after
// another. What fails here fails again when its film is rendered, which reports it.
func (r *Run) ahead(ctx context.Context) error {
	if r.Still >= 0 || r.way() == records.Whole {
		return nil
	}
	if err := r.open(ctx); err != nil || r.maker.Farm == nil {
		return err
	}
	if r.ByRemotion {
		return r.rangesAhead(ctx)
	}
	var g errgroup.Group
	g.SetLimit(aheadFilms)
	err := r.Set.Each(ctx, func(f films.Film, err error) error {
		if err != nil {
			return nil
		}
		preset, current, err := r.preset(f)
		if err != nil || current {
			return nil
		}
		film := segments.Film{Timeline: f.Timeline, Content: f.Content,
			Encoding: segments.Encoding{Preset: preset, CRF: r.CRF, FFmpeg: r.Tools.Version}}
		g.Go(func() error {
			_ = r.maker.Make(ctx, film, func(frame int) { // see above
				r.Emit(event.Event{Clip: f.Timeline.Name, Stage: stageRender, State: event.Progress,
					Done: int64(frame), Total: int64(f.Timeline.Frames), Time: r.Now()})
			})
			return nil
		})
		return context.Cause(ctx)
	})
	_ = g.Wait() // the functions return nil
	return err
}

// preset returns how a film is encoded, and whether its file is up to date.
func (r *Run) preset(f films.Film) (preset *native.Preset, current bool, err error) {
	out := r.path(f.Timeline.Name, extension(f.Timeline))
	preset, err = native.PresetFor(r.Preset, out, f.Timeline.Transparent)
	if err != nil {
		return nil, false, err
	}
	key, err := r.Records.NativeKey(f.Timeline, r.Tools.Version, preset.Name, r.CRF, r.way())
	if err != nil {
		return nil, false, err
	}
	_, current = r.upToDate(out, records.Native, key)
	return preset, current, nil
}

// rangesAhead is ahead for films that Remotion renders.
func (r *Run) rangesAhead(ctx context.Context) error {
	var g errgroup.Group
	g.SetLimit(aheadFilms)
	err := r.Set.Each(ctx, func(f films.Film, err error) error {
		if err != nil {
			return nil
		}
		j, ranges, err := r.rangesOf(ctx, f)
		if err != nil || ranges == nil {
			return context.Cause(ctx) // the film reports the error when it is rendered
		}
		g.Go(func() error {
			missing := r.maker.Missing(ctx, *ranges)
			if len(missing) > 0 {
				j.runs.start(missing)
				_ = r.maker.MakeRanges(ctx, *ranges, nil) // see above
			}
			j.close()
			return nil
		})
		return context.Cause(ctx)
	})
	_ = g.Wait() // the functions return nil
	return err
}

// rangesOf returns the ranges of a film of the manifest; nil if its file is up to date, or if it has none. It opens the
// run's session before the first range that is missing.
func (r *Run) rangesOf(ctx context.Context, f films.Film) (*job, *segments.Ranges, error) {
	r.rendering.Lock() // other films are being rendered
	defer r.rendering.Unlock()
	j, err := timelineJob(r.Renderer, f)
	if err != nil {
		return nil, nil, err
	}
	_, current, err := j.current(ctx)
	if err != nil || current {
		return nil, nil, err
	}
	facts, _ := j.facts() // of a film of the manifest they are known
	ranges, err := j.ranges(facts)
	if err != nil || ranges == nil || r.session != nil || len(r.maker.Missing(ctx, *ranges)) == 0 {
		return j, ranges, err
	}
	if _, err := j.begin(ctx); err != nil {
		return nil, nil, err
	}
	ranges, err = j.ranges(facts) // with the keys that only a bundle shows
	return j, ranges, err
}
