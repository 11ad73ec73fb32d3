package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"greenroom/compose/exchange"
	"greenroom/internal/fault"
	"greenroom/pipeline"
	"greenroom/pipeline/films"
	"greenroom/pipeline/films/export"
)

// exportOptions are the flags of `greenroom export`.
type exportOptions struct {
	to, media, out, format      string
	strict, force               bool
	standIns, sandbox, warnings bool
}

// exportFolder is where projects are written without --out.
const exportFolder = "out/export"

func exportCommand() command {
	return command{name: "export", usage: "export [flags] COMPOSITION... --to FORMAT",
		summary: "write films as projects of an editor, with their files",
		examples: strings.Join([]string{
			"greenroom export tour --to fcpxml",
			"greenroom export tour --to mlt --media link -o out/tour-mlt",
			"greenroom export tour --to edl --strict",
		}, "\n"),
		bind: func(fs *pflag.FlagSet) runFunc {
			var o exportOptions
			fs.StringVar(&o.to, "to", "", "the `FORMAT` of the project: "+strings.Join(exportFormats(), ", "))
			fs.StringVar(&o.media, "media", export.Copy,
				"`WAY` of placing the files next to the project: copy, or link to the project's store")
			fs.StringVarP(&o.out, "out", "o", "",
				"the `FOLDER` of the project and its files (default "+exportFolder+")")
			writes(fs, outputFolder, "out")
			fs.StringVar(&o.format, "format", "", "only films of this `SHAPE`: 16:9, 9:16 or 1:1")
			fs.BoolVar(&o.strict, "strict", false, "fail if the project would look or sound different from the film")
			fs.BoolVar(&o.force, "force", false, "replace a project that another program has changed")
			fs.BoolVar(&o.standIns, "allow-stand-ins", false, "export although a clip is a stand-in")
			fs.BoolVar(&o.sandbox, "allow-sandbox", false,
				"export although a clip was made by the sandbox or a server on this machine")
			fs.BoolVar(
				&o.warnings, "allow-warnings", false, "export although HeyGen warned of a clip, such as of a watermark",
			)
			return func(ctx context.Context, e *env, args []string) error {
				if err := o.validate(args); err != nil {
					return err
				}
				return runExport(ctx, e, o, args)
			}
		}}
}

func exportFormats() (names []string) {
	for _, f := range exchange.Formats {
		names = append(names, f.Name)
	}
	return names
}

func (o exportOptions) validate(args []string) error {
	all := strings.Join(exportFormats(), ", ")
	switch {
	case len(args) == 0:
		return fault.New(fault.Usage, "greenroom export tour --to fcpxml", "name a composition of the manifest")
	case o.to == "":
		return fault.New(fault.Usage, "formats: "+all, "name a format with --to")
	case exchange.Named(o.to) == nil:
		hint := "formats: " + all
		if near := fault.Nearest(o.to, exportFormats()); near != "" {
			hint = fmt.Sprintf("did you mean %q? Formats: %s", near, all)
		}
		return fault.New(fault.Usage, hint, "unknown format %q", o.to)
	case o.media != export.Copy && o.media != export.Link:
		return fault.New(fault.Usage, "write copy or link", "unknown --media %q", o.media)
	case o.format != "" && o.format != "16:9" && o.format != "9:16" && o.format != "1:1":
		return fault.New(fault.Usage, "write 16:9, 9:16 or 1:1", "unknown shape %q", o.format)
	}
	return nil
}

func runExport(ctx context.Context, e *env, o exportOptions, names []string) (err error) {
	out := newPrinter(e)
	defer out.close()
	opened := e.options(out.event)
	opened.AllowSandbox = o.sandbox
	p, err := pipeline.Open(opened)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	p.Account.Offline() // films show what is published
	e.warnOfDrawn(p)
	set, err := p.Films().Choose(names, films.Options{
		AllowStandIns: o.standIns, AllowWarnings: o.warnings, Format: o.format,
	})
	if err != nil {
		return err
	}
	x, err := p.Exporter(ctx)
	if err != nil {
		return err
	}
	x.Format, x.Media, x.Strict, x.Force = exchange.Named(o.to), o.media, o.strict, o.force
	x.Dir = filepath.Join(p.Dir(), filepath.FromSlash(exportFolder))
	if o.out != "" {
		x.Dir = e.path(o.out)
	}
	var failed []error
	err = set.Each(ctx, func(f films.Film, wrong error) error {
		if wrong == nil {
			var res export.Result
			res, wrong = x.Film(ctx, f)
			if wrong == nil {
				return printExport(e, res)
			}
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		failed = append(failed, wrong)
		return nil
	})
	return errors.Join(append(failed, err)...)
}

// printExport prints the project's file and what it does not have.
func printExport(e *env, r export.Result) error {
	if e.json {
		return e.printJSON(r)
	}
	if _, err := fmt.Fprintln(e.Stdout, r.Path); err != nil {
		return err
	}
	for _, l := range r.Losses {
		verdict := "drawn"
		if l.Differs {
			verdict = "lost"
		}
		if _, err := fmt.Fprintf(e.Stdout, "  %-5s  %s: %s: %s\n", verdict, l.Of, l.What, l.Instead); err != nil {
			return err
		}
	}
	const format = "%s: %s, %d frames at %.6g fps, %s; %d lost, %d drawn"
	e.say(format, r.Film, r.Format, r.Frames, r.FPS, count(len(r.Media), "file"), r.Differs(), len(r.Losses)-r.Differs())
	return nil
}
