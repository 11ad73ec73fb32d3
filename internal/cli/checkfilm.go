package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"greenroom/compose/media"
	"greenroom/compose/quality"
	"greenroom/compose/timeline"
	"greenroom/internal/cli/ci"
	"greenroom/internal/fault"
	"greenroom/pipeline"
	"greenroom/pipeline/films"
	"greenroom/pipeline/films/records"
	"greenroom/pipeline/films/render"
)

// checkFilm is a film of the manifest whose file is checked.
type checkFilm struct {
	timeline *timeline.Film
	current  bool // the file has the film as it is now
}

// splitNames splits names into those of clips and of films. A name of both is the clip's.
func splitNames(p *pipeline.Project, names []string) (clips, filmNames []string) {
	known := map[string]bool{}
	for _, c := range p.Manifest.Clips {
		known[c.Name] = true
	}
	for _, f := range p.Manifest.Each {
		known[f.Name] = true
	}
	for _, n := range names {
		if known[n] || strings.ContainsAny(n, "*?[") || !films.IsName(p.Manifest, n) {
			clips = append(clips, n)
			continue
		}
		filmNames = append(filmNames, n)
	}
	return clips, filmNames
}

// filmsToCheck returns the rendered files of films.
func filmsToCheck(
	ctx context.Context, p *pipeline.Project, t media.Tools, names []string,
) (out []checkFile, err error) {
	p.Account.Offline() // films show what is published
	set, err := p.Films().Choose(names, films.Options{AllowStandIns: true, AllowWarnings: true})
	if err != nil {
		return nil, err
	}
	newest := map[string]records.File{}
	store := p.FilmRecords()
	for _, f := range store.Files() {
		if f.Time >= newest[f.Name].Time {
			newest[f.Name] = f
		}
	}
	var faults fault.List
	err = set.Each(ctx, func(f films.Film, err error) error {
		if err != nil {
			faults = append(faults, fault.All(err)...)
			return nil
		}
		name := f.Name.Name
		file, ok := newest[name]
		if !ok {
			faults = append(faults, fault.New(
				fault.Failed, "run `greenroom render "+name+"` first", "the film is not rendered",
			).For(name))
			return nil
		}
		c := checkFile{name: name, path: file.Path, manifest: filepath.Base(p.Manifest.Path), film: &checkFilm{
			timeline: f.Timeline, current: store.Current(f.Timeline, t.Version, p.Manifest.Path, file),
		}}
		if composition, ok := p.Manifest.Composition(name); ok {
			c.line = composition.Place.Line
		}
		out = append(out, c)
		return nil
	})
	faults = append(faults, fault.All(err)...)
	return out, faults.Or()
}

// checkFilm checks the file of a film. The texts of a film that has changed since are not where the file has them.
func (f checkFile) checkFilm(ctx context.Context, t media.Tools, checks render.Checks, pictures string) checked {
	film := f.film.timeline
	if !f.film.current {
		film = nil
	}
	m, list, err := checks.Measure(ctx, t, f.path, film)
	if err != nil {
		return checked{file: f, err: f.named(err)}
	}
	r := &media.Report{
		File: f.path, Info: m.Info, Findings: list, Frames: m.Frames(), Seconds: m.Info.Duration, Straight: true,
	}
	if film == nil {
		r.Findings = append(r.Findings, media.Finding{
			Name: "rendered", Verdict: media.Warn, Value: "an earlier film", Limit: "the film as it is now",
			Advice: "`greenroom render " + f.name + "` renders it; its texts were not checked",
		})
	}
	if png, err := m.Strip().Poster(); err == nil && png != nil && pictures != "" {
		to := filepath.Join(pictures, f.name+".png")
		if os.WriteFile(to, png, 0o600) == nil { // a temporary folder
			f.poster = to
		}
	}
	return checked{f, r, nil, m}
}

// listen measures the sound of a file. A sound that cannot be decoded has a finding of its own.
func listen(ctx context.Context, t media.Tools, path string, m *quality.Meter) error {
	_ = m.Listen(ctx, t, path)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// measured returns what a report shows of an item.
func (c checked) measured(passed []ci.Finding) *ci.Measured {
	if c.meter == nil {
		return nil
	}
	v := &ci.Measured{Alpha: c.meter.Info.Alpha, Passed: passed, About: c.file.about}
	v.Strip, _ = c.meter.Strip().PNG() // a page without it
	s := c.meter.Sound()
	v.Seconds, v.Peaks = s.Seconds, s.Peaks
	for _, m := range s.Momentary {
		v.Loudness = append(v.Loudness, [2]float64{m.At, m.LUFS})
	}
	for _, t := range c.meter.Captions() {
		v.Captions = append(v.Captions, ci.Caption{
			Text: t.Text, From: t.From, To: t.To, Speed: t.Speed, Contrast: t.Contrast,
		})
	}
	return v
}
