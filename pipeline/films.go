package pipeline

import (
	"context"
	"os"

	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/pipeline/films"
	"greenroom/pipeline/films/records"
	"greenroom/pipeline/films/segments"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/renditions"
	"greenroom/pipeline/sharedcache"
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
	m := &segments.Maker{Store: p.Store, Index: p.pieceIndex(), Farm: p.farmEnv()}
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
		out := films.Clip{Script: c.Script, StandIn: kind == remotion.StandIn, Info: e.Info}
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
