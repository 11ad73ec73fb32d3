package pipeline

import (
	"context"
	"fmt"

	"greenroom/compose/standin"
	"greenroom/pipeline/event"
	"greenroom/pipeline/planning"
)

// library returns a clip's presenter. In a session its rendering outlives the run that needs
// it; waiting for it is an event.
func (b *build) library(ctx context.Context, m *standin.Maker, clip string, s standin.Spec) (*standin.Library, error) {
	if b.Project.o.shared == nil {
		unlock, _ := b.takes.Lock("library " + s.Presenter + s.Style)
		defer unlock()
		return m.Library(ctx, b.previews.PresenterDir(), s)
	}
	if m.Kept(b.previews.PresenterDir(), s) {
		return m.Library(ctx, b.previews.PresenterDir(), s)
	}
	d := b.Project.o.shared.presenters.Start(m, b.previews.PresenterDir(), s)
	b.Send(ctx, event.Event{Clip: clip, Stage: "stand-in", State: event.Progress, Message: "waits for its presenter, rendered once per machine"})
	return d.Wait(ctx)
}

// WarmPresenters begins to draw, in the background of a session, every presenter and size
// that the steps' clips would need for stand-ins and that this machine does not have.
func (p *Project) WarmPresenters(ctx context.Context, steps []planning.Step) {
	if p.o.shared == nil {
		return
	}
	m, err := p.previews.Maker(ctx)
	if err != nil {
		return // a run reports missing programs
	}
	seen := map[string]bool{}
	for _, s := range steps {
		if len(s.Work.Clip.Scenes) == 0 && s.Work.Clip.Avatar.ID+s.Work.Clip.Avatar.Photo == "" {
			continue // an own video, or an agent's: no presenter is needed before there is a stand-in
		}
		spec := p.previews.StandInSpec(*s.Work.Clip, s.Work.Request)
		key := fmt.Sprint(spec.Presenter, "\n", spec.Style, spec.Width, spec.Height, spec.Scale, spec.OffsetX, spec.OffsetY)
		if seen[key] {
			continue
		}
		if seen[key] = true; !m.Kept(p.previews.PresenterDir(), spec) {
			p.o.shared.presenters.Start(m, p.previews.PresenterDir(), spec)
		}
	}
}
