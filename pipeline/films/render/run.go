package render

import (
	"context"
	"errors"
	"path/filepath"

	"greenroom/pipeline/films"
)

// States of a film after a run.
const (
	Ready   = "ready"   // rendered or up to date
	Failed  = "failed"  // see Outcome.Error
	Skipped = "skipped" // the run ended before it
)

// Outcome is the result of one film of a run.
type Outcome struct {
	Film    string  `json:"film"`
	Each    string  `json:"each,omitempty"` // the family, of a row's film
	Row     int     `json:"row,omitempty"`  // line of the table, from 1
	Status  string  `json:"status"`
	File    string  `json:"file,omitempty"`    // relative to the project's folder if it is inside
	Seconds float64 `json:"seconds,omitempty"` // length of the film
	Encoded float64 `json:"encodedSeconds"`    // of the film that were encoded in this run
	Frames  int     `json:"frames,omitempty"`
	Error   string  `json:"error,omitempty"`
}

// Counts are the films of a run by their result.
type Counts struct{ Total, Rendered, UpToDate, Failed int }

// Skipped returns how many films the run did not reach.
func (c Counts) Skipped() int { return c.Total - c.Rendered - c.UpToDate - c.Failed }

// Run is a run over a set of films.
type Run struct {
	*Renderer
	Set       *films.Set
	KeepGoing bool // also after a film has failed
	// Keep keeps the outcome of every film, for Outcomes.
	Keep bool
	// Rendered is called for each film that has its file, FilmFailed for each that failed.
	Rendered   func(name string, r Result) error
	FilmFailed func(name string, err error)

	Counts Counts
	done   []Outcome
}

// errStop ends a run after the first failure.
var errStop = errors.New("a film failed")

// All renders the films one at a time. One that fails does not stop the others unless KeepGoing is false. The error
// is one that does not belong to a single film, or the context's.
func (r *Run) All(ctx context.Context) error {
	r.Counts = Counts{Total: r.Set.Len()}
	if err := r.ahead(ctx); err != nil {
		return err
	}
	err := r.Set.Each(ctx, func(f films.Film, err error) error {
		var res Result
		if err == nil {
			res, err = r.Film(ctx, f)
		}
		if err != nil {
			return r.failed(ctx, f, err)
		}
		out := outcome(f, Ready)
		out.File, out.Frames, out.Encoded = r.relative(res.Path), res.Frames, res.Encoded
		if r.Still < 0 {
			out.Seconds = f.Timeline.FPS.Seconds(f.Timeline.Frames)
		}
		bad := res.Failed(f.Name.Name)
		if bad == nil {
			r.keep(out)
			r.count(res)
			return r.Rendered(f.Name.Name, res)
		}
		if err := r.Rendered(f.Name.Name, res); err != nil {
			return err
		}
		return r.failed(ctx, f, bad)
	})
	if errors.Is(err, errStop) {
		return nil
	}
	return err
}

// count counts a film that has its file.
func (r *Run) count(res Result) {
	if res.UpToDate {
		r.Counts.UpToDate++
		return
	}
	r.Counts.Rendered++
}

func outcome(f films.Film, status string) Outcome {
	return Outcome{Film: f.Name.Name, Each: f.Name.Each, Row: f.Name.Line, Status: status}
}

// failed counts a film that failed. It returns an error if the run has to end.
func (r *Run) failed(ctx context.Context, f films.Film, err error) error {
	if ctx.Err() != nil {
		return err
	}
	r.Counts.Failed++
	out := outcome(f, Failed)
	out.Error = err.Error()
	r.keep(out)
	r.FilmFailed(f.Name.Name, err)
	if !r.KeepGoing {
		return errStop
	}
	return nil
}

func (r *Run) keep(o Outcome) {
	if r.Keep {
		r.done = append(r.done, o)
	}
}

// Outcomes returns the outcome of every film of the set: first of those that the run reached, in order.
func (r *Run) Outcomes() []Outcome {
	reached := make(map[string]bool, len(r.done))
	for _, o := range r.done {
		reached[o.Film] = true
	}
	list := r.done
	for n := range r.Set.Names() {
		if !reached[n.Name] {
			list = append(list, outcome(films.Film{Name: n}, Skipped))
		}
	}
	return list
}

// relative returns a path relative to the project's folder if it is inside.
func (r *Run) relative(path string) string {
	if rel, err := filepath.Rel(r.Dir, path); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return path
}
