package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"github.com/spf13/pflag"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"greenroom/internal/fault"
	"greenroom/internal/netutil"
	"greenroom/internal/outside"
	"greenroom/pipeline/stage"
	"greenroom/pipeline/units"
)

// gone is how long a server may be away while units wait for it.
const gone = 15 * time.Minute

// runClient answers questions on stdin with lines on stdout, until stdin ends. Units that are being worked on then go
// on.
func runClient(ctx context.Context, args []string) error {
	var s server
	fs := pflag.NewFlagSet(units.Program+" client", pflag.ContinueOnError)
	s.bind(fs)
	if err := fs.Parse(args); err != nil {
		return fault.Wrap(fault.Usage, err, "", "read the flags")
	}
	out := &replies{w: os.Stdout}
	c, err := s.dial(ctx, "greenroom client")
	if err != nil {
		out.send(units.Reply{Error: err.Error()})
		return err
	}
	defer c.Close()
	out.send(units.Reply{Ready: units.Protocol})
	p := &passer{client: c, out: out, warned: map[string]bool{}}
	return p.serve(ctx, os.Stdin)
}

// replies writes lines.
type replies struct {
	mu sync.Mutex
	w  io.Writer
}

func (r *replies) send(v units.Reply) {
	b, err := json.Marshal(v)
	if err != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	_, _ = r.w.Write(append(b, '\n')) // the reader has ended: so does stdin
}

// passer passes tickets to the server.
type passer struct {
	client client.Client
	out    *replies

	mu     sync.Mutex
	warned map[string]bool // queues without a worker
}

func (p *passer) serve(ctx context.Context, in io.Reader) error {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var q units.Question
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			return fault.Wrap(fault.Usage, err, "", "read a question")
		}
		running.Go(func() {
			r := p.answer(ctx, q)
			if ctx.Err() == nil {
				p.out.send(r)
			}
		})
	}
	return lines.Err()
}

// answer waits for the answer to a question.
func (p *passer) answer(ctx context.Context, q units.Question) units.Reply {
	ended := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() { p.watch(ctx, q, ended) })
	defer watching.Wait()
	defer close(ended)
	a, err := p.ask(ctx, q.Ticket)
	if err == nil {
		return units.Reply{ID: q.ID, Answer: &a}
	}
	var application *temporal.ApplicationError
	if errors.As(err, &application) {
		var outcome stage.Object
		if application.Type() == stepFailed && application.Details(&outcome) == nil {
			return units.Reply{ID: q.ID, Failed: &outcome}
		}
		return units.Reply{ID: q.ID, Error: outside.Short(application.Message(), 300)}
	}
	return units.Reply{ID: q.ID, Error: outside.Short(err.Error(), 300)}
}

// ask starts the workflow of a ticket, or waits for the one that runs. While the server is away it tries again: a unit
// that has finished meanwhile has its output in the cache, and is not run again.
func (p *passer) ask(ctx context.Context, t units.Ticket) (a units.Answer, err error) {
	since := time.Now()
	for wait := time.Second; ; wait = min(2*wait, 15*time.Second) {
		run, err := p.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
			ID: workflowID(t), TaskQueue: unitQueue,
			WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
			WorkflowIDReusePolicy:    enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		}, unitWorkflow, t)
		if err == nil {
			since = time.Now()
			err = run.Get(ctx, &a)
		}
		var ended *temporal.WorkflowExecutionError
		if err == nil || errors.As(err, &ended) || ctx.Err() != nil || time.Since(since) > gone {
			return a, err
		}
		if err := netutil.Sleep(ctx, wait); err != nil {
			return a, err
		}
	}
}

// workflowID names the workflow of a unit: a unit that two runs ask for is one workflow.
func workflowID(t units.Ticket) string { return "unit-" + t.Key }

// watch reports the progress of a unit, and once for each queue that no worker reads it.
func (p *passer) watch(ctx context.Context, q units.Question, ended <-chan struct{}) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	last := -1.0
	for waited := 0; ; {
		select {
		case <-ended:
			return
		case <-tick.C:
		}
		d, err := p.client.DescribeWorkflow(ctx, workflowID(q.Ticket), "")
		if err != nil {
			continue
		}
		pending := d.RawResponse.GetPendingActivities()
		if len(pending) == 0 || pending[0].LastStartedTime == nil {
			if waited++; waited%10 == 5 {
				p.warn(ctx, q.Ticket.Queue)
			}
			continue
		}
		var now float64
		details := pending[0].HeartbeatDetails
		if details == nil || len(details.Payloads) == 0 || json.Unmarshal(details.Payloads[0].Data, &now) != nil {
			continue
		}
		if now != last && now > 0 {
			p.out.send(units.Reply{ID: q.ID, Progress: now})
		}
		last = now
	}
}

// warn reports a queue that no worker reads, once.
func (p *passer) warn(ctx context.Context, queue string) {
	p.mu.Lock()
	known := p.warned[queue]
	p.mu.Unlock()
	if known {
		return
	}
	d, err := p.client.DescribeTaskQueue(ctx, queue, enums.TASK_QUEUE_TYPE_ACTIVITY)
	if err != nil || len(d.Pollers) > 0 {
		return
	}
	p.mu.Lock()
	p.warned[queue] = true
	p.mu.Unlock()
	text := "no worker of this version of greenroom and ffmpeg is connected (queue " + queue + "); waiting for one"
	if others := p.others(ctx); others != "" {
		text += "; connected: " + others
	}
	p.out.send(units.Reply{Warning: text})
}

// others names the workers of any version.
func (p *passer) others(ctx context.Context) (names string) {
	d, err := p.client.DescribeTaskQueue(ctx, unitQueue, enums.TASK_QUEUE_TYPE_WORKFLOW)
	if err != nil {
		return ""
	}
	for i, w := range d.Pollers {
		if i == 3 {
			return names + ", …"
		}
		if i > 0 {
			names += ", "
		}
		names += w.Identity
	}
	return names
}
