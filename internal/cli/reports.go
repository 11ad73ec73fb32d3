package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/spf13/pflag"

	"greenroom/internal/cli/ci"
	"greenroom/internal/fault"
	"greenroom/internal/outside"
	"greenroom/pipeline"
	"greenroom/pipeline/films/render"
)

func annotationsFlag(fs *pflag.FlagSet) *string {
	return fs.String("annotations", "", "show errors here too: `github` or none (default: by the environment)")
}

// onGitHub reports whether faults are printed as annotations of a pull request.
func (e *env) onGitHub() bool {
	where := e.annotations
	if where == "" {
		where = e.Getenv("GREENROOM_ANNOTATIONS")
	}
	// stderr holds only JSON with --json; annotations are not, so they need an explicit request.
	return where == "github" || where == "" && !e.json && e.Getenv("GITHUB_ACTIONS") == "true"
}

// annotate prints err as annotations. GitHub reads both streams; on stderr they do not mix with the answer.
func (e *env) annotate(err error) {
	if e.onGitHub() {
		ci.Annotate(e.unguarded(), err, e.inRepository)
	}
}

// inRepository returns a file's path relative to the checkout.
func (e *env) inRepository(file string) string {
	if !filepath.IsAbs(file) {
		file = filepath.Join(filepath.Dir(e.options(nil).ManifestPath), file)
	}
	root := e.Getenv("GITHUB_WORKSPACE")
	if root == "" {
		root, _ = os.Getwd()
	}
	if r, err := filepath.Rel(root, file); err == nil && filepath.IsLocal(r) {
		return filepath.ToSlash(r)
	}
	return filepath.ToSlash(file)
}

// stepSummary returns the file whose text GitHub shows on the run's page; "" if there is none.
func (e *env) stepSummary() string {
	if !e.onGitHub() {
		return ""
	}
	return e.Getenv("GITHUB_STEP_SUMMARY")
}

// writeReports writes the JUnit file, if one was named, and the step summary, if GitHub asks for one.
func (e *env) writeReports(junit string, run ci.Run, list []ci.Outcome) error {
	run.Version, run.Time = e.Version, e.Now()
	var err error
	if junit != "" {
		err = ci.WriteJUnit(e.path(junit), run, list)
	}
	if summary := e.stepSummary(); summary != "" {
		err = errors.Join(err, ci.AppendSummary(summary, e.Getenv("GREENROOM_PICTURES_URL"), run, list))
	}
	return err
}

// reportBuild writes the reports of a build. failed is the build's own error.
func (e *env) reportBuild(ctx context.Context, p *pipeline.Project, o pipeline.BuildOptions, failed error,
	junit string) error {
	if junit == "" && e.stepSummary() == "" || context.Cause(ctx) != nil {
		return nil
	}
	run := ci.Run{Command: "build", Project: p.Manifest.Project}
	return e.writeReports(junit, run, buildOutcomes(p, o.Clips, failed))
}

// buildOutcomes returns one outcome for each clip with its faults, after one for the faults that belong to no clip.
func buildOutcomes(p *pipeline.Project, names []string, failed error) []ci.Outcome {
	byClip := map[string][]*fault.Error{}
	for _, f := range fault.All(failed) {
		byClip[f.Clip] = append(byClip[f.Clip], f)
	}
	var out []ci.Outcome
	if fs := byClip[""]; len(fs) > 0 {
		out = append(out, withFaults(ci.Outcome{Name: "the complete build"}, fs))
	}
	for _, c := range p.Manifest.Clips {
		if len(names) > 0 && !slices.Contains(names, c.Name) && len(byClip[c.Name]) == 0 {
			continue
		}
		o := ci.Outcome{Name: c.Name, File: filepath.Base(p.Manifest.Path), Line: c.Place.Line}
		if list, err := p.Published([]string{c.Name}); err == nil {
			o.Poster, o.Facts = list[0].Poster, list[0].Facts
		}
		out = append(out, withFaults(o, byClip[c.Name]))
	}
	return out
}

// withFaults returns o with its faults; without any it is OK.
func withFaults(o ci.Outcome, faults []*fault.Error) ci.Outcome {
	o.State = ci.OK
	for _, f := range faults {
		o.State, o.Hint = ci.Fail, f.Hint
		o.Details = append(o.Details, f.Error())
	}
	return o
}

// writeResults writes the result of each clip.
func writeResults(path string, list []pipeline.Result) error {
	list = slices.Clone(list)
	for i := range list {
		list[i].Error = outside.Text(list[i].Error)
	}
	head := []string{"clip", "family", "row", "status", "file", "seconds", "price_usd", "video_id", "error"}
	return ci.WriteTable(path, list, head, func(r pipeline.Result) []string {
		return []string{
			r.Clip, r.Each, rowNumber(r.Row), r.Status, r.File, strconv.FormatFloat(r.Seconds, 'f', -1, 64),
			strconv.FormatFloat(r.Price, 'f', 2, 64), ci.Inert(r.VideoID), ci.Inert(oneLine(r.Error)),
		}
	})
}

// writeFilmResults writes the result of each film.
func writeFilmResults(path string, list []render.Outcome) error {
	list = slices.Clone(list)
	for i := range list {
		list[i].Error = outside.Text(list[i].Error)
	}
	head := []string{"film", "family", "row", "status", "file", "seconds", "frames", "error", "encoded"}
	return ci.WriteTable(path, list, head, func(r render.Outcome) []string {
		return []string{
			r.Film, r.Each, rowNumber(r.Row), r.Status, ci.Inert(r.File), strconv.FormatFloat(r.Seconds, 'f', -1, 64),
			strconv.Itoa(r.Frames), ci.Inert(oneLine(r.Error)), strconv.FormatFloat(r.Encoded, 'f', 3, 64),
		}
	})
}

// rowNumber returns the number of a table's row; "" for what has none.
func rowNumber(row int) string {
	if row == 0 {
		return ""
	}
	return strconv.Itoa(row)
}

// resultsKind fails for a file that neither table can be written to.
func resultsKind(path string) error { return ci.CheckTable(path) }
