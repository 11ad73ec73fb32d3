package standin

import (
	"context"
	"sync"

	"greenroom/compose/standin"
)

// Presenters renders presenters in the background of a session: a save that cancels a run does not cancel it, and the
// next run finds it done or in progress.
type Presenters struct {
	mu     sync.Mutex
	work   map[string]*Drawing
	turn   chan struct{} // two at a time
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

// Drawing is one presenter at one size while it is rendered.
type Drawing struct {
	done chan struct{}
	lib  *standin.Library
	err  error
}

// NewPresenters returns a session without presenters.
func NewPresenters() *Presenters {
	p := &Presenters{work: map[string]*Drawing{}, turn: make(chan struct{}, 2)}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	return p
}

// Close cancels what is being rendered; an unfinished presenter leaves no file.
func (p *Presenters) Close() {
	p.cancel()
	p.wg.Wait()
}

// Start begins to render a presenter, or returns the one in progress.
func (p *Presenters) Start(m *standin.Maker, dir string, s standin.Spec) *Drawing {
	key := s.LibraryID()
	p.mu.Lock()
	defer p.mu.Unlock()
	if d := p.work[key]; d != nil {
		return d
	}
	d := &Drawing{done: make(chan struct{})}
	p.work[key] = d
	p.wg.Go(func() {
		defer close(d.done)
		select {
		case p.turn <- struct{}{}:
			d.lib, d.err = m.Library(p.ctx, dir, s)
			<-p.turn
		case <-p.ctx.Done():
			d.err = context.Cause(p.ctx)
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.work, key) // the file has it now; a failure is tried again
	})
	return d
}

// Wait returns the presenter once it is rendered.
func (d *Drawing) Wait(ctx context.Context) (*standin.Library, error) {
	select {
	case <-d.done:
		return d.lib, d.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
