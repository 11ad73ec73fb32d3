package pipeline

import (
	"context"
	"fmt"

	"greenroom/internal/fault"
	"greenroom/pipeline/ledger"
)

// PublishedClip is a clip's prepared file in public/greenroom.
type PublishedClip struct {
	Clip, Path  string
	Transparent bool
	Poster      string // the picture's path; "" without one
	Facts       string // size and length, for people
	Line        int    // where the clip stands in the manifest
}

// Published lists the prepared files of the named clips; none names all.
func (p *Project) Published(names []string) ([]PublishedClip, error) {
	clips, err := p.clips(names)
	if err != nil {
		return nil, err
	}
	var out []PublishedClip
	var list fault.List
	for _, c := range clips {
		e, ok := p.entry(c.Name)
		files := publishedFiles(e)
		if !ok || len(files) == 0 {
			list = append(list, fault.New(fault.Failed, "run `greenroom build` first", "nothing is published yet").For(c.Name))
			continue
		}
		pc := PublishedClip{Clip: c.Name, Path: p.path(PublicDir + "/" + files[0].Name), Transparent: e.Info.Transparent, Line: c.Place.Line}
		pc.Facts = fmt.Sprintf("%dx%d, %d frames, %.2f s", e.Info.OutWidth, e.Info.OutHeight, e.Info.Frames, e.Info.Duration)
		for _, f := range files {
			if f.rendition == posterRendition {
				pc.Poster = p.path(PublicDir + "/" + f.Name)
			}
		}
		out = append(out, pc)
	}
	return out, list.Or()
}

// Resolve is a person's word about a request without an answer: the id it has on
// the account, or "" when it is not there.
func (p *Project) Resolve(ctx context.Context, clip, videoID string) error {
	clips, err := p.clips([]string{clip})
	if err != nil {
		return err
	}
	if err := p.openState(); err != nil {
		return err
	}
	unlock, err := ledger.LockSubmitter(p.state)
	if err != nil {
		return err
	}
	defer unlock()
	list, err := p.ledger.List(ctx)
	if err != nil {
		return err
	}
	rows := map[string]*ledger.Row{}
	for i := range list {
		rows[list[i].Key] = &list[i]
	}
	e, have := p.entry(clip)
	r, err := p.chosen(ctx, clips[0], e, have, rows)
	if err != nil {
		return err
	}
	row, ok, err := p.ledger.Get(ctx, r.key)
	switch {
	case err != nil:
		return err
	case r.speech != nil && (!ok || row.State == ledger.Intended):
		return p.resolveVoice(ctx, clip, videoID, r.speech)
	case !ok || row.State != ledger.Parked && row.State != ledger.Sending:
		return fault.New(fault.Usage, "`greenroom status` shows what needs settling", "no request of it is open").For(clip)
	case videoID != "":
		return p.ledger.ResolvePaid(ctx, r.key, videoID)
	}
	return p.ledger.ResolveNotPaid(ctx, r.key)
}
