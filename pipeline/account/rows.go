package account

import (
	"context"

	"greenroom/pipeline/ledger"
)

// IsOwnRow reports whether a row of the ledger counts for this project: its take belongs to the project, or, while the
// request has no job, the account is the one that sent it and may repeat it.
func (a *Account) IsOwnRow(ctx context.Context, r ledger.Row) bool {
	o := a.RowOrigin(r)
	if r.State == ledger.Submitted || r.State == ledger.Completed {
		return a.Accepts(ctx, o)
	}
	return a.SameAccount(ctx, o)
}
