package main

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"greenroom/internal/outside"
	"greenroom/pipeline/units"
)

// Types of errors in histories.
const (
	stepFailed  = "step"    // the details are the name of the outcome in the cache
	cacheFailed = "machine" // the cache, or the worker's machine
	drained     = "drained" // the worker ends
)

// Attempts after which an error is final.
const (
	stepAttempts    = 3
	machineAttempts = 12
)

const (
	beat      = 2 * time.Second  // between two heartbeats
	drainTime = 15 * time.Second // how long a unit may go on after SIGTERM
)

// errDrained ends a unit that has not finished in time after SIGTERM: another worker runs it.
var errDrained = errors.New("the worker ends")

// activities are the work of a worker.
type activities struct {
	bench   *units.Bench
	metrics *metrics
}

// Run runs a unit and reports its progress with heartbeats.
func (a *activities) Run(ctx context.Context, t units.Ticket) (units.Answer, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var progress atomic.Value
	progress.Store(0.0)
	stopped := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		a.watch(ctx, cancel, &progress, stopped)
	}()
	finish := a.metrics.start(t.Queue)
	answer, err := a.bench.Do(ctx, t, func(f float64) { progress.Store(f) })
	close(stopped)
	<-ended
	finish(err)
	return answer, give(ctx, err)
}

// watch sends heartbeats until stopped, and ends the unit when the worker has to.
func (a *activities) watch(ctx context.Context, cancel context.CancelCauseFunc, progress *atomic.Value,
	stopped <-chan struct{},
) {
	beats := time.NewTicker(beat)
	defer beats.Stop()
	stop := activity.GetWorkerStopChannel(ctx)
	var late <-chan time.Time
	for {
		select {
		case <-stopped:
			return
		case <-beats.C:
			activity.RecordHeartbeat(ctx, progress.Load())
		case <-stop:
			stop, late = nil, time.After(drainTime)
		case <-late:
			cancel(errDrained)
		}
	}
}

// give returns the error as the server gets it: without names of files or clips, and final when it has repeated.
func give(ctx context.Context, err error) error {
	var failed *units.StepError
	attempt := activity.GetInfo(ctx).Attempt
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errDrained):
		return temporal.NewApplicationError(err.Error(), drained)
	case errors.As(err, &failed):
		options := temporal.ApplicationErrorOptions{
			NonRetryable: attempt >= stepAttempts, Details: []any{failed.Outcome},
		}
		return temporal.NewApplicationErrorWithOptions(failed.Error(), stepFailed, options)
	}
	text := outside.Short(err.Error(), 300)
	options := temporal.ApplicationErrorOptions{NonRetryable: attempt >= machineAttempts}
	return temporal.NewApplicationErrorWithOptions(text, cacheFailed, options)
}
