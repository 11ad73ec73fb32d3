package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"greenroom/compose/media"
	"greenroom/internal/fault"
	"greenroom/pipeline"
	"greenroom/pipeline/event"
	"greenroom/pipeline/films"
	"greenroom/pipeline/films/records"
	"greenroom/pipeline/films/render"
	"greenroom/remotion"
	"greenroom/remotion/tools"
)

// maxFilmFaults is how many failed films are described at the end; the rest is counted.
const maxFilmFaults = 20

func runRender(ctx context.Context, e *env, o renderOptions, names []string) error {
	out := newPrinter(e)
	defer out.close()
	out.steps = &steps{}
	opened := e.options(out.event)
	opened.AllowSandbox = o.sandbox
	p, err := pipeline.Open(opened)
	if err != nil {
		return err
	}
	defer p.Close()
	p.Account.Offline() // films show what is published
	e.warnOfDrawn(p)
	ffmpeg, err := p.Tools.Find(ctx)
	if err != nil {
		return err
	}
	r := o.renderer(e, p, ffmpeg, out.event)
	defer r.Close()
	r.Disclose, err = e.disclosure(ctx, p)
	if err != nil {
		return err
	}
	var own, other []string // compositions of the manifest, and of the Remotion project
	for _, n := range names {
		if films.IsName(p.Manifest, n) {
			own = append(own, n)
		} else {
			other = append(other, n)
		}
	}
	if err := renderCompositions(ctx, e, o, p, r, other); err != nil {
		return err
	}
	if len(own) == 0 && len(other) > 0 {
		return nil
	}
	return renderFilms(ctx, e, o, p, r, out, own)
}

// warnOfDrawn warns of clips that no paid provider made.
func (e *env) warnOfDrawn(p *pipeline.Project) {
	n := p.DrawnClips()
	if n == 0 {
		return
	}
	was := "was"
	if n > 1 {
		was = "were"
	}
	const format = "warning: %s %s made by the sandbox or a server on this machine: drawn presenters, not the account's"
	e.say(format, clips(n), was)
}

// renderer returns the renderer that the flags choose.
func (o renderOptions) renderer(e *env, p *pipeline.Project, ffmpeg media.Tools, emit event.Sink) *render.Renderer {
	r := &render.Renderer{
		Project: render.Project{Dir: p.Dir(), CacheDir: p.RenderDir(), Layout: p.Layout, Records: p.FilmRecords(),
			Pieces: p.FilmPieces(o.shard)},
		Settings: render.Settings{
			ByRemotion: o.engine == records.Remotion, Preset: o.preset, Concurrency: o.concurrency,
			Still: o.still, Force: o.force, Whole: o.whole,
		},
		Tools:    ffmpeg,
		Remotion: remotion.Renderer{MayInstall: e.mayInstall(o.install), FFmpeg: ffmpeg.FFmpeg, Browser: o.browser},
		Emit:     emit,
		Now:      e.Now,
	}
	if o.crfSet {
		r.CRF = o.crf
	}
	if o.check {
		r.Checks = &render.Checks{Limits: p.Manifest.Quality, Accept: p.Manifest.Checks.Accept, Always: o.checkAlways}
	}
	if o.out != "" {
		r.Out = e.path(o.out)
	}
	if r.Remotion.Browser == "" {
		r.Remotion.Browser = e.Getenv("GREENROOM_BROWSER")
	}
	if r.Remotion.Browser == "" {
		r.Remotion.FoundBrowser = tools.FindBrowser("", e.Getenv, e.LookPath)
	}
	return r
}

// renderCompositions renders compositions of the Remotion project with the published clips.
func renderCompositions(
	ctx context.Context, e *env, o renderOptions, p *pipeline.Project, r *render.Renderer, ids []string,
) error {
	if len(ids) == 0 {
		return nil
	}
	if o.engine == records.Native || o.preset != "" {
		const hint = "native renders the manifest's compositions; omit --renderer and --preset for Remotion's"
		return fault.New(fault.Usage, hint, "no composition %q in the manifest", ids[0])
	}
	if len(o.only) > 0 || o.shard.Of > 0 || o.results != "" {
		const hint = "--only, --shard and --results are for the manifest's compositions"
		return fault.New(fault.Usage, hint, "no composition %q in the manifest", ids[0])
	}
	for _, id := range ids {
		if err := r.CheckComposition(p.Manifest, id); err != nil {
			return err
		}
	}
	for _, id := range ids {
		props, err := p.ReadyProps(ctx, o.clip, o.films())
		if err != nil {
			return err
		}
		input, err := o.inputProps()
		if err != nil {
			return err
		}
		res, err := r.Composition(ctx, render.Composition{
			ID: id, Props: props, Input: input, AllowStandIns: o.standIns, Takes: p.Takes(o.clip),
			Label: o.label(e, p, id),
		})
		if err != nil {
			return err
		}
		if err := o.printFilm(e, id, res); err != nil {
			return err
		}
		if err := res.Failed(id); err != nil {
			return err
		}
	}
	return nil
}

