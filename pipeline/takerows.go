package pipeline

import (
	"context"

	"greenroom/pipeline/ledger"
	"greenroom/pipeline/origin"
)

// readRows reads the ledger for a plan: for each take the row that decides about it. That is
// one of the project's own; or else a request that another account was sent and whose result
// is unknown, because buying now could pay twice.
func (p *Project) readRows(ctx context.Context) (map[string]*ledger.Row, error) {
	rows := map[string]*ledger.Row{}
	if p.Ledger == nil {
		return rows, nil
	}
	list, err := p.Ledger.List(ctx)
	if err != nil {
		return nil, err
	}
	rank := func(r *ledger.Row) int {
		o := p.Account.rowOrigin(*r)
		bought := r.State == ledger.Submitted || r.State == ledger.Completed
		switch {
		case bought && p.Account.accepts(ctx, o), r.Open() && p.Account.sameAccount(ctx, o):
			return 3
		case !o.Free() && (r.Open() || o == origin.None && bought):
			return 2
		case !bought && p.Account.sameAccount(ctx, o):
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

// rowKey is the key of the row in which a take is asked for: that of the row on record, or
// of a new one for the current account.
func (p *Project) rowKey(ctx context.Context, take string, row *ledger.Row) string {
	if row != nil && row.Key != "" {
		return row.Key
	}
	return ledger.KeyOf(take, string(p.Account.identity(ctx, true).Current))
}

// looksAgain reports a parked request that the account may show by now: every build
// searches for it.
func (p *Project) looksAgain(ctx context.Context, s Step) bool {
	row := s.submission()
	return row.State == ledger.Parked && searchable(row) && p.Account.ownRow(ctx, row)
}

// ownRow reports that a row decides about a clip of this project: the account bought it, or
// may repeat and search its request.
func (a *accountCore) ownRow(ctx context.Context, r ledger.Row) bool {
	o := a.rowOrigin(r)
	if r.State == ledger.Submitted || r.State == ledger.Completed {
		return a.accepts(ctx, o)
	}
	return a.sameAccount(ctx, o)
}
