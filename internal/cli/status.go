package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"greenroom/internal/fault"
	"greenroom/pipeline"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/request"
)

func statusCommand() command {
	return command{name: "status", summary: "show every clip and what may have cost money",
		usage:    "status [flags] [clip...]",
		examples: "greenroom status\ngreenroom status --check\ngreenroom status --why intro\ngreenroom status --spend",
		bind: func(fs *pflag.FlagSet) runFunc {
			check := fs.Bool("check", false, "exit 10 when something is not up to date")
			why := fs.String("why", "", "print everything that is known about `CLIP`")
			spend := fs.Bool("spend", false, "print every recorded purchase, by run")
			return func(ctx context.Context, e *env, args []string) error {
				p, err := e.project(nil)
				if err != nil {
					return err
				}
				defer p.Close()
				if *check {
					p.Account.Offline() // the answer is on this disk: no key, no request
				}
				if *spend {
					return e.spending(ctx, p)
				}
				if *why != "" {
					args = []string{*why}
				}
				plan, err := p.Plan(ctx, args)
				if err != nil {
					return err
				}
				e.remark(p.Account.Assumed())
				switch {
				case e.json && *why != "":
					err = e.whyJSON(p, plan, *why)
				case e.json:
					err = e.printJSON(plan)
				case *why != "":
					e.why(p, plan, *why)
				default:
					wide := 8
					for _, s := range plan.Steps {
						wide = max(wide, len(s.Route))
					}
					for _, s := range plan.Steps {
						reason := s.Reason
						if s.Warning != "" {
							reason += "; HeyGen warns: " + s.Warning
						}
						fmt.Fprintf(
							e.Stdout, "%s %-20s %-*s %s\n", mark(s.Action), s.Clip, wide, s.Route, oneLine(reason),
						)
					}
				}
				if err != nil {
					return err
				}
				if *check && !plan.UpToDate() {
					return fault.New(fault.Stale, "run `greenroom build`", "%d of %d clips are not up to date",
						len(plan.Steps)-plan.Counts()[planning.Keep], len(plan.Steps))
				}
				return e.ownedFiles(p, *check)
			}
		}}
}

// ownedFiles reports greenroom's own files in the Remotion project that a build would write; with check that is exit
// 10.
func (e *env) ownedFiles(p *pipeline.Project, check bool) error {
	c, err := p.Publisher.OwnedFiles()
	if err != nil || c == nil || len(c.Outdated()) == 0 {
		return err
	}
	var list []string
	for _, f := range c.Outdated() {
		list = append(list, fmt.Sprintf("%s (%s)", f.Name, f.State))
	}
	const text = "greenroom's own files are from another version: "
	if check {
		return fault.New(fault.Stale, "run `greenroom build`, or `greenroom init --update`", text+"%s",
			strings.Join(list, ", "))
	}
	e.say(text+"%s; `greenroom build` writes them", strings.Join(list, ", "))
	return nil
}

func mark(a planning.Action) string {
	switch a {
	case planning.Keep:
		return "●"
	case planning.Blocked:
		return "✕"
	}
	return "○"
}

func (e *env) why(p *pipeline.Project, plan *planning.Plan, clip string) {
	for _, s := range plan.Steps {
		if s.Clip != clip {
			continue
		}
		for _, l := range p.Facts(s) {
			fmt.Fprintf(e.Stdout, "%-15s %s\n", l[0], oneLine(l[1]))
		}
	}
}

// whyReport is the answer of `status --why`.
type whyReport struct {
	Clip  planning.Step `json:"clip"`
	Facts []fact        `json:"facts"` // what the text form prints, in its order
}

type fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func (e *env) whyJSON(p *pipeline.Project, plan *planning.Plan, clip string) error {
	for _, s := range plan.Steps {
		if s.Clip != clip {
			continue
		}
		r := whyReport{Clip: s}
		for _, l := range p.Facts(s) {
			r.Facts = append(r.Facts, fact{l[0], oneLine(l[1])})
		}
		return e.printJSON(r)
	}
	return fault.New(fault.Usage, "`greenroom status` lists the clips", "no clip %q", clip)
}

// spending prints every recorded purchase, by run.
func (e *env) spending(ctx context.Context, p *pipeline.Project) error {
	s, err := p.Spending(ctx)
	if err != nil {
		return err
	}
	if e.json {
		return e.printJSON(s)
	}
	n := 0
	for _, r := range s.Runs {
		began := ""
		if !r.Began.IsZero() {
			began = r.Began.Format("2006-01-02 15:04")
		}
		fmt.Fprintf(e.Stdout, "%s  run %s: %d bought, %d failed, %d open, %s at most\n", began, r.Run, r.Bought,
			r.Failed,
			r.Open, request.Dollars(r.Price))
		for _, b := range r.Purchases {
			n++
			fmt.Fprintf(e.Stdout, "  %-20s %-12s %-9s %7s  %s\n", b.Clip, b.Route, b.State, request.Dollars(b.Price),
				oneLine(b.VideoID))
		}
	}
	e.say("%s in %s, %s at most; %d not finished", count(n, "purchase"), count(len(s.Runs), "run"),
		request.Dollars(s.Total), s.Open)
	return nil
}
