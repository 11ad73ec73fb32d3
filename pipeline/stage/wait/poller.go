// Package wait is the step that waits for a job's end.
package wait

import (
	"context"
	"sync"
	"time"

	"greenroom/heygen"
	"greenroom/internal/netutil"
)

// Poller reads the states of jobs for all clips that wait: where v3 has several jobs in progress, one call reads all of
// them.
type Poller struct {
	mu      sync.Mutex
	waiting map[string]heygen.Kind
	last    map[string]known
	now     func() time.Time
	wake    chan struct{} // closed and replaced when the next read must not wait
}

// Wake makes every waiting clip read its job soon, because an event reported a change. Answers younger than least stay
// valid, or many clips would each read all jobs.
func (p *Poller) Wake(least time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, h := range p.last {
		if p.now().Sub(h.at) >= least {
			delete(p.last, id)
		}
	}
	if p.wake != nil {
		close(p.wake)
	}
	p.wake = make(chan struct{})
}

// Sleep waits between two reads: for d, or until Wake but at least for least.
func (p *Poller) Sleep(ctx context.Context, d, least time.Duration) error {
	p.mu.Lock()
	if p.wake == nil {
		p.wake = make(chan struct{})
	}
	wake := p.wake
	p.mu.Unlock()
	least = min(least, d)
	if err := netutil.Sleep(ctx, least); err != nil { // a Wake in this time takes effect after it
		return err
	}
	t := time.NewTimer(d - least)
	defer t.Stop()
	select {
	case <-t.C:
	case <-wake:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return nil
}

// known is a state with its age.
type known struct {
	state heygen.JobState
	at    time.Time
}

// Enter adds a job that a clip waits for.
func (p *Poller) Enter(id string, kind heygen.Kind) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting == nil {
		p.waiting, p.last = map[string]heygen.Kind{}, map[string]known{}
	}
	p.waiting[id] = kind
}

// Leave removes it.
func (p *Poller) Leave(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.waiting, id)
	delete(p.last, id)
}

// Read returns a job's record. While others of its kind wait on v3 as well, the record itself is only read once the answer for all
// reports that the job ended; an answer younger than fresh is used again.
func (p *Poller) Read(ctx context.Context, c *heygen.Client, kind heygen.Kind, id string, fresh time.Duration) (heygen.Video, error) {
	if heygen.ReadInBulk(kind) {
		if s, ok := p.bulk(ctx, c, kind, id, fresh); ok && s.State != heygen.StateCompleted && s.State != heygen.StateFailed && !s.Missing {
			return heygen.Video{ID: id, State: s.State, RawStatus: s.RawStatus}, nil
		}
	}
	return c.Job(ctx, kind, id)
}

func (p *Poller) bulk(
	ctx context.Context, c *heygen.Client, kind heygen.Kind, id string, fresh time.Duration,
) (heygen.JobState, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if h, ok := p.last[id]; ok && p.now().Sub(h.at) < fresh {
		return h.state, true
	}
	ids := []string{id}
	for other, k := range p.waiting {
		if k == kind && other != id && len(ids) < heygen.MaxStatuses {
			ids = append(ids, other)
		}
	}
	if len(ids) < 2 {
		return heygen.JobState{}, false
	}
	list, err := c.Statuses(ctx, kind, ids)
	if err != nil {
		return heygen.JobState{}, false // the record itself shows what is wrong
	}
	for _, s := range list {
		p.last[s.ID] = known{s, p.now()}
	}
	h, ok := p.last[id]
	return h.state, ok
}

// NewPoller returns a Poller with a clock.
func NewPoller(now func() time.Time) *Poller { return &Poller{now: now} }
