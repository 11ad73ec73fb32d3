package heygen

import (
	"context"
	"time"
)

// KeyInfo is what a credential may do. Members that HeyGen does not report are empty.
type KeyInfo struct {
	ID, Name string
	Status   string    // active; another word is a key that is about to be refused
	Limited  bool      // only Scopes are allowed; false: everything is
	Scopes   []string  // such as videos:write
	Expires  time.Time // zero: never
}

// OwnKey returns what the credential in use may do. ok is false when the server does not have this operation, as before
// September 2026.
func (c *Client) OwnKey(ctx context.Context) (k KeyInfo, ok bool, err error) {
	var d struct {
		ID      flexText   `json:"key_id"`
		Name    flexText   `json:"key_name"`
		Status  flexText   `json:"status"`
		Mode    flexText   `json:"scope_mode"`
		Scopes  []flexText `json:"scopes"`
		Expires flexText   `json:"expires_at"`
	}
	err = c.read(ctx, "read the key", "/v3/api_keys/self", nil, &d)
	if NotFound(err) {
		return KeyInfo{}, false, nil
	}
	if err != nil {
		return KeyInfo{}, false, err
	}
	k = KeyInfo{ID: string(d.ID), Name: string(d.Name), Status: string(d.Status), Limited: d.Mode == "custom"}
	for _, s := range d.Scopes {
		k.Scopes = append(k.Scopes, string(s))
	}
	k.Expires, _ = time.Parse(time.RFC3339, string(d.Expires)) // anything else is not reported
	return k, true, nil
}
