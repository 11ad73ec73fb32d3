package main

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"greenroom/pipeline/units"
)

// Names on the server. They are kept for the histories that it has.
const (
	unitWorkflow = "greenroom-unit"  // runs one unit
	unitActivity = "greenroom-run"   // the work
	unitQueue    = "greenroom-units" // of workflow tasks, which workers of every version read
)

// heartbeatTimeout is after how long without a sign of life a unit is given to another worker.
const heartbeatTimeout = 30 * time.Second

// longestUnit bounds one attempt at a unit.
const longestUnit = 6 * time.Hour

// mostAttempts bounds attempts that ended without an answer, such as those of workers that were killed. The activity
// ends earlier for reasons that repeat: see activities.give.
const mostAttempts = 100

// runUnit is the workflow of one unit. Stored histories are replayed in tests: a change of its commands needs another
// version below.
func runUnit(ctx workflow.Context, t units.Ticket) (units.Answer, error) {
	workflow.GetVersion(ctx, "unit", workflow.DefaultVersion, 1)
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		ActivityID: t.Key, TaskQueue: t.Queue,
		StartToCloseTimeout: longestUnit, HeartbeatTimeout: heartbeatTimeout,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 15 * time.Second,
			MaximumAttempts: mostAttempts,
		},
	})
	var a units.Answer
	err := workflow.ExecuteActivity(ctx, unitActivity, t).Get(ctx, &a)
	return a, err
}
