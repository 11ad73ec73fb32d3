package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"greenroom/compose/media"
	"greenroom/compose/quality"
	"greenroom/internal/cli/ci"
	"greenroom/internal/fault"
	"greenroom/pipeline"
	"greenroom/pipeline/films/render"
)

// checkFile is a file that is checked: a clip's, or one that the user names.
//
// size: one field for each fact about a clip that a verdict, a report or an advice has.
type checkFile struct {
	name, path, clip string
	again            string // the advice for a damaged file
	transparent      bool
	warning          string        // HeyGen's, of the clip's take
	take             *media.Expect // for a take that is not prepared
	poster, manifest string        // both may be empty
	master           string        // the delivered take of a prepared clip; empty where it is not in the store
	line             int
	film             *checkFilm
	about            [][2]string // provenance and price
}

// toCheck is what a command checks.
type toCheck struct {
	files   []checkFile
	project string
	checks  render.Checks // of how clips and films look and sound
}

// toCheck resolves arguments: files, names of clips, then names of films; none means all clips.
func (e *env) toCheck(ctx context.Context, t media.Tools, args []string) (toCheck, error) {
	out := toCheck{project: "files", checks: render.Checks{Limits: quality.Defaults()}}
	var names, filmNames []string
	for _, a := range args {
		if strings.ContainsAny(a, "./\\") {
			out.files = append(out.files, checkFile{name: a, path: e.path(a)})
			continue
		}
		names = append(names, a)
	}
	if len(args) > 0 && len(names) == 0 {
		return out, nil
	}
	p, err := e.project(nil)
	if err != nil {
		return toCheck{}, err
	}
	defer p.Close()
	out.project = p.Manifest.Project
	out.checks = render.Checks{Limits: p.Manifest.Quality, Accept: p.Manifest.Checks.Accept}
	names, filmNames = splitNames(p, names)
	var list []pipeline.PublishedClip
	if len(names) > 0 || len(args) == 0 {
		list, err = p.Checkable(ctx, names)
	}
	for _, c := range list {
		out.files = append(out.files, checkFile{
			name: c.Clip, path: c.Path, clip: c.Clip, again: c.Again, transparent: c.Transparent, warning: c.Warning,
			take: c.Take, poster: c.Poster, master: c.Master, manifest: filepath.Base(p.Manifest.Path), line: c.Line,
			about: c.About,
		})
	}
	if len(filmNames) == 0 {
		return out, err
	}
	films, filmErr := filmsToCheck(ctx, p, t, filmNames)
	out.files = append(out.files, films...)
	return out, errors.Join(err, filmErr)
}

// expect returns the requirements of a file: those of its clip, or the flags for a file that the user names.
func (f checkFile) expect(flags media.Expect) media.Expect {
	switch {
	case f.take != nil:
		return *f.take
	case f.clip != "":
		flags.CoverageMax, flags.Border = 1, "all" // cropped: checked on the master
		flags.Transparent, flags.KeyColor = f.transparent, ""
		flags.Prepared, flags.Again = true, f.again
	}
	return flags
}

// checkOne checks a file. If pictures is a folder, a file without a poster gets one there, from the same
// decode.
func (e *env) checkOne(
	ctx context.Context, t media.Tools, f checkFile, flags media.Expect, checks render.Checks, pictures string,
) checked {
	if f.film != nil {
		return f.checkFilm(ctx, t, checks, pictures)
	}
	want := f.expect(flags)
	meter := quality.Watch(&want, quality.Subject{}, checks.Limits)
	if pictures != "" && f.poster == "" {
		if out, err := os.CreateTemp(pictures, "*.webp"); err == nil {
			out.Close()
			os.Remove(out.Name())
			want.Poster = &media.PosterSpec{In: f.path, Out: out.Name(), At: pictureAt(ctx, t, f.path)}
		}
	}
	r, err := media.Check(ctx, t, f.path, want, nil)
	if err != nil && want.Poster != nil && ctx.Err() == nil { // the file matters, not its picture
		want.Poster = nil
		r, err = media.Check(ctx, t, f.path, want, nil)
	} else if want.Poster != nil {
		f.poster = want.Poster.Out
	}
	if err == nil {
		err = listen(ctx, t, f.path, meter)
	}
	if err != nil {
		return checked{file: f, err: f.named(err)}
	}
	r.Findings = append(r.Findings, checks.Accepted(meter.Findings())...)
	for i := range r.Findings {
		r.Findings[i].Value, r.Findings[i].Advice = f.tidy(r.Findings[i].Value), f.tidy(r.Findings[i].Advice)
	}
	if found, ok := provenanceOf(f); ok {
		r.Findings = append(r.Findings, found)
	}
	if f.warning != "" {
		r.Findings = append(r.Findings, media.Finding{
			Name: "provider", Verdict: media.Warn, Value: "HeyGen warns: " + f.warning, Limit: "no warning",
			Advice: "fix its cause at HeyGen (a plan, credit) and raise the clip's take: to buy it again",
		})
	}
	if f.take != nil {
		r.Findings = append(r.Findings, media.Finding{
			Name: "published", Verdict: media.Warn, Value: "the stored take", Limit: "the prepared file",
			Advice: fmt.Sprintf("`greenroom build %s` prepares and publishes it", f.clip),
		})
	}
	return checked{f, r, nil, meter}
}

