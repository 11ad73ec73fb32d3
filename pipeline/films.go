package pipeline

import (
	"context"
	"os"

	"greenroom/assets"
	"greenroom/compose/media"
	mediaforms "greenroom/compose/media/forms"
	"greenroom/compose/timeline"
	"greenroom/internal/capacity"
	"greenroom/internal/fault"
	"greenroom/pipeline/event"
	"greenroom/pipeline/films"
	"greenroom/pipeline/films/export"
	"greenroom/pipeline/films/records"
	"greenroom/pipeline/films/segments"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/renditions"
	"greenroom/pipeline/request"
	"greenroom/pipeline/sharedcache"
	"greenroom/pipeline/stage"
	"greenroom/pipeline/stage/check"
	"greenroom/pipeline/stage/forms"
	"greenroom/remotion"
)

// Films returns the project as package films sees it.
func (p *Project) Films() *films.Source {
	return &films.Source{
		Manifest: p.Manifest,
		Public:   func() string { return p.Path(p.PublicDir()) },
		Open: func(ctx context.Context) (films.Store, error) {
			if err := p.OpenState(); err != nil {
				return nil, err
			}
			p.warnOfManifest(ctx)
			return p.Store, nil
		},
		Hash:  p.Inputs.Hash,
		Tools: p.Tools.Find,
		Clips: p.filmClips,
	}
}

// FilmRecords returns the records of the project's rendered films.
func (p *Project) FilmRecords() records.Store {
	return records.Store{Dir: p.Dir(), Version: p.o.Version}
}

// FilmPieces returns what renders films piece by piece, with the project's store and its shared cache. Machines of a
// shard lease the pieces in the cache, so that each piece is encoded by one of them.
func (p *Project) FilmPieces(shard Shard) func(context.Context) (*segments.Maker, error) {
	return func(context.Context) (*segments.Maker, error) { return p.filmPieces(shard) }
}

func (p *Project) filmPieces(shard Shard) (*segments.Maker, error) {
	if err := p.OpenState(); err != nil {
		return nil, err
	}
	if p.pieces == nil {
		sh, err := p.sharedCache(BuildOptions{})
		if err != nil {
			return nil, err
		}
		p.pieces = sh
	}
	if _, err := p.engineCache(); err != nil {
		return nil, err
	}
	m := &segments.Maker{Store: p.Store, Index: p.pieceIndex(), Capacity: capacity.Here(0), Farm: p.farmEnv()}
	if !p.pieces.None() {
		m.Shared = sharedcache.Pieces{Cache: p.pieces}
	}
	if shard.Of > 1 {
		m.Leases = sharedcache.LeasesOf(p.pieces)
	}
	return m, nil
}

func (p *Project) pieceIndex() segments.Index { return segments.Index{Dir: p.Path(segments.Folder)} }

// filmClips plans clips and returns a function that describes one of them for films.
func (p *Project) filmClips(ctx context.Context, names []string) (func(string) (films.Clip, error), error) {
	upToDate, reason := make(map[string]bool, len(names)), map[string]string{}
	if len(names) > 0 {
		plan, err := p.Plan(ctx, names)
		if err != nil {
			return nil, err
		}
		for _, s := range plan.Steps {
			upToDate[s.Clip] = s.Action == planning.Keep
			if s.Action != planning.Keep {
				reason[s.Clip] = s.Reason
			}
		}
	}
	return func(name string) (films.Clip, error) {
		i, ok := p.Clips.Index(name)
		if !ok {
			return films.Clip{}, p.Clips.Missing(name)
		}
		c := p.Manifest.Clips[i]
		e, kind, ok := p.previews.Shown(c)
		out := films.Clip{
			Script: c.Script, StandIn: kind == remotion.StandIn, MadeBy: c.MadeBy(), Info: e.Info,
		}
		if !out.StandIn && (!upToDate[name] || !ok) {
			out.NotReady = p.NotReady(name, reason[name])
		}
		if !out.StandIn && e.Warning != "" {
			out.Warned = RefuseWarned(name, e.Warning)
		}
		for _, f := range renditions.Published(e) {
			switch f.Rendition {
			case renditions.WebM:
				out.Video = f.File
			case renditions.Captions:
				out.Captions = f.File
			}
		}
		return out, nil
	}, nil
}

// FilmCurrent reports whether a rendered file has a film as it is now; see [records.Store.Current].
func (p *Project) FilmCurrent(ctx context.Context, f *timeline.Film, file records.File) bool {
	tools, _ := p.Tools.Find(ctx) // without ffmpeg, times of files decide
	return p.FilmRecords().Current(f, tools.Version, p.Manifest.Path, file)
}

// ReadyProps returns the props of the published clips, for a Remotion composition that shows the clip of this name,
// or any clip if the name is empty. It fails if one of these clips is missing or out of date, or must not be shown.
func (p *Project) ReadyProps(ctx context.Context, clip string, o films.Options) ([]byte, error) {
	var names []string
	if clip != "" {
		names = []string{clip}
	}
	plan, err := p.Plan(ctx, names)
	if err != nil {
		return nil, err
	}
	var list fault.List
	for _, s := range plan.Steps {
		switch {
		case s.Action != planning.Keep && !(o.AllowStandIns && p.Shown(s.Clip).Kind == remotion.StandIn):
			list = append(list, p.NotReady(s.Clip, s.Reason))
		case s.Action == planning.Keep && s.Warning != "" && !o.AllowWarnings:
			list = append(list, RefuseWarned(s.Clip, s.Warning))
		}
	}
	if err := list.Or(); err != nil {
		return nil, err
	}
	props, err := os.ReadFile(p.PropsPath())
	if err != nil {
		return nil, fault.Wrap(fault.Failed, err, "run `greenroom build` first", "read the props")
	}
	return props, nil
}

// Takes returns the clips that AI made and that a Remotion composition may show: the clip of this name, or all if the
// name is empty.
func (p *Project) Takes(clip string) (out []films.Take) {
	for _, c := range p.Manifest.Clips {
		if source := c.MadeBy(); source != "" && (clip == "" || c.Name == clip) {
			e, _ := p.Lock.Get(c.Name)
			out = append(out, films.Take{Clip: c.Name, Hash: e.Renditions[renditions.WebM].Hash, Source: source})
		}
	}
	return out
}

// NotReady is the error of a film whose clip is not up to date.
func (p *Project) NotReady(clip, reason string) *fault.Error {
	hint := "run `greenroom build` first"
	if e, ok := p.Lock.Get(clip); ok && p.Account.OriginOf(e).Drawn() && !p.o.AllowSandbox {
		hint += "; --allow-sandbox renders drawn presenters for a preview"
	}
	return fault.New(fault.Failed, hint, "clip is not ready: %s", reason).For(clip)
}

// DrawnClips counts the clips on record that no paid provider made.
func (p *Project) DrawnClips() (n int) {
	for _, c := range p.Manifest.Clips {
		if e, ok := p.Lock.Get(c.Name); ok && p.Account.OriginOf(e).Drawn() {
			n++
		}
	}
	return n
}

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
	key := forms.Key(mediaforms.ProRes, in.Master, in.Spec, "", "", t)
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
	env := stage.Env{Store: p.Store, Tools: p.Tools.Find, Capacity: b.capacity, Threads: b.threads, Send: p.Send}
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
