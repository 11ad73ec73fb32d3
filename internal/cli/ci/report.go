package ci

import (
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/internal/lazyregexp"
	"greenroom/internal/outside"
)

//go:embed report.html
var reportText string

// reportPage is parsed at its first use: parsing at the start would slow down every command.
var reportPage = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("report").Parse(reportText))
})

// brandPattern is a colour that may be in a style.
var brandPattern = lazyregexp.New(`^#[0-9A-Fa-f]{6}$`)

// maxPoster is the largest picture that is embedded in a report, bytes.
const maxPoster = 4 << 20

type reportCard struct {
	ID, Name, Facts, File string
	State                 State
	Mark                  string
	Picture               template.URL
	Findings              []Finding
	Errors                []string
	shownMeasured
}

// shownMeasured is what a card shows of an item that was measured.
type shownMeasured struct {
	Passed   []Finding
	About    [][2]string
	Opaque   bool         // it has no alpha
	Ground   template.CSS // the picture as a variable, for other backgrounds
	Strip    template.URL
	Wave     *wave
	Captions []Caption
}

type reportData struct {
	Project, When, Version string
	Cards                  []reportCard
	Brand                  template.CSS // a colour; empty without one
	OK, Warn, Fail         int
}

// WriteReport writes DIR/index.html, one file that holds its pictures: it can be opened from an artefact, mailed and
// printed. It fails where the folder cannot be written.
func WriteReport(dir string, run Run, list []Outcome) error {
	d := reportData{Project: run.Project, When: run.Time.UTC().Format("2006-01-02 15:04 UTC"), Version: run.Version}
	if brandPattern.MatchString(run.Brand) {
		d.Brand = template.CSS(run.Brand)
	}
	for i, o := range list {
		switch o.State {
		case Fail:
			d.Fail++
		case Warn:
			d.Warn++
		default:
			d.OK++
		}
		c := o.card()
		c.ID = fmt.Sprintf("item-%d", i+1)
		d.Cards = append(d.Cards, c)
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
	c.Findings = clean(o.Findings)
	c.measured(o.Measured)
	if len(o.Findings) == 0 && o.State == Fail {
		for _, d := range o.Details {
			c.Errors = append(c.Errors, outside.Text(d))
		}
	}
	return c
}

// clean returns findings without what files may write into a terminal or a page.
func clean(list []Finding) (out []Finding) {
	for _, f := range list {
		f.Value, f.Advice = outside.Text(f.Value), outside.Text(f.Advice)
		out = append(out, f)
	}
	return out
}

// measured adds figures, pictures, sound and texts.
func (c *reportCard) measured(v *Measured) {
	if v == nil {
		return
	}
	c.Passed = clean(v.Passed)
	for _, fact := range v.About {
		c.About = append(c.About, [2]string{fact[0], outside.Text(fact[1])})
	}
	c.Opaque = !v.Alpha
	if v.Alpha && c.Picture != "" {
		c.Ground = template.CSS("--picture:url(" + c.Picture + ")")
	}
	if len(v.Strip) > 0 && len(v.Strip) <= maxPoster {
		c.Strip = template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(v.Strip))
	}
	c.Wave = newWave(v)
	for _, t := range v.Captions {
		t.Text = outside.Text(t.Text)
		c.Captions = append(c.Captions, t)
	}
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
	// greenroom wrote the file: it is a WebP picture, or a PNG of a film.
	kind := "webp"
	if filepath.Ext(path) == ".png" {
		kind = "png"
	}
	return template.URL("data:image/" + kind + ";base64," + base64.StdEncoding.EncodeToString(b))
}
