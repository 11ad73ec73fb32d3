package watch

import (
	"context"
	"slices"
	"strings"

	"greenroom/pipeline"
	"greenroom/pipeline/event"
	"greenroom/pipeline/planning"
)

// readClips reads every clip's state after a run.
func (s *Session) readClips(ctx context.Context, p *pipeline.Project, in inputs, failed error) {
	plan, err := p.Plan(ctx, nil)
	if err != nil {
		s.change(func(st *State) { st.Faults = faultsOf(err) })
		return
	}
	p.WarmPresenters(ctx, plan.Steps)
	bad := map[string]string{}
	var rest []Fault
	for _, f := range faultsOf(failed) {
		if f.Clip != "" && bad[f.Clip] == "" {
			bad[f.Clip] = f.Message
		} else if f.Clip == "" {
			rest = append(rest, f)
		}
	}
	var clips []Clip
	for _, step := range prices(plan.Steps, planning.Step.PaidBy) {
		c := clipOf(step, p.Shown(step.Clip), p.Facts(step), plan.Sandbox)
		if m := bad[c.Name]; m != "" {
			c.Line = m
			if c.State != Waiting { // what is paid for is fetched again without an order
				c.State = Broken
			}
		}
		if file := in.growing[c.Name]; file != "" {
			c.Line, c.Buyable, c.Next = file+" is still being written", false, ""
			if c.Src == "" {
				c.State = Unmade
			}
		}
		clips = append(clips, c)
	}
	rest = append(rest, s.filmFaults...)
	s.change(func(st *State) {
		keepSince(st.Clips, clips, s.o.Project.Now())
		st.Project, st.Sandbox, st.Clips, st.Faults = p.Manifest.Project, plan.Sandbox, clips, rest
		st.Offer, st.ToBuy, st.Price = offer(clips)
	})
}

// event writes the log and shows work as it goes.
func (s *Session) event(e event.Event) {
	s.change(func(st *State) {
		i := slices.IndexFunc(st.Clips, func(c Clip) bool { return c.Name == e.Clip })
		if i >= 0 {
			clips := slices.Clone(st.Clips)
			switch e.State {
			case event.Started, event.Progress:
				if e.Stage != "wait" {
					if clips[i].State != Working {
						clips[i].Since = e.Time
					}
					clips[i].State = Working
				}
				clips[i].Line = strings.TrimSpace(e.Stage + " " + e.Message)
				clips[i].Progress = e.Frac
				if e.Total > 0 {
					clips[i].Progress = float64(e.Done) / float64(e.Total)
				}
			}
			st.Clips = clips
		}
		if e.State == event.Done || e.State == event.Failed || e.State == event.Warned {
			st.Log = append(st.Log, LogLine{
				e.Time, e.Clip, strings.TrimSpace(e.Stage + " " + e.State + " " + e.Message),
			})
			st.Log = slices.Clone(st.Log[max(0, len(st.Log)-keptLog):])
		}
	})
}
