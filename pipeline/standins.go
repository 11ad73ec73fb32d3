package pipeline

import (
	"context"
	"fmt"
	"os"

	"golang.org/x/sync/errgroup"

	"greenroom/compose/standin"
	"greenroom/compose/timeline"
	"greenroom/pipeline/event"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/renditions"
	"greenroom/pipeline/stage"
	presenterstep "greenroom/pipeline/stage/standin"
)

// drawStandIns makes the stand-ins that the steps want and do not have.
func (b *build) drawStandIns(ctx context.Context, steps []planning.Step) error {
	m, err := b.previews.Maker(ctx)
	if err != nil {
		return err
	}
	var g errgroup.Group
	g.SetLimit(2)
	if b.farm != nil {
		g.SetLimit(elsewhereClips)
	}
	errs := make([]error, len(steps))
	for i, s := range steps {
		g.Go(func() error {
			if err := b.standIn(ctx, m, s); err != nil {
				errs[i] = b.failed(ctx, s, err)
			}
			return nil
		})
	}
	_ = g.Wait() // they report through errs
	return joinFaults(ctx, errs)
}

// standIn makes a step's stand-in, unless it has the one that the manifest describes.
func (b *build) standIn(ctx context.Context, m *standin.Maker, s planning.Step) error {
	spec := b.previews.StandInSpec(*s.Work.Clip, s.Work.Request)
	key, err := b.previews.StandInKey(spec)
	if err != nil {
		return err
	}
	if e, ok := b.previews.StandIn(s.Clip); ok && e.TakeKey == key && b.previews.HasAll(e) &&
		(e.Captions != nil || b.previews.StaleCaptions(*s.Work.Clip, s.Work.Request, false) == "") {
		return nil
	}
	maker := presenterstep.Maker{Maker: m, Folder: b.LibraryDir(), Library: func(ctx context.Context, clip string, s standin.Spec) (*standin.Library, error) {
		return b.library(ctx, m, clip, s)
	}}
	in := presenterstep.In{Clip: s.Clip, Key: key, Spec: spec, Path: spec.AudioPath}
	in.Spec.AudioPath = ""
	if in.Path != "" {
		in.Sound, err = b.Inputs.Hash(in.Path)
	}
	if err == nil {
		in.Voice, err = m.Voice(ctx)
	}
	if err != nil {
		return err
	}
	out, err := stage.Do(ctx, b.env(), presenterstep.Step(maker), in)
	if err != nil {
		return err
	}
	e := out.Entry
	if e.Captions, err = b.voiceCaptions(s); err != nil {
		return err
	}
	if err := b.previews.Record(e); err != nil {
		return err
	}
	b.count(func(sum *Summary) { sum.StandIns++ })
	b.Send(ctx, event.Event{Clip: s.Clip, Stage: "stand-in", State: event.Done, Message: frames(e.Info.Frames)})
	return nil
}

func frames(n int) string { return fmt.Sprintf("%d frames", n) }

// Shown is what of a clip is published now.
type Shown struct {
	Kind          string // final, stand-in; empty when nothing is
	Src, Poster   string // below public/
	Captions      string // the same; empty without captions
	Script        string
	Width, Height int // of the file, pixels
	Seconds       float64
	Frames        int
	FPS           timeline.Rate
}

// Shown returns what public/ has for a clip.
func (p *Project) Shown(clip string) Shown {
	clips, err := p.Clips.Named([]string{clip})
	if err != nil {
		return Shown{}
	}
	out := Shown{Script: clips[0].Script}
	if a := clips[0].Agent; a != nil {
		out.Script = a.Prompt
	}
	e, kind, ok := p.previews.Shown(clips[0])
	if !ok {
		return out
	}
	out.Kind, out.Width, out.Height, out.Seconds = kind, e.Info.OutWidth, e.Info.OutHeight, e.Info.Duration
	out.Frames, out.FPS = e.Info.Frames, timeline.Rate{Num: e.Info.FPSNum, Den: max(1, e.Info.FPSDen)}
	for _, f := range renditions.Published(e) {
		if _, err := os.Stat(p.Path(p.PublicDir() + "/" + f.Name)); err != nil {
			continue // publishing it failed: there is nothing to show yet
		}
		switch f.Rendition {
		case renditions.WebM:
			out.Src = "greenroom/" + f.Name
		case renditions.Poster:
			out.Poster = "greenroom/" + f.Name
		case renditions.Captions:
			out.Captions = "greenroom/" + f.Name
		}
	}
	return out
}

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
		key := spec.LibraryID()
		if seen[key] {
			continue
		}
		if seen[key] = true; !m.Kept(p.previews.PresenterDir(), spec) {
			p.o.shared.presenters.Start(m, p.previews.PresenterDir(), spec)
		}
	}
}
