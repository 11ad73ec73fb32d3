package pipeline

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"greenroom/heygen"
	"greenroom/heygen/sandbox"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/origin"
	"greenroom/pipeline/request"
)

// legacyEvidence is what a project's folder says about takes that were recorded before
// origins were.
type legacyEvidence struct {
	sandbox map[string]bool // ids that the built-in sandbox has made
	only    origin.Origin   // the one account that was ever used here; empty when there are several
}

// embeddedSandbox is what accountID says in place of an address.
const embeddedSandbox = "embedded sandbox"

// legacyOrigin finds out who made a take, from this disk alone; None when it does not tell.
func (a *accountCore) legacyOrigin(videoID string) origin.Origin {
	w := &a.who
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.legacy == nil {
		w.legacy = &legacyEvidence{sandbox: sandbox.KnownJobs(filepath.Join(a.disk.StateDir(), "sandbox")), only: a.onlyAccount()}
	}
	if w.legacy.sandbox[videoID] {
		return origin.Sandbox
	}
	return w.legacy.only
}

// onlyAccount is the origin of the one account that the project has used.
func (a *accountCore) onlyAccount() origin.Origin {
	var all []origin.Origin
	a.can.each(func(id string, k *capability) {
		base, _, _ := strings.Cut(id, " ")
		o := origin.Of(origin.Provider(base), k.Account)
		if strings.HasPrefix(id, embeddedSandbox) {
			o = origin.Sandbox
		}
		if k.Account != "" || o == origin.Sandbox {
			all = append(all, o)
		}
	})
	slices.Sort(all)
	if all = slices.Compact(all); len(all) == 1 {
		return all[0]
	}
	return origin.None
}

// migrateOrigins records who made the takes of earlier versions: in the ledger what this
// disk says, and with askToo for the rest what the account says. Takes that the account does
// not know are Foreign from then on. The caller holds the submitter's lock.
func (p *Project) migrateOrigins(ctx context.Context, askToo bool) error {
	list, err := p.Ledger.List(ctx)
	if err != nil {
		return err
	}
	rows := map[string]string{}
	ask := map[string]string{} // video to route
	for _, r := range list {
		switch o := p.Account.rowOrigin(r); {
		case r.Origin != "":
		case o != origin.None:
			rows[r.Key] = string(o)
		case r.VideoID != "" && !request.IsSpeech(r.Route):
			ask[r.VideoID] = r.Route
		}
	}
	var entries []lockfile.Entry
	for _, c := range p.Manifest.Clips {
		e, ok := p.Lock.Get(c.Name)
		if !ok || e.Origin != "" || e.VideoID == "" {
			continue
		}
		if o := p.Account.originOf(e); o != origin.None {
			e.Origin = string(o)
			if err := p.Lock.Set(e); err != nil {
				return err
			}
			continue
		}
		entries = append(entries, e)
		ask[e.VideoID] = e.Route
	}
	if askToo && len(ask) > 0 && !p.Account.Sandboxed() {
		found, err := p.Account.askAccount(ctx, ask)
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
			if err := p.Lock.Set(e); err != nil {
				return err
			}
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return p.Ledger.SetOrigins(ctx, rows)
}

// askJobs is how many videos are read at once.
const askJobs = 8

// askAccount reads videos on the account to see whether they are its own.
func (a *accountCore) askAccount(ctx context.Context, videos map[string]string) (map[string]origin.Origin, error) {
	client, err := a.connect(ctx)
	if err != nil {
		return nil, err
	}
	current := a.identity(ctx, true).Current
	var mu sync.Mutex
	found := map[string]origin.Origin{}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(askJobs)
	for id, route := range videos {
		g.Go(func() error {
			o := current
			_, err := client.Job(ctx, request.KindOf(a.recordRoute(ctx, route)), id)
			if heygen.NotFound(err) {
				o, err = origin.Foreign, nil
			}
			if err != nil {
				return explain(err, "find out which account made video "+id)
			}
			mu.Lock()
			defer mu.Unlock()
			found[id] = o
			return nil
		})
	}
	return found, g.Wait()
}
