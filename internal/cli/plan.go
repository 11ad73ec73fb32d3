package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/pflag"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/preflight"
	"greenroom/pipeline/request"
)

func planCommand() command {
	return command{name: "plan", summary: "show what a build would do: route, price and reason; change nothing",
		usage:    "plan [flags] [clip...]",
		examples: "greenroom plan\ngreenroom plan intro --json\ngreenroom plan -o plan.json",
		bind: func(fs *pflag.FlagSet) runFunc {
			var out string
			fs.StringVarP(&out, "output", "o", "", "also write the plan to `FILE`, for `greenroom build FILE`")
			writes(fs, outputFile, "output")
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
				unchecked, problems := p.Preflight.LookAhead(ctx, plan)
				problems = errors.Join(preflight.Letters(ctx, p.Manifest, plan), problems)
				if unchecked != "" {
					e.say("avatars, voices, templates and languages were not checked: %s", oneLine(unchecked))
				}
				if out != "" && problems == nil {
					problems = e.savePlan(out, p.Manifest.Project, args, plan)
				}
				if e.json {
					return errors.Join(problems, e.printJSON(plan))
				}
				printPlan(e, plan)
				return problems
			}
		}}
}

// savePlan writes a plan to be carried out later.
func (e *env) savePlan(file, project string, clips []string, plan *planning.Plan) error {
	b, err := planning.Save(project, clips, plan)
	if err != nil {
		return err
	}
	if _, err := atomicfile.WriteBytes(e.path(file), 0o644, b); err != nil {
		return fault.Wrap(fault.Failed, err, "name a file that can be written", "save the plan")
	}
	e.say("saved as %s: `greenroom build %s` does just this", file, file)
	return nil
}

func printPlan(e *env, plan *planning.Plan) { e.planTo(e.Stdout, plan) }

// planTo prints a plan's lines to w and its sum on stderr.
func (e *env) planTo(w io.Writer, plan *planning.Plan) {
	wide := 8
	for _, s := range plan.Steps {
		wide = max(wide, len(s.Route))
		if s.Voice != nil {
			wide = max(wide, len(s.Voice.Route))
		}
	}
	line := func(a planning.Action, name, route string, usd, seconds float64, unknown bool, reason string) {
		price, length := "-", fmt.Sprintf("%5.1f s", seconds)
		switch {
		case a == planning.Buy && plan.Sandbox:
			price = "free"
		case a == planning.Buy && unknown:
			price = "unknown"
		case usd > 0:
			price = request.Dollars(usd)
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
			if v.Action == planning.Buy {
				voices++
			}
		}
		if s.Action != planning.Draft { // the voice comes first
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
	e.say("%s: %d to buy%s, %d up to date; %s", clips(len(plan.Steps)), n[planning.Buy], first, n[planning.Keep], note)
}

// printMarks prints the parts of a clip's script that are not spoken, each with its place.
func printMarks(w io.Writer, marks []planning.Mark) {
	for _, m := range marks {
		at := m.Place
		if m.Column != "" {
			at += fmt.Sprintf(" (column %q)", m.Column)
		}
		fmt.Fprintf(w, "%8s %s: %s %s: %s\n", "", oneLine(at), m.Kind, oneLine(m.Text), oneLine(m.Instead))
	}
}

// planPrice returns what a build may cost, with the date of the prices.
func planPrice(plan *planning.Plan) string {
	switch {
	case plan.Sandbox:
		return "the sandbox costs nothing"
	case plan.Unbounded():
		return fmt.Sprintf("%s or more: a length is unknown; prices of %s", request.Dollars(plan.Least), plan.Prices)
	case plan.Price == 0:
		return "nothing to pay"
	case plan.Least < plan.Price:
		return fmt.Sprintf("%s to %s, as lengths are estimates; prices of %s", request.Dollars(plan.Least),
			request.Dollars(plan.Price), plan.Prices)
	}
	return fmt.Sprintf("%s at most, prices of %s", request.Dollars(plan.Price), plan.Prices)
}

// mayCost is the most that a plan costs, in words.
func mayCost(plan *planning.Plan) string {
	if plan.Unbounded() {
		return fmt.Sprintf("an unknown amount, %s or more", request.Dollars(plan.Least))
	}
	return "up to " + request.Dollars(plan.Price)
}
