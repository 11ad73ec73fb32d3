package units

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall"

	"greenroom/assets"
	"greenroom/assets/remote"
	"greenroom/internal/fault"
	"greenroom/internal/keymutex"
	"greenroom/internal/proc"
	"greenroom/pipeline/event"
	"greenroom/pipeline/stage"
)

// Bench runs units on a worker.
type Bench struct {
	Cache   remote.Config
	Machine Machine
	Env     stage.Env // Send and Elsewhere are not used
	Shelf   *Shelf    // of Env.Store
	Steps   []stage.Runner

	// A unit that this worker got twice runs once at a time: its temporary files have one name.
	busy keymutex.Mutex
}

// Do runs the unit of a ticket, unless the cache has its output. progress gets fractions of 1. The error is a
// *StepError, one of the cache, or one of this machine; another try, or another machine, may succeed.
func (b *Bench) Do(ctx context.Context, t Ticket, progress func(float64)) (Answer, error) {
	if t.Protocol != Protocol {
		return Answer{Refused: fmt.Sprintf("the worker has protocol %d, the ticket %d", Protocol, t.Protocol)}, nil
	}
	unlock, _ := b.busy.Lock(t.Key)
	defer unlock()
	// Opened for each unit: a cache that failed is not used again by the process that it failed in.
	cache, err := remote.Open(context.WithoutCancel(ctx), b.Cache)
	if err != nil {
		return Answer{}, err
	}
	defer func() { _ = cache.Close() }() // what was written is confirmed by each put
	x := exchange{store: b.Env.Store, cache: cache}
	if !t.Again {
		name, _, ok, err := x.record(ctx, t.Key)
		if err != nil || ok {
			return Answer{Outcome: name}, err
		}
	}
	var order Order
	err = x.getJSON(ctx, t.Unit, &order)
	if errors.Is(err, errBad) {
		return Answer{Bad: []string{t.Unit.Hash}}, nil
	}
	if err != nil {
		return Answer{}, err
	}
	run, refused := b.runner(t, order)
	if refused != "" {
		return Answer{Refused: refused}, nil
	}
	defer b.Shelf.Hold(order.Files)()
	missing, err := b.fetch(ctx, x, order.Files)
	if err != nil || len(missing) > 0 {
		return Answer{Bad: missing}, err
	}
	return b.run(ctx, x, t, run, order, progress)
}

// runner returns the step of an order, or why it is refused.
func (b *Bench) runner(t Ticket, order Order) (stage.Runner, string) {
	switch {
	case order.Machine != b.Machine:
		return stage.Runner{}, fmt.Sprintf("the worker has greenroom %s and ffmpeg %s, the unit is for %s and %s",
			b.Machine.Version, b.Machine.FFmpeg, order.Machine.Version, order.Machine.FFmpeg)
	case order.key() != t.Key:
		return stage.Runner{}, "the ticket has another key than its unit"
	}
	for _, s := range b.Steps {
		if s.Name == order.Step {
			return s, ""
		}
	}
	return stage.Runner{}, fmt.Sprintf("the worker has no step %q", order.Step)
}

// fetch brings files into the store, and returns the hashes of those that are missing or corrupt in the cache.
func (b *Bench) fetch(ctx context.Context, x exchange, files []stage.Object) (missing []string, err error) {
	for _, o := range files {
		err := x.getFile(ctx, o)
		if errors.Is(err, errBad) {
			missing = append(missing, o.Hash)
			continue
		}
		if err != nil {
			return nil, err
		}
	}
	return missing, nil
}

// run runs a step and sends what it made, its outcome, and the record of the outcome, in this order.
func (b *Bench) run(ctx context.Context, x exchange, t Ticket, s stage.Runner, order Order, progress func(float64),
) (Answer, error) {
	out := Outcome{Key: t.Key}
	var mu sync.Mutex
	env := b.Env
	env.Elsewhere = nil
	env.Send = func(_ context.Context, e event.Event) {
		mu.Lock()
		defer mu.Unlock()
		if e.State == event.Progress {
			progress(e.Frac)
			return
		}
		out.Events = append(out.Events, e)
	}
	answer, made, err := s.Run(ctx, env, order.In)
	if ctx.Err() != nil {
		return Answer{}, context.Cause(ctx)
	}
	if errors.Is(err, stage.ErrRefused) {
		return Answer{Refused: err.Error()}, nil
	}
	if err != nil {
		out.Faults = faultsOf(err)
		name, sendErr := x.putJSON(ctx, out, t.Again)
		switch {
		case sendErr != nil:
			return Answer{}, sendErr
		case fault.KindOf(err) == fault.Media && !machines(err):
			return Answer{Outcome: name}, nil // of the file: it fails everywhere
		}
		return Answer{}, &StepError{name}
	}
	defer b.Shelf.Hold(made)()
	for _, o := range made {
		if err := x.putFile(ctx, b.Env.Store.Path(assets.Hash(o.Hash)), o, t.Again); err != nil {
			return Answer{}, err
		}
	}
	out.Out, out.Files = answer, made
	name, err := x.putJSON(ctx, out, t.Again)
	if err == nil {
		err = x.putRecord(ctx, t.Key, name)
	}
	return Answer{Outcome: name}, err
}

// machines reports an error of the machine: its disk, its memory, a program that was killed.
func machines(err error) bool {
	var exit *proc.ExitError
	return fault.MachineHint(err) != "" || errors.As(err, &exit) && exit.Code < 0 || errors.Is(err, syscall.EPIPE)
}
