// Package access reads the credential of a request: an API key or an OAuth token, each with all rights or with scopes.
package access

import (
	"net/http"
	"slices"
	"strings"
)

// Credential is who calls. A key or token NAME+SCOPE+SCOPE, with scopes such as videos:read, has these alone; the name
// is the account.
type Credential struct {
	Name   string
	Scopes []string // nil: all rights
	Token  bool     // of an Authorization header
}

// Of returns the credential of a request; its name is empty when there is none. A key goes before a token.
func Of(r *http.Request) Credential {
	key, token := r.Header.Get("X-Api-Key"), false
	if key == "" {
		scheme, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if strings.EqualFold(scheme, "Bearer") {
			key, token = strings.TrimSpace(value), true
		}
	}
	c := Credential{Name: key, Token: token}
	parts := strings.Split(key, "+")
	if len(parts) > 1 && !slices.ContainsFunc(parts[1:], notScope) {
		c.Name, c.Scopes = parts[0], parts[1:]
	}
	return c
}

// notScope reports a word that is a part of a key: real ones may contain a plus sign.
func notScope(word string) bool {
	what, right, ok := strings.Cut(word, ":")
	return !ok || what == "" || right != "read" && right != "write"
}

// resources are the names of scopes for the first words of paths, where these differ.
var resources = map[string]string{
	"lipsyncs": "lipsync", "users": "account", "video-agents": "videos", "templates": "videos",
	"background-removals": "videos", "video-translations": "videos", "filler-word-removals": "videos",
	"ai-clipping": "videos", "hyperframes": "videos", "audio": "assets", "folders": "assets",
	"brand-kits": "assets", "brand-glossaries": "assets",
}

// Scope returns the scope that a call of v3 needs, such as videos:write, and "" for one that needs none.
func Scope(method, path string) string {
	rest, ok := strings.CutPrefix(path, "/v3/")
	word, _, _ := strings.Cut(rest, "/")
	if !ok || word == "api_keys" { // a key may always read what it may do
		return ""
	}
	if name, ok := resources[word]; ok {
		word = name
	}
	if method == http.MethodGet || method == http.MethodHead {
		return word + ":read"
	}
	return word + ":write"
}

// May reports that the credential has a scope.
func (c Credential) May(scope string) bool {
	return scope == "" || c.Scopes == nil || slices.Contains(c.Scopes, scope)
}
