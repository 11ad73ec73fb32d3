package pipeline

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"

	"greenroom/compose/standin"
	"greenroom/pipeline/event"
)

// presenters are drawn beside the runs of a session: a save that cancels a run leaves
// the drawing going, and the next run finds it further on or done.
type presenters struct {
	mu     sync.Mutex
	work   map[string]*drawing
	turn   chan struct{} // two at a time
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

// drawing is one presenter at one size, on its way.
type drawing struct {
	done chan struct{}
	lib  *standin.Library
	err  error
}

func newPresenters() *presenters {
	p := &presenters{work: map[string]*drawing{}, turn: make(chan struct{}, 2)}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	return p
}

// close ends what is being drawn; half a drawing leaves nothing.
func (p *presenters) close() {
	p.cancel()
	p.wg.Wait()
}

// start begins a drawing, or gives the one that is on its way.
func (p *presenters) start(m *standin.Maker, dir string, s standin.Spec) *drawing {
	key := fmt.Sprint(s.Presenter, "\n", s.Style, s.Width, s.Height, s.FPS, s.Scale, s.OffsetX, s.OffsetY)
	p.mu.Lock()
	defer p.mu.Unlock()
	if d := p.work[key]; d != nil {
		return d
	}
	d := &drawing{done: make(chan struct{})}
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

func (pv *previews) presenterDir() string { return filepath.Join(pv.disk.LibraryDir(), "presenters") }

// library gives a clip's presenter. In a session a drawing outlives the run that wants
// it, and waiting says what for.
func (b *build) library(ctx context.Context, m *standin.Maker, clip string, s standin.Spec) (*standin.Library, error) {
	if b.Project.o.shared == nil {
		unlock, _ := b.takes.Lock("library " + s.Presenter + s.Style)
		defer unlock()
		return m.Library(ctx, b.previews.presenterDir(), s)
	}
	if m.Kept(b.previews.presenterDir(), s) {
		return m.Library(ctx, b.previews.presenterDir(), s)
	}
	d := b.Project.o.shared.presenters.start(m, b.previews.presenterDir(), s)
	b.Send(ctx, event.Event{Clip: clip, Stage: "stand-in", State: event.Progress, Message: "waits for its presenter, drawn once per machine"})
	select {
	case <-d.done:
		return d.lib, d.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// WarmPresenters begins to draw, in the background of a session, every presenter and size
// that the steps' clips would need for stand-ins and that this machine does not have.
func (p *Project) WarmPresenters(ctx context.Context, steps []Step) {
	if p.o.shared == nil {
		return
	}
	m, err := p.previews.maker(ctx)
	if err != nil {
		return // a run says what lacks
	}
	seen := map[string]bool{}
	for _, s := range steps {
		if len(s.clip.Scenes) == 0 && s.clip.Avatar.ID+s.clip.Avatar.Photo == "" {
			continue // an own video, or an agent's: nobody is drawn before it is asked for
		}
		spec := p.previews.standInSpec(*s.clip, s.req)
		key := fmt.Sprint(spec.Presenter, "\n", spec.Style, spec.Width, spec.Height, spec.Scale, spec.OffsetX, spec.OffsetY)
		if seen[key] {
			continue
		}
		if seen[key] = true; !m.Kept(p.previews.presenterDir(), spec) {
			p.o.shared.presenters.start(m, p.previews.presenterDir(), spec)
		}
	}
}
