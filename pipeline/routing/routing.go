package routing

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

// Router finds the request that a clip's take was made with, or would be made with.
type Router struct {
	disk    *project.Project
	account *account.Account
	Rows    map[string]*ledger.Row // of the last plan: the row that decides about a take
}

// Candidates returns the routes a clip can take, the one to buy on first.
func (rt *Router) Candidates(c manifest.Clip, api heygen.API) []string {
	return request.Candidates(c, api, request.Look{NoWebM: rt.account.NoWebM(c.Avatar), Translated: rt.disk.Clips.Translated(c.Name)})
}

// Chosen returns a clip's request on the route of its take, or on the one it would be bought on.
func (rt *Router) Chosen(ctx context.Context, c manifest.Clip, e lockfile.Entry, have bool, rows map[string]*ledger.Row) (request.Request, error) {
	api := heygen.V2
	if request.NeedsAPI(c) {
		var err error
		if api, err = rt.account.API(ctx); err != nil {
			return request.Request{}, err
		}
	}
	routes := rt.Candidates(c, api)
	first, err := rt.RequestOn(ctx, c, routes[0])
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
func (rt *Router) others(ctx context.Context, c manifest.Clip, routes []string) (out []request.Request) {
	for _, route := range routes {
		if r, err := rt.RequestOn(ctx, c, route); err == nil {
			out = append(out, r)
		}
	}
	return out
}

// unspeakable is a fault at the clip whose voice draft cannot be made.
func unspeakable(c manifest.Clip, err *request.SpeechError) error {
	f := fault.New(fault.Manifest, "leave it out, or leave draft out", "draft: voice: %s", err.Reason).For(c.Name)
	if c.Lipsync != nil {
		hint := "leave it out, or record it: lipsync: {audio: …}"
		f = fault.New(fault.Manifest, hint, "its voice: %s", err.Reason).For(c.Name)
	}
	place := c.Place
	f.Place = &place
	return f
}

// Bought reports a take that the lockfile knows and this machine's ledger does not: a
// clean clone with the key downloads it again rather than buying it again. The sandbox's
// videos are free and live on one machine, so there the clip is made again.
func (rt *Router) Bought(e lockfile.Entry, have bool, key string) bool {
	return have && e.TakeKey == key && e.VideoID != "" && !rt.account.Sandboxed()
}

// New returns the router of a project.
func New(disk *project.Project, account *account.Account) *Router {
	return &Router{disk: disk, account: account}
}
