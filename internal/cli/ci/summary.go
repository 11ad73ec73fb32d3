package ci

import (
	"errors"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"

	"greenroom/internal/fault"
	"greenroom/internal/outside"
)

// summaryLimit keeps a step's text below GitHub's limit of 1 MiB.
const summaryLimit = 900 << 10

// cellText escapes what Markdown would read in a cell: columns, code, links and pictures.
var cellText = strings.NewReplacer("|", "&#124;", "`", "&#96;", "[", "&#91;", "]", "&#93;", "\\", "&#92;", "\n", "<br>")

func cell(s string) string { return cellText.Replace(html.EscapeString(outside.Text(s))) }

// AppendSummary appends a table with one row for each outcome to the file that GitHub shows on the run's page. GitHub
// removes data: URIs from it and does not serve a picture out of an artefact, so pictures need an address: with an
// https:// pictures URL, where public/greenroom is served, each row shows its poster; without one it names the file.
func AppendSummary(path, picturesURL string, run Run, list []Outcome) error {
	picturesURL = strings.TrimSuffix(picturesURL, "/")
	if !strings.HasPrefix(picturesURL, "https://") {
		picturesURL = ""
	}
	var rows strings.Builder
	for i, o := range list {
		if rows.Len() > summaryLimit {
			fmt.Fprintf(&rows, "\n%d more rows are omitted.\n", len(list)-i)
			break
		}
		details := cell(strings.Join(append(o.Details, o.Facts), "\n"))
		fmt.Fprintf(&rows, "| %s | %s %s | %s | %s |\n", cell(o.Name), o.State.mark(), o.State, details, o.poster(picturesURL))
	}
	clips := "clips"
	if len(list) == 1 {
		clips = "clip"
	}
	text := fmt.Sprintf("### greenroom %s: %s\n\n%d %s, %d failed\n\n| clip | verdict | details | poster |\n|---|---|---|---|\n%s\n",
		run.Command, cell(run.Project), len(list), clips, countFailed(list), rows.String())
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err == nil {
		_, err = f.WriteString(text)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		const hint = "unset GITHUB_STEP_SUMMARY, or let it name a file that can be written"
		return fault.Wrap(fault.Failed, err, hint, "write the step summary")
	}
	return nil
}

// poster returns the cell of an outcome's picture.
func (o Outcome) poster(picturesURL string) string {
	name := filepath.Base(o.Poster)
	switch {
	case o.Poster == "":
		return ""
	case picturesURL == "":
		return "<code>" + cell(name) + "</code>"
	}
	return fmt.Sprintf(`<img src="%s/%s" alt="%s" width="160">`, html.EscapeString(picturesURL), cell(name), cell(o.Name))
}
