package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"greenroom/heygen/webhook"

	"greenroom/internal/fault"
	"greenroom/internal/heap"
	"greenroom/pipeline"
)

func planCommand() command {
	return command{name: "plan", summary: "say what a build would do: route, price and reason; change nothing", usage: "plan [clip...]",
		examples: "greenroom plan\ngreenroom plan intro --json",
		bind: func(*pflag.FlagSet) runFunc {
			return func(ctx context.Context, e *env, args []string) error {
				p, err := e.project(nil)
				if err != nil {
					return err
				}
				defer p.Close()
				plan, err := p.Plan(ctx, args)
				if err != nil {
					return err
				}
				e.remark(p.Account.Assumed())
				for _, w := range p.Warnings() {
					e.say("warning: %s", oneLine(w))
				}
				unchecked, problems := p.LookAhead(ctx, plan)
				problems = errors.Join(p.Letters(ctx, plan), problems)
				if unchecked != "" {
					e.say("avatars, voices, templates and languages were not checked: %s", oneLine(unchecked))
				}
				if e.json {
					return errors.Join(problems, e.printJSON(plan))
				}
				printPlan(e, plan)
				return problems
			}
		}}
}

func printPlan(e *env, plan *pipeline.Plan) { e.planTo(e.Stdout, plan) }

// planTo prints a plan's lines to w and its sum on stderr.
func (e *env) planTo(w io.Writer, plan *pipeline.Plan) {
	wide := 8
	for _, s := range plan.Steps {
		if wide = max(wide, len(s.Route)); s.Voice != nil {
			wide = max(wide, len(s.Voice.Route))
		}
	}
	line := func(a pipeline.Action, name, route string, usd, seconds float64, unknown bool, reason string) {
		price, length := "-", fmt.Sprintf("%5.1f s", seconds)
		switch {
		case a == pipeline.Buy && plan.Sandbox:
			price = "free"
		case a == pipeline.Buy && unknown:
			price = "unknown"
		case usd > 0:
			price = pipeline.Dollars(usd)
		}
		if unknown {
			length = "unknown"
		}
		fmt.Fprintf(w, "%-8s %-20s %-*s %7s  %s  %s\n", a, name, wide, route, price, length, oneLine(reason))
	}
	voices := 0
	for _, s := range plan.Steps {
		if v := s.Voice; v != nil {
			line(v.Action, s.Clip+" (voice)", v.Route, v.Price, v.Seconds, false, v.Reason)
			if v.Action == pipeline.Buy {
				voices++
			}
		}
		if s.Action != pipeline.Draft { // then the picture waits
			reason := s.Reason
			if s.LengthUnknown {
				reason += "; " + s.Unknown()
			}
			line(s.Action, s.Clip, s.Route, s.Price, s.Seconds, s.LengthUnknown, reason)
			printMarks(w, s.Marks)
		}
	}
	n, note := plan.Counts(), planPrice(plan)
	first := ""
	if voices > 0 {
		first = ", " + count(voices, "voice") + " to buy"
	}
	e.say("%s: %d to buy%s, %d up to date; %s", clips(len(plan.Steps)), n[pipeline.Buy], first, n[pipeline.Keep], note)
}

// printMarks prints what is not speech in a clip's words, each with its place.
func printMarks(w io.Writer, marks []pipeline.Mark) {
	for _, m := range marks {
		at := m.Place
		if m.Column != "" {
			at += fmt.Sprintf(" (column %q)", m.Column)
		}
		fmt.Fprintf(w, "%8s %s: %s %s: %s\n", "", oneLine(at), m.Kind, oneLine(m.Text), oneLine(m.Instead))
	}
}

// planPrice is what a build may cost, with what the figure rests on.
func planPrice(plan *pipeline.Plan) string {
	switch {
	case plan.Sandbox:
		return "the sandbox costs nothing"
	case plan.Unbounded():
		return fmt.Sprintf("%s or more: a length is unknown; prices of %s", pipeline.Dollars(plan.Least), plan.Prices)
	case plan.Price == 0:
		return "nothing to pay"
	case plan.Least < plan.Price:
		return fmt.Sprintf("%s to %s, as lengths are estimates; prices of %s", pipeline.Dollars(plan.Least), pipeline.Dollars(plan.Price), plan.Prices)
	}
	return fmt.Sprintf("%s at most, prices of %s", pipeline.Dollars(plan.Price), plan.Prices)
}

