package pipeline

import (
	"context"
	"fmt"

	"greenroom/assets"
	"greenroom/compose/media"
	"greenroom/internal/fault"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/recipes"
	"greenroom/pipeline/renditions"
	"greenroom/pipeline/request"
	"greenroom/pipeline/routes"
)

// PublishedClip is a clip's prepared file in public/greenroom.
type PublishedClip struct {
	Clip, Path  string
	Transparent bool
	Poster      string      // the picture's path; "" without one
	Facts       string      // size and length, for people
	Warning     string      // what HeyGen warned of with its take
	Again       string      // the advice for a damaged file
	Line        int         // of the clip in the manifest
	About       [][2]string // where the take is from and what it cost, as name and value
	Master      string      // path of the delivered take; "" where it is not in the store

	// Take is what the file must be, for a take that is not prepared; nil for a published file.
	Take *media.Expect
}

// Published lists the prepared files of the named clips; none names all.
func (p *Project) Published(names []string) ([]PublishedClip, error) {
	return p.published(names, false)
}

// Checkable lists what can be checked of the named clips: the prepared files, and of clips without one the takes
// in the store, such as one whose take failed its checks. No name means all.
func (p *Project) Checkable(ctx context.Context, names []string) ([]PublishedClip, error) {
	list, err := p.published(names, true)
	for i := range list {
		list[i].About = p.provenance(ctx, list[i].Clip)
	}
	return list, err
}

// provenance is where a clip's take is from and what it cost.
func (p *Project) provenance(ctx context.Context, clip string) (out [][2]string) {
	e, ok := p.Lock.Get(clip)
	if !ok {
		return nil
	}
	add := func(name, value string) {
		if value != "" {
			out = append(out, [2]string{name, value})
		}
	}
	add("route", e.Route)
	add("origin", e.Origin)
	add("video", e.VideoID)
	add("take", e.TakeKey)
	add("master", fmt.Sprintf("SHA-256 %s, %d bytes", e.Master, e.MasterBytes))
	add("ffmpeg", e.Tool)
	price := "not in the ledger of this machine"
	if p.Ledger != nil {
		rows, err := p.Ledger.List(ctx)
		for _, r := range rows {
			if err == nil && r.Take == e.TakeKey && r.VideoID == e.VideoID && r.VideoID != "" {
				price = "at most " + request.Dollars(r.Price)
			}
		}
	}
	if e.Route == routes.File {
		price = "none: a file of the project"
	}
	add("price", price)
	return out
}

func (p *Project) published(names []string, takes bool) ([]PublishedClip, error) {
	clips, err := p.Clips.Named(names)
	if err != nil {
		return nil, err
	}
	if err := p.PeekState(); err != nil {
		return nil, err
	}
	var out []PublishedClip
	var list fault.List
	for _, c := range clips {
		e, ok := p.Lock.Get(c.Name)
		files := renditions.Published(e)
		if take, have := p.storedTake(c, e); len(files) == 0 && takes && ok && have {
			out = append(out, take)
			continue
		}
		if !ok || len(files) == 0 {
			list = append(list, fault.New(fault.Failed, "run `greenroom build` first", "nothing is published yet").For(c.Name))
			continue
		}
		pc := PublishedClip{Clip: c.Name, Path: p.Path(p.PublicDir() + "/" + files[0].Name), Transparent: e.Info.Transparent, Warning: e.Warning, Line: c.Place.Line}
		if take, have := p.storedTake(c, e); have {
			pc.Master = take.Path
		}
		if err := p.publishedIntact(c.Name, e); err != nil {
			list = append(list, err)
			continue
		}
		if pc.Again = downloadAgain(c.Name); e.Route == routes.File {
			pc.Again = "replace " + p.Rel(c.File)
		}
		pc.Facts = fmt.Sprintf("%dx%d, %d frames, %.2f s", e.Info.OutWidth, e.Info.OutHeight, e.Info.Frames, e.Info.Duration)
		for _, f := range files {
			if f.Rendition == renditions.Poster {
				pc.Poster = p.Path(p.PublicDir() + "/" + f.Name)
			}
		}
		out = append(out, pc)
	}
	return out, list.Or()
}

// storedTake returns a clip's delivered take, if the store has it.
func (p *Project) storedTake(c manifest.Clip, e lockfile.Entry) (PublishedClip, bool) {
	if p.Store == nil || e.Master == "" || !p.Store.Has(assets.Hash(e.Master), e.MasterBytes) {
		return PublishedClip{}, false
	}
	expect := recipes.ExpectMaster(c, e.Route, e.Duration)
	if expect.Again = downloadAgain(c.Name); e.Route == routes.File {
		expect.Again = "replace " + p.Rel(c.File)
	}
	return PublishedClip{
		Clip: c.Name, Path: p.Store.Path(assets.Hash(e.Master)), Transparent: c.Transparent, Warning: e.Warning,
		Again: expect.Again, Line: c.Place.Line, Take: &expect,
	}, true
}
