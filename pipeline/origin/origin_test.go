package origin

import "testing"

func TestProviderOfAnAddress(t *testing.T) {
	for base, want := range map[string]string{
		"":                               HeyGen,
		"https://api.heygen.com":         HeyGen,
		"https://API.heygen.com/":        HeyGen,
		"http://127.0.0.1:8787":          Local,
		"http://[::1]:8787":              Local,
		"http://localhost:1":             Local,
		"http://LOCALHOST":               Local,
		"https://[::ffff:127.0.0.1]:443": Local,
	} {
		if got := Provider(base); got != want {
			t.Errorf("%q: %s, want %s", base, got, want)
		}
	}
	for _, base := range []string{
		"https://api.heygen.com.evil.example", "https://localhost.evil.example", "http://127.0.0.1@evil.example",
		"https://0.0.0.0", "https://127.1", "https://heygen.com",
	} {
		if got := Provider(base); got == HeyGen || got == Local {
			t.Errorf("%q: %s", base, got)
		}
	}
	if Provider("https://a.example:1") == Provider("https://a.example:2") {
		t.Error("two servers have one name")
	}
}

func TestAnotherOriginIsNeverAccepted(t *testing.T) {
	a, b := Of(HeyGen, OfKey("a")), Of(HeyGen, OfKey("b"))
	local := Of(Local, OfKey("a"))
	id := Identity{Current: a, Known: true}
	for _, o := range []Origin{None, Sandbox, Foreign, b, local, Of(Provider("https://x.example"), OfKey("a"))} {
		if id.Accepts(o) || id.Same(o) {
			t.Errorf("%q is accepted by %q", o, a)
		}
	}
	if !id.Accepts(a) || !id.Same(a) {
		t.Error("an account does not accept its own take")
	}
	id.Accepted = []Origin{b}
	if !id.Accepts(b) || id.Same(b) {
		t.Error("an accepted account's takes are used, but it is not the same account")
	}
	id.Drawn = true
	if !id.Accepts(Sandbox) || !id.Accepts(local) || id.Accepts(Foreign) || id.Accepts(None) {
		t.Error("drawn takes are not accepted alone")
	}
	id = Unknown(HeyGen)
	if !id.Accepts(a) || !id.Accepts(b) || id.Accepts(Sandbox) || id.Accepts(local) || id.Accepts(None) {
		t.Error("without a key the provider decides")
	}
	id = Identity{Current: Sandbox, Known: true}
	if !id.Accepts(None) || id.Accepts(a) || id.Accepts(local) {
		t.Error("the sandbox accepts its own takes and unrecorded ones")
	}
}

func TestOriginsAreValidNames(t *testing.T) {
	for _, o := range []Origin{None, Sandbox, Foreign, Of(HeyGen, OfUser("ada@example.com")),
		Of(Provider("https://x.example"), OfKey("k"))} {
		if !o.Valid() {
			t.Errorf("%q is not valid", o)
		}
	}
	for _, o := range []Origin{"a b", "../x", "heygen-\n", "-", "Ä"} {
		if o.Valid() {
			t.Errorf("%q is valid", o)
		}
	}
	if OfKey("a") == OfUser("a") || OfKey("a") == OfKey("b") {
		t.Error("hashes run together")
	}
}
