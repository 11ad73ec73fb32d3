package units

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"greenroom/assets"
	"greenroom/assets/remote"
	"greenroom/internal/fault"
	"greenroom/internal/keymutex"
	"greenroom/internal/netutil"
	"greenroom/pipeline/event"
	"greenroom/pipeline/stage"
)

// Asker passes tickets to workers.
type Asker interface {
	// Ask waits for the answer to a ticket. A ticket with the key of one that is being worked on waits for the same
	// answer. progress gets fractions of 1. The error is a *StepError, or why there is no answer.
	Ask(ctx context.Context, t Ticket, progress func(float64)) (Answer, error)
}

// Farm runs units on workers. It implements stage.Elsewhere. Nothing on this machine is lost when it ends early: the
// next run finds the same units by their keys.
type Farm struct {
	Store   *assets.Store
	Cache   remote.Config
	Machine Machine
	Asker   Asker

	mu    sync.Mutex
	cache *remote.Cache // nil before its first use, and after it failed

	sending keymutex.Mutex // by hash: a file that units have in common, such as a bundle, is sent once
	sent    sync.Map       // hashes of what the cache has had in this run
}

// tries is how often Do asks for a unit whose output is missing or corrupt in the cache.
const tries = 3

// pauses are the times before the cache is used again after it failed.
var pauses = []time.Duration{time.Second, 4 * time.Second, 10 * time.Second, 20 * time.Second, 30 * time.Second}

// Close ends the connection to the cache.
func (f *Farm) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.cache != nil {
		_ = f.cache.Close() // everything was verified before
		f.cache = nil
	}
}

// Do implements stage.Elsewhere.
func (f *Farm) Do(ctx context.Context, u stage.Unit, send func(context.Context, event.Event),
) (json.RawMessage, error) {
	order, paths, err := f.order(u)
	if err != nil {
		return nil, fmt.Errorf("send the input of %s: %w", u.Step, err)
	}
	t := Ticket{Protocol: Protocol, Key: order.key(), Queue: f.Machine.Queue(u.Queue), Again: u.Again}
	if !t.Again {
		out, ok, err := f.recorded(ctx, t.Key)
		if err != nil || ok {
			return f.finish(ctx, out, send, err)
		}
	}
	corrupt := map[string]bool{}
	var missing error
	for range tries {
		err := f.send(ctx, &t, order, paths, corrupt)
		if err != nil {
			return nil, f.failed(err)
		}
		answer, err := f.Asker.Ask(ctx, t, func(frac float64) {
			send(ctx, event.Event{Clip: u.Clip, Stage: u.Stage(), State: event.Progress, Frac: frac})
		})
		if err != nil {
			return nil, f.stepError(ctx, u, err)
		}
		switch {
		case answer.Refused != "":
			send(ctx, event.Event{Clip: u.Clip, Stage: u.Stage(), State: event.Warned,
				Message: "runs on this machine: " + answer.Refused})
			return nil, stage.ErrRefused
		case len(answer.Bad) > 0:
			for _, h := range answer.Bad {
				corrupt[h] = true
			}
			missing = fmt.Errorf("%s is %w", answer.Bad[0], errBad)
			continue
		}
		out, err := f.outcome(ctx, answer.Outcome, t.Key)
		if errors.Is(err, errBad) {
			missing, t.Again = err, true
			continue
		}
		return f.finish(ctx, out, send, err)
	}
	return nil, f.failed(missing)
}

// order returns a unit for the cache, and the paths of its files.
func (f *Farm) order(u stage.Unit) (o Order, paths map[string]string, err error) {
	o = Order{Step: u.Step, Machine: f.Machine, Key: u.Key, In: u.In}
	paths = map[string]string{}
	for _, file := range u.Files {
		if paths[file.Hash] != "" {
			continue
		}
		path := file.Path
		if path == "" {
			path = f.Store.Path(assets.Hash(file.Hash))
		}
		fi, err := os.Stat(path)
		if err != nil {
			return o, nil, err
		}
		paths[file.Hash] = path
		o.Files = append(o.Files, stage.Object{Hash: file.Hash, Bytes: fi.Size()})
	}
	return o, paths, nil
}

