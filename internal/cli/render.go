package cli

import (
	"context"
	"strings"

	"github.com/spf13/pflag"

	"greenroom/compose/native"
	"greenroom/internal/fault"
	"greenroom/pipeline/films/records"
	"greenroom/pipeline/project"
)

// filmsStage is the stage of events about a run of films.
const filmsStage = "film"

// renderOptions are the flags of `greenroom render`.
//
// size: one field for each flag.
type renderOptions struct {
	out, clip, title, props, browser string
	engine, preset, format           string
	concurrency, crf, still          int
	all, standIns, crfSet            bool
	sandbox, warnings, noLabel       bool
	force, keepGoing, install, whole bool
	frozen                           bool
	check, checkAlways               bool
	only                             []string
	shard                            project.Shard
	results                          string
}

func renderCommand() command {
	return command{name: "render", usage: "render [flags] COMPOSITION...",
		summary: "render films: the manifest's compositions, or a Remotion composition",
		examples: strings.Join([]string{
			"greenroom render tour --format 9:16",
			"greenroom render --all --renderer remotion",
			"greenroom render hello --only 'hello-a*' --results out/hello.csv",
			`greenroom render Loom --clip intro --props '{"format":"9:16"}' -o out/loom.mp4`,
			"greenroom render Presenter --still 40 -o out/presenter.png",
		}, "\n"),
		bind: func(fs *pflag.FlagSet) runFunc {
			var o renderOptions
			var part string
			shared := cacheFlags(fs)
			engine := engineFlag(fs)
			fs.StringVarP(&o.out, "out", "o", "", "the film's `PATH` (default out/COMPOSITION.mp4)")
			fs.BoolVar(&o.all, "all", false, "render every composition of the manifest")
			fs.StringVar(&o.engine, "renderer", "",
				"render the manifest's compositions with native (ffmpeg) or remotion (default native)")
			fs.StringArrayVar(&o.only, "only", nil,
				"render only the films, families or `PATTERN` such as 'hello-a*'; repeatable")
			fs.StringVar(&part, "shard", "", "render one part of the films on this machine, `I/N` such as 2/5")
			fs.BoolVar(
				&o.keepGoing, "keep-going", true, "go on with the other films when one fails; false starts no more",
			)
			fs.BoolVar(&o.check, "check", true, "check how films look and sound: without it, those that were encoded "+
				"completely; false checks nothing")
			fs.StringVar(&o.results, "results", "", "write the result of each film to `FILE`, .csv or .json")
			writes(fs, outputFile, "out", "results")
			fs.BoolVar(
				&o.install, "install", false, "install the Remotion project's packages first if they are missing",
			)
			fs.BoolVar(&o.force, "force", false, "render up-to-date films again")
			fs.BoolVar(&o.whole, "whole", false, "encode the complete film in one run, and reuse no pieces of other films")
			fs.StringVar(&o.format, "format", "", "only this `SHAPE`: 16:9, 9:16 or 1:1")
			fs.StringVar(&o.preset, "preset", "", "how native encodes: "+presetNames()+" (default by the file's name)")
			fs.IntVar(&o.still, "still", -1, "render only this `FRAME`, from 0, as a PNG or JPEG, with Remotion")
			fs.StringVar(&o.clip, "clip", "", "the clip's `NAME`, of Remotion compositions (default: the first)")
			fs.StringVar(&o.title, "title", "", "the title's `TEXT`, of Remotion compositions")
			fs.StringVar(&o.props, "props", "", "more props of a Remotion composition, as `JSON`")
			fs.StringVar(&o.browser, "browser", "", "the browser's `PATH`")
			fs.IntVar(&o.concurrency, "concurrency", 1, "render in `N` tabs of Remotion; 1 is cheapest for clips")
			fs.IntVar(&o.crf, "crf", 18, "quality: lower is better")
			fs.BoolVar(&o.standIns, "allow-stand-ins", false, "render although a clip is a stand-in")
			fs.BoolVar(&o.sandbox, "allow-sandbox", false,
				"render although a clip was made by the sandbox or a server on this machine")
			fs.BoolVar(
				&o.warnings, "allow-warnings", false, "render although HeyGen warned of a clip, such as of a watermark",
			)
			fs.BoolVar(&o.noLabel, "allow-unlabelled", false,
				"render a Remotion composition that does not state to show the label of the manifest")
			fs.BoolVar(&o.frozen, "frozen", false,
				"for CI: refuse every --allow flag, also those of the environment")
			return func(ctx context.Context, e *env, args []string) error {
				o.crfSet, e.cache = fs.Changed("crf"), *shared
				o.checkAlways = o.check && fs.Changed("check")
				if err := e.chooseEngine(*engine); err != nil {
					return err
				}
				if part != "" {
					var err error
					o.shard, err = project.ParseShard(part)
					if err != nil {
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
		const hint = "greenroom render Presenter, or greenroom render --all for the manifest's compositions"
		return fault.New(fault.Usage, hint, "name a composition")
	case len(args) > 0 && o.all:
		return fault.New(fault.Usage, "omit the names or --all", "--all with names")
	case o.out != "" && (len(args) > 1 || o.all):
		return fault.New(fault.Usage, "omit --out, or render one at a time", "--out with several films")
	case o.engine != "" && o.engine != records.Native && o.engine != records.Remotion:
		return fault.New(fault.Usage, "write native or remotion", "unknown renderer %q", o.engine)
	case o.engine == records.Remotion && o.preset != "":
		const hint = "omit --preset: Remotion encodes by the file's name"
		return fault.New(fault.Usage, hint, "--preset with --renderer remotion")
	case o.format != "" && o.format != "16:9" && o.format != "9:16" && o.format != "1:1":
		return fault.New(fault.Usage, "write 16:9, 9:16 or 1:1", "unknown shape %q", o.format)
	case o.still >= 0 && o.engine == records.Native:
		return fault.New(
			fault.Usage, "omit --renderer: Remotion renders single frames", "--still with --renderer native",
		)
	}
	if o.frozen {
		if err := o.final(); err != nil {
			return err
		}
	}
	if o.results != "" {
		return resultsKind(o.results)
	}
	return nil
}

// final refuses flags with which a film could be rendered that must not be delivered.
func (o renderOptions) final() error {
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"allow-stand-ins", o.standIns}, {"allow-sandbox", o.sandbox}, {"allow-warnings", o.warnings},
		{"allow-unlabelled", o.noLabel},
	} {
		if f.set {
			hint := "omit one of them; it may be " + variableOf(f.name) + " or " + variableOf("frozen") + " in the environment"
			return fault.New(fault.Usage, hint, "--frozen with --%s", f.name)
		}
	}
	return nil
}
