package pipeline

import (
	"net/http"
	"strings"
	"testing"

	"greenroom/pipeline/account"
	"greenroom/pipeline/purchase"
)

// ends are forms in which v1 and v2 can have ended.
var ends = map[string]struct {
	status  int
	body    string
	headers []string
}{
	"404 page":            {404, `<html>Not Found</html>`, nil},
	"404 empty":           {404, ``, nil},
	"404 code":            {404, `{"code":404,"message":"Not Found"}`, nil},
	"404 detail":          {404, `{"detail":"Not Found"}`, nil},
	"404 error":           {404, `{"error":{"code":"not_found","message":"Not Found"}}`, nil},
	"410":                 {410, `{"error":{"code":"gone","message":"Gone"}}`, nil},
	"301":                 {301, ``, []string{"Location", "https://docs.heygen.com/x?y=z"}},
	"308":                 {308, ``, []string{"Location", "https://docs.heygen.com/"}},
	"400 deprecated":      {400, `{"error":{"code":"invalid_request","message":"This endpoint is deprecated"}}`, nil},
	"403 sunset":          {403, `{"message":"v2 was sunset on 2026-10-31"}`, nil},
	"426":                 {426, `{"message":"Upgrade Required"}`, nil},
	"501":                 {501, `<html>Not Implemented</html>`, nil},
	"200 page":            {200, `<html>HeyGen has moved</html>`, nil},
	"past Sunset and 400": {400, `{"error":{"code":"invalid_parameter","message":"x"}}`, []string{"Sunset", "Sat, 31 Oct 2026 00:00:00 GMT"}},
}

// TestAutoFindsTheEndOfV2InEveryForm: two forms of many were noticed.
func TestAutoFindsTheEndOfV2InEveryForm(t *testing.T) {
	t.Parallel()
	f := newFront(t, "auto", oneClip)
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			f.t = t
			f.answer(func(w http.ResponseWriter, r *http.Request) bool {
				return legacyPath(r) && say(w, end.status, end.body, end.headers...)
			})
			err := f.account(func(a *account.Lookups) error {
				b, err := a.Quota(t.Context())
				if err == nil && (!b.Known || b.Currency != "usd") {
					t.Errorf("%+v is not v3's balance", b)
				}
				return err
			})
			if err != nil || !strings.Contains(strings.Join(f.messages, "\n"), "this account answers v3") {
				t.Errorf("%v, messages %q", err, f.messages)
			}
		})
	}
}

