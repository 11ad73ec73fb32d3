package origin

import "slices"

// unknownAccount is the account of a key that is not available.
const unknownAccount = "?"

// Identity is the account from which a project buys now, and the accounts whose takes it uses as its own.
type Identity struct {
	// Current is the origin of what is bought now.
	Current Origin
	// Known is true when the provider confirmed whose key it is. Otherwise Current names
	// the key's hash, or no account.
	Known bool
	// Aliases are further names of the same account.
	Aliases []Origin
	// Accepted are other accounts whose takes the manifest accepts.
	Accepted []Origin
	// Drawn accepts takes of the sandbox and of servers on this machine as well.
	Drawn bool
}

// Unknown returns an identity at a provider without an available key.
func Unknown(provider string) Identity { return Identity{Current: Of(provider, unknownAccount)} }

// Same reports whether o is the account that Current names: only that account may repeat or
// search a request of o.
func (id Identity) Same(o Origin) bool {
	if o == id.Current || slices.Contains(id.Aliases, o) {
		return true
	}
	return id.Current == Of(id.Current.provider(), unknownAccount) && o.SameProvider(id.Current)
}

// Accepts reports whether a finished take of o is one of the project's own. A take without
// a recorded origin is not, except in the sandbox, where nothing is at stake.
func (id Identity) Accepts(o Origin) bool {
	switch {
	case o == None:
		return id.Current == Sandbox
	case id.Same(o), slices.Contains(id.Accepted, o), id.Drawn && o.Drawn():
		return true
	}
	return !id.Known && o.SameProvider(id.Current) // it cannot be identified now
}
