package origin

import "slices"

// unknownAccount stands for the account of a key that is not at hand.
const unknownAccount = "?"

// Identity is whom a project buys from now, and whose takes it uses as its own.
type Identity struct {
	// Current is the origin of what is bought now.
	Current Origin
	// Known reports that the provider was asked whose key it is. Otherwise Current names
	// the key's hash, or no account at all.
	Known bool
	// Aliases are further names of the same account.
	Aliases []Origin
	// Accepted are other accounts whose takes the manifest accepts.
	Accepted []Origin
	// Drawn accepts takes of the sandbox and of servers on this machine as well.
	Drawn bool
}

// Unknown returns an identity at a provider of which no key is at hand.
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
	return !id.Known && o.SameProvider(id.Current) // it cannot be told apart now
}
