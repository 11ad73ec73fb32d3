package render

import (
	"context"

	"greenroom/pipeline/films"
	"greenroom/pipeline/films/records"
	"greenroom/pipeline/films/segments"
	"greenroom/remotion"
)

// job is one film of Remotion's in a run.
type job struct {
	r    *Renderer
	name string
	spec remotion.RenderSpec
	film *films.Film // nil for a composition of the project's own
	made []films.Take
	// label is what a composition of the project's own must state that it shows; "" needs none.
	label string
	key   string // of the film as the project was when its files were last read

	open *remotion.Film // nil before the first range that is rendered
	runs runs
}

// rendered is the file of a film.
type rendered struct {
	records.Output
	path            string
	encoded, reused int      // frames, of a film that was joined of ranges
	pieces          []string // hashes of its ranges in the store; nil for a film that was rendered in one run
	bundleReused    bool
}

// readKey computes the key of the film from the project's files.
func (j *job) readKey(ctx context.Context) (err error) {
	key, err := j.r.remotionKey(ctx, j.spec)
	j.key = labelledKey(j.r.Disclose.keyOf(key, j.made), j.label)
	return err
}

// close releases the film and removes unfinished files.
func (j *job) close() {
	if j.open != nil {
		j.open.Close()
	}
	j.runs.remove()
}

// reuse joins the film of ranges that are in the store. It returns nil if a range is missing.
func (j *job) reuse(ctx context.Context) (*rendered, error) {
	if j.r.way() == records.Whole {
		return nil, nil
	}
	if err := j.r.open(ctx); err != nil {
		return nil, err
	}
	facts, known := j.facts()
	if !known {
		return nil, nil
	}
	if err := j.labelled(facts); err != nil {
		return nil, err
	}
	ranges, err := j.ranges(facts)
	if err != nil || ranges == nil || len(j.r.maker.Missing(ctx, *ranges)) > 0 {
		return nil, err
	}
	return j.join(ctx, facts, *ranges)
}

// render renders the film in the run's session: range by range if it has ranges, else in one run.
func (j *job) render(ctx context.Context) (*rendered, error) {
	if j.r.way() == records.Whole {
		return j.inOneRun(ctx)
	}
	facts, known := j.facts()
	if !known {
		film, err := j.opened(ctx)
		if err != nil {
			return nil, err
		}
		facts = film.Facts()
		j.r.keys.Remember(j.spec.Composition, j.key, facts)
	}
	if err := j.labelled(facts); err != nil {
		return nil, err
	}
	ranges, err := j.ranges(facts)
	if err != nil {
		return nil, err
	}
	if ranges != nil {
		j.runs.start(j.r.maker.Missing(ctx, *ranges))
		return j.join(ctx, facts, *ranges)
	}
	if j.film != nil {
		j.warnInOneRun()
	}
	return j.inOneRun(ctx)
}

// inOneRun renders the complete film with Remotion's own joining of chunks.
func (j *job) inOneRun(ctx context.Context) (*rendered, error) {
	film, err := j.opened(ctx)
	if err != nil {
		return nil, err
	}
	if err := j.labelled(film.Facts()); err != nil {
		return nil, err
	}
	done, err := film.Render(ctx)
	if err != nil {
		return nil, err
	}
	out := records.Output{
		Frames: done.Frames, Width: done.Width, Height: done.Height, FPS: done.FPS, Seconds: done.Seconds,
	}
	return &rendered{Output: out, path: done.Path}, nil
}

// opened returns the film in the session.
func (j *job) opened(ctx context.Context) (*remotion.Film, error) {
	j.r.rendering.Lock()
	defer j.r.rendering.Unlock()
	if j.open == nil {
		if err := j.r.openSession(ctx, j.name); err != nil {
			return nil, err
		}
		film, err := j.r.session.Film(ctx, j.spec, j.r.progress(j.name))
		if err != nil {
			return nil, err
		}
		j.open = film
	}
	return j.open, nil
}

// facts returns the size, rate, length and segments of the film, if they are known without a browser.
func (j *job) facts() (remotion.Facts, bool) {
	if j.film == nil {
		return j.r.keys.Recall(j.spec.Composition, j.key)
	}
	f := j.film.Timeline
	return remotion.Facts{Frames: f.Frames, Width: f.Width, Height: f.Height, FPS: f.FPS.FPS()}, true
}

// join renders the ranges that the store does not have and joins all.
func (j *job) join(ctx context.Context, facts remotion.Facts, ranges segments.Ranges) (*rendered, error) {
	r := j.r
	done, err := r.maker.RenderRanges(ctx, ranges, nil)
	if err != nil {
		return nil, err
	}
	for _, w := range done.Warnings {
		r.warn(j.name, w)
	}
	width, height := facts.Pixels()
	return &rendered{
		Output: records.Output{Frames: done.Frames, Width: width, Height: height, FPS: facts.FPS},
		path:   done.Path, encoded: done.Encoded, reused: done.Reused, pieces: done.Objects, bundleReused: true,
	}, nil
}

// warnOnce warns of what all films of a run have in common.
func (j *job) warnOnce(text string) {
	if j.r.rendering.first(text) {
		j.r.warn(j.name, text)
	}
}

// warnInOneRun warns once in a run that the project's Timeline composition cannot be rendered by range.
func (j *job) warnInOneRun() {
	r := j.r
	reason := "the project's composition Timeline is not greenroom's"
	if !r.keys.CompanionUnchanged() {
		reason = "greenroom's files in the Remotion project are of another version, or were edited; " +
			"`greenroom init --update` brings them to this version"
	}
	j.warnOnce("rendered in one run, not by range: " + reason)
}
