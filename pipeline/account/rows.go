package account

import (
	"context"

	"greenroom/pipeline/ledger"
)

// OwnRow reports that a row decides about a clip of this project: the account bought it, or
// may repeat and search its request.
func (a *Account) OwnRow(ctx context.Context, r ledger.Row) bool {
	o := a.RowOrigin(r)
	if r.State == ledger.Submitted || r.State == ledger.Completed {
		return a.Accepts(ctx, o)
	}
	return a.SameAccount(ctx, o)
}
