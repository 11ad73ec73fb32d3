package ledger

import "context"

// planted are protocols known to be wrong: alternative drivers over the same
// ledger rows, client and provider. The explorer must catch each.
func planted() []scenario {
	one := []string{"A"}
	return []scenario{
		{name: "bad: POST and then record", clips: one, drive: postThenRecord},
	}
}

// postThenRecord is what everybody writes first: a crash in between forgets.
func postThenRecord(p *proc, in Intent) error {
	ctx := context.Background()
	if r, ok, err := p.l.Get(ctx, in.Key); err != nil || ok && r.State == Submitted {
		return err
	}
	id, err := api{p.c, p.w.s.v3, ""}.Submit(ctx, in.Path, in.Body)
	if err != nil {
		return err
	}
	return p.put(in, func(r *Row) { r.State, r.VideoID = Submitted, id })
}

// put changes a row without asking what it was: the planted ones do as they like.
func (p *proc) put(in Intent, change func(*Row)) error {
	return p.l.store.update(context.Background(), func(t txn) error {
		r, ok, err := t.get(in.Key)
		if err != nil {
			return err
		}
		if !ok {
			r = Row{Key: in.Key, Clip: in.Clip, Route: in.Route, Marker: in.Marker, Title: in.Title, Path: in.Path, Body: in.Body, RunID: in.RunID, Price: in.Price, State: Intended}
		}
		change(&r)
		r.Updated = p.w.now
		return t.put(r)
	})
}
