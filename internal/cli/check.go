package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"greenroom/compose/media"
	"greenroom/internal/fault"
	"greenroom/pipeline"
)

func checkCommand() command {
	return command{name: "check", summary: "check that clips or files meet their requirements", usage: "check [flags] [CLIP|FILE...]",
		examples: "greenroom check\ngreenroom check take.webm --json\ngreenroom check --junit checks.xml --report report",
		bind: func(fs *pflag.FlagSet) runFunc {
			var opaque bool
			var key, junit, report string
			fs.BoolVar(&opaque, "opaque", false, "accept a file without alpha")
			fs.StringVar(&key, "key-color", "", "check that the file can be keyed on this `COLOR`: auto or #RRGGBB")
			annotations := annotationsFlag(fs)
			fs.StringVar(&junit, "junit", "", "write the verdicts to `FILE` as JUnit XML")
			fs.StringVar(&report, "report", "", "write a contact sheet to `DIR`/index.html")
			writes(fs, outputFile, "junit")
			writes(fs, outputFolder, "report")
			return func(ctx context.Context, e *env, args []string) error {
				began := e.Now()
				e.annotations = *annotations
				t, err := media.FindTools(ctx, e.LookPath)
				if err != nil {
					return err
				}
				if len(key) == 6 && strings.Trim(key, "0123456789abcdefABCDEF") == "" {
					key = "#" + key // to a shell, # begins a comment
				}
				x := media.Expect{Transparent: !opaque, Border: "bottom", KeyColor: strings.ToUpper(key)}
				if strings.EqualFold(key, media.KeyAuto) {
					x.KeyColor = media.KeyAuto
				} else if key != "" {
					if err := media.CanKey(key); err != nil {
						return fault.Wrap(fault.Usage, err, "write auto, or a green, blue or magenta such as #00FF00", "--key-color")
					}
				}
				files, project, err := e.toCheck(ctx, args)
				if err != nil && len(files) == 0 {
					return err
				}
				pictures := ""
				if report != "" {
					dir, failed := os.MkdirTemp("", "greenroom-check-")
					if failed != nil {
						return fault.Wrap(fault.Failed, failed, "make the folder of temporary files writable", "make a folder for pictures")
					}
					defer os.RemoveAll(dir)
					pictures = dir
				}
				var bad []string
				var all []checked
				unreadable := fault.List(fault.All(err)) // the others are checked nevertheless
				for _, f := range files {
					c := e.checkOne(ctx, t, f, x, pictures)
					if ctx.Err() != nil {
						return context.Cause(ctx)
					}
					all = append(all, c)
					if c.err != nil {
						unreadable = append(unreadable, fault.All(c.err)...)
						continue
					}
					if !e.json {
						printReport(e, f.name, c.report)
					}
					if c.report.Verdict() == media.Fail {
						bad = append(bad, f.name)
					}
				}
				if e.json {
					if err := e.printJSON(checkJSON(all)); err != nil {
						return err
					}
				}
				var written error
				if report != "" {
					written = e.writeReport(report, project, all)
				}
				list := make([]outcome, 0, len(all))
				for _, c := range all {
					list = append(list, c.outcome())
				}
				if junit != "" {
					written = errors.Join(written, e.writeJUnit(junit, "check", list, e.Now().Sub(began).Seconds()))
				}
				if err := errors.Join(written, e.writeStepSummary("check", project, list)); err != nil {
					unreadable = append(unreadable, fault.All(err)...)
				}
				if len(bad) > 0 {
					unreadable = append(unreadable, fault.New(fault.Media, "", "%s failed", strings.Join(bad, ", ")))
				}
				if len(unreadable) > 0 {
					return unreadable.Or()
				}
				e.say("%d checked, none failed", len(files))
				return nil
			}
		}}
}

func printReport(e *env, name string, r *media.Report) {
	fmt.Fprintf(e.Stdout, "%s: %s, %s\n", oneLine(name), r.Verdict(), oneLine(factsOf(r)))
	for _, f := range r.Findings {
		if f.Verdict == media.OK && !e.verbose {
			continue
		}
		fmt.Fprintf(e.Stdout, "  %-4s %-16s %s (limit %s)\n", f.Verdict, f.Name, oneLine(f.Value), f.Limit)
		if f.Advice != "" {
			fmt.Fprintf(e.Stdout, "       %s\n", f.Advice)
		}
	}
}

func resolveCommand() command {
	return command{name: "resolve", summary: "resolve a paid request whose result is unknown", usage: "resolve [flags] CLIP (--paid VIDEO_ID | --not-paid)",
		examples: "greenroom resolve intro --paid 3f9a0c1b2d\ngreenroom resolve intro --not-paid",
		bind: func(fs *pflag.FlagSet) runFunc {
			paid := fs.String("paid", "", "the video is on the account as `VIDEO_ID`")
			not := fs.Bool("not-paid", false, "the video is not on the account; the next build may buy it (a lost voice: buy it again)")
			unverified := fs.Bool("unverified", false, "record the answer although the account cannot confirm it")
			return func(ctx context.Context, e *env, args []string) (err error) {
				switch {
				case len(args) != 1:
					return fault.New(fault.Usage, "`greenroom status` names the clips to resolve", "name one clip")
				case (*paid == "") == !*not:
					return fault.New(fault.Usage, "check the account first: `greenroom videos`", "give either --paid VIDEO_ID or --not-paid")
				}
				p, err := e.project(nil)
				if err != nil {
					return err
				}
				defer func() { err = errors.Join(err, p.Close()) }()
				if err := p.Resolve(ctx, args[0], pipeline.Answer{VideoID: *paid, Unverified: *unverified}); err != nil {
					return err
				}
				e.say("%s is resolved; run `greenroom build` to go on", args[0])
				return nil
			}
		}}
}
