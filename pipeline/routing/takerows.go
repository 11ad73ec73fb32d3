package routing

import (
	"context"

	"greenroom/pipeline/ledger"
	"greenroom/pipeline/origin"
)

// ReadRows reads the ledger for a plan: for each take the row that decides about it. That is
// one of the project's own; or else a request that another account was sent and whose result
// is unknown, because buying now could pay twice.
func (rt *Router) ReadRows(ctx context.Context) (map[string]*ledger.Row, error) {
	rows := map[string]*ledger.Row{}
	if rt.disk.Ledger == nil {
		return rows, nil
	}
	list, err := rt.disk.Ledger.List(ctx)
	if err != nil {
		return nil, err
	}
	rank := func(r *ledger.Row) int {
		o := rt.account.RowOrigin(*r)
		bought := r.State == ledger.Submitted || r.State == ledger.Completed
		switch {
		case bought && rt.account.Accepts(ctx, o), r.Open() && rt.account.SameAccount(ctx, o):
			return 3
		case !o.Free() && (r.Open() || o == origin.None && bought):
			return 2
		case !bought && rt.account.SameAccount(ctx, o):
			return 1
		}
		return 0
	}
	for i := range list {
		r := &list[i]
		n := rank(r)
		if old := rows[r.Take]; n > 0 && (old == nil || n >= rank(old)) {
			rows[r.Take] = r
		}
	}
	return rows, nil
}

// RowKey returns the key of the row in which a take is requested: that of the row on record, or
// of a new one for the current account.
func (rt *Router) RowKey(ctx context.Context, take string, row *ledger.Row) string {
	if row != nil && row.Key != "" {
		return row.Key
	}
	return ledger.KeyOf(take, string(rt.account.Identity(ctx, true).Current))
}

// LooksAgain reports a parked request that the account may show by now: every build
// searches for it.
func (rt *Router) LooksAgain(ctx context.Context, row ledger.Row) bool {
	return row.State == ledger.Parked && row.Searchable() && rt.account.IsOwnRow(ctx, row)
}

// speechRow is the key of the row in which a sound is bought: that of the row on record when
// it is the project's own, or of a new one for the current account.
func (rt *Router) speechRow(take string) string {
	ctx := context.Background()
	if row := rt.Rows[take]; row != nil && rt.account.IsOwnRow(ctx, *row) {
		return row.Key
	}
	return ledger.KeyOf(take, string(rt.account.Identity(ctx, false).Current))
}
