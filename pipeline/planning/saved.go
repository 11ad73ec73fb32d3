package planning

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"greenroom/internal/fault"
	"greenroom/internal/outside"
)

// savedVersion is that of the file's form.
const savedVersion = 1

// Saved is a plan that was reviewed and is carried out later: `greenroom plan -o FILE`, then `greenroom build FILE`.
type Saved struct {
	Version int      `json:"version"`
	Project string   `json:"project"`
	Clips   []string `json:"only,omitempty"` // the clips that were named; empty for all
	Plan    *Plan    `json:"plan"`
}

// Save returns the file of a plan.
func Save(project string, clips []string, p *Plan) ([]byte, error) {
	b, err := json.MarshalIndent(Saved{savedVersion, project, clips, p}, "", "  ")
	return append(b, '\n'), err
}

// ReadSaved reads the file of a plan; name is for messages.
func ReadSaved(name string, b []byte) (*Saved, error) {
	const hint = "write it with `greenroom plan -o FILE`"
	var s Saved
	if err := json.Unmarshal(b, &s); err != nil || s.Plan == nil {
		return nil, fault.New(fault.Usage, hint, "%s is not a saved plan", outside.Text(name))
	}
	if s.Version != savedVersion {
		return nil, fault.New(fault.Usage, hint, "%s is a plan of another version of greenroom", outside.Text(name))
	}
	return &s, nil
}

// Drift fails, with kind Stale, when now is another plan than the saved one: other clips, steps, requests, routes,
// prices or another account. It names every difference.
func (s *Saved) Drift(project string, now *Plan) error {
	var diff []string
	add := func(format string, args ...any) { diff = append(diff, outside.Text(fmt.Sprintf(format, args...))) }
	if s.Project != project {
		add("it is a plan of project %s, and this is %s", s.Project, project)
	}
	if s.Plan.Sandbox != now.Sandbox || s.Plan.API != now.API {
		add("heygen.api: %s was planned, now it is %s", apiOf(s.Plan), apiOf(now))
	}
	was := map[string]Step{}
	for _, step := range s.Plan.Steps {
		was[step.Clip] = step
	}
	for _, step := range now.Steps {
		planned, ok := was[step.Clip]
		if !ok {
			add("%s: not in the plan", step.Clip)
			continue
		}
		delete(was, step.Clip)
		for _, d := range planned.changes(step) {
			add("%s: %s", step.Clip, d)
		}
	}
	gone := make([]string, 0, len(was))
	for clip := range was {
		gone = append(gone, clip)
	}
	slices.Sort(gone)
	for _, clip := range gone {
		add("%s: no longer in the manifest", clip)
	}
	return drifted(diff)
}

// drifted is the error for differences; nil for none.
func drifted(diff []string) error {
	if len(diff) == 0 {
		return nil
	}
	const shown = 10
	more := ""
	if len(diff) > shown {
		more = fmt.Sprintf("; and %d more", len(diff)-shown)
		diff = diff[:shown]
	}
	return fault.New(fault.Stale, "plan again with `greenroom plan -o FILE`, review it, and build that file",
		"the project is not as it was planned: %s%s; nothing was bought", strings.Join(diff, "; "), more)
}

func apiOf(p *Plan) string {
	if p.Sandbox {
		return "sandbox"
	}
	return p.API
}

// changes lists what of a step is another one than planned.
func (s Step) changes(now Step) (diff []string) {
	if s.Action != now.Action {
		diff = append(diff, fmt.Sprintf("%s was planned, now it is %s (%s)", s.Action, now.Action, now.Reason))
	}
	if s.Key != now.Key {
		diff = append(diff, "its request changed")
	}
	if s.Route != now.Route {
		diff = append(diff, fmt.Sprintf("route %s was planned, now it is %s", s.Route, now.Route))
	}
	if now.Price > s.Price {
		diff = append(diff, fmt.Sprintf("$%.2f was planned, now it is $%.2f", s.Price, now.Price))
	}
	was, is := s.Voice, now.Voice
	switch {
	case was == nil && is == nil:
	case was == nil || is == nil || was.Action != is.Action || was.Key != is.Key || is.Price > was.Price:
		diff = append(diff, "its voice is not as planned")
	}
	return diff
}

// Exceeds fails, with kind Stale, when now buys anything that the saved plan does not: what a build checks again when
// it alone may spend.
func (s *Saved) Exceeds(now *Plan) error {
	planned := map[string]float64{}
	for _, step := range s.Plan.Steps {
		if step.Action == Buy {
			planned[step.Key] = step.Price
		}
		if v := step.Voice; v != nil && v.Action == Buy {
			planned[v.Key] = v.Price
		}
	}
	var diff []string
	check := func(clip, key string, price float64) {
		if most, ok := planned[key]; !ok || price > most {
			diff = append(diff, clip+": a purchase that is not in the plan")
		}
	}
	for _, step := range now.Steps {
		if step.Action == Buy {
			check(step.Clip, step.Key, step.Price)
		}
		if v := step.Voice; v != nil && v.Action == Buy {
			check(step.Clip, v.Key, v.Price)
		}
	}
	return drifted(diff)
}
