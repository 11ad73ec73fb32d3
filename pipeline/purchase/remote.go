package purchase

import (
	"context"

	"greenroom/heygen"
	"greenroom/pipeline/account"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/routes"
)

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
	if !routes.IsV3(r.route) || r.route == routes.V3Agent {
		return nil
	}
	return r.Submit
}

// FindByTitle searches the account's list that a job of this route would be on.
func (r remote) FindByTitle(ctx context.Context, marker string) ([]ledger.Found, error) {
	if routes.KindOf(r.route) == heygen.KindModelVideo { // they are on no list
		return nil, nil
	}
	find := r.c.FindByTitle
	switch {
	case routes.KindOf(r.route) == heygen.KindTranslateV3:
		find = r.c.FindTranslation
	case routes.KindOf(r.route) == heygen.KindProofread:
		find = r.c.FindProofread
	case routes.KindOf(r.route) == heygen.KindLipsync:
		find = r.c.FindLipsync
	case routes.IsV3(r.route):
		find = r.c.FindByTitleV3
	}
	items, err := find(ctx, marker)
	out := make([]ledger.Found, 0, len(items))
	for _, i := range items {
		out = append(out, ledger.Found{ID: i.ID, Title: i.Title, CreatedAt: i.CreatedAt, Failed: i.Failed()})
	}
	return out, err
}