// mayCost is the most that a plan costs, in words.
func mayCost(plan *pipeline.Plan) string {
	if plan.Unbounded() {
		return fmt.Sprintf("an unknown amount, %s or more", pipeline.Dollars(plan.Least))
	}
	return "up to " + pipeline.Dollars(plan.Price)
}

func buildCommand() command {
	return command{name: "build", summary: "bring clips up to date and publish them", usage: "build [flags] [clip...]",
		examples: "greenroom build\ngreenroom build intro --max-spend 5 --yes\ngreenroom build --draft\ngreenroom build welcome --shard 1/4 --results out/welcome.csv",
		bind: func(fs *pflag.FlagSet) runFunc {
			var o pipeline.BuildOptions
			var maxSpend float64
			var yes bool
			var hook webhookOptions
			var shard, table, junit string
			keepGoing := true
			fs.StringVar(&hook.listen, "receive", "", "take HeyGen's events on this loopback `ADDRESS` while waiting")
			fs.StringArrayVar(&hook.secrets, "secret", nil, "what --receive verifies them with: env:NAME or file:PATH")
			fs.IntVarP(&o.Jobs, "jobs", "j", 0, "transcode at most `N` clips at once (default: by cores)")
			fs.DurationVar(&o.Wait, "wait", 0, "give up watching paid jobs after `TIME`; they are never lost")
			fs.Float64Var(&maxSpend, "max-spend", -1, "refuse to spend more than `USD` in this run")
			fs.BoolVar(&o.Frozen, "frozen", false, "make nothing, buy nothing: take what the lockfile names, or say what is missing")
			shared := cacheFlags(fs)
			annotations := annotationsFlag(fs)
			fs.StringVar(&junit, "junit", "", "write the outcome of each clip to `FILE` as JUnit XML")
			fs.BoolVar(&o.StandIns, "stand-ins", false, "buy nothing: draw a stand-in for what is not bought")
			fs.BoolVar(&o.Draft, "draft", false, "buy the voices of clips with draft: voice and no picture; draw stand-ins")
			fs.BoolVar(&o.Strict, "strict-spend", false, "never retry or look up a request whose result is unknown; ask the user to resolve it")
			network := networkFlag(fs)
			fs.StringArrayVar(&o.Only, "only", nil, "build only the clips, families or `PATTERN` such as 'welcome-a*'; repeatable")
			fs.StringVar(&shard, "shard", "", "build this machine's part of the clips, `I/N` such as 2/5")
			fs.BoolVar(&keepGoing, "keep-going", true, "go on with the other clips when one fails; false asks for nothing more")
			fs.StringVar(&table, "results", "", "write what came of each clip to `FILE`, .csv or .json")
			writes(fs, outputFile, "junit", "results")
			fs.BoolVar(&o.Refetch, "refetch", false, "download the takes of the named clips again; buy nothing for them")
			fs.BoolVar(&o.Verify, "verify", false, "read every file that is relied on and repair what was changed")
			fs.BoolVarP(&yes, "yes", "y", false, "do not ask before spending")
			return func(ctx context.Context, e *env, args []string) error {
				o.Clips, o.FailFast = args, !keepGoing
				e.networkFolder = *network
				if shard != "" {
					var err error
					if o.Shard, err = pipeline.ParseShard(shard); err != nil {
						return err
					}
				}
				if table != "" {
					if err := resultsKind(table); err != nil {
						return err
					}
				}
				if o.Draft && o.StandIns {
					return fault.New(fault.Usage, "--stand-ins buys nothing; --draft buys voices and draws stand-ins too", "--draft and --stand-ins exclude each other")
				}
				if o.Refetch && (o.Frozen || o.StandIns || o.Draft) {
					return fault.New(fault.Usage, "write `greenroom build --refetch CLIP` alone", "--refetch downloads; --frozen, --stand-ins and --draft do not")
				}
				if fs.Changed("max-spend") {
					if maxSpend < 0 {
						return fault.New(fault.Usage, "give an amount such as --max-spend 5", "--max-spend must not be negative")
					}
					o.MaxSpend = &maxSpend
				}
				if !yes {
					o.Confirm = func(plan *pipeline.Plan) (bool, error) { return confirm(e, plan) }
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

// listen takes events beside a build. Whatever comes, signed or not, only makes the
// build look at its jobs sooner: what it then believes is the job's own record.
func (e *env) listen(ctx context.Context, o webhookOptions) (stop func(), look <-chan struct{}, err error) {
	if err := o.validate(); err != nil {
		return nil, nil, err
	}
	secrets, err := e.webhookSecrets(o.secrets)
	if err != nil {
		return nil, nil, err
	}
	j, unlock, err := openJournal(e.path(filepath.Join(pipeline.StateDir, "webhook.jsonl")))
	if err != nil {
		return nil, nil, err
	}
	l, err := net.Listen("tcp", o.listen)
	if err != nil {
		unlock()
		return nil, nil, fault.Wrap(fault.Failed, err, "choose another port, or 127.0.0.1:0 for a free one", "listen on %s", o.listen)
	}
	c := make(chan struct{}, 1)
	ring := func() {
		select {
		case c <- struct{}{}:
		default: // one is waiting already
		}
	}
	r := webhook.New(j, secrets, func(context.Context, webhook.Event) error { ring(); return nil })
	r.Wake = func(webhook.Hint) { ring() }
	r.Refused = func(status int, reason string) { e.say("refused a delivery (%d): %s", status, oneLine(reason)) }
	serving, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = r.Serve(serving, l) // without events the build polls as ever
	}()
	e.say("receiving events on http://%s", l.Addr())
	return func() {
		cancel()
		<-done
		unlock()
	}, c, nil
}

func confirm(e *env, plan *pipeline.Plan) (bool, error) {
	if !e.terminal {
		return false, fault.New(fault.Usage, "add --yes where nobody can answer", "this build may cost %s and needs a yes", strings.TrimPrefix(mayCost(plan), "up to "))
	}
	w := e.Stdout
	if e.json { // stdout is the answer
		w = e.Stderr
	}
	e.planTo(w, plan)
	return e.ask(fmt.Sprintf("spend %s?", mayCost(plan)))
}

// ask wants a yes from the person at the terminal.
func (e *env) ask(question string) (bool, error) {
	if !e.terminal {
		return false, fault.New(fault.Usage, "add --yes where nobody can answer", "%s needs a yes", strings.TrimSuffix(question, "?"))
	}
	// Without a line end, past the JSON lines: the terminal's user reads it.
	fmt.Fprintf(e.unguarded(), "greenroom: %s [y/N] ", oneLine(question))
	line, err := bufio.NewReader(e.Stdin).ReadString('\n')
	if err != nil && line == "" {
		return false, nil
	}
	a := strings.ToLower(strings.TrimSpace(line))
	return a == "y" || a == "yes", nil
}

// heapBudget is what a build's heap may take, bytes. With the program itself and what
// lies outside of the heap a run of ten thousand clips stays below 150 MiB.
const heapBudget = 72 << 20

func runBuild(ctx context.Context, e *env, o pipeline.BuildOptions, table, junit string) error {
	if len(o.Clips) == 0 && len(o.Only) == 0 && o.Shard.Of == 0 && table == "" && junit == "" && !o.Verify && !o.Refetch {
		if n, ok := pipeline.Fresh(e.options(nil)); ok {
			return finish(e, pipeline.Summary{Clips: n, UpToDate: n})
		}
	}
	if e.Getenv("GOGC") == "" {
		defer heap.Keep(heapBudget)()
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
		e.say("stopped; nothing paid for is lost. Run the same command again to go on")
		return cause
	}
	if err != nil && sum.Took == 0 {
		return err // it ended before it did anything
	}
	return errors.Join(err, finish(e, sum))
}

// finish says what a build did: one line, or JSON.
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
	add(s.StandIns, "%s drawn", count(s.StandIns, "stand-in"))
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

func clips(n int) string { return count(n, "clip") }

// count is "1 clip", "2 clips".
// networkFlag is for the commands that may buy.
func networkFlag(fs *pflag.FlagSet) *bool {
	return fs.Bool("network-folder", false, "buy although the project is on a network file system; no other machine may build it")
}

func count(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}
