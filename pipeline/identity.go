package pipeline

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"greenroom/internal/fault"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/origin"
	"greenroom/pipeline/request"
)

// whoami is what is known about whom a project buys from.
type whoami struct {
	mu     sync.Mutex
	id     origin.Identity
	ready  bool // id was computed
	asked  bool // the provider was asked, or cannot be
	legacy *legacyEvidence
}

// checkSandbox refuses a sandbox that is not on this machine: greenroom would spend money
// there while it says that nothing costs any.
func (a *accountCore) checkSandbox() error {
	base := a.apiBase()
	if !a.Sandboxed() || base == "" {
		return nil
	}
	u, err := parseBase(base)
	if err != nil {
		return err
	}
	if !origin.IsLoopback(u.Hostname()) {
		return fault.New(fault.Usage, "unset HEYGEN_API_BASE, or set heygen.api to v3 to buy there",
			"heygen.api is sandbox, but HEYGEN_API_BASE points at %s, which is not this machine", u.Host)
	}
	return nil
}

// identity returns whom the project buys from. With ask, a key that was not seen before is
// looked up at the provider, once; without, or when that fails, its account counts as
// unknown.
func (a *accountCore) identity(ctx context.Context, ask bool) origin.Identity {
	w := &a.who
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ready && (w.asked || !ask) {
		return w.id
	}
	w.id, w.asked = a.findIdentity(ctx, ask)
	w.ready = true
	return w.id
}

func (a *accountCore) findIdentity(ctx context.Context, ask bool) (id origin.Identity, asked bool) {
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
		if _, err := a.connect(ctx); err != nil {
			return id, false
		}
		key = a.keyAccount()
	}
	users := a.knownUsers()
	if users[key] == "" && ask {
		if client, err := a.connect(ctx); err == nil {
			if name, err := client.WhoAmI(ctx); err == nil {
				account := key
				if name != "" {
					account = origin.OfUser(name)
				}
				a.can.learn(a.accountID(), func(k *capability) { k.Users[key] = account })
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
func (a *accountCore) keyAccount() string {
	if known := a.provider.accountOf(a.accountID()); known != "" {
		return known
	}
	return keyAccountOf(a.disk.Manifest.HeyGen.Key, a.disk.Dir(), a.o.Getenv)
}

// keyAccountOf returns the hash of the key that a reference leads to; empty when it leads to
// none, or to a program.
func keyAccountOf(ref, dir string, getenv func(string) string) string {
	if ref == "" {
		ref = defaultKeyRef
	}
	key := ""
	if name, ok := strings.CutPrefix(ref, "$"); ok {
		key = getenv(name)
	} else if path, ok := strings.CutPrefix(ref, "file:"); ok {
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		b, _ := readKeyFile(path) // an unreadable key is reported when it is needed
		key, _, _ = strings.Cut(string(b), "\n")
	}
	if key = strings.TrimSpace(key); key == "" {
		return ""
	}
	return origin.OfKey(key)
}

func (a *accountCore) knownUsers() (users map[string]string) {
	a.can.of(a.accountID(), func(k *capability) { users = maps.Clone(k.Users) })
	return users
}

// accepts reports whether a take of that origin is one of the project's own. Where only the
// account may differ, the provider is asked whose key it is.
func (a *accountCore) accepts(ctx context.Context, o origin.Origin) bool {
	id := a.identity(ctx, false)
	if o != origin.None && !id.Known && o.SameProvider(id.Current) {
		id = a.identity(ctx, true)
	}
	return id.Accepts(o)
}

// sameAccount reports whether that origin is the account that the project buys from now.
func (a *accountCore) sameAccount(ctx context.Context, o origin.Origin) bool {
	id := a.identity(ctx, false)
	if !id.Known && o.SameProvider(id.Current) {
		id = a.identity(ctx, true)
	}
	return id.Same(o)
}

// own returns a clip's entry when its take is one of the project's own.
func (a *accountCore) own(ctx context.Context, clip string) (lockfile.Entry, bool) {
	e, have := a.disk.Lock.Get(clip)
	return e, have && a.ownEntry(ctx, e)
}

func (a *accountCore) ownEntry(ctx context.Context, e lockfile.Entry) bool {
	return e.Route == request.File || a.accepts(ctx, a.originOf(e))
}

// originOf is an entry's origin; for one of an earlier version, what is known of it here.
func (a *accountCore) originOf(e lockfile.Entry) origin.Origin {
	if e.Origin != "" {
		return origin.Origin(e.Origin)
	}
	if e.VideoID == "" {
		return origin.None
	}
	return a.legacyOrigin(e.VideoID)
}

// rowOrigin is a row's origin, the same way.
func (a *accountCore) rowOrigin(r ledger.Row) origin.Origin {
	if r.Origin != "" {
		return origin.Origin(r.Origin)
	}
	return a.legacyOrigin(r.VideoID)
}

// NotReady is the error of a film whose clip is not up to date.
func (p *Project) NotReady(clip, reason string) *fault.Error {
	hint := "run `greenroom build` first"
	if e, ok := p.Lock.Get(clip); ok && p.Account.originOf(e).Drawn() && !p.o.AllowSandbox {
		hint += "; --allow-sandbox renders drawn presenters for a preview"
	}
	return fault.New(fault.Failed, hint, "clip is not ready: %s", reason).For(clip)
}

// DrawnClips counts the clips on record that no paid provider made.
func (p *Project) DrawnClips() (n int) {
	for _, c := range p.Manifest.Clips {
		if e, ok := p.Lock.Get(c.Name); ok && p.Account.originOf(e).Drawn() {
			n++
		}
	}
	return n
}

// searchable reports that a row's video can be found on the account by its title.
func searchable(r ledger.Row) bool { return r.Marker != "" && strings.Contains(r.Title, r.Marker) }

// foreignRow says why a request of another account blocks a clip.
func (a *accountCore) foreignRow(ctx context.Context, clip string, r ledger.Row) string {
	o := a.rowOrigin(r)
	if o == origin.None {
		return "an earlier version recorded a request without its account; `greenroom build` asks HeyGen, or use `greenroom resolve " + clip + "`"
	}
	return "the result of a request to " + o.String() + " is unknown; use that account's key again, or `greenroom resolve " + clip + "`"
}

// agrees refuses a lockfile entry and a ledger row that name different files for one take:
// after a bad merge the entry may hold another clip's footage.
func (p *Project) agrees(c manifest.Clip, e lockfile.Entry, row *ledger.Row) error {
	if p.refetch[c.Name] || row == nil || row.MasterHash == "" || e.Master == "" || e.TakeKey != row.Take || e.Master == row.MasterHash {
		return nil
	}
	f := fault.New(fault.Manifest,
		"if greenroom.lock was merged or edited, restore it with `git checkout "+LockName+"`; else `greenroom build --refetch "+c.Name+"` downloads the take again",
		"%s and the ledger disagree: the lockfile has file %s for this take, the ledger %s", LockName, e.Master[:12], row.MasterHash[:min(12, len(row.MasterHash))])
	place := c.Place
	f.Place = &place
	return f.For(c.Name)
}

// otherOrigin says why a take is not the project's own.
func (a *accountCore) otherOrigin(ctx context.Context, o origin.Origin) string {
	if o == origin.None {
		return "an earlier version recorded the take without its account"
	}
	now := a.identity(ctx, false).Current
	if o == origin.Foreign {
		return "the take is not on " + now.String()
	}
	return "the take was made by " + o.String() + ", and the project uses " + now.String() + " now"
}
