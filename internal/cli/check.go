package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"greenroom/compose/media"
	"greenroom/internal/cli/ci"
	"greenroom/internal/fault"
	"greenroom/pipeline/project"
)

// checkOptions are the flags of `greenroom check`.
type checkOptions struct {
	opaque             bool
	key, junit, report string
}

func checkCommand() command {
	return command{name: "check", summary: "check that clips, films or files meet their requirements",
		usage: "check [flags] [CLIP|FILM|FILE...]",
		examples: "greenroom check\ngreenroom check tour\ngreenroom check take.webm --json\n" +
			"greenroom check --junit checks.xml --report report",
		bind: func(fs *pflag.FlagSet) runFunc {
			var o checkOptions
			fs.BoolVar(&o.opaque, "opaque", false, "accept a file without alpha")
			fs.StringVar(&o.key, "key-color", "", "check that the file can be keyed on this `COLOR`: auto or #RRGGBB")
			annotations := annotationsFlag(fs)
			fs.StringVar(&o.junit, "junit", "", "write the verdicts to `FILE` as JUnit XML")
			fs.StringVar(&o.report, "report", "", "write a page with pictures, sound and figures to `DIR`/index.html")
			writes(fs, outputFile, "junit")
			writes(fs, outputFolder, "report")
			return func(ctx context.Context, e *env, args []string) error {
				e.annotations = *annotations
				return e.check(ctx, o, args)
			}
		}}
}

// keyColor returns the colour to key on as media expects it: "", auto or #RRGGBB.
func keyColor(flag string) (string, error) {
	if len(flag) == 6 && strings.Trim(flag, "0123456789abcdefABCDEF") == "" {
		flag = "#" + flag // to a shell, # begins a comment
	}
	switch {
	case flag == "":
		return "", nil
	case strings.EqualFold(flag, media.KeyAuto):
		return media.KeyAuto, nil
	}
	if err := media.CanKey(flag); err != nil {
		return "", fault.Wrap(
			fault.Usage, err, "write auto, or a green, blue or magenta such as #00FF00", "--key-color",
		)
	}
	return strings.ToUpper(flag), nil
}

func (e *env) check(ctx context.Context, o checkOptions, args []string) error {
	began := e.Now()
	tools, err := project.Finder(e.Getenv, e.LookPath).Find(ctx)
	if err != nil {
		return err
	}
	want := media.Expect{Transparent: !o.opaque, Limits: media.Limits{Border: "bottom"}}
	want.KeyColor, err = keyColor(o.key)
	if err != nil {
		return err
	}
	list, err := e.toCheck(ctx, tools, args)
	if err != nil && len(list.files) == 0 {
		return err
	}
	pictures := ""
	if o.report != "" {
		pictures, err = os.MkdirTemp("", "greenroom-check-")
		if err != nil {
			return fault.Wrap(
				fault.Failed, err, "make the folder of temporary files writable", "make a folder for pictures",
			)
		}
		defer os.RemoveAll(pictures)
	}
	faults := fault.List(fault.All(err)) // the other files are checked all the same
	var all []checked
	for _, f := range list.files {
		c := e.checkOne(ctx, tools, f, want, list.checks, pictures)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		all = append(all, c)
		if c.err != nil {
			faults = append(faults, fault.All(c.err)...)
		} else if !e.json {
			e.printVerdict(f.name, c.report)
		}
	}
	if e.json {
		if err := e.printJSON(checkJSON(all)); err != nil {
			return err
		}
	}
	if err := e.writeChecks(o, list, all, e.Now().Sub(began)); err != nil {
		faults = append(faults, fault.All(err)...)
	}
	if failed := failedNames(all); len(failed) > 0 {
		faults = append(faults, fault.New(fault.Media, "", "%s failed", strings.Join(failed, ", ")))
	}
	if len(faults) > 0 {
		return faults.Or()
	}
	e.say("%d checked, none failed", len(list.files))
	return nil
}

// failedNames lists the files that were read and failed a check.
func failedNames(all []checked) (names []string) {
	for _, c := range all {
		if c.err == nil && c.report.Verdict() == media.Fail {
			names = append(names, c.file.name)
		}
	}
	return names
}

// writeChecks writes the reports that the flags and the CI system ask for.
func (e *env) writeChecks(o checkOptions, what toCheck, all []checked, took time.Duration) error {
	list := make([]ci.Outcome, 0, len(all))
	for _, c := range all {
		list = append(list, c.outcome())
	}
	var err error
	if o.report != "" {
		run := ci.Run{Project: what.project, Version: e.Version, Time: e.Now(), Brand: what.checks.Limits.Brand}
		err = ci.WriteReport(e.path(o.report), run, list)
	}
	return errors.Join(err, e.writeReports(o.junit, ci.Run{Command: "check", Project: what.project, Seconds: took.Seconds()},
		list))
}

// printVerdict prints a file's verdict, and the findings that are not ok; all of them with --verbose.
func (e *env) printVerdict(name string, r *media.Report) {
	fmt.Fprintf(e.Stdout, "%s: %s, %s\n", oneLine(name), r.Verdict(), oneLine(r.Facts()))
	for _, f := range r.Findings {
		if f.Name == provenance {
			fmt.Fprintf(e.Stdout, "  info %-16s %s\n", f.Name, oneLine(f.Value))
			continue
		}
		if f.Verdict == media.OK && !e.verbose {
			continue
		}
		fmt.Fprintf(e.Stdout, "  %s\n", findingLine(f))
		if f.Advice != "" {
			fmt.Fprintf(e.Stdout, "       %s\n", f.Advice)
		}
	}
}
