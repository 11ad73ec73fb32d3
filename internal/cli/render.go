package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"greenroom/compose/media"
	"greenroom/internal/fault"
	"greenroom/pipeline"
	"greenroom/remotion"
)

type renderOptions struct {
	out, clip, title, props, browser string
	concurrency, crf                 int
	standIns                         bool
}

func renderCommand() command {
	return command{name: "render", summary: "render a Remotion composition with the published clips", usage: "render [flags] COMPOSITION...",
		examples: "greenroom render Presenter\ngreenroom render Loom --clip intro --props '{\"format\":\"9:16\"}' -o out/loom.mp4",
		bind: func(fs *pflag.FlagSet) runFunc {
			var o renderOptions
			fs.StringVarP(&o.out, "out", "o", "", "the film's `PATH` (default out/COMPOSITION.mp4)")
			fs.StringVar(&o.clip, "clip", "", "the clip's `NAME` (default: the first)")
			fs.StringVar(&o.title, "title", "", "the title's `TEXT`")
			fs.StringVar(&o.props, "props", "", "more props of the composition, as `JSON`")
			fs.StringVar(&o.browser, "browser", "", "the browser's `PATH`")
			fs.IntVar(&o.concurrency, "concurrency", 1, "render in `N` tabs; 1 is cheapest for clips")
			fs.IntVar(&o.crf, "crf", 18, "quality: lower is better")
			fs.BoolVar(&o.standIns, "allow-stand-ins", false, "render although a clip is a stand-in")
			return func(ctx context.Context, e *env, args []string) error {
				if len(args) == 0 {
					return fault.New(fault.Usage, "greenroom render Presenter", "name a composition")
				}
				if o.out != "" && len(args) > 1 {
					return fault.New(fault.Usage, "leave --out out, or render one at a time", "--out with %d compositions", len(args))
				}
				for _, id := range args {
					if err := runRender(ctx, e, o, id); err != nil {
						return err
					}
				}
				return nil
			}
		}}
}

func runRender(ctx context.Context, e *env, o renderOptions, id string) error {
	out := newPrinter(e)
	defer out.close()
	p, err := e.project(out.event)
	if err != nil {
		return err
	}
	defer p.Close()
	p.Offline() // films are made of what is published
	if err := current(ctx, p, o.clip); err != nil {
		return err
	}
	props, err := os.ReadFile(p.PropsPath())
	if err != nil {
		return fault.Wrap(fault.Failed, err, "run `greenroom build` first", "read the props")
	}
	input, err := o.inputProps()
	if err != nil {
		return err
	}
	t, err := media.FindTools(ctx, e.LookPath)
	if err != nil {
		return err
	}
	film := o.out
	if film == "" {
		film = filepath.Join(p.Dir(), "out", id+".mp4")
	} else if !filepath.IsAbs(film) {
		film = filepath.Join(e.Dir, film)
	}
	r := remotion.Renderer{FFmpeg: t.FFmpeg, Browser: remotion.FindBrowser(o.browser, e.Getenv, e.LookPath)}
	res, err := r.Render(ctx, remotion.RenderSpec{
		ProjectDir: p.Dir(), Composition: id, Out: film, CacheDir: filepath.Join(p.Dir(), pipeline.StateDir, "render"),
		PropsJSON: props, InputProps: input, Concurrency: o.concurrency, CRF: o.crf, AllowStandIns: o.standIns,
	}, func(ev remotion.Event) {
		state := pipeline.Progress
		if ev.Message != "" {
			state = pipeline.Started
		}
		out.event(pipeline.Event{Clip: id, Stage: ev.Stage, State: state, Done: int64(ev.Done), Total: int64(ev.Total), Message: ev.Message, Time: e.Now()})
	})
	out.close()
	if err != nil {
		return err
	}
	if e.json {
		return e.printJSON(map[string]any{"path": res.Path, "frames": res.Frames, "width": res.Width, "height": res.Height, "fps": res.FPS, "bundleReused": res.BundleReused, "seconds": res.Seconds})
	}
	if _, err := fmt.Fprintln(e.Stdout, res.Path); err != nil {
		return err
	}
	e.say("%s: %d frames at %g fps, %dx%d, in %.1f s", id, res.Frames, res.FPS, res.Width, res.Height, res.Seconds)
	return nil
}

// current refuses to render clips that are missing or out of date.
func current(ctx context.Context, p *pipeline.Project, clip string) error {
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
		if s.Action != pipeline.Keep {
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
	return json.Marshal(m)
}
