package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"greenroom/compose/native"
	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/pipeline"
	"greenroom/remotion"
)

// native draws a film with one ffmpeg run.
func (s *studio) native(ctx context.Context, f *timeline.Film) error {
	spec := native.Spec{Film: f, Out: s.path(f.Name, filmExt(f)), Preset: s.o.preset, WorkDir: s.workDir(), Tools: s.tools}
	if s.o.crfSet {
		spec.CRF = s.o.crf
	}
	if err := os.MkdirAll(spec.WorkDir, 0o755); err != nil {
		return fault.Wrap(fault.Failed, err, "make the project folder writable", "create a work folder")
	}
	res, err := native.Render(ctx, spec, func(ev native.Event) {
		s.out.event(pipeline.Event{Clip: f.Name, Stage: ev.Stage, State: pipeline.Progress, Done: int64(ev.Frame), Total: int64(ev.Frames), Time: s.Now()})
	})
	if err != nil {
		return inFilm(f.Name, err)
	}
	for _, w := range res.Warnings {
		s.out.event(pipeline.Event{Clip: f.Name, Stage: "render", State: pipeline.Warned, Message: w, Time: s.Now()})
	}
	return s.told(f.Name, film{res.Path, rendererNative, res.Frames, f.Width, f.Height, f.FPS.FPS(), res.Seconds, false})
}

// timeline draws a film, or one picture of it, with the companion's Timeline composition.
func (s *studio) timeline(ctx context.Context, f *timeline.Film) error {
	input, err := json.Marshal(map[string]any{"film": f})
	if err != nil {
		return err
	}
	return inFilm(f.Name, s.draw(ctx, f.Name, "Timeline", filmExt(f), nil, input, false))
}

// remotionFilm draws a composition of the Remotion project with the published clips.
func (s *studio) remotionFilm(ctx context.Context, id string) error {
	if err := current(ctx, s.p, s.o.clip, s.o.standIns); err != nil {
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
	return s.draw(ctx, id, id, ".mp4", props, input, s.o.standIns)
}

// draw makes a film or a picture in the one session of this run.
func (s *studio) draw(ctx context.Context, name, composition, ext string, props, input []byte, standIns bool) error {
	emit := func(ev remotion.Event) {
		state := pipeline.Progress
		if ev.Message != "" {
			state = pipeline.Started
		}
		s.out.event(pipeline.Event{Clip: name, Stage: ev.Stage, State: state, Done: int64(ev.Done), Total: int64(ev.Total), Message: ev.Message, Time: s.Now()})
	}
	if s.node == nil {
		r := remotion.Renderer{FFmpeg: s.tools.FFmpeg, Browser: remotion.FindBrowser(s.o.browser, s.Getenv, s.LookPath)}
		var err error
		if s.node, err = r.Open(ctx, remotion.SessionSpec{ProjectDir: s.p.Dir(), CacheDir: s.workDir()}, emit); err != nil {
			return err
		}
	}
	if s.o.still >= 0 {
		res, err := s.node.Still(ctx, remotion.StillSpec{Composition: composition, Out: s.path(name, ".png"), Frame: s.o.still, PropsJSON: props, InputProps: input, AllowStandIns: standIns}, emit)
		if err != nil {
			return err
		}
		return s.told(name, film{Path: res.Path, Renderer: rendererRemotion, Frames: 1, Width: res.Width, Height: res.Height})
	}
	res, err := s.node.Render(ctx, remotion.RenderSpec{Composition: composition, Out: s.path(name, ext), PropsJSON: props, InputProps: input,
		Concurrency: s.o.concurrency, CRF: s.o.crf, AllowStandIns: standIns}, emit)
	if err != nil {
		return err
	}
	return s.told(name, film{res.Path, rendererRemotion, res.Frames, res.Width, res.Height, res.FPS, res.Seconds, res.BundleReused})
}

func (s *studio) workDir() string { return filepath.Join(s.p.Dir(), pipeline.StateDir, "render") }

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
	Seconds      float64 `json:"seconds,omitempty"`
	BundleReused bool    `json:"bundleReused"`
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
	s.say("%s: %d frames at %.6g fps, %dx%d, in %.1f s", name, f.Frames, f.FPS, f.Width, f.Height, f.Seconds)
	return nil
}

// current refuses to render clips that are missing or out of date.
func current(ctx context.Context, p *pipeline.Project, clip string, standIns bool) error {
	var names []string
	if clip != "" {
		names = []string{clip}
	}
	plan, err := p.Plan(ctx, names)
	if err != nil {
		return err
	}
	var list fault.List
	for _, s := range plan.Steps {
		if s.Action != pipeline.Keep && !(standIns && p.Shown(s.Clip).Kind == remotion.StandIn) {
			list = append(list, fault.New(fault.Failed, "run `greenroom build` first", "clip is not ready: %s", s.Reason).For(s.Clip))
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
