package ci

import (
	_ "embed"
	"encoding/base64"
	"html/template"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/internal/outside"
)

//go:embed report.html
var reportText string

// reportPage is parsed at its first use: parsing at the start would slow down every command.
var reportPage = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("report").Parse(reportText))
})

// maxPoster is the largest picture that is embedded in a report, bytes.
const maxPoster = 4 << 20

type reportCard struct {
	Name, Facts, File string
	State             State
	Mark              string
	Picture           template.URL
	Findings          []Finding
	Errors            []string
}

type reportData struct {
	Project, When, Version string
	Cards                  []reportCard
	OK, Warn, Fail         int
}

// WriteReport writes DIR/index.html, one file that holds its pictures: it can be opened from an artefact, mailed and
// printed. It fails where the folder cannot be written.
func WriteReport(dir string, run Run, list []Outcome) error {
	d := reportData{Project: run.Project, When: run.Time.UTC().Format("2006-01-02 15:04 UTC"), Version: run.Version}
	for _, o := range list {
		switch o.State {
		case Fail:
			d.Fail++
		case Warn:
			d.Warn++
		default:
			d.OK++
		}
		d.Cards = append(d.Cards, o.card())
	}
	var b strings.Builder
	if err := reportPage().Execute(&b, d); err != nil {
		return err
	}
	err := os.MkdirAll(dir, 0o755)
	if err == nil {
		_, err = atomicfile.WriteBytes(filepath.Join(dir, "index.html"), 0o644, []byte(b.String()))
	}
	if err != nil {
		return fault.Wrap(fault.Failed, err, "name a folder that can be written", "write the report")
	}
	return nil
}

// card returns an outcome's card: its findings, or its errors where it could not be read.
func (o Outcome) card() reportCard {
	c := reportCard{
		Name: outside.Text(o.Name), State: o.State, Mark: o.State.mark(), Facts: o.Facts, File: o.Label,
		Picture: picture(o.Poster),
	}
	for _, f := range o.Findings {
		f.Value, f.Advice = outside.Text(f.Value), outside.Text(f.Advice)
		c.Findings = append(c.Findings, f)
	}
	if len(o.Findings) == 0 && o.State == Fail {
		for _, d := range o.Details {
			c.Errors = append(c.Errors, outside.Text(d))
		}
	}
	return c
}

// picture returns a poster as a data: URI; "" if there is none or it is too large.
func picture(path string) template.URL {
	fi, err := os.Stat(path)
	if err != nil || fi.Size() > maxPoster {
		return ""
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	// The build wrote and checked the file: it is a WebP picture.
	return template.URL("data:image/webp;base64," + base64.StdEncoding.EncodeToString(b))
}
