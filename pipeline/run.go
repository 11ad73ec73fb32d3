package pipeline

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"greenroom/internal/fault"
	"greenroom/pipeline/event"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/stage/wait"
)

// run takes every clip through its stages, side by side. Workers are bounded: a table
// of thousands of rows must not be thousands of stacks. What waits for another clip
// comes behind it.
func (b *build) run(ctx context.Context, plan *planning.Plan) error {
	b.ended = map[string]chan struct{}{}
	var first, second []int
	for i, s := range plan.Steps {
		switch {
		case s.Action == planning.Keep || s.Action == planning.Publish:
			continue
		case source(s) != "":
			second = append(second, i)
		default:
			first = append(first, i)
		}
		b.ended[s.Clip] = make(chan struct{})
	}
	second = sourcesFirst(plan, second)
	b.Send(ctx, event.Event{Stage: "build", State: event.Started, Total: int64(len(first) + len(second))})
	errs := make([]error, len(plan.Steps))
	var broken atomic.Bool
	var g errgroup.Group
	g.SetLimit(b.workers())
	for _, i := range append(first, second...) {
		g.Go(func() error {
			s := plan.Steps[i]
			defer close(b.ended[s.Clip])
			if b.o.FailFast && broken.Load() || ctx.Err() != nil {
				b.later(s)
				return nil
			}
			err := b.after(ctx, s.Work.DuplicateOf)
			if err == nil {
				err = b.clip(ctx, s)
			}
			switch {
			case errors.Is(err, wait.ErrPending):
				b.later(s)
			case errors.Is(err, errInReview):
				b.later(s)
				errs[i] = planning.AtClip(*s.Work.Clip, err).Or()
			case err != nil:
				broken.Store(true)
				errs[i] = b.failed(ctx, s, err)
			}
			return nil
		})
	}
	_ = g.Wait() // the functions report through errs
	return joinFaults(ctx, errs)
}

// workers is how many clips are on their way at once: all that may wait for HeyGen, and
// as many again for the stages on this machine.
func (b *build) workers() int {
	n := 2*max(1, b.Manifest.HeyGen.Concurrency) + maxDownloads + 2*runtime.NumCPU()
	if b.Project.o.Engine.Server != "" {
		n += elsewhereClips
	}
	return n
}

// elsewhereClips is how many more clips may wait for other machines.
const elsewhereClips = 64

// source is the clip that a step waits for: the one that buys its take, or the one that
// it translates.
func source(s planning.Step) string {
	switch {
	case s.Work.DuplicateOf != "":
		return s.Work.DuplicateOf
	case s.Work.Clip.Translate != nil:
		return s.Work.Clip.Translate.Clip
	}
	return ""
}

// sourcesFirst puts translations of translations behind what they translate.
func sourcesFirst(plan *planning.Plan, steps []int) []int {
	from := map[string]string{}
	for _, i := range steps {
		from[plan.Steps[i].Clip] = source(plan.Steps[i])
	}
	depth := func(clip string) (n int) {
		for ; from[clip] != "" && n <= len(from); n++ {
			clip = from[clip]
		}
		return n
	}
	slices.SortStableFunc(steps, func(a, b int) int { return depth(plan.Steps[a].Clip) - depth(plan.Steps[b].Clip) })
	return steps
}

// joinFaults makes one error of many; the cause of a cancelled context comes first.
func joinFaults(ctx context.Context, errs []error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	var list fault.List
	for _, err := range errs {
		list = append(list, fault.All(err)...)
	}
	return list.Or()
}

func (b *build) later(s planning.Step) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sum.Waiting++
	b.pending = append(b.pending, s)
	b.sum.Results[b.resultAt[s.Clip]].Status = ResultWaiting
}

func (b *build) failed(ctx context.Context, s planning.Step, err error) error {
	if ctx.Err() != nil {
		return err
	}
	faults := fault.AtClip(err, s.Clip)
	b.count(func(sum *Summary) { sum.Failed++ })
	b.result(s.Clip, func(r *Result) { r.Status, r.Error = ResultFailed, faults[0].Error() })
	for _, f := range faults {
		if f.Place == nil && f.Kind == fault.Provider {
			place := s.Work.Clip.Place
			place.File = b.Rel(place.File)
			f.Place = &place
		}
	}
	b.Send(ctx, event.Event{Clip: s.Clip, Stage: "build", State: event.Failed, Message: faults[0].Error()})
	return faults
}

// drafts sees to the sounds of clips whose pictures wait.
func (b *build) drafts(ctx context.Context, steps []planning.Step) error {
	var g errgroup.Group
	errs := make([]error, len(steps))
	for i, s := range steps {
		g.Go(func() error {
			if err := b.draft(ctx, s); err != nil {
				errs[i] = b.failed(ctx, s, err)
			}
			return nil
		})
	}
	_ = g.Wait() // they report through errs
	return joinFaults(ctx, errs)
}

func (b *build) draft(ctx context.Context, s planning.Step) error {
	if s.Voice.Action == planning.Blocked {
		return fault.New(fault.Provider, "", "%s", s.Voice.Reason)
	}
	if err := b.submit.Acquire(ctx, 1); err != nil {
		return err
	}
	defer b.submit.Release(1)
	client, err := b.Account.Connect(ctx)
	if err != nil {
		return err
	}
	_, err = b.buyer.Voice(ctx, s, client)
	return err
}
