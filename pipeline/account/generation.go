package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/pipeline/event"
)

// apiLife is how long a recorded generation is trusted.
const apiLife = 7 * 24 * time.Hour

// API returns the active generation of the API. For `auto` it is found out with a request and recorded: v2 while the
// account still answers there, else v3. It fails when neither answers.
func (a *Account) API(ctx context.Context) (heygen.API, error) {
	switch a.disk.Manifest.HeyGen.API {
	case "v3":
		return heygen.V3, nil
	case "auto":
		if _, token := Place(a.disk.Manifest.HeyGen.Key, a.o.Getenv); token {
			return heygen.V3, nil // v1 and v2 take API keys only
		}
		return a.autoAPI(ctx)
	}
	return heygen.V2, nil
}

// autoAPI returns the generation for `auto`, from the record while that is trusted.
func (a *Account) autoAPI(ctx context.Context) (heygen.API, error) {
	a.autoMu.Lock()
	defer a.autoMu.Unlock()
	var known heygen.API
	a.Can.Read(a.AccountID(), func(k *Capability) {
		// An API that has ended does not come back, so that record does not expire.
		if !k.V2Ended.IsZero() || a.o.Now().Sub(k.Asked) < apiLife {
			known = k.API
		}
	})
	switch {
	case known != "":
		return known, nil
	case a.offline: // the lockfile's takes are valid on the routes of either
		return heygen.V2, nil
	case a.assumed.Load() || a.needsConsent(): // no request is sent, and nothing is recorded
		a.assumed.Store(true)
		return heygen.V2, nil
	}
	client, err := a.Connect(ctx)
	if err != nil {
		return "", err
	}
	const doing = "find out which API the account has"
	chosen := heygen.V2
	if _, err := client.Credits(ctx, heygen.V2); heygen.MaybeGone(err) {
		chosen = heygen.V3
		if _, v3 := client.Credits(ctx, heygen.V3); heygen.Unauthorized(v3) {
			return "", Explain(v3, doing)
		} else if !answers(v3) {
			kind, hint := remedy(v3)
			return "", fault.Wrap(kind, fmt.Errorf("%w; v3: %w", err, v3), hint, doing)
		}
	} else if err != nil {
		return "", Explain(err, doing)
	}
	a.Can.Record(a.AccountID(), func(k *Capability) { k.API, k.Asked = chosen, a.o.Now() })
	a.disk.Send(ctx, event.Event{
		Stage: "api", State: event.Done, Message: "auto: this account answers " + string(chosen),
	})
	return chosen, nil
}

// answers reports whether an API is served: refusing a key that may not read the account, or an
// account without money, is an answer, too.
func answers(err error) bool {
	_, scoped := heygen.MissingScope(err)
	return err == nil || scoped || heygen.Payment(err)
}

// Gone returns the fault of a route that is no longer served. Under `auto`, when v1 or v2 ended and v3
// answers, v3 is recorded: the account's quota may still be served on v2 when videos are no longer
// made there. A row with an unknown result still prevents that its clip is bought again, on v3 too.
func (a *Account) Gone(ctx context.Context, err error, doing string) error {
	var he *heygen.Error
	if a.disk.Manifest.HeyGen.API != "auto" || !errors.As(err, &he) {
		return Explain(err, doing)
	}
	client, cerr := a.Connect(ctx)
	if cerr != nil {
		return cerr
	}
	if he.Legacy() {
		if _, v3 := client.Credits(ctx, heygen.V3); answers(v3) {
			now := a.o.Now()
			a.Can.Record(a.AccountID(), func(k *Capability) { k.API, k.Asked, k.V2Ended = heygen.V3, now, now })
			text := "auto: v1 and v2 have ended for this account; v3 is used from the next run on"
			a.disk.Send(ctx, event.Event{Stage: "api", State: event.Warned, Message: text})
			return fault.Wrap(fault.Provider, err, "run the same command again: api: auto uses v3 now", "%s", doing)
		}
	}
	a.Can.Record(a.AccountID(), func(k *Capability) { k.API, k.Asked, k.V2Ended = "", time.Time{}, time.Time{} })
	return Explain(err, doing)
}

// Unbought adds to a fault's hint that nothing was bought.
func Unbought(err error) error {
	var f *fault.Error
	if errors.As(err, &f) && !strings.Contains(f.Hint, "nothing was") {
		f.Hint = strings.TrimPrefix(f.Hint+"; nothing was bought", "; ")
	}
	return err
}