func TestAutoStaysOnV2WhereV2Answers(t *testing.T) {
	f := newFront(t, "auto", oneClip)
	for name, c := range map[string]struct {
		status, code int
		body         string
	}{
		"wrong key":   {401, 3, `{"code":400112,"message":"Unauthorized"}`},
		"no credit":   {402, 8, `{"error":{"code":"insufficient_credit","message":"x"}}`},
		"trial limit": {429, 8, `{"error":{"code":"trial_video_limit_exceeded","message":"x"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			f.t = t
			f.answer(func(w http.ResponseWriter, r *http.Request) bool { return legacyPath(r) && say(w, c.status, c.body) })
			err := f.account(func(a *account.Lookups) error {
				_, err := a.Quota(t.Context())
				return err
			})
			f.want(err, c.code)
			if n := f.gets["/v3/users/me"]; n != 0 {
				t.Errorf("v3 received %d requests", n)
			}
		})
	}
	// Neither generation: the answers come from another server.
	t.Run("neither", func(t *testing.T) {
		f.t = t
		f.answer(func(w http.ResponseWriter, _ *http.Request) bool { return say(w, 404, `<html>proxy</html>`) })
		err := f.account(func(a *account.Lookups) error {
			_, err := a.Quota(t.Context())
			return err
		})
		f.want(err, 8, "HEYGEN_API_BASE")
		f.answer(func(w http.ResponseWriter, r *http.Request) bool {
			return legacyPath(r) && say(w, 410, ``) || say(w, 401, `{"error":{"message":"wrong key"}}`)
		})
		err = f.account(func(a *account.Lookups) error {
			_, err := a.Quota(t.Context())
			return err
		})
		f.want(err, 3)
	})
}

// TestAutoRemembersV3WhenOnlyThePurchaseIsGone: quota still answered, generate did not, and every
// next run chose v2 again.
func TestAutoRemembersV3WhenOnlyThePurchaseIsGone(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"301", "404 error"} {
		end := ends[name]
		t.Run(name, func(t *testing.T) {
			f := newFront(t, "auto", oneClip)
			f.answer(func(w http.ResponseWriter, r *http.Request) bool {
				return r.URL.Path == "/v2/video/generate" && say(w, end.status, end.body, end.headers...)
			})
			_, err := f.build()
			f.want(err, 8, "api: auto uses v3 now", "nothing was bought")
			if f.bought() != 1 {
				t.Errorf("%v", f.posts)
			}
			sum, err := f.build()
			if err != nil || sum.Bought != 1 || f.posts["/v3/videos"] != 1 || f.bought() != 2 {
				t.Errorf("%v, %+v, posts %v", err, sum, f.posts)
			}
		})
	}
}

// TestAPurchaseLostInAPageIsNotBoughtOnV3: a page under 404 leaves the outcome unknown. v3 is
// remembered for other clips; the open row keeps this one from being bought again.
func TestAPurchaseLostInAPageIsNotBoughtOnV3(t *testing.T) {
	t.Parallel()
	f := newFront(t, "auto", oneClip)
	ended := func(w http.ResponseWriter, r *http.Request) bool {
		return (r.URL.Path == "/v2/video/generate" || r.URL.Path == "/v1/video.list") && say(w, 404, `<html>gone</html>`)
	}
	f.answer(ended)
	_, err := f.build()
	f.want(err, 8, "may have been billed", "run the same command again", "api: auto uses v3 now")
	if strings.Contains(hintsOf(err), "nothing was bought") {
		t.Errorf("the hint promises too much: %s", hintsOf(err))
	}
	f.manifest(oneClip + "  two: {script: Two., transparent: false}\n")
	_, err = f.build()
	f.want(err, 8, "greenroom resolve one --paid VIDEO_ID --unverified")
	if f.posts["/v2/video/generate"] != 1 || f.posts["/v3/videos"] != 1 {
		t.Errorf("posts %v", f.posts)
	}
	p, err := Open(f.options())
	if err != nil {
		t.Fatal(err)
	}
	err = p.Resolve(t.Context(), "one", purchase.Answer{Unverified: true})
	p.Close()
	if err != nil {
		t.Fatal(err)
	}
	if sum, err := f.build(); err != nil || sum.Bought != 1 || f.posts["/v3/videos"] != 2 {
		t.Errorf("%v, %+v, posts %v", err, sum, f.posts)
	}
}

// TestV2NamesTheSettingToChange: a manifest with api: v2 had "the account has no avatar", exit 5, no
// hint, or "run the same command again".
func TestV2NamesTheSettingToChange(t *testing.T) {
	t.Parallel()
	f := newFront(t, "v2", oneClip)
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			f.t = t
			hints := []string{"set heygen.api: v3"}
			if end.status == 301 {
				hints = append(hints, "https://docs.heygen.com, which is not followed")
			}
			f.answer(func(w http.ResponseWriter, r *http.Request) bool {
				return legacyPath(r) && say(w, end.status, end.body, end.headers...)
			})
			_, err := f.build()
			f.want(err, 8, append(hints, "nothing was bought")...)
			err = f.account(func(a *account.Lookups) error {
				_, err := a.Templates(t.Context())
				return err
			})
			f.want(err, 8, hints...)
			if f.bought() != 0 || strings.Contains(err.Error(), "y=z") {
				t.Errorf("posts %v, %v", f.posts, err)
			}
		})
	}
}

// TestAMissingAvatarIsNoEndOfTheAPI: one odd 404 on an item is an answer while the list works.
func TestAMissingAvatarIsNoEndOfTheAPI(t *testing.T) {
	f := newFront(t, "v2", "clips:\n  one: {script: Hi., avatar: {id: Daisy-inskirt-2022081}}\n")
	for _, body := range []string{`<html>no</html>`, `{"detail":"Not Found"}`, `{"error":{"code":"not_found","message":"Not Found"}}`} {
		f.answer(func(w http.ResponseWriter, r *http.Request) bool {
			return strings.HasPrefix(r.URL.Path, "/v2/avatar/") && say(w, 404, body)
		})
		_, err := f.build()
		f.want(err, 5, `did you mean "Daisy-inskirt-20220818"`, "nothing was bought")
	}
}

// TestAnAvatarThatMayNotBeReadStopsNoBuild: HeyGen answers 403 for some, with the Sunset date that is
// on every answer of v2.
func TestAnAvatarThatMayNotBeReadStopsNoBuild(t *testing.T) {
	t.Parallel()
	f := newFront(t, "v2", oneClip)
	f.answer(func(w http.ResponseWriter, r *http.Request) bool {
		w.Header().Set("Sunset", "Sat, 31 Oct 2026 00:00:00 GMT")
		return strings.HasPrefix(r.URL.Path, "/v2/avatar/") && say(w, 403, `{"error":{"code":"forbidden","message":"no"}}`)
	})
	if sum, err := f.build(); err != nil || sum.Bought != 1 {
		t.Errorf("%v, %+v", err, sum)
	}
}
