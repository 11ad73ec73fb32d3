package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"greenroom/internal/fault"
	"greenroom/pipeline"
	"greenroom/pipeline/films"
	"greenroom/pipeline/manifest"
)

// filmsStage is the stage of events about a run of films.
const filmsStage = "film"

// maxFilmFaults is how many films that failed are shown at the end; the rest is counted.
const maxFilmFaults = 20

// What came of a film in one run.
const (
	filmReady   = "ready"   // drawn, or up to date
	filmFailed  = "failed"  // see Error
	filmSkipped = "skipped" // the run ended before it
)

// filmResult is one row of the table at a run's end.
type filmResult struct {
	Film    string  `json:"film"`
	Each    string  `json:"each,omitempty"` // the family, of a row's film
	Row     int     `json:"row,omitempty"`  // the table's line, from 1
	Status  string  `json:"status"`
	File    string  `json:"file,omitempty"`    // below the project's folder where it lies there
	Seconds float64 `json:"seconds,omitempty"` // of the film
	Frames  int     `json:"frames,omitempty"`
	Error   string  `json:"error,omitempty"`
}

// run is a set of films that is being drawn.
type run struct {
	*studio
	total                   int
	drawn, upToDate, failed int
	results                 []filmResult
	faults                  []error         // of the first films that failed
	said                    map[string]bool // the words of faults
	shown                   int             // films that those are about
}

// errEnough ends a run after the first failure, when that was asked for.
var errEnough = errors.New("a film failed")

// manifestFilms draws compositions of the manifest, one at a time. One that fails does not stop the others.
func (s *studio) manifestFilms(ctx context.Context, names []string) error {
	set, err := s.p.Films().Choose(names, films.Options{AllowStandIns: s.o.standIns, AllowWarnings: s.o.warnings, Only: s.o.only, Shard: s.o.shard, Format: s.o.format})
	if err != nil {
		return err
	}
	if s.o.out != "" && set.Len() > 1 {
		return fault.New(fault.Usage, "choose one with --format or by its name, or leave --out out", "--out with %d films", set.Len())
	}
	r := &run{studio: s, total: set.Len(), said: map[string]bool{}}
	began := s.Now()
	s.out.event(pipeline.Event{Stage: filmsStage, State: pipeline.Started, Total: int64(r.total), Time: began})
	err = set.Each(ctx, r.film(ctx))
	if errors.Is(err, errEnough) {
		err = nil
	}
	if s.o.results != "" {
		err = errors.Join(err, writeFilmResults(s.env.path(s.o.results), r.table(set)))
	}
	if cause := context.Cause(ctx); cause != nil {
		if r.drawn > 0 {
			s.say("stopped; finished films stand. Run the same command again to go on")
		}
		return cause
	}
	if more := r.failed - r.shown; more > 0 {
		r.faults = append(r.faults, fault.New(fault.Failed, "--results names each of them", "%s failed", count(more, "more film")))
	}
	if r.total > 1 && err == nil && !s.json {
		s.out.print(r.summary(s.Now().Sub(began)))
	}
	return errors.Join(append([]error{err}, r.faults...)...)
}

// film takes the films of the set as they come.
func (r *run) film(ctx context.Context) func(films.Film, error) error {
	draw := r.native
	if r.o.renderer == rendererRemotion || r.o.still >= 0 {
		draw = r.timeline
	}
	return func(resolved films.Film, err error) error {
		n, f := resolved.Name, resolved.Timeline
		var done film
		if err == nil {
			for _, w := range f.Warnings {
				r.out.event(pipeline.Event{Clip: n.Name, Stage: "render", State: pipeline.Warned, Message: w, Time: r.Now()})
			}
			done, err = draw(ctx, f)
			err = inFilm(n.Name, err)
		}
		if err != nil {
			return r.fell(ctx, n, err)
		}
		res := filmResult{Film: n.Name, Each: n.Each, Row: n.Line, Status: filmReady, File: r.below(done.Path), Frames: done.Frames}
		if r.o.still < 0 {
			res.Seconds = f.FPS.Seconds(f.Frames)
		}
		r.keep(res)
		if done.UpToDate {
			r.upToDate++
		} else {
			r.drawn++
		}
		if r.total > bulkThreshold {
			r.out.event(pipeline.Event{Clip: n.Name, Stage: filmsStage, State: pipeline.Done, Time: r.Now()})
			if !r.json {
				return nil
			}
		}
		return r.told(n.Name, done)
	}
}

// fell takes down a film that failed.
func (r *run) fell(ctx context.Context, n manifest.FilmName, err error) error {
	if ctx.Err() != nil {
		return err
	}
	r.failed++
	r.keep(filmResult{Film: n.Name, Each: n.Each, Row: n.Line, Status: filmFailed, Error: err.Error()})
	says := fault.All(err).Error() // with places
	switch {
	case r.said[says]: // another format of it
		r.shown++
	case len(r.faults) < maxFilmFaults:
		r.faults, r.said[says] = append(r.faults, err), true
		r.shown++
	}
	if r.total > bulkThreshold {
		r.out.event(pipeline.Event{Clip: n.Name, Stage: filmsStage, State: pipeline.Failed, Message: err.Error(), Time: r.Now()})
	}
	if !r.o.keepGoing {
		return errEnough
	}
	return nil
}

func (r *run) keep(res filmResult) {
	if r.o.results != "" {
		r.results = append(r.results, res)
	}
}

// table adds the films that the run did not come to.
func (r *run) table(set *films.Set) []filmResult {
	done := make(map[string]bool, len(r.results))
	for _, res := range r.results {
		done[res.Film] = true
	}
	for n := range set.Names() {
		if !done[n.Name] {
			r.results = append(r.results, filmResult{Film: n.Name, Each: n.Each, Row: n.Line, Status: filmSkipped})
		}
	}
	return r.results
}

// below is a path as the project's folder sees it.
func (r *run) below(path string) string {
	if rel, err := filepath.Rel(r.p.Dir(), path); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return path
}

// summary is the one line at the end of several films.
func (r *run) summary(took time.Duration) string {
	if r.upToDate == r.total {
		return fmt.Sprintf("%s: everything is up to date", count(r.total, "film"))
	}
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{{r.drawn, "drawn"}, {r.upToDate, "up to date"}, {r.failed, "failed"}, {r.total - r.drawn - r.upToDate - r.failed, "skipped"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	return fmt.Sprintf("%s: %s in %s", count(r.total, "film"), strings.Join(parts, ", "), took.Round(100*time.Millisecond))
}
