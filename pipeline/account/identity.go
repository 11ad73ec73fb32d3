package account

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/internal/netutil"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/origin"
	"greenroom/pipeline/routes"
)

// identity is what is known of the account that a project buys from.
type identity struct {
	mu     sync.Mutex
	id     origin.Identity
	ready  bool // id was computed
	read   bool // the user of the key was read from the provider, or is not needed
	legacy *legacyEvidence
}

// checkSandbox refuses a sandbox that is not on this machine: greenroom would spend money there and report
// that nothing costs any.
func (a *Account) checkSandbox() error {
	base := a.apiBase()
	if !a.Sandboxed() || base == "" {
		return nil
	}
	u, err := parseBase(base)
	if err != nil {
		return err
	}
	if !netutil.IsLoopback(u.Hostname()) {
		return fault.New(fault.Usage, "unset HEYGEN_API_BASE, or set heygen.api to v3 to buy there",
			"heygen.api is sandbox, but HEYGEN_API_BASE points at %s, which is not this machine", u.Host)
	}
	return nil
}

// Identity returns the account that the project buys from. With ask, a key that is not known is looked up at the
// provider, once. Without ask, or when the look-up fails, the account is unknown.
func (a *Account) Identity(ctx context.Context, ask bool) origin.Identity {
	w := &a.identity
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ready && (w.read || !ask) {
		return w.id
	}
	w.id, w.read = a.findIdentity(ctx, ask)
	w.ready = true
	return w.id
}

// findIdentity returns the account that the project buys from, and whether another call with ask would find no more.
func (a *Account) findIdentity(ctx context.Context, ask bool) (id origin.Identity, final bool) {
	if a.Sandboxed() {
		return origin.Identity{Current: origin.Sandbox, Known: true}, true
	}
	provider := origin.Provider(a.apiBase())
	id = origin.Unknown(provider)
	id.Drawn = a.o.AllowSandbox
	for _, a := range a.disk.Manifest.HeyGen.Accounts {
		id.Accepted = append(id.Accepted, origin.Origin(a))
	}
	if a.offline { // an account does not matter where nothing can be bought
		return id, true
	}
	key := a.keyAccount()
	if key == "" {
		if !ask || a.needsConsent() {
			return id, false
		}
		if _, err := a.Connect(ctx); err != nil {
			return id, false
		}
		key = a.keyAccount()
	}
	users := a.knownUsers()
	if users[key] == "" && ask {
		if client, err := a.Connect(ctx); err == nil {
			if name, err := client.WhoAmI(ctx); err == nil {
				account := key
				if name != "" {
					account = origin.OfUser(name)
				}
				a.Can.Record(a.AccountID(), func(k *Capability) { k.Users[key] = account })
				users = a.knownUsers()
			}
		}
	}
	id.Current = origin.Of(provider, key)
	account := users[key]
	if account == "" {
		return id, ask // the provider was not asked, or did not answer
	}
	id.Known = true
	id.Current = origin.Of(provider, account)
	for k, a := range users {
		if a == account { // what was bought before the account's name was known
			id.Aliases = append(id.Aliases, origin.Of(provider, k))
		}
	}
	slices.Sort(id.Aliases)
	return id, true
}

// keyAccount returns the hash of the key in use; empty when it is not known without running
// a program.
func (a *Account) keyAccount() string {
	if known := a.Connection.accountOf(a.AccountID()); known != "" {
		return known
	}
	return KeyAccountOf(a.disk.Manifest.HeyGen.Key, a.disk.Dir(), a.o.Getenv)
}

// KeyAccountOf returns the hash of the key that a reference leads to; empty when it leads to
// none, or to a program.
func KeyAccountOf(ref, dir string, getenv func(string) string) string {
	place, token := Place(ref, getenv)
	key := ""
	if name, ok := strings.CutPrefix(place, "$"); ok {
		key = strings.TrimSpace(getenv(name))
	} else if strings.HasPrefix(place, "file:") {
		key, _ = keyInFile(place, dir) // an unreadable key is reported when it is needed
	}
	switch {
	case key == "":
		return ""
	case token:
		return origin.OfKey(heygen.AccessToken(key).Reveal())
	}
	return origin.OfKey(key)
}

func (a *Account) knownUsers() (users map[string]string) {
	a.Can.Read(a.AccountID(), func(k *Capability) { users = maps.Clone(k.Users) })
	return users
}

// Accepts reports whether a take of that origin belongs to the project. Where only the account may differ, the user of
// the key is read from the provider.
func (a *Account) Accepts(ctx context.Context, o origin.Origin) bool {
	id := a.Identity(ctx, false)
	if o != origin.None && !id.Known && o.SameProvider(id.Current) {
		id = a.Identity(ctx, true)
	}
	return id.Accepts(o)
}

// SameAccount reports whether an origin is the account that the project buys from now.
func (a *Account) SameAccount(ctx context.Context, o origin.Origin) bool {
	id := a.Identity(ctx, false)
	if !id.Known && o.SameProvider(id.Current) {
		id = a.Identity(ctx, true)
	}
	return id.Same(o)
}

// OwnTake returns the lockfile's entry of a clip, and whether its take belongs to the project.
func (a *Account) OwnTake(ctx context.Context, clip string) (lockfile.Entry, bool) {
	e, have := a.disk.Lock.Get(clip)
	return e, have && a.IsOwnTake(ctx, e)
}

// IsOwnTake reports whether the take of an entry belongs to the project.
func (a *Account) IsOwnTake(ctx context.Context, e lockfile.Entry) bool {
	return e.Route == routes.File || a.Accepts(ctx, a.OriginOf(e))
}

// OriginOf returns the origin of an entry. Earlier versions did not record it: for their entries it is what the
// project's folder shows.
func (a *Account) OriginOf(e lockfile.Entry) origin.Origin {
	if e.Origin != "" {
		return origin.Origin(e.Origin)
	}
	if e.VideoID == "" {
		return origin.None
	}
	return a.legacyOrigin(e.VideoID)
}

// RowOrigin returns the origin of a row of the ledger, in the same way as OriginOf.
func (a *Account) RowOrigin(r ledger.Row) origin.Origin {
	if r.Origin != "" {
		return origin.Origin(r.Origin)
	}
	return a.legacyOrigin(r.VideoID)
}

// ForeignRow returns the reason why a request of another account blocks a clip.
func (a *Account) ForeignRow(ctx context.Context, clip string, r ledger.Row) string {
	o := a.RowOrigin(r)
	if o == origin.None {
		return "an earlier version recorded a request without its account; `greenroom build` reads it from HeyGen, or use `greenroom resolve " + clip + "`"
	}
	return "the result of a request to " + o.String() + " is unknown; use that account's key again, or `greenroom resolve " + clip + "`"
}

// OtherOrigin returns the reason why a take does not belong to the project.
func (a *Account) OtherOrigin(ctx context.Context, o origin.Origin) string {
	if o == origin.None {
		return "an earlier version recorded the take without its account"
	}
	now := a.Identity(ctx, false).Current
	if o == origin.Foreign {
		return "the take is not on " + now.String()
	}
	return "the take was made by " + o.String() + ", and the project uses " + now.String() + " now"
}
