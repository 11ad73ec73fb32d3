package purchase

import (
	"context"

	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/origin"
	"greenroom/pipeline/routes"
)

// RecordOrigins records who made the takes of earlier versions: in the ledger what this
// disk knows, and with askToo for the rest what the account knows. Takes that the account does
// not know are Foreign from then on. The caller holds the submitter's lock.
func (a *Answers) RecordOrigins(ctx context.Context, askToo bool) error {
	list, err := a.disk.Ledger.List(ctx)
	if err != nil {
		return err
	}
	rows := map[string]string{}
	ask := map[string]string{} // video to route
	for _, r := range list {
		switch o := a.account.RowOrigin(r); {
		case r.Origin != "":
		case o != origin.None:
			rows[r.Key] = string(o)
		case r.VideoID != "" && !routes.IsSpeech(r.Route):
			ask[r.VideoID] = r.Route
		}
	}
	var entries []lockfile.Entry
	for _, c := range a.disk.Manifest.Clips {
		e, ok := a.disk.Lock.Get(c.Name)
		if !ok || e.Origin != "" || e.VideoID == "" {
			continue
		}
		if o := a.account.OriginOf(e); o != origin.None {
			e.Origin = string(o)
			if err := a.disk.Lock.Set(e); err != nil {
				return err
			}
			continue
		}
		entries = append(entries, e)
		ask[e.VideoID] = e.Route
	}
	if askToo && len(ask) > 0 && !a.account.Sandboxed() {
		found, err := a.account.AskAccount(ctx, ask)
		if err != nil {
			return err
		}
		for _, r := range list {
			if o := found[r.VideoID]; r.Origin == "" && o != origin.None && rows[r.Key] == "" {
				rows[r.Key] = string(o)
			}
		}
		for _, e := range entries {
			if e.Origin = string(found[e.VideoID]); e.Origin == "" {
				continue
			}
			if err := a.disk.Lock.Set(e); err != nil {
				return err
			}
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return a.disk.Ledger.SetOrigins(ctx, rows)
}
