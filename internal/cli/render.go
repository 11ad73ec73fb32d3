package cli

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"greenroom/compose/media"
	"greenroom/compose/native"
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
	sandbox, warnings                 bool
	force, keepGoing, install         bool
	only                              []string
	shard                             pipeline.Shard
	results                           string
}

func renderCommand() command {
	return command{name: "render", summary: "render films: the manifest's compositions, or a Remotion composition", usage: "render [flags] COMPOSITION...",
		examples: "greenroom render tour --format 9:16\ngreenroom render --all --renderer remotion\ngreenroom render hello --only 'hello-a*' --results out/hello.csv\ngreenroom render Loom --clip intro --props '{\"format\":\"9:16\"}' -o out/loom.mp4\ngreenroom render Presenter --still 40 -o out/presenter.png",
		bind: func(fs *pflag.FlagSet) runFunc {
			var o renderOptions
			var shard string
			fs.StringVarP(&o.out, "out", "o", "", "the film's `PATH` (default out/COMPOSITION.mp4)")
			fs.BoolVar(&o.all, "all", false, "render every composition of the manifest")
			fs.StringVar(&o.renderer, "renderer", "", "draw the manifest's compositions with native (ffmpeg) or remotion (default native)")
			fs.StringArrayVar(&o.only, "only", nil, "render only the films, families or `PATTERN` such as 'hello-a*'; repeatable")
			fs.StringVar(&shard, "shard", "", "render this machine's part of the films, `I/N` such as 2/5")
			fs.BoolVar(&o.keepGoing, "keep-going", true, "go on with the other films when one fails; false begins no more")
			fs.StringVar(&o.results, "results", "", "write what came of each film to `FILE`, .csv or .json")
			writes(fs, outputFile, "out", "results")
			fs.BoolVar(&o.install, "install", false, "install the Remotion project's packages first if they are missing")
			fs.BoolVar(&o.force, "force", false, "draw films again that are up to date")
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
			fs.BoolVar(&o.sandbox, "allow-sandbox", false, "render although a clip was made by the sandbox or a server on this machine")
			fs.BoolVar(&o.warnings, "allow-warnings", false, "render although HeyGen warned of a clip, such as of a watermark")
			return func(ctx context.Context, e *env, args []string) error {
				o.crfSet, o.concurrent = fs.Changed("crf"), fs.Changed("concurrency")
				if shard != "" {
					var err error
					if o.shard, err = pipeline.ParseShard(shard); err != nil {
						return err
					}
				}
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
	case len(args) == 0 && !o.all && len(o.only) == 0:
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
	if o.results != "" {
		return resultsKind(o.results)
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
	keys  *remotion.Keys    // nil before the first film of Remotion's
}

func runRender(ctx context.Context, e *env, o renderOptions, names []string) error {
	out := newPrinter(e)
	defer out.close()
	out.steps = &steps{}
	opened := e.options(out.event)
	opened.AllowSandbox = o.sandbox
	p, err := pipeline.Open(opened)
	if err != nil {
		return err
	}
	defer p.Close()
	p.Account.Offline() // films are made of what is published
	if n := p.DrawnClips(); n > 0 {
		e.say("warning: %s made by the sandbox or a server on this machine: drawn presenters, not the account's", count(n, "clip")+" "+were(n))
	}
	t, err := media.FindTools(ctx, e.LookPath)
	if err != nil {
		return err
	}
	s := &studio{env: e, o: o, p: p, tools: t, out: out}
	defer s.close()
	ours, theirs := []string{}, []string{}
	for _, n := range names {
		if p.IsFilm(n) {
			ours = append(ours, n)
		} else {
			theirs = append(theirs, n)
		}
	}
	if len(theirs) > 0 {
		if o.renderer == rendererNative || o.preset != "" {
			return fault.New(fault.Usage, "native draws the manifest's compositions; leave --renderer and --preset out for Remotion's", "no composition %q in the manifest", theirs[0])
		}
		if len(o.only) > 0 || o.shard.Of > 0 || o.results != "" {
			return fault.New(fault.Usage, "--only, --shard and --results are for the manifest's compositions", "no composition %q in the manifest", theirs[0])
		}
		for _, id := range theirs {
			if err := s.mayExist(id); err != nil {
				return err
			}
		}
		for _, id := range theirs {
			if err := s.remotionFilm(ctx, id); err != nil {
				return err
			}
		}
	}
	if len(ours) == 0 && len(theirs) > 0 {
		return nil
	}
	return s.manifestFilms(ctx, ours)
}

func were(n int) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

func (s *studio) close() {
	if s.keys != nil {
		s.keys.Save()
	}
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
