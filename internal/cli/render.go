package cli

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"greenroom/compose/media"
	"greenroom/compose/native"
	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/pipeline"
	"greenroom/remotion"
)

// Renderers of films.
const (
	rendererNative   = "native"
	rendererRemotion = "remotion"
)

type renderOptions struct {
	out, clip, title, props, browser  string
	renderer, preset, format          string
	concurrency, crf, still           int
	all, standIns, crfSet, concurrent bool
}

func renderCommand() command {
	return command{name: "render", summary: "render films: the manifest's compositions, or a Remotion composition", usage: "render [flags] COMPOSITION...",
		examples: "greenroom render tour --format 9:16\ngreenroom render --all --renderer remotion\ngreenroom render Loom --clip intro --props '{\"format\":\"9:16\"}' -o out/loom.mp4\ngreenroom render Presenter --still 40 -o out/presenter.png",
		bind: func(fs *pflag.FlagSet) runFunc {
			var o renderOptions
			fs.StringVarP(&o.out, "out", "o", "", "the film's `PATH` (default out/COMPOSITION.mp4)")
			fs.BoolVar(&o.all, "all", false, "render every composition of the manifest")
			fs.StringVar(&o.renderer, "renderer", "", "draw the manifest's compositions with native (ffmpeg) or remotion (default native)")
			fs.StringVar(&o.format, "format", "", "only this `SHAPE`: 16:9, 9:16 or 1:1")
			fs.StringVar(&o.preset, "preset", "", "how native encodes: "+presetNames()+" (default by the file's name)")
			fs.IntVar(&o.still, "still", -1, "draw only this `FRAME`, from 0, as a PNG or JPEG, with Remotion")
			fs.StringVar(&o.clip, "clip", "", "the clip's `NAME`, of Remotion compositions (default: the first)")
			fs.StringVar(&o.title, "title", "", "the title's `TEXT`, of Remotion compositions")
			fs.StringVar(&o.props, "props", "", "more props of a Remotion composition, as `JSON`")
			fs.StringVar(&o.browser, "browser", "", "the browser's `PATH`")
			fs.IntVar(&o.concurrency, "concurrency", 1, "render in `N` tabs of Remotion; 1 is cheapest for clips")
			fs.IntVar(&o.crf, "crf", 18, "quality: lower is better")
			fs.BoolVar(&o.standIns, "allow-stand-ins", false, "render although a clip is a stand-in")
			return func(ctx context.Context, e *env, args []string) error {
				o.crfSet, o.concurrent = fs.Changed("crf"), fs.Changed("concurrency")
				if err := o.validate(args); err != nil {
					return err
				}
				return runRender(ctx, e, o, args)
			}
		}}
}

func presetNames() string {
	var names []string
	for _, p := range native.Presets {
		names = append(names, p.Name)
	}
	return strings.Join(names, ", ")
}

func (o renderOptions) validate(args []string) error {
	switch {
	case len(args) == 0 && !o.all:
		return fault.New(fault.Usage, "greenroom render Presenter, or greenroom render --all for the manifest's compositions", "name a composition")
	case len(args) > 0 && o.all:
		return fault.New(fault.Usage, "leave the names or --all out", "--all with names")
	case o.out != "" && (len(args) > 1 || o.all):
		return fault.New(fault.Usage, "leave --out out, or render one at a time", "--out with several films")
	case o.renderer != "" && o.renderer != rendererNative && o.renderer != rendererRemotion:
		return fault.New(fault.Usage, "write native or remotion", "there is no renderer %q", o.renderer)
	case o.renderer == rendererRemotion && o.preset != "":
		return fault.New(fault.Usage, "leave --preset out: Remotion encodes by the file's name", "--preset with --renderer remotion")
	case o.format != "" && o.format != "16:9" && o.format != "9:16" && o.format != "1:1":
		return fault.New(fault.Usage, "write 16:9, 9:16 or 1:1", "there is no shape %q", o.format)
	case o.still >= 0 && o.renderer == rendererNative:
		return fault.New(fault.Usage, "leave --renderer out: pictures are drawn by Remotion", "--still with --renderer native")
	}
	return nil
}

// studio is what a run of films works with.
type studio struct {
	*env
	o     renderOptions
	p     *pipeline.Project
	tools media.Tools
	out   *printer
	node  *remotion.Session // nil before the first film that needs it
}

func runRender(ctx context.Context, e *env, o renderOptions, names []string) error {
	out := newPrinter(e)
	defer out.close()
	p, err := e.project(out.event)
	if err != nil {
		return err
	}
	defer p.Close()
	p.Offline() // films are made of what is published
	t, err := media.FindTools(ctx, e.LookPath)
	if err != nil {
		return err
	}
	s := &studio{env: e, o: o, p: p, tools: t, out: out}
	defer s.close()
	ours, theirs := []string{}, []string{}
	for _, n := range names {
		if len(p.Manifest.Variants(n)) > 0 {
			ours = append(ours, n)
		} else {
			theirs = append(theirs, n)
		}
	}
	if len(theirs) > 0 {
		if o.renderer == rendererNative || o.preset != "" {
			return fault.New(fault.Usage, "native draws the manifest's compositions; leave --renderer and --preset out for Remotion's", "no composition %q in the manifest", theirs[0])
		}
		for _, id := range theirs {
			if err := s.remotionFilm(ctx, id); err != nil {
				return err
			}
		}
	}
	if len(ours) == 0 && !o.all {
		return nil
	}
	return s.manifestFilms(ctx, ours)
}

// manifestFilms draws compositions of the manifest. One that fails does not stop the others.
func (s *studio) manifestFilms(ctx context.Context, names []string) error {
	films, err := s.p.Films(ctx, names, pipeline.FilmOptions{AllowStandIns: s.o.standIns})
	if err != nil {
		return err
	}
	if films = s.shaped(films); len(films) == 0 {
		return fault.New(fault.Usage, "add it to the composition's formats:, or leave --format out", "no film has the shape %s", s.o.format)
	}
	if s.o.out != "" && len(films) > 1 {
		return fault.New(fault.Usage, "choose one with --format, or leave --out out", "--out with %d films", len(films))
	}
	var errs []error
	for _, f := range films {
		draw := s.native
		if s.o.renderer == rendererRemotion || s.o.still >= 0 {
			draw = s.timeline
		}
		if err := draw(ctx, f); err != nil {
			if ctx.Err() != nil {
				return err
			}
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// shaped leaves the films of the wanted shape.
func (s *studio) shaped(films []*timeline.Film) (out []*timeline.Film) {
	for _, f := range films {
		if c, ok := s.p.Manifest.Composition(f.Name); s.o.format == "" || ok && c.Format == s.o.format {
			out = append(out, f)
		}
	}
	return out
}

func (s *studio) close() {
	if s.node != nil {
		_ = s.node.Close() // it waits until node and the browser are gone
	}
}

// path is where a film goes.
func (s *studio) path(name, ext string) string {
	switch {
	case s.o.out == "":
		return filepath.Join(s.p.Dir(), "out", name+ext)
	case filepath.IsAbs(s.o.out):
		return s.o.out
	}
	return filepath.Join(s.Dir, s.o.out)
}
