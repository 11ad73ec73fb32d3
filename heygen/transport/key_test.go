package transport

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// sentKey returns the key that a request carries, and the error of sending it.
func sentKey(t *testing.T, c Call, url string) (string, error) {
	t.Helper()
	got := ""
	k := &Key{
		Header: "X-Api-Key", Value: func() string { return "secret" },
		Origins: NewOrigins("https://api.heygen.com", "http://127.0.0.1:8787/base", "https://b ad", ""),
		Next: roundTrip(func(req *http.Request) (*http.Response, error) {
			got = req.Header.Get("X-Api-Key")
			return respond(200, ""), nil
		}),
	}
	req := request(t, c, http.MethodGet, url, "")
	req.Header.Set("X-Api-Key", "theirs")
	_, err := k.RoundTrip(req)
	if req.Header.Get("X-Api-Key") != "theirs" {
		t.Error("the caller's request was changed")
	}
	return got, err
}

func TestTheKeyGoesToTheAPIsOwnOriginsOnly(t *testing.T) {
	for url, want := range map[string]string{
		"https://api.heygen.com/v3/videos":       "secret",
		"https://API.HEYGEN.COM:443/v3/videos":   "secret",
		"http://127.0.0.1:8787/v1/user/me":       "secret",
		"https://api.heygen.com:8443/v3/videos":  "",
		"https://api.heygen.com.example.com/":    "",
		"https://user@example.com/":              "",
		"https://api.heygen.com@example.com/":    "",
		"https://files.heygen.ai/a?x=1":          "",
		"http://127.0.0.1:8788/v1/user/me":       "",
		"https://127.0.0.1:8787/v1/user/me":      "",
		"http://localhost:8787/v1/user/me":       "",
		"https://storage.googleapis.com/put?sig": "",
	} {
		if got, err := sentKey(t, Call{}, url); got != want || err != nil {
			t.Errorf("%s carries the key %q, want %q: %v", url, got, want, err)
		}
	}
	if got, err := sentKey(t, Call{WithoutKey: true}, "https://api.heygen.com/x"); got != "" || err != nil {
		t.Errorf("a request without key carries %q: %v", got, err)
	}
}

func TestNothingIsSentUnencrypted(t *testing.T) {
	for url, refused := range map[string]bool{
		"http://api.heygen.com/": true, "http://10.0.0.1/": true, "ftp://127.0.0.1/": true,
		"http://127.0.0.1.example.com/": true,
		"http://0.0.0.0/":               true,
		"http://[::1]:80/":              false, "http://127.9.9.9/": false, "http://localhost/": false,
		"https://10.0.0.1/": false,
	} {
		_, err := sentKey(t, Call{}, url)
		var never *NotSentError
		if (err != nil) != refused || refused && !(errors.Is(err, ErrInsecure) && errors.As(err, &never)) {
			t.Errorf("%s: %v", url, err)
		}
	}
}

// TestAFollowedRedirectLosesTheKey: package heygen follows none; the key does not rely on that.
func TestAFollowedRedirectLosesTheKey(t *testing.T) {
	var keys []string
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		keys = append(keys, r.Header.Get("X-Api-Key"))
	}))
	defer other.Close()
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		keys = append(keys, r.Header.Get("X-Api-Key"))
		http.Redirect(w, r, other.URL, http.StatusFound)
	}))
	defer api.Close()
	k := &Key{
		Next: &http.Transport{}, Header: "X-Api-Key", Value: func() string { return "secret" },
		Origins: NewOrigins(api.URL),
	}
	res, err := (&http.Client{Transport: k}).Do(request(t, Call{}, http.MethodGet, api.URL, ""))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if fmt.Sprint(keys) != "[secret ]" {
		t.Errorf("the two servers received %q", keys)
	}
}

func TestAPrintedKeyIsHidden(t *testing.T) {
	k := &Key{Header: "X-Api-Key", Value: func() string { return "secret" }}
	if text := fmt.Sprintf("%v %+v %#v", k, *k, k); strings.Contains(text, "secret") {
		t.Error(text)
	}
}
