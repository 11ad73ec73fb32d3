package cli

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"greenroom/internal/fault"
	"greenroom/pipeline"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/project"
)

func buildCommand() command {
	return command{name: "build", summary: "bring clips up to date and publish them", usage: "build [flags] [clip... | PLAN.json]",
		examples: "greenroom build\ngreenroom build intro --max-spend 5 --yes\ngreenroom build --draft\ngreenroom build plan.json\ngreenroom build welcome --shard 1/4 --results out/welcome.csv",
		bind: func(fs *pflag.FlagSet) runFunc {
			var o pipeline.BuildOptions
			var maxSpend float64
			var yes bool
			var hook webhookOptions
			var part, table, junit string
			keepGoing := true
			fs.StringVar(
				&hook.listen, "receive", "", "receive HeyGen's events on this loopback `ADDRESS` while waiting",
			)
			fs.StringArrayVar(&hook.secrets, "secret", nil,
				"the secret that verifies them, with --receive: env:NAME or file:PATH")
			fs.IntVarP(&o.Jobs, "jobs", "j", 0, "transcode at most `N` clips at once (default: by cores)")
			fs.DurationVar(&o.Wait, "wait", 0, "stop waiting for paid jobs after `TIME`; the next build finds them")
			fs.Float64Var(&maxSpend, "max-spend", -1, "refuse to spend more than `USD` in this run")
			fs.BoolVar(&o.Frozen, "frozen", false,
				"make nothing, buy nothing: use what the lockfile names; fail if something is missing")
			shared := cacheFlags(fs)
			engine := engineFlag(fs)
			annotations := annotationsFlag(fs)
			fs.StringVar(&junit, "junit", "", "write the outcome of each clip to `FILE` as JUnit XML")
			fs.BoolVar(
				&o.StandIns, "stand-ins", false, "buy nothing: render a stand-in for every clip that is not bought",
			)
			fs.BoolVar(
				&o.Draft, "draft", false, "buy the voices of clips with draft: voice and no picture; render stand-ins",
			)
			fs.BoolVar(&o.Strict, "strict-spend", false,
				"never retry or look up a request whose result is unknown; ask the user to resolve it")
			network := networkFlag(fs)
			fs.StringArrayVar(
				&o.Only, "only", nil, "build only the clips, families or `PATTERN` such as 'welcome-a*'; repeatable",
			)
			fs.StringVar(&part, "shard", "", "build one part of the clips on this machine, `I/N` such as 2/5")
			fs.BoolVar(
				&keepGoing, "keep-going", true, "go on with the other clips when one fails; false submits nothing more",
			)
			fs.StringVar(&table, "results", "", "write the result of each clip to `FILE`, .csv or .json")
			writes(fs, outputFile, "junit", "results")
			fs.BoolVar(
				&o.Refetch, "refetch", false, "download the takes of the named clips again; buy nothing for them",
			)
			fs.BoolVar(&o.Verify, "verify", false, "read every file that the build uses and repair changed ones")
			fs.BoolVarP(&yes, "yes", "y", false, "do not ask before spending")
			return func(ctx context.Context, e *env, args []string) error {
				o.Clips, o.FailFast = args, !keepGoing
				e.networkFolder = *network
				if err := e.chooseEngine(*engine); err != nil {
					return err
				}
				if part != "" {
					var err error
					if o.Shard, err = project.ParseShard(part); err != nil {
						return err
					}
				}
				if table != "" {
					if err := resultsKind(table); err != nil {
						return err
					}
				}
				if len(args) == 1 && isPlanFile(args[0]) {
					if err := e.readPlan(fs, args[0], &o); err != nil {
						return err
					}
					yes = true // the plan was reviewed
				}
				if o.Draft && o.StandIns {
					return fault.New(fault.Usage,
						"--stand-ins buys nothing; --draft buys voices and renders stand-ins too",
						"--draft and --stand-ins exclude each other")
				}
				if o.Refetch && (o.Frozen || o.StandIns || o.Draft) {
					return fault.New(fault.Usage, "write `greenroom build --refetch CLIP` alone",
						"--refetch downloads; --frozen, --stand-ins and --draft do not")
				}
				if fs.Changed("max-spend") {
					if maxSpend < 0 {
						return fault.New(
							fault.Usage, "give an amount such as --max-spend 5", "--max-spend must not be negative",
						)
					}
					o.MaxSpend = &maxSpend
				}
				if !yes {
					o.Confirm = func(plan *planning.Plan) (bool, error) { return confirm(e, plan) }
				}
				if hook.listen != "" {
					stop, look, err := e.listen(ctx, hook)
					if err != nil {
						return err
					}
					defer stop()
					o.Look = look
				}
				e.cache, e.annotations = *shared, *annotations
				return runBuild(ctx, e, o, table, junit)
			}
		}}
}

