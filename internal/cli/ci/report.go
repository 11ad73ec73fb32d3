package cli

import (
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"greenroom/compose/media"
	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/internal/outside"
)

//go:embed report.html
var reportText string

// reportPage is parsed at its first use: parsing costs every start of the program.
var reportPage = sync.OnceValue(func() *template.Template { return template.Must(template.New("report").Parse(reportText)) })

// maxPoster is the largest picture that goes into a report, bytes.
const maxPoster = 4 << 20

type reportCard struct {
	Name, State, Mark, Facts, File, Hash string
	Picture                              template.URL
	Findings                             []media.Finding
	Errors                               []string
}

type reportData struct {
	Project, When, Version string
	Cards                  []reportCard
	OK, Warn, Fail         int
}

// writeReport writes DIR/index.html, one file that holds its pictures: it can be opened
// from an artefact, mailed and printed.
func (e *env) writeReport(dir, project string, list []checked) error {
	d := reportData{Project: project, When: e.Now().UTC().Format("2006-01-02 15:04 UTC"), Version: e.Version}
	for _, c := range list {
		o := c.outcome()
		card := reportCard{Name: outside.Text(o.name), State: o.state, Mark: stateMarks[o.state], Facts: o.facts, File: c.file.label(), Picture: picture(o.poster)}
		if c.report != nil {
			for _, f := range c.report.Findings {
				if f.Verdict != media.OK {
					f.Value, f.Advice = outside.Text(f.Value), outside.Text(f.Advice)
					card.Findings = append(card.Findings, f)
				}
			}
		} else {
			for _, d := range o.details {
				card.Errors = append(card.Errors, outside.Text(d))
			}
		}
		switch o.state {
		case stateFail:
			d.Fail++
		case stateWarn:
			d.Warn++
		default:
			d.OK++
		}
		d.Cards = append(d.Cards, card)
	}
	var b strings.Builder
	if err := reportPage().Execute(&b, d); err != nil {
		return err
	}
	dir = e.path(dir)
	err := os.MkdirAll(dir, 0o755)
	if err == nil {
		_, err = atomicfile.WriteBytes(filepath.Join(dir, "index.html"), 0o644, []byte(b.String()))
	}
	if err != nil {
		return fault.Wrap(fault.Failed, err, "name a folder that can be written", "write the report")
	}
	return nil
}

// picture is a poster as part of the page; none when there is no small one.
func picture(path string) template.URL {
	fi, err := os.Stat(path)
	if err != nil || fi.Size() > maxPoster {
		return ""
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	// The file is ours: a WebP that the build made and checked.
	return template.URL("data:image/webp;base64," + base64.StdEncoding.EncodeToString(b))
}

// checked is one file with what the check found, or why it could not look.
type checked struct {
	file   checkFile
	report *media.Report
	err    error
}

func (c checked) outcome() outcome {
	o := outcome{name: c.file.name, state: stateOK, poster: c.file.poster, file: c.file.manifest, line: c.file.line}
	if c.err != nil {
		o.state = stateFail
		for _, f := range fault.All(c.err) {
			o.details, o.hint = append(o.details, f.Error()), f.Hint
		}
		return o
	}
	r := c.report
	o.facts = factsOf(r)
	for _, f := range r.Findings {
		if f.Verdict == media.OK {
			continue
		}
		o.details = append(o.details, strings.TrimSuffix(fmt.Sprintf("%s %s: %s (limit %s); %s", f.Verdict, f.Name, f.Value, f.Limit, f.Advice), "; "))
	}
	switch r.Verdict() {
	case media.Fail:
		o.state = stateFail
	case media.Warn:
		o.state = stateWarn
	}
	return o
}

// factsOf is what a file is, in a line: its size as it is shown, frames, rate, length, colour and sound.
func factsOf(r *media.Report) string {
	i := r.Info
	facts := []string{fmt.Sprintf("%dx%d", i.Width, i.Height)}
	if (i.ShownWidth != i.Width || i.ShownHeight != i.Height) && i.ShownWidth > 0 {
		facts[0] += fmt.Sprintf(" shown as %dx%d", i.ShownWidth, i.ShownHeight)
	}
	facts = append(facts, count(r.Frames, "frame"))
	if i.FPSNum > 0 {
		rate := fmt.Sprintf("%.5g fps", i.FPS())
		if i.VFR {
			rate += " (varies)"
		}
		facts = append(facts, rate)
	}
	facts = append(facts, fmt.Sprintf("%.2f s", i.Duration))
	if i.VideoCodec != "" {
		facts = append(facts, i.VideoCodec)
	}
	if i.Alpha {
		facts = append(facts, "alpha")
	}
	if i.Colour.HDR() {
		facts = append(facts, i.Colour.String())
	}
	switch {
	case i.AudioTracks > 1:
		facts = append(facts, fmt.Sprintf("%s sound, %d tracks, the first is used", i.AudioCodec, i.AudioTracks))
	case i.AudioCodec != "":
		facts = append(facts, fmt.Sprintf("%s sound, %s", i.AudioCodec, count(i.AudioChannels, "channel")))
	}
	return strings.Join(facts, ", ")
}
