package main

import (
	"context"
	"errors"
	"os"
	"testing"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"greenroom/pipeline/stage"
	"greenroom/pipeline/units"
)

var ticket = units.Ticket{Protocol: units.Protocol, Key: "0a1b", Queue: "cpu-1"}

// unit runs the workflow with work in place of the activity, and returns its answer.
func unit(t *testing.T, work func(context.Context, units.Ticket) (units.Answer, error)) (a units.Answer, err error) {
	t.Helper()
	var s testsuite.WorkflowTestSuite
	env := s.NewTestWorkflowEnvironment()
	env.RegisterWorkflowWithOptions(runUnit, workflow.RegisterOptions{Name: unitWorkflow})
	env.RegisterActivityWithOptions(work, activity.RegisterOptions{Name: unitActivity})
	env.ExecuteWorkflow(unitWorkflow, ticket)
	if err := env.GetWorkflowError(); err != nil {
		return a, err
	}
	return a, env.GetWorkflowResult(&a)
}

func TestAUnitIsOneActivityWithItsKey(t *testing.T) {
	want := stage.Object{Hash: "ff", Bytes: 3}
	a, err := unit(t, func(ctx context.Context, got units.Ticket) (units.Answer, error) {
		info := activity.GetInfo(ctx)
		if got != ticket || info.ActivityID != ticket.Key || info.TaskQueue != ticket.Queue ||
			info.HeartbeatTimeout != heartbeatTimeout {
			t.Errorf("ticket %+v in %+v", got, info)
		}
		return units.Answer{Outcome: want}, nil
	})
	if err != nil || a.Outcome != want {
		t.Errorf("%+v, %v", a, err)
	}
}

// TestErrorsEndAfterTheirAttempts: a step that fails is tried three times, a machine twelve times, and a drained unit
// until a worker has the time for it.
func TestErrorsEndAfterTheirAttempts(t *testing.T) {
	outcome := stage.Object{Hash: "ee", Bytes: 9}
	for _, c := range []struct {
		name     string
		err      error
		attempts int
		kind     string
	}{
		{"step", &units.StepError{Outcome: outcome}, stepAttempts, stepFailed},
		{"machine", errors.New("the cache cannot be used"), machineAttempts, cacheFailed},
		{"drained", errDrained, mostAttempts, drained},
	} {
		n := 0
		_, err := unit(t, func(ctx context.Context, _ units.Ticket) (units.Answer, error) {
			n++
			return units.Answer{}, give(ctx, c.err)
		})
		var failed *temporal.ApplicationError
		if !errors.As(err, &failed) || failed.Type() != c.kind || n != c.attempts {
			t.Errorf("%s: %d attempts, %v", c.name, n, err)
			continue
		}
		var got stage.Object
		if c.kind == stepFailed && (failed.Details(&got) != nil || got != outcome) {
			t.Errorf("the outcome is %+v", got)
		}
	}
}

// TestStoredHistories replays histories of earlier versions: the workflow must not change for units that are running
// while workers are replaced. A new history is added with each new version in runUnit, and none is removed.
func TestStoredHistories(t *testing.T) {
	files, err := os.ReadDir("testdata/histories")
	if err != nil || len(files) == 0 {
		t.Fatal("no history", err)
	}
	for _, f := range files {
		r := worker.NewWorkflowReplayer()
		r.RegisterWorkflowWithOptions(runUnit, workflow.RegisterOptions{Name: unitWorkflow})
		if err := r.ReplayWorkflowHistoryFromJSONFile(nil, "testdata/histories/"+f.Name()); err != nil {
			t.Errorf("%s: %v", f.Name(), err)
		}
	}
}
