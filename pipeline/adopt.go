package pipeline

import (
	"context"
	"time"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/internal/outside"
	"greenroom/pipeline/account"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/request"
)

// Adopt records that a clip's take is a video that the account already has, as if the
// clip's request had made it: the next build fetches it and buys nothing.
func (p *Project) Adopt(ctx context.Context, clip, videoID string) error {
	clips, err := p.Clips.Named([]string{clip})
	if err != nil {
		return err
	}
	end, err := p.begin()
	if err != nil {
		return err
	}
	defer end()
	api, err := p.Account.API(ctx)
	if err != nil {
		return err
	}
	client, err := p.Account.Connect(ctx)
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
	r, err := p.adoptable(ctx, clips[0].Name, client, videoID)
	if err != nil {
		return err
	}
	o := p.Account.Identity(ctx, true).Current
	in := ledger.Intent{Key: ledger.KeyOf(r.Key, string(o)), Take: r.Key, Origin: string(o), Clip: clip, Route: r.Route, Path: "adopted", Body: []byte("{}")}
	if p.router.Rows, err = p.router.ReadRows(ctx); err != nil {
		return err
	}
	if row := p.router.Rows[r.Key]; row != nil && p.Account.SameAccount(ctx, p.Account.RowOrigin(*row)) {
		in.Key = row.Key
	}
	in.Marker = ledger.MarkerOf(in.Key)
	return p.Ledger.Adopt(ctx, in, videoID)
}

// adoptable is the clip's request on a route whose jobs are kept where the video is.
func (p *Project) adoptable(ctx context.Context, clip string, client *heygen.Client, videoID string) (request.Request, error) {
	clips, err := p.Clips.Named([]string{clip})
	if err != nil {
		return request.Request{}, err
	}
	api, err := p.Account.API(ctx)
	if err != nil {
		return request.Request{}, err
	}
	for _, route := range p.router.Candidates(clips[0], api) {
		if _, err := client.Job(ctx, request.KindOf(route), videoID); err != nil {
			continue
		}
		if r, err := p.router.RequestOn(ctx, clips[0], route); err == nil && r.Paid() {
			return r, nil
		}
	}
	return request.Request{}, fault.New(fault.Usage, "write `video: "+videoID+"` as the clip's source instead", "video %s cannot be a take of %s", videoID, clip)
}

// Spending is what the ledger knows of money: for people who look after it.
type Spending struct {
	Runs  []RunSpending `json:"runs"`
	Total float64       `json:"totalUSD"` // at most
	Open  int           `json:"open"`     // requests whose result is unknown
}

// RunSpending is one run's part.
type RunSpending struct {
	Run       string     `json:"run"`
	Began     time.Time  `json:"began,omitzero"` // when its first request was sent
	Bought    int        `json:"bought"`
	Failed    int        `json:"failed"`
	Open      int        `json:"open"`
	Price     float64    `json:"priceUSD"` // at most, of what was bought
	Purchases []Purchase `json:"purchases"`
}

// Purchase is one submission.
type Purchase struct {
	Clip    string  `json:"clip"`
	Route   string  `json:"route"`
	State   string  `json:"state"`
	VideoID string  `json:"videoId,omitempty"`
	Price   float64 `json:"priceUSD"`
	Reason  string  `json:"reason,omitempty"`
}

// Spending reads every submission on record, by run, oldest first.
func (p *Project) Spending(ctx context.Context) (Spending, error) {
	out := Spending{Runs: []RunSpending{}}
	if err := p.PeekState(); err != nil || p.Ledger == nil {
		return out, err
	}
	rows, err := p.Ledger.List(ctx)
	if err != nil {
		return out, err
	}
	index := map[string]int{}
	for _, r := range rows {
		if r.State == ledger.Intended {
			continue // refused, or never sent: it cost nothing
		}
		i, ok := index[r.RunID]
		if !ok {
			i = len(out.Runs)
			index[r.RunID] = i
			out.Runs = append(out.Runs, RunSpending{Run: r.RunID, Began: r.FirstSent})
		}
		run := &out.Runs[i]
		switch r.State {
		case ledger.Submitted, ledger.Completed:
			run.Bought++
			run.Price += r.Price
			out.Total += r.Price
		case ledger.Failed:
			run.Failed++
		default:
			run.Open++
			out.Open++
			run.Price += r.Price
			out.Total += r.Price
		}
		run.Purchases = append(run.Purchases, Purchase{r.Clip, r.Route, string(r.State), r.VideoID, r.Price, outside.Clean(r.Reason)})
	}
	return out, nil
}
