package account

import (
	"context"
	"slices"
	"strings"
	"time"

	"greenroom/heygen"
)

// Needed are the scopes of everything that greenroom asks for, with what they are for.
var Needed = []struct{ Scope, For string }{
	{"videos:read", "waiting for videos and downloading them"},
	{"videos:write", "making videos"},
	{"assets:write", "sending files"},
	{"account:read", "telling accounts apart, and what is left"},
}

// Auth is the credential in use.
type Auth struct {
	Place    string   `json:"place"`    // of the credential: $HEYGEN_API_KEY, file:PATH, cmd:PROGRAM; sandbox
	Kind     string   `json:"kind"`     // key, token
	Server   string   `json:"server"`   // the API's address
	User     string   `json:"user"`     // empty when HeyGen does not report it
	Name     string   `json:"name"`     // of the key
	Status   string   `json:"status"`   // active; empty when HeyGen does not report it
	Limited  bool     `json:"limited"`  // to Scopes
	Scopes   []string `json:"scopes"`   // of a limited key
	Missing  []string `json:"missing"`  // scopes that greenroom uses
	Expires  string   `json:"expires"`  // RFC 3339; empty: never, or not reported
	Reported bool     `json:"reported"` // HeyGen reports what the credential may do
}

// Auth asks the provider about the credential in use. It fails when there is none or it is refused.
func (a *Lookups) Auth(ctx context.Context) (Auth, error) {
	core := a.core
	place, token := Place(core.disk.Manifest.HeyGen.Key, core.o.Getenv)
	out := Auth{Place: place, Kind: "key", Server: core.apiBase(), Scopes: []string{}, Missing: []string{}}
	if token {
		out.Kind = "token"
	}
	client, err := core.Connect(ctx)
	if err != nil {
		return out, err
	}
	switch {
	case out.Server == "" && core.Sandboxed():
		out.Server, out.Place = "the built-in sandbox", "sandbox"
	case out.Server == "":
		out.Server = heygen.DefaultBaseURL
	}
	if strings.HasPrefix(out.Place, "cmd:") {
		out.Place, _, _ = strings.Cut(out.Place, " ") // its arguments may hold more than a terminal should show
	}
	const doing = "read what the key may do"
	key, reported, err := client.OwnKey(ctx)
	if err != nil {
		return out, Explain(err, doing)
	}
	out.Reported, out.Name, out.Status, out.Limited = reported, key.Name, key.Status, key.Limited
	if !key.Expires.IsZero() {
		out.Expires = key.Expires.UTC().Format(time.RFC3339)
	}
	out.Scopes = append(out.Scopes, key.Scopes...)
	for _, n := range Needed {
		if key.Limited && !slices.Contains(key.Scopes, n.Scope) {
			out.Missing = append(out.Missing, n.Scope)
		}
	}
	out.User, err = client.WhoAmI(ctx)
	return out, Explain(err, doing)
}
