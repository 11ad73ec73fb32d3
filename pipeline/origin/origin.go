// Package origin names who made a take: the sandbox, or one account of a provider.
//
// A take's key names what was requested; its origin names who was to make it. Two origins never
// share a ledger row, a lockfile entry or a record in the shared cache.
package origin

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strings"

	"greenroom/internal/lazyregexp"
	"greenroom/internal/netutil"
)

// Origin is "sandbox", or a provider and an account such as "heygen-1a2b3c4d5e6f". The
// empty origin means that it is not recorded: a local file, or a record written before
// origins were recorded.
type Origin string

const (
	// None is the origin of local files, and of records without one.
	None Origin = ""
	// Sandbox is the built-in sandbox: drawn presenters, at no cost.
	Sandbox Origin = "sandbox"
	// Foreign is a take that the project's account does not have.
	Foreign Origin = "foreign"
)

// Providers. Everything else is "server-" and a hash of the host.
const (
	HeyGen = "heygen"
	Local  = "local" // a server on this machine that is not the project's own sandbox
)

// heyGenHost is where HeyGen's API is served.
const heyGenHost = "api.heygen.com"

var valid = lazyregexp.New(`^[a-z0-9][a-z0-9-]{0,63}$`)

// Valid reports whether a text read from a file can be an origin.
func (o Origin) Valid() bool { return o == None || valid.MatchString(string(o)) }

// Provider returns the provider's name for the address of an API; an empty address is
// HeyGen's.
func Provider(base string) string {
	if base == "" {
		return HeyGen
	}
	u, err := url.Parse(base)
	if err != nil {
		return "server-" + short("server", base)
	}
	host := strings.ToLower(u.Hostname())
	switch {
	case netutil.IsLoopback(host):
		return Local
	case host == heyGenHost:
		return HeyGen
	}
	return "server-" + short("server", strings.ToLower(u.Host))
}

// Of returns the origin of an account at a provider.
func Of(provider, account string) Origin { return Origin(provider + "-" + account) }

// OfKey returns a short hash that names the account of an API key without revealing it.
func OfKey(key string) string { return short("greenroom account", key) }

// OfUser returns a short hash of the user that the provider reports for a key. It stays the
// same when a key is replaced.
func OfUser(name string) string { return short("greenroom user", name) }

// short returns the first 48 bits of a hash: enough to tell a team's accounts apart.
func short(domain, value string) string {
	sum := sha256.Sum256([]byte(domain + " " + value))
	return hex.EncodeToString(sum[:6])
}

// Drawn reports a take that no paid provider made: its presenters are drawings.
func (o Origin) Drawn() bool { return o == Sandbox || o.provider() == Local }

// Free reports that purchases there cost nothing by definition. Another server on this
// machine may pass requests on to a provider that bills.
func (o Origin) Free() bool { return o == Sandbox }

// SameProvider reports that two origins differ in the account at most.
func (o Origin) SameProvider(other Origin) bool { return o.provider() == other.provider() }

// provider returns the part before the account.
func (o Origin) provider() string {
	if i := strings.LastIndexByte(string(o), '-'); i > 0 {
		return string(o)[:i]
	}
	return string(o)
}

// String describes the origin in a message.
func (o Origin) String() string {
	switch o.provider() {
	case "":
		return "an unrecorded account"
	case string(Sandbox):
		return "the sandbox"
	case string(Foreign):
		return "another account"
	case Local:
		return "a server on this machine (" + string(o) + ")"
	}
	if o == Of(o.provider(), unknownAccount) { // no key is at hand
		if o.provider() == HeyGen {
			return "HeyGen"
		}
		return "the server that HEYGEN_API_BASE names"
	}
	return "account " + string(o)
}