// pictureLatest is the latest time of a picture in a file, seconds: long files are not decoded for it.
const pictureLatest = 5.0

// pictureAt returns the time of a picture that shows the content: after a fade at the beginning. 0 if the file cannot
// be read.
func pictureAt(ctx context.Context, t media.Tools, path string) float64 {
	info, err := media.Probe(ctx, t, path)
	if err != nil {
		return 0
	}
	return min(info.FirstVideoPTS+min(info.Duration*0.4, pictureLatest), max(0, info.FirstVideoPTS+info.Duration-0.2))
}

// publicName returns the file's name without the folders of this machine.
func (f checkFile) publicName() string {
	if f.clip == "" {
		return f.name
	}
	return filepath.Base(f.path)
}

// label is the file's name on a page; empty where the card's title is the same.
func (f checkFile) label() string {
	if base := filepath.Base(f.path); base != f.name && f.take == nil {
		return base
	}
	return ""
}

// tidy replaces the file's path in a text by the name that the user knows: findings are read on other machines.
func (f checkFile) tidy(text string) string {
	text = strings.ReplaceAll(text, "file:"+f.path, f.name)
	return strings.ReplaceAll(text, f.path, f.name)
}

// named returns err with every fault's text tidied.
func (f checkFile) named(err error) error {
	var list fault.List
	for _, one := range fault.All(err) {
		c := *one
		c.Msg, c.Hint = f.tidy(c.Msg), f.tidy(c.Hint)
		if c.Err != nil {
			c.Err = &reworded{c.Err, f.tidy(c.Err.Error())}
		}
		list = append(list, &c)
	}
	return list.Or()
}

// reworded is an error with another text.
type reworded struct {
	error
	text string
}

func (r *reworded) Error() string { return r.text }

func (r *reworded) Unwrap() error { return r.error }

// checked is one file with its report, or with the error of reading it.
type checked struct {
	file   checkFile
	report *media.Report
	err    error
	meter  *quality.Meter // nil where nothing was measured
}

// outcome returns the result for the CI reports.
func (c checked) outcome() ci.Outcome {
	f := c.file
	o := ci.Outcome{Name: f.name, State: ci.OK, Poster: f.poster, File: f.manifest, Line: f.line, Label: f.label()}
	if c.err != nil {
		o.State = ci.Fail
		for _, one := range fault.All(c.err) {
			o.Details, o.Hint = append(o.Details, one.Error()), one.Hint
		}
		return o
	}
	o.Facts = c.report.Facts()
	var passed []ci.Finding
	for _, f := range c.report.Findings {
		found := ci.Finding{
			Verdict: string(f.Verdict), Name: f.Name, Value: f.Value, Limit: f.Limit, Advice: f.Advice, Where: place(f),
		}
		if f.Verdict == media.OK {
			passed = append(passed, found)
			continue
		}
		o.Findings = append(o.Findings, found)
		detail := fmt.Sprintf("%s %s: %s%s (limit %s); %s", f.Verdict, f.Name, f.Value, place(f), f.Limit, f.Advice)
		o.Details = append(o.Details, strings.TrimSuffix(detail, "; "))
	}
	o.Measured = c.measured(passed)
	switch c.report.Verdict() {
	case media.Fail:
		o.State = ci.Fail
	case media.Warn:
		o.State = ci.Warn
	}
	return o
}
