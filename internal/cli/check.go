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
)

func checkCommand() command {
	return command{name: "check", summary: "prove that clips or files are what they should be", usage: "check [flags] [CLIP|FILE...]",
		examples: "greenroom check\ngreenroom check take.webm --json",
		bind: func(fs *pflag.FlagSet) runFunc {
			var opaque bool
			var key string
			fs.BoolVar(&opaque, "opaque", false, "a file without alpha is meant so")
			fs.StringVar(&key, "key-color", "", "the file stands on this `#RRGGBB`")
			return func(ctx context.Context, e *env, args []string) error {
				t, err := media.FindTools(ctx, e.LookPath)
				if err != nil {
					return err
				}
				x := media.Expect{Transparent: !opaque, Border: "bottom", KeyColor: strings.ToUpper(key)}
				files, err := e.toCheck(ctx, args)
				if err != nil {
					return err
				}
				var bad []string
				var unreadable fault.List
				reports := []*media.Report{}
				for _, f := range files {
					want := x
					if f.clip != "" {
						want.CoverageMax, want.Border = 1, "all" // cropped: judged on the master
						want.Transparent = f.transparent
						want.Prepared = true
					}
					r, err := media.Check(ctx, t, f.path, want, nil)
					if ctx.Err() != nil {
						return context.Cause(ctx)
					}
					if err != nil { // the others are still worth a look
						unreadable = append(unreadable, fault.All(err)...)
						continue
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
	transparent      bool
}

// toCheck resolves arguments: names of clips, then files; none means all clips.
func (e *env) toCheck(_ context.Context, args []string) ([]checkFile, error) {
	var out []checkFile
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
		return out, nil
	}
	p, err := e.project(nil)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	published, err := p.Published(names)
	for _, c := range published {
		out = append(out, checkFile{name: c.Clip, path: c.Path, clip: c.Clip, transparent: c.Transparent})
	}
	return out, err
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
	return command{name: "resolve", summary: "settle a request whose outcome nobody knows", usage: "resolve CLIP (--paid VIDEO_ID | --not-paid)",
		examples: "greenroom resolve intro --paid 3f9a0c1b2d\ngreenroom resolve intro --not-paid",
		bind: func(fs *pflag.FlagSet) runFunc {
			paid := fs.String("paid", "", "the video is on the account as `VIDEO_ID`")
			not := fs.Bool("not-paid", false, "it is not; the next build may buy it (a lost voice: buy it again)")
			return func(ctx context.Context, e *env, args []string) (err error) {
				switch {
				case len(args) != 1:
					return fault.New(fault.Usage, "`greenroom status` names the parked clips", "name one clip")
				case (*paid == "") == !*not:
					return fault.New(fault.Usage, "look at the account first, then say which", "give either --paid VIDEO_ID or --not-paid")
				}
				p, err := e.project(nil)
				if err != nil {
					return err
				}
				defer func() { err = errors.Join(err, p.Close()) }()
				if err := p.Resolve(ctx, args[0], *paid); err != nil {
					return err
				}
				e.say("%s is settled; run `greenroom build` to go on", args[0])
				return nil
			}
		}}
}
