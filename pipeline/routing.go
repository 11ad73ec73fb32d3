package pipeline

import (
	"context"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/pipeline/account"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/project"
	"greenroom/pipeline/request"
)

// router finds the request that a clip's take was made with, or would be made with.
type router struct {
	disk    *project.Project
	account *account.Account
	rows    map[string]*ledger.Row // of the last plan: the row that decides about a take
}

// candidates returns the routes a clip can take, the one to buy on first.
func (rt *router) candidates(c manifest.Clip, api heygen.API) []string {
	return request.Candidates(c, api, request.Look{NoWebM: rt.account.NoWebM(c.Avatar), Translated: rt.disk.Clips.Translated(c.Name)})
}

// chosen returns a clip's request on the route of its take, or on the one it would be bought on.
func (rt *router) chosen(ctx context.Context, c manifest.Clip, e lockfile.Entry, have bool, rows map[string]*ledger.Row) (request.Request, error) {
	api := heygen.V2
	if request.NeedsAPI(c) {
		var err error
		if api, err = rt.account.API(ctx); err != nil {
			return request.Request{}, err
		}
	}
	routes := rt.candidates(c, api)
	first, err := rt.requestOn(ctx, c, routes[0])
	if have && first.Key != "" && e.TakeKey == first.Key {
		return first, nil // there, also when its route would be refused now; see withLength
	}
	if row, known := rows[first.Key]; err != nil && (!known || !mayBePaid(row)) {
		return first, err
	}
	if len(rows) == 0 && !have {
		return first, nil // nothing is bought that could be used
	}
	list := append([]request.Request{first}, rt.others(ctx, c, routes[1:])...)
	if c.Source == manifest.SourceAvatar && c.AudioFile == "" && len(c.Scenes) == 0 {
		// A take of the same words is valid whether or not its voice was drafted first.
		if c.Draft == "" {
			c.Draft = manifest.DraftVoice
		} else {
			c.Draft = ""
		}
		list = append(list, rt.others(ctx, c, routes)...)
	}
	for _, r := range list {
		if earlier, ok := r.Earlier(); ok {
			list = append(list, earlier)
		}
	}
	for _, r := range list {
		row, known := rows[r.Key]
		if have && e.TakeKey == r.Key || known && mayBePaid(row) {
			return r, nil
		}
	}
	return first, nil
}

// mayBePaid reports a submission that was or may have been paid for.
func mayBePaid(row *ledger.Row) bool {
	return row.State != ledger.Intended && row.State != ledger.Failed
}

// others are the requests on further routes; one that a route cannot make is none.
func (rt *router) others(ctx context.Context, c manifest.Clip, routes []string) (out []request.Request) {
	for _, route := range routes {
		if r, err := rt.requestOn(ctx, c, route); err == nil {
			out = append(out, r)
		}
	}
	return out
}

// unspeakable is a fault at the clip whose voice draft cannot be made.
func unspeakable(c manifest.Clip, err *request.SpeechError) error {
	f := fault.New(fault.Manifest, "leave it out, or leave draft out", "draft: voice: %s", err.Reason).For(c.Name)
	place := c.Place
	f.Place = &place
	return f
}

// remote is the ledger's view of the provider for one clip.
type remote struct {
	c     *heygen.Client
	route string
	links *account.UploadLinks
}

// Submit posts once; with the row's idempotency key where the path takes one.
func (r remote) Submit(ctx context.Context, row ledger.Row) (string, error) {
	body := r.links.Reveal(row.Body)
	if heygen.AcceptsIdempotencyKey(row.Path) {
		return r.c.SubmitOnce(ctx, row.Path, body, row.Once())
	}
	return r.c.Submit(ctx, row.Path, body)
}

// repeat is nil where a second POST is a second purchase: v1, v2 and v3's agents. A
// background removal carries its key in the body.
func (r remote) repeat() func(context.Context, ledger.Row) (string, error) {
	if !request.IsV3(r.route) || r.route == request.V3Agent {
		return nil
	}
	return r.Submit
}

// FindByTitle searches the account's list that a job of this route would be on.
func (r remote) FindByTitle(ctx context.Context, marker string) ([]ledger.Found, error) {
	find := r.c.FindByTitle
	switch {
	case request.KindOf(r.route) == heygen.KindTranslateV3:
		find = r.c.FindTranslation
	case request.IsV3(r.route):
		find = r.c.FindByTitleV3
	}
	items, err := find(ctx, marker)
	out := make([]ledger.Found, 0, len(items))
	for _, i := range items {
		out = append(out, ledger.Found{ID: i.ID, Title: i.Title, CreatedAt: i.CreatedAt, Failed: i.Failed()})
	}
	return out, err
}
