package access

import (
	"net/http/httptest"
	"testing"
)

func TestScopesOfCalls(t *testing.T) {
	t.Parallel()
	for call, want := range map[[2]string]string{
		{"GET", "/v3/videos/x"}:           "videos:read",
		{"POST", "/v3/videos/batches"}:    "videos:write",
		{"DELETE", "/v3/lipsyncs/x"}:      "lipsync:write",
		{"GET", "/v3/users/me"}:           "account:read",
		{"GET", "/v3/api_keys/self"}:      "",
		{"POST", "/v2/video/generate"}:    "",
		{"HEAD", "/v3/webhooks/events"}:   "webhooks:read",
		{"POST", "/v3/templates/x"}:       "videos:write",
		{"GET", "/v3/brand-glossaries"}:   "assets:read",
		{"POST", "/v3/models/audio/tts"}:  "models:write",
		{"PATCH", "/v3/avatars/looks/id"}: "avatars:write",
	} {
		if got := Scope(call[0], call[1]); got != want {
			t.Errorf("%v: %q, want %q", call, got, want)
		}
	}
}

func TestAKeyGoesBeforeAToken(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/v3/videos", nil)
	if c := Of(r); c.Name != "" {
		t.Errorf("%+v", c)
	}
	r.Header.Set("Authorization", "Basic abc")
	if c := Of(r); c.Name != "" {
		t.Errorf("%+v", c)
	}
	r.Header.Set("Authorization", "Bearer me+videos:read")
	if c := Of(r); c.Name != "me" || !c.Token || !c.May("videos:read") || c.May("videos:write") || !c.May("") {
		t.Errorf("%+v", c)
	}
	r.Header.Set("X-Api-Key", "key")
	if c := Of(r); c.Name != "key" || c.Token || !c.May("anything:write") {
		t.Errorf("%+v", c)
	}
}

// TestAPlusSignInAKey: a key of HeyGen's may contain one; only scopes after it are scopes.
func TestAPlusSignInAKey(t *testing.T) {
	t.Parallel()
	for key, limited := range map[string]bool{
		"a/KEY+0123=xyz": false, "k+": false, "k+videos": false, "k+videos:read+x": false, "k+:read": false, "k+a:b": false,
		"k+videos:read": true, "k+videos:read+assets:write": true,
	} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/v3/videos", nil)
		r.Header.Set("X-Api-Key", key)
		if c := Of(r); (c.Scopes != nil) != limited || !limited && c.Name != key {
			t.Errorf("%s: %+v", key, c)
		}
	}
}
