package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"greenroom/compose/media"
	"greenroom/internal/fault"
	"greenroom/pipeline"
)

func checkCommand() command {
	return command{name: "check", summary: "prove that clips or files are what they should be", usage: "check [flags] [CLIP|FILE...]",
		examples: "greenroom check\ngreenroom check take.webm --json\ngreenroom check --junit checks.xml --report report",
		bind: func(fs *pflag.FlagSet) runFunc {
			var opaque bool
			var key, junit, report string
			fs.BoolVar(&opaque, "opaque", false, "a file without alpha is meant so")
			fs.StringVar(&key, "key-color", "", "the file is to be keyed on this `COLOR`: auto or #RRGGBB")
			annotations := annotationsFlag(fs)
			fs.StringVar(&junit, "junit", "", "write the verdicts to `FILE` as JUnit XML")
			fs.StringVar(&report, "report", "", "write a contact sheet to `DIR`/index.html")
			return func(ctx context.Context, e *env, args []string) error {
				began := e.Now()
				e.annotations = *annotations
				t, err := media.FindTools(ctx, e.LookPath)
				if err != nil {
					return err
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
				var bad []string
				var all []checked
				unreadable := fault.List(fault.All(err)) // the others are checked nevertheless
				reports := []*media.Report{}
				for _, f := range files {
					want := x
					if f.clip != "" {
						want.CoverageMax, want.Border = 1, "all" // cropped: judged on the master
						want.Transparent, want.KeyColor = f.transparent, ""
						want.Prepared, want.Again = true, f.again
					}
					r, err := media.Check(ctx, t, f.path, want, nil)
					if ctx.Err() != nil {
						return context.Cause(ctx)
					}
					all = append(all, checked{f, r, err})
					if err != nil { // the others are still worth a look
						unreadable = append(unreadable, fault.All(err)...)
						continue
					}
					if f.warning != "" {
						r.Findings = append(r.Findings, media.Finding{Name: "provider", Verdict: media.Warn, Value: "HeyGen warns: " + f.warning, Limit: "no warning",
							Advice: "fix its cause at HeyGen (a plan, credit) and raise the clip's take: to buy it again"})
					}
					reports = append(reports, r)
					if !e.json {
						printReport(e, f.name, r)
					}
					if r.Verdict() == media.Fail {
						bad = append(bad, f.name)
					}
				}
				if e.json {
					if err := e.printJSON(reports); err != nil {
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

type checkFile struct {
	name, path, clip string
	again            string // the advice for a damaged file
	transparent      bool
	warning          string // HeyGen's, of the clip's take
	poster, manifest string // both may be empty
	line             int
}

// toCheck resolves arguments: names of clips, then files; none means all clips. It
// gives the project's name too.
func (e *env) toCheck(_ context.Context, args []string) (out []checkFile, project string, err error) {
	var names []string
	for _, a := range args {
		if strings.ContainsAny(a, "./\\") {
			p := a
			if !filepath.IsAbs(p) {
				p = filepath.Join(e.Dir, p)
			}
			out = append(out, checkFile{name: a, path: p})
			continue
		}
		names = append(names, a)
	}
	if len(args) > 0 && len(names) == 0 {
		return out, "files", nil
	}
	p, err := e.project(nil)
	if err != nil {
		return nil, "", err
	}
	defer p.Close()
	published, err := p.Published(names)
	for _, c := range published {
		out = append(out, checkFile{
			name: c.Clip, path: c.Path, clip: c.Clip, again: c.Again, transparent: c.Transparent, warning: c.Warning,
			poster: c.Poster, manifest: filepath.Base(p.Manifest.Path), line: c.Line,
		})
	}
	return out, p.Manifest.Project, err
}

func printReport(e *env, name string, r *media.Report) {
	fmt.Fprintf(e.Stdout, "%s: %s, %s, %dx%d, %d frames\n", oneLine(name), r.Verdict(), r.Info.VideoCodec, r.Info.Width, r.Info.Height, r.Frames)
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
			not := fs.Bool("not-paid", false, "it is not; the next build may buy it (a lost voice: buy it again)")
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
