package purchase

import (
	"context"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/pipeline/account"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/request"
	"greenroom/pipeline/routes"
)

// Adopt records that a clip's take is a video that the account already has, as if the
// clip's request had made it: the next build fetches it and buys nothing.
func (a *Answers) Adopt(ctx context.Context, c manifest.Clip, videoID string) error {
	api, err := a.account.API(ctx)
	if err != nil {
		return err
	}
	client, err := a.account.Connect(ctx)
	if err != nil {
		return err
	}
	v, err := account.AnyVideo(ctx, client, api, videoID)
	switch {
	case heygen.NotFound(err):
		return fault.Wrap(fault.Provider, err, "`greenroom videos` lists them", "find video %s", videoID)
	case err != nil:
		return account.Explain(err, "read video "+videoID)
	case v.State == heygen.StateFailed:
		return fault.New(fault.Provider, "choose another", "video %s failed at HeyGen", videoID)
	}
	r, err := a.adoptable(ctx, c, client, videoID)
	if err != nil {
		return err
	}
	o := a.account.Identity(ctx, true).Current
	in := ledger.Intent{Key: ledger.KeyOf(r.Key, string(o)), Take: r.Key, Origin: string(o), Clip: c.Name, Route: r.Route, Path: "adopted", Body: []byte("{}")}
	if a.router.Rows, err = a.router.ReadRows(ctx); err != nil {
		return err
	}
	if row := a.router.Rows[r.Key]; row != nil && a.account.SameAccount(ctx, a.account.RowOrigin(*row)) {
		in.Key = row.Key
	}
	in.Marker = ledger.MarkerOf(in.Key)
	// A take belongs to one request: that of another clip, or of this clip with an earlier script or setting.
	hint := "write `video: " + videoID + "` as the source of " + c.Name + ": it shows the same video and costs nothing"
	if err := a.notAnothers(ctx, in.Key, videoID, hint); err != nil {
		return err
	}
	return a.disk.Ledger.Adopt(ctx, in, videoID)
}

// adoptable is the clip's request on a route whose jobs are kept where the video is.
func (a *Answers) adoptable(ctx context.Context, c manifest.Clip, client *heygen.Client, videoID string) (request.Request, error) {
	api, err := a.account.API(ctx)
	if err != nil {
		return request.Request{}, err
	}
	for _, route := range a.router.Candidates(c, api) {
		if _, err := client.Job(ctx, routes.KindOf(route), videoID); err != nil {
			continue
		}
		if r, err := a.router.RequestOn(ctx, c, route); err == nil && r.Paid() {
			return r, nil
		}
	}
	return request.Request{}, fault.New(fault.Usage, "write `video: "+videoID+"` as the clip's source instead", "video %s cannot be a take of %s", videoID, c.Name)
}