// films returns what the flags choose of the manifest's films.
func (o renderOptions) films() films.Options {
	return films.Options{
		AllowStandIns: o.standIns, AllowWarnings: o.warnings, Only: o.only, Shard: o.shard, Format: o.format,
	}
}

// inputProps returns the props that the flags set, as JSON.
func (o renderOptions) inputProps() ([]byte, error) {
	m := map[string]any{}
	if o.props != "" {
		if err := json.Unmarshal([]byte(o.props), &m); err != nil {
			return nil, fault.Wrap(fault.Usage, err, `write an object such as '{"title":"Hello"}'`, "read --props")
		}
	}
	for name, value := range map[string]string{"clip": o.clip, "title": o.title, "format": o.format} {
		if value != "" {
			m[name] = value
		}
	}
	return json.Marshal(m)
}

// renderFilms renders compositions of the manifest.
func renderFilms(
	ctx context.Context, e *env, o renderOptions, p *pipeline.Project, r *render.Renderer, out *printer, names []string,
) error {
	set, err := p.Films().Choose(names, o.films())
	if err != nil {
		return err
	}
	if o.out != "" && set.Len() > 1 {
		const hint = "choose one with --format or by its name, or omit --out"
		return fault.New(fault.Usage, hint, "--out with %d films", set.Len())
	}
	bulk := set.Len() > bulkThreshold
	start := e.Now()
	emit := func(name, state, message string) {
		out.event(event.Event{Clip: name, Stage: filmsStage, State: state, Message: message, Time: e.Now()})
	}
	failures := filmFaults{known: map[string]bool{}}
	run := &render.Run{Renderer: r, Set: set, KeepGoing: o.keepGoing, Keep: o.results != ""}
	run.Rendered = func(name string, res render.Result) error {
		if bulk {
			emit(name, event.Done, "")
			if !e.json {
				return nil
			}
		}
		return o.printFilm(e, name, res)
	}
	run.FilmFailed = func(name string, err error) {
		failures.add(err)
		if bulk {
			emit(name, event.Failed, err.Error())
		}
	}
	out.event(event.Event{Stage: filmsStage, State: event.Started, Total: int64(set.Len()), Time: start})
	err = run.All(ctx)
	if o.results != "" {
		err = errors.Join(err, writeFilmResults(e.path(o.results), run.Outcomes()))
	}
	if cause := context.Cause(ctx); cause != nil {
		if run.Counts.Rendered > 0 {
			e.say("stopped; run the same command again to continue: up-to-date films are skipped")
		}
		return cause
	}
	if set.Len() > 1 && err == nil && !e.json {
		out.print(filmSummary(run.Counts, e.Now().Sub(start)))
	}
	return errors.Join(err, failures.err())
}

// filmFaults collects the faults of films that failed.
type filmFaults struct {
	list           []error
	known          map[string]bool // texts of list
	all, described int             // films that failed, and those that list describes
}

func (f *filmFaults) add(err error) {
	f.all++
	text := fault.All(err).Error() // with places
	switch {
	case f.known[text]: // another format of the same composition
		f.described++
	case len(f.list) < maxFilmFaults:
		f.list, f.known[text] = append(f.list, err), true
		f.described++
	}
}

func (f *filmFaults) err() error {
	list := f.list
	if more := f.all - f.described; more > 0 {
		list = append(
			list, fault.New(fault.Failed, "--results names each of them", "%s failed", count(more, "more film")),
		)
	}
	return errors.Join(list...)
}

// filmSummary is the one line at the end of several films.
func filmSummary(c render.Counts, took time.Duration) string {
	if c.UpToDate == c.Total {
		return fmt.Sprintf("%s: everything is up to date", count(c.Total, "film"))
	}
	var list []string
	for _, p := range []struct {
		n    int
		what string
	}{{c.Rendered, "rendered"}, {c.UpToDate, "up to date"}, {c.Failed, "failed"}, {c.Skipped(), "skipped"}} {
		if p.n > 0 {
			list = append(list, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	return fmt.Sprintf(
		"%s: %s in %s", count(c.Total, "film"), strings.Join(list, ", "), took.Round(100*time.Millisecond),
	)
}

// printFilm prints the file of a film.
func (o renderOptions) printFilm(e *env, name string, r render.Result) error {
	if e.json {
		return e.printJSON(r)
	}
	if _, err := fmt.Fprintln(e.Stdout, r.Path); err != nil {
		return err
	}
	switch {
	case o.still >= 0:
		e.say("%s: frame %d, %dx%d", name, o.still, r.Width, r.Height)
	case r.UpToDate:
		e.say("%s: up to date", name)
	default:
		e.say("%s: %d frames at %.6g fps, %dx%d: %.1f s film, took %.1f s; %.1f s encoded, %.1f s reused",
			name, r.Frames, r.FPS, r.Width, r.Height, r.Seconds, r.Took, r.Encoded, r.Reused)
	}
	if !r.UpToDate || r.Verdict == media.Warn || r.Verdict == media.Fail {
		e.sayVerdict(name, r)
	}
	return nil
}
