package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"greenroom/compose/native"
	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/pipeline"
	"greenroom/pipeline/films/records"
	"greenroom/remotion"
)

// native draws a film with one ffmpeg run, unless its file holds it already.
func (s *studio) native(ctx context.Context, f *timeline.Film) (film, error) {
	spec := native.Spec{Film: f, Out: s.path(f.Name, filmExt(f)), Preset: s.o.preset, WorkDir: s.workDir(), Tools: s.tools}
	if s.o.crfSet {
		spec.CRF = s.o.crf
	}
	preset, err := native.PresetFor(spec.Preset, spec.Out, f.Transparent)
	if err != nil {
		return film{}, err
	}
	key, err := s.p.FilmRecords().NativeKey(f, s.tools.Version, preset.Name, spec.CRF)
	if err != nil {
		return film{}, err
	}
	if r, ok := s.p.FilmRecords().UpToDate(spec.Out, key); ok && !s.o.force {
		return standing(spec.Out, rendererNative, r), nil
	}
	if err := os.MkdirAll(spec.WorkDir, 0o700); err != nil {
		return film{}, fault.Wrap(fault.Failed, err, "make the project folder writable", "create a work folder")
	}
	began := s.Now()
	res, err := native.Render(ctx, spec, func(ev native.Event) {
		s.out.event(pipeline.Event{Clip: f.Name, Stage: ev.Stage, State: pipeline.Progress, Done: int64(ev.Frame), Total: int64(ev.Frames), Time: s.Now()})
	})
	if err != nil {
		return film{}, err
	}
	for _, w := range res.Warnings {
		s.out.event(pipeline.Event{Clip: f.Name, Stage: "render", State: pipeline.Warned, Message: w, Time: s.Now()})
	}
	took := s.Now().Sub(began).Seconds()
	d := records.Output{Frames: res.Frames, Width: f.Width, Height: f.Height, FPS: f.FPS.FPS(), Seconds: took}
	s.record(f.Name, res.Path, key, d)
	return drawn(res.Path, rendererNative, d), nil
}

// drawn is a film that was made now.
func drawn(path, renderer string, d records.Output) film {
	f := film{Path: path, Renderer: renderer, Frames: d.Frames, Width: d.Width, Height: d.Height, FPS: d.FPS, Took: d.Seconds}
	if d.FPS > 0 {
		f.Seconds = float64(d.Frames) / d.FPS
	}
	return f
}

// standing tells of a film whose file holds it already.
func standing(path, renderer string, r records.Record) film {
	f := drawn(path, renderer, r.Output)
	f.Took, f.UpToDate = 0, true
	return f
}

// record writes down which film a file holds. A film without a record is only drawn again.
func (s *studio) record(name, path, key string, d records.Output) {
	if err := s.p.FilmRecords().Save(path, key, d); err != nil {
		s.again(name, err.Error())
	}
}

func (s *studio) again(name, why string) {
	s.out.event(pipeline.Event{Clip: name, Stage: "render", State: pipeline.Warned, Message: "it will be drawn again the next time: " + why, Time: s.Now()})
}

// timeline draws a film, or one picture of it, with the companion's Timeline composition.
//
// Frames are handed over exactly: the native renderer's films have no JPEG in between either.
func (s *studio) timeline(ctx context.Context, f *timeline.Film) (film, error) {
	input, err := json.Marshal(map[string]any{"film": f})
	if err != nil {
		return film{}, err
	}
	return s.draw(ctx, f.Name, remotion.RenderSpec{Composition: remotion.Timeline, Out: s.path(f.Name, filmExt(f)), InputProps: input, Exact: true})
}

// remotionFilm draws a composition of the Remotion project with the published clips.
func (s *studio) remotionFilm(ctx context.Context, id string) error {
	if err := current(ctx, s.p, s.o); err != nil {
		return err
	}
	props, err := os.ReadFile(s.p.PropsPath())
	if err != nil {
		return fault.Wrap(fault.Failed, err, "run `greenroom build` first", "read the props")
	}
	input, err := s.o.inputProps()
	if err != nil {
		return err
	}
	f, err := s.draw(ctx, id, remotion.RenderSpec{Composition: id, Out: s.path(id, ".mp4"), PropsJSON: props, InputProps: input, AllowStandIns: s.o.standIns})
	if err != nil {
		return err
	}
	return s.told(id, f)
}

func (s *studio) workDir() string { return s.p.RenderDir() }

// filmExt is the usual ending of a film's file.
func filmExt(f *timeline.Film) string {
	if f.Transparent {
		return ".webm"
	}
	return ".mp4"
}

// inFilm says which film an error is about.
func inFilm(name string, err error) error {
	for _, f := range fault.All(err) {
		if f.Clip == "" {
			f.Clip = name
		}
	}
	return err
}

// film is what is told of one that is finished.
type film struct {
	Path         string  `json:"path"`
	Renderer     string  `json:"renderer"`
	Frames       int     `json:"frames"`
	Width        int     `json:"width"`
	Height       int     `json:"height"`
	FPS          float64 `json:"fps,omitempty"`
	Seconds      float64 `json:"seconds,omitempty"`     // length of the film
	Took         float64 `json:"tookSeconds,omitempty"` // time that rendering it took
	BundleReused bool    `json:"bundleReused"`
	UpToDate     bool    `json:"upToDate,omitempty"` // its file held it already
}

func (s *studio) told(name string, f film) error {
	if s.json {
		return s.printJSON(f)
	}
	if _, err := fmt.Fprintln(s.Stdout, f.Path); err != nil {
		return err
	}
	if s.o.still >= 0 {
		s.say("%s: frame %d, %dx%d", name, s.o.still, f.Width, f.Height)
		return nil
	}
	if f.UpToDate {
		s.say("%s: up to date", name)
		return nil
	}
	s.say("%s: %d frames at %.6g fps, %dx%d: %.1f s film, took %.1f s", name, f.Frames, f.FPS, f.Width, f.Height, f.Seconds, f.Took)
	return nil
}

// current refuses to render clips that are missing or out of date.
func current(ctx context.Context, p *pipeline.Project, o renderOptions) error {
	var names []string
	if o.clip != "" {
		names = []string{o.clip}
	}
	plan, err := p.Plan(ctx, names)
	if err != nil {
		return err
	}
	var list fault.List
	for _, s := range plan.Steps {
		switch {
		case s.Action != pipeline.Keep && !(o.standIns && p.Shown(s.Clip).Kind == remotion.StandIn):
			list = append(list, p.NotReady(s.Clip, s.Reason))
		case s.Action == pipeline.Keep && s.Warning != "" && !o.warnings:
			list = append(list, pipeline.RefuseWarned(s.Clip, s.Warning))
		}
	}
	return list.Or()
}

func (o renderOptions) inputProps() ([]byte, error) {
	m := map[string]any{}
	if o.props != "" {
		if err := json.Unmarshal([]byte(o.props), &m); err != nil {
			return nil, fault.Wrap(fault.Usage, err, `write an object such as '{"title":"Hello"}'`, "read --props")
		}
	}
	if o.clip != "" {
		m["clip"] = o.clip
	}
	if o.title != "" {
		m["title"] = o.title
	}
	if o.format != "" {
		m["format"] = o.format
	}
	return json.Marshal(m)
}
