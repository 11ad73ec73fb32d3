package account

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"greenroom/heygen"
	"greenroom/heygen/sandbox"
	"greenroom/pipeline/origin"
	"greenroom/pipeline/routes"
)

// legacyEvidence is what the folder of a project shows about takes of earlier versions, which recorded no origin.
type legacyEvidence struct {
	sandbox map[string]bool // ids that the built-in sandbox has made
	only    origin.Origin   // the only account that was used here; None when there are several
}

// embeddedSandbox is in AccountID in place of an address.
const embeddedSandbox = "embedded sandbox"

// legacyOrigin returns the origin of a take without a request; None when the project's folder does not show it.
func (a *Account) legacyOrigin(videoID string) origin.Origin {
	w := &a.identity
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.legacy == nil {
		w.legacy = &legacyEvidence{
			sandbox: sandbox.KnownJobs(filepath.Join(a.disk.StateDir(), "sandbox")), only: a.onlyAccount(),
		}
	}
	if w.legacy.sandbox[videoID] {
		return origin.Sandbox
	}
	return w.legacy.only
}

// onlyAccount returns the origin of the account that the project has used; None when there is not exactly one.
func (a *Account) onlyAccount() origin.Origin {
	var all []origin.Origin
	a.Can.each(func(id string, k *Capability) {
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

// parallelReads is how many videos are read at once.
const parallelReads = 8

// AskAccount reads videos, given as routes by id, from the account and returns their origins: the account, or Foreign
// where it does not have the video.
func (a *Account) AskAccount(ctx context.Context, videos map[string]string) (map[string]origin.Origin, error) {
	client, err := a.Connect(ctx)
	if err != nil {
		return nil, err
	}
	current := a.Identity(ctx, true).Current
	var mu sync.Mutex
	found := map[string]origin.Origin{}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelReads)
	for id, route := range videos {
		g.Go(func() error {
			o := current
			_, err := client.Job(ctx, routes.KindOf(a.RecordRoute(ctx, route)), id)
			if heygen.NotFound(err) {
				o, err = origin.Foreign, nil
			}
			if err != nil {
				return Explain(err, "find out which account made video "+id)
			}
			mu.Lock()
			defer mu.Unlock()
			found[id] = o
			return nil
		})
	}
	return found, g.Wait()
}
