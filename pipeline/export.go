package pipeline

import (
	"context"

	"greenroom/assets"
	"greenroom/compose/media"
	mediaforms "greenroom/compose/media/forms"
	"greenroom/pipeline/event"
	"greenroom/pipeline/films/export"
	"greenroom/pipeline/films/records"
	"greenroom/pipeline/films/segments"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/renditions"
	"greenroom/pipeline/request"
	"greenroom/pipeline/stage"
	"greenroom/pipeline/stage/check"
	"greenroom/pipeline/stage/forms"
	"greenroom/remotion"
)

// Exporter returns what exports the project's films. The caller chooses format and folder.
func (p *Project) Exporter(ctx context.Context) (*export.Exporter, error) {
	if err := p.OpenState(); err != nil {
		return nil, err
	}
	t, err := p.Tools.Find(ctx)
	if err != nil {
		return nil, err
	}
	maker := &segments.Maker{Store: p.Store, Index: p.pieceIndex(), Tools: t, WorkDir: p.RenderDir()}
	x := &export.Exporter{
		Project: p.Dir(), Store: p.Store, Maker: maker, Tools: t,
		Records: records.Store{Dir: p.Dir(), Version: p.o.Version, Exports: true},
		Emit:    func(ev event.Event) { p.Send(ctx, ev) },
	}
	x.ProRes = func(ctx context.Context, webm string) (export.Clip, bool, error) {
		return p.clipForEditors(ctx, maker, webm)
	}
	return x, nil
}

// clipForEditors returns the ProRes file of the clip that shows a WebM.
func (p *Project) clipForEditors(ctx context.Context, m *segments.Maker, webm string) (export.Clip, bool, error) {
	for _, c := range p.Manifest.Clips {
		e, kind, ok := p.previews.Shown(c)
		if !ok || e.Renditions[renditions.WebM].Hash != webm {
			continue
		}
		hash, err := p.proRes(ctx, m, c, e, kind == remotion.StandIn)
		return export.Clip{Name: c.Name, Hash: hash}, true, err
	}
	return export.Clip{}, false, nil
}

// proRes returns the hash of a clip's ProRes rendition. One that the manifest does not ask for is made and kept in the
// store, as pieces of films are.
func (p *Project) proRes(
	ctx context.Context, m *segments.Maker, c manifest.Clip, e lockfile.Entry, standIn bool,
) (string, error) {
	if r, ok := e.Renditions[mediaforms.ProRes]; ok && p.Store.Has(assets.Hash(r.Hash), r.Bytes) {
		return r.Hash, nil
	}
	webm := e.Renditions[renditions.WebM].Hash
	in := forms.In{
		Clip: c.Name, TakeKey: e.TakeKey, Master: e.Master, WebM: webm, Names: []string{mediaforms.ProRes},
	}
	if standIn { // drawn as it is shown
		in.Master, in.Spec = webm, media.PrepareSpec{Transparent: e.Info.Transparent}
	} else {
		in.Spec = p.recipes.Recipe(c, e.Route, e.Info)
	}
	in.Spec.Frames, in.Spec.Duration = e.Info.Frames, e.Info.Duration
	t, err := p.Tools.Find(ctx)
	if err != nil {
		return "", err
	}
	key := forms.Key(mediaforms.ProRes, in.Master, in.Spec, "", t)
	r, err := m.Keep(key, func() (string, int64, error) {
		made, err := p.makeProRes(ctx, c, e, in, standIn)
		return made.Hash, made.Bytes, err
	})
	return r.Hash, err
}

func (p *Project) makeProRes(
	ctx context.Context, c manifest.Clip, e lockfile.Entry, in forms.In, standIn bool,
) (lockfile.Rendition, error) {
	b := &build{Project: p}
	b.bound()
	in.Threads = b.threads
	env := stage.Env{Store: p.Store, Tools: p.Tools.Find, Cores: b.cores, Threads: b.threads, Send: p.Send}
	if !standIn {
		s := planning.Step{Clip: c.Name, Key: e.TakeKey, Route: e.Route,
			Work: planning.Work{Clip: &c, Request: request.Request{Canonical: request.Canonical{Route: e.Route}}}}
		report, err := check.Do(ctx, env, check.In{Clip: c.Name, Master: e.Master, Expect: b.expectMaster(s, e)})
		if err != nil {
			return lockfile.Rendition{}, err
		}
		in.Spec = b.prepareSpec(s, report, e.Info)
		in.Spec.Frames, in.Spec.Duration = e.Info.Frames, e.Info.Duration
	}
	p.Send(ctx, event.Event{Clip: c.Name, Stage: "forms", State: event.Started})
	made, err := forms.Run(ctx, env, in)
	if err != nil {
		return lockfile.Rendition{}, err
	}
	p.Send(ctx, event.Event{Clip: c.Name, Stage: "forms", State: event.Done, Message: sizes(made)})
	return made[mediaforms.ProRes], nil
}