// gcPercent is the collector's percentage in a build. A build of 10,000 rows has 153 to 161 MB at its peak with it, and
// 188 MB with the runtime's default of 100, at the same processor time (`-bench Rows` in internal/e2e/bench on 2026-11-30).
const gcPercent = 50

func runBuild(ctx context.Context, e *env, o pipeline.BuildOptions, table, junit string) error {
	if len(o.Clips) == 0 && len(o.Only) == 0 && o.Shard.Of == 0 && table == "" && junit == "" && !o.Verify &&
		!o.Refetch && o.Exactly == nil {
		if n, ok := pipeline.Unchanged(e.options(nil)); ok {
			return finish(e, pipeline.Summary{Clips: n, UpToDate: n})
		}
	}
	if e.Getenv("GOGC") == "" {
		defer debug.SetGCPercent(debug.SetGCPercent(gcPercent))
	}
	out := newPrinter(e)
	p, err := e.project(out.event)
	if err != nil {
		return err
	}
	sum, err := p.Build(ctx, o)
	err = errors.Join(err, e.reportBuild(ctx, p, o, err, junit), p.Close())
	out.close()
	if table != "" {
		err = errors.Join(err, writeResults(e.path(table), sum.Results))
	}
	if cause := context.Cause(ctx); cause != nil {
		e.say("stopped; no paid job is lost. Run the same command again to go on")
		return cause
	}
	if err != nil && sum.Took == 0 {
		return err // nothing was done
	}
	return errors.Join(err, finish(e, sum))
}

// finish prints what a build did: one line, or JSON.
func finish(e *env, sum pipeline.Summary) error {
	if e.json {
		return e.printJSON(sum)
	}
	e.say("%s", summary(sum))
	return nil
}

// summary is the one line at the end.
func summary(s pipeline.Summary) string {
	if s.UpToDate == s.Clips && s.Failed == 0 && s.Shared+s.Restored == 0 {
		return fmt.Sprintf("%s: everything is up to date", clips(s.Clips))
	}
	parts := []string{}
	add := func(n int, format string, args ...any) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	add(s.Voices, "%s bought", count(s.Voices, "voice"))
	add(s.Bought, "%d bought", s.Bought)
	add(s.Fetched, "%d downloaded (%.1f MB)", s.Fetched, float64(s.Bytes)/1e6)
	add(s.Restored, "%s from the cache", count(s.Restored, "file"))
	add(s.Prepared, "%d transcoded", s.Prepared)
	add(s.StandIns, "%s rendered", count(s.StandIns, "stand-in"))
	add(s.Waiting, "%d not done yet", s.Waiting)
	add(s.Shared, "%s sent to the cache", count(s.Shared, "file"))
	add(s.UpToDate, "%d up to date", s.UpToDate)
	add(s.Failed, "%d failed", s.Failed)
	switch {
	case !s.Published:
		parts = append(parts, "not published")
	case len(parts) == 0:
		parts = append(parts, "published")
	}
	return fmt.Sprintf("%s: %s in %s", clips(s.Clips), strings.Join(parts, ", "), s.Took.Round(100*time.Millisecond))
}
