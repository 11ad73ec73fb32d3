package cli

import (
	"context"
	"errors"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"

	"greenroom/internal/fault"
	"greenroom/internal/outside"
	"greenroom/pipeline"
)

// States of an outcome.
const (
	stateOK   = "ok"
	stateWarn = "warn"
	stateFail = "fail"
)

// stateMarks are printed next to the state's name, so that no state is shown by colour alone.
var stateMarks = map[string]string{stateOK: "●", stateWarn: "◔", stateFail: "✕"}

// reportBuild writes what CI systems show of a build. failed is the build's own error.
func (e *env) reportBuild(ctx context.Context, p *pipeline.Project, o pipeline.BuildOptions, failed error, junit string) error {
	if junit == "" && e.stepSummary() == "" || context.Cause(ctx) != nil {
		return nil
	}
	list := buildOutcomes(p, o.Clips, failed)
	var err error
	if junit != "" {
		err = e.writeJUnit(junit, "build", list, 0)
	}
	return errors.Join(err, e.writeStepSummary("build", p.Manifest.Project, list))
}

// buildOutcomes returns one outcome for each clip with its faults, after one for the faults that belong to no clip.
func buildOutcomes(p *pipeline.Project, names []string, failed error) []outcome {
	by := map[string][]*fault.Error{}
	for _, f := range fault.All(failed) {
		by[f.Clip] = append(by[f.Clip], f)
	}
	wanted := map[string]bool{}
	for _, n := range names {
		wanted[n] = true
	}
	var out []outcome
	add := func(o outcome, fs []*fault.Error) {
		o.state = stateOK
		for _, f := range fs {
			o.state, o.hint = stateFail, f.Hint
			o.details = append(o.details, f.Error())
		}
		out = append(out, o)
	}
	if fs := by[""]; len(fs) > 0 {
		add(outcome{name: "the complete build"}, fs)
	}
	for _, c := range p.Manifest.Clips {
		if len(wanted) > 0 && !wanted[c.Name] && len(by[c.Name]) == 0 {
			continue
		}
		o := outcome{name: c.Name, file: filepath.Base(p.Manifest.Path), line: c.Place.Line}
		if list, err := p.Published([]string{c.Name}); err == nil {
			o.poster, o.facts = list[0].Poster, list[0].Facts
		}
		add(o, by[c.Name])
	}
	return out
}

// stepSummary is the file whose text GitHub shows on the run's page.
func (e *env) stepSummary() string {
	if !e.onGitHub() {
		return ""
	}
	return e.Getenv("GITHUB_STEP_SUMMARY")
}

// summaryLimit keeps a step's text below GitHub's limit of 1 MiB.
const summaryLimit = 900 << 10

// cellText escapes what Markdown would read in a cell: columns, code, links and pictures.
var cellText = strings.NewReplacer("|", "&#124;", "`", "&#96;", "[", "&#91;", "]", "&#93;", "\\", "&#92;", "\n", "<br>")

// writeStepSummary appends a table with one row for each clip. GitHub removes data: URIs
// from it and does not serve a picture out of an artefact, so pictures need an address:
// with GREENROOM_PICTURES_URL, where public/greenroom is served, each row has its poster;
// without it the row names the file, and `check --report` holds the pictures.
func (e *env) writeStepSummary(command, project string, list []outcome) error {
	path := e.stepSummary()
	if path == "" {
		return nil
	}
	base := strings.TrimSuffix(e.Getenv("GREENROOM_PICTURES_URL"), "/")
	if !strings.HasPrefix(base, "https://") {
		base = ""
	}
	cell := func(s string) string {
		return cellText.Replace(html.EscapeString(outside.Text(s)))
	}
	failed := 0
	var rows strings.Builder
	for i, o := range list {
		if o.state == stateFail {
			failed++
		}
		if rows.Len() > summaryLimit {
			fmt.Fprintf(&rows, "\n%d more rows are omitted.\n", len(list)-i)
			break
		}
		picture := ""
		if o.poster != "" {
			name := filepath.Base(o.poster)
			if picture = "<code>" + cell(name) + "</code>"; base != "" {
				picture = fmt.Sprintf(`<img src="%s/%s" alt="%s" width="160">`, html.EscapeString(base), cell(name), cell(o.name))
			}
		}
		fmt.Fprintf(&rows, "| %s | %s %s | %s | %s |\n", cell(o.name), stateMarks[o.state], o.state, cell(strings.Join(append(o.details, o.facts), "\n")), picture)
	}
	text := fmt.Sprintf("### greenroom %s: %s\n\n%s, %d failed\n\n| clip | verdict | details | poster |\n|---|---|---|---|\n%s\n", command, cell(project), clips(len(list)), failed, rows.String())
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err == nil {
		_, err = f.WriteString(text)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return fault.Wrap(fault.Failed, err, "unset GITHUB_STEP_SUMMARY, or let it name a file that can be written", "write the step summary")
	}
	return nil
}