// recorded returns the outcome of an earlier run whose files are complete.
func (f *Farm) recorded(ctx context.Context, key string) (out Outcome, ok bool, err error) {
	err = f.with(ctx, func(x exchange) error {
		_, out, ok, err = x.record(ctx, key)
		for _, o := range out.Files {
			if err == nil && ok {
				err = x.getFile(ctx, o)
			}
		}
		if errors.Is(err, errBad) {
			ok, err = false, nil
		}
		return err
	})
	return out, ok, err
}

// send puts what a ticket needs into the cache, and names it in the ticket. corrupt objects are replaced.
func (f *Farm) send(
	ctx context.Context, t *Ticket, order Order, paths map[string]string, corrupt map[string]bool,
) error {
	return f.with(ctx, func(x exchange) (err error) {
		for _, o := range order.Files {
			if err := f.sendFile(ctx, x, paths[o.Hash], o, corrupt[o.Hash]); err != nil {
				return err
			}
		}
		t.Unit, err = x.putJSON(ctx, order, corrupt[t.Unit.Hash])
		return err
	})
}

// sendFile sends a file, unless this run has found it in the cache before. A worker reports one that is missing since.
func (f *Farm) sendFile(ctx context.Context, x exchange, path string, o stage.Object, replace bool) error {
	unlock, _ := f.sending.Lock(o.Hash)
	defer unlock()
	if _, sent := f.sent.Load(o.Hash); sent && !replace {
		return nil
	}
	err := x.putFile(ctx, path, o, replace)
	if err == nil {
		f.sent.Store(o.Hash, true)
	}
	return err
}

// outcome brings an outcome and its files.
func (f *Farm) outcome(ctx context.Context, name stage.Object, key string) (out Outcome, err error) {
	err = f.with(ctx, func(x exchange) error {
		out = Outcome{}
		if err := x.getJSON(ctx, name, &out); err != nil {
			return err
		}
		if out.Key != key {
			return fmt.Errorf("%w: it is of another unit", errBad)
		}
		for _, o := range out.Files {
			if err := x.getFile(ctx, o); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// finish repeats the events of an outcome and returns its output.
func (f *Farm) finish(ctx context.Context, out Outcome, send func(context.Context, event.Event), err error,
) (json.RawMessage, error) {
	if err != nil {
		return nil, f.failed(err)
	}
	for _, e := range out.Events {
		send(ctx, e)
	}
	return out.Out, out.err()
}

// stepError returns why a step failed on the workers.
func (f *Farm) stepError(ctx context.Context, u stage.Unit, err error) error {
	var failed *StepError
	if !errors.As(err, &failed) {
		return err
	}
	var out Outcome
	read := f.with(ctx, func(x exchange) error { return x.getJSON(ctx, failed.Outcome, &out) })
	if read != nil || len(out.Faults) == 0 {
		return fault.New(fault.Failed, "the log of the workers describes it", "%s failed on every worker", u.Step)
	}
	return out.err()
}

// failed describes a problem of the cache, without which a farm does not work.
func (f *Farm) failed(err error) error {
	if err == nil || fault.KindOf(err) != fault.Failed || errors.As(err, new(*fault.Error)) {
		return err
	}
	const hint = "check the cache, and run the same command again; without --engine this machine does the work"
	return fault.Wrap(fault.Failed, err, hint, "exchange files with the workers through %s", f.Cache.At)
}

// with calls use with the cache. While the cache cannot be used, it tries again.
func (f *Farm) with(ctx context.Context, use func(exchange) error) error {
	for i := 0; ; i++ {
		x, err := f.open(ctx)
		if err == nil {
			err = use(x)
		}
		var down *remote.DownError
		if !errors.As(err, &down) || i == len(pauses) {
			return err
		}
		f.drop(x.cache)
		if stop := netutil.Sleep(ctx, pauses[i]); stop != nil {
			return stop
		}
	}
}

func (f *Farm) open(ctx context.Context) (exchange, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.cache == nil {
		c, err := remote.Open(context.WithoutCancel(ctx), f.Cache)
		if err != nil {
			return exchange{}, err
		}
		f.cache = c
	}
	return exchange{f.Store, f.cache}, nil
}

// drop forgets a cache that failed, so that the next use opens it again. Other units may still use it, so that it is
// not closed.
func (f *Farm) drop(c *remote.Cache) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.cache == c {
		f.cache = nil
	}
}
