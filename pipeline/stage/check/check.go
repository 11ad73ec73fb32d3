// Package check is the step that verifies a delivered or a prepared file.
package check

import (
	"context"
	"fmt"
	"strings"

	"greenroom/assets"
	"greenroom/compose/media"
	"greenroom/internal/capacity"
	"greenroom/internal/fault"
	"greenroom/pipeline/event"
	"greenroom/pipeline/stage"
)

// In is a take of the store and what it must be.
type In struct {
	Clip   string       `json:"clip"`
	Master string       `json:"master"` // SHA-256, hexadecimal
	Expect media.Expect `json:"expect"`
}

// Run checks a take. It fails with a fault of kind Media that lists every finding which fails; the take is kept.
// Findings that only warn are events.
func Run(ctx context.Context, env stage.Env, in In) (*media.Report, error) {
	return File(ctx, env, in.Clip, env.Store.Path(assets.Hash(in.Master)), in.Expect, "the take as delivered")
}

// Step is Run for other machines.
var Step = stage.Step[In, media.Carried]{
	Name: "check/2", Queue: stage.CPU,
	Run: func(ctx context.Context, env stage.Env, in In) (media.Carried, error) {
		r, err := Run(ctx, env, in)
		if err != nil {
			return media.Carried{}, err
		}
		return r.Carry(), nil
	},
	Clip:  func(in In) string { return in.Clip },
	Files: func(in In) []stage.File { return []stage.File{{Hash: in.Master}} },
	Made:  func(media.Carried) []stage.Object { return nil },
}

// Do is Run, on the machines of the environment.
func Do(ctx context.Context, env stage.Env, in In) (*media.Report, error) {
	if env.Elsewhere == nil {
		return Run(ctx, env, in) // its report has everything that the next step would read from the file
	}
	r, err := stage.Do(ctx, env, Step, in)
	if err != nil {
		return nil, err
	}
	return r.Arrived(), nil
}

// File checks a file that is not in the store yet; what names it in a message.
func File(ctx context.Context, env stage.Env, clip, path string, e media.Expect, what string) (*media.Report, error) {
	t, err := env.Tools(ctx)
	if err != nil {
		return nil, err
	}
	release, err := env.Capacity.Use(ctx, capacity.Decoding(0, 0))
	if err != nil {
		return nil, err
	}
	defer release()
	send := func(state, message string, frac float64) {
		env.Send(ctx, event.Event{Clip: clip, Stage: "check", State: state, Message: message, Frac: frac})
	}
	send(event.Started, "", 0)
	r, err := media.Check(ctx, t, path, e, func(f float64) { send(event.Progress, "", f) })
	if err != nil {
		return nil, err
	}
	var bad []string
	hint := fmt.Sprintf("follow the advice, then run `greenroom build %s`; the take is kept", clip)
	for _, f := range r.Findings {
		switch f.Verdict {
		case media.Fail:
			if strings.Contains(f.Advice, e.Again) {
				hint = e.Again
			}
			bad = append(bad, fmt.Sprintf("%s: %s (limit %s); %s", f.Name, f.Value, f.Limit, f.Advice))
		case media.Warn:
			send(event.Warned, fmt.Sprintf("%s: %s; %s", f.Name, f.Value, f.Advice), 0)
		}
	}
	if len(bad) > 0 {
		return r, fault.New(fault.Media, hint, "%s failed its checks: %s", what, strings.Join(bad, "; "))
	}
	send(event.Done, "", 0)
	return r, nil
}
