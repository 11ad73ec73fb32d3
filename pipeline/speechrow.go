package pipeline

import (
	"context"

	"greenroom/compose/standin"
	"greenroom/heygen"
	"greenroom/pipeline/ledger"
)

// speechRow is the key of the row in which a sound is bought: that of the row on record when
// it is the project's own, or of a new one for the current account.
func (rt *router) speechRow(take string) string {
	ctx := context.Background()
	if row := rt.rows[take]; row != nil && rt.account.IsOwnRow(ctx, *row) {
		return row.Key
	}
	return ledger.KeyOf(take, string(rt.account.Identity(ctx, false).Current))
}

func standinWords(in []heygen.Word) (out []standin.Word) {
	for _, w := range in {
		out = append(out, standin.Word{Text: w.Text, Start: w.Start, End: w.End})
	}
	return out
}
