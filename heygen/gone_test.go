package heygen

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// answerWith is answer with headers.
func answerWith(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		answer(status, body)(w, r)
	}
}

const (
	past   = "Sat, 31 Oct 2026 00:00:00 GMT"
	future = "Sat, 31 Oct 2099 00:00:00 GMT"
)

// TestTheEndOfV2InEveryForm: only 410, and 404 with a page or nothing, were recognised.
func TestTheEndOfV2InEveryForm(t *testing.T) {
	const page = `<html><body>Not here</body></html>`
	now := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
	read := func(c *Client) error { return onlyErr(c.Quota(t.Context())) }
	item := func(c *Client) error { return onlyErr(c.AvatarDetails(t.Context(), "a")) }
	job := func(c *Client) error { return onlyErr(c.VideoStatus(t.Context(), "v")) }
	buy := func(c *Client) error { return onlyErr(c.Submit(t.Context(), PathGenerate, []byte(`{}`))) }
	v3 := func(c *Client) error { return onlyErr(c.Me(t.Context())) }
	type ways []func(*Client) error
	every := ways{read, item, job, buy}
	for _, c := range []struct {
		status  int
		body    string
		headers []string
		by      ways
		gone    bool
		maybe   bool
	}{
		{404, page, nil, every, true, true}, {404, ``, nil, every, true, true},
		{404, `{"code":404,"message":"Not Found"}`, nil, every, true, true},
		{404, `{"detail":"Not Found"}`, nil, every, true, true},
		{404, `{"message":"no Route matched with those values"}`, nil, every, true, true},
		{404, `{"error":{"code":"not_found","message":"Not Found"}}`, nil, ways{read, buy}, true, true},
		{
			404, `{"error":{"code":"not_found","message":"Not Found: POST /v2/video/generate"}}`, nil, ways{read, buy}, true,
			true,
		},
		{404, `{"error":{"code":"not_found","message":"Not Found"}}`, nil, ways{item, job}, false, true},
		{404, `{"error":{"code":"avatar_not_found","message":"no such avatar"}}`, nil, ways{item, buy}, false, true},
		{404, `{"error":{"code":"not_found","message":"voice not found"}}`, nil, ways{buy}, false, true},
		{404, `{"code":40104,"message":"video not found"}`, nil, ways{job, buy}, false, true},
		{405, page, nil, every, true, true},
		{301, ``, []string{"Location", "https://docs.heygen.com/"}, every, true, true}, {302, page, nil, every, true, true},
		{307, ``, nil, every, true, true}, {308, ``, nil, every, true, true}, {303, ``, nil, every, true, true},
		{410, page, nil, every, true, true}, {410, ``, nil, every, true, true},
		{410, `{"code":410,"message":"Gone"}`, nil, every, true, true},
		{426, `{"message":"upgrade"}`, nil, every, true, true}, {501, page, nil, every, true, true},
		{403, `{"error":{"code":"forbidden","message":"This API version is deprecated"}}`, nil, every, true, true},
		{403, `{"message":"deprecated"}`, nil, every, true, true},
		{400, `{"code":400123,"message":"v2 was removed on 2026-10-31, use /v3/videos"}`, nil, every, true, true},
		{400, `{"error":{"code":"api_sunset","message":"x"}}`, nil, every, true, true},
		{400, page + `The v1 and v2 API has been discontinued`, nil, every, true, true},
		{200, page, nil, every, true, true}, {200, `Please use v3`, nil, every, true, true},
		{400, `{"error":{"code":"invalid_parameter","message":"x"}}`, []string{"Sunset", past}, every, true, true},
		{403, `{"error":{"code":"forbidden","message":"x"}}`, []string{"Sunset", "2026-10-31"}, every, true, true},
		{400, `{"error":{"code":"invalid_parameter","message":"x"}}`, []string{"Sunset", future}, every, false, true},
		{404, `{"error":{"code":"avatar_not_found","message":"x"}}`, []string{"Sunset", past}, ways{item, buy}, false, true},
		// no end: the key, the account, a server in trouble, an old avatar
		{401, `{"code":400112,"message":"Unauthorized"}`, []string{"Sunset", past}, every, false, false},
		{401, page, nil, every, false, false},
		{402, `{"error":{"code":"insufficient_credit","message":"x"}}`, []string{"Sunset", past}, every, false, false},
		{429, page, []string{"Sunset", past}, every, false, false}, {500, page, nil, every, false, false},
		{502, page, nil, every, false, false},
		{503, `deprecated`, []string{"Sunset", past}, every, false, false}, {408, ``, nil, every, false, false},
		{407, page, nil, every, false, false},
		{400, `{"code":10003,"message":"this avatar is deprecated"}`, nil, every, false, true},
		{
			400, `{"error":{"code":"invalid_parameter","message":"the voice is no longer available"}}`, nil, every, false, true,
		},
		{
			400,
			`{"error":{"code":"invalid_parameter","message":"x"},"warning":{"message":"Legacy, will be removed on 2026-10-31"}}`,
			nil, every, false, true,
		},
		{403, page, nil, every, false, true}, {200, `{"err`, nil, every, false, false}, {200, ``, nil, every, false, false},
		// v3 has not ended, whatever its words are
		{
			403, `{"error":{"code":"forbidden","message":"this API is deprecated"}}`, []string{"Sunset", past}, ways{v3}, false,
			true,
		},
	} {
		for i, way := range c.by {
			client, _ := serve(t, answerWith(c.status, c.body, c.headers...))
			client.now = func() time.Time { return now }
			err := way(client)
			if Gone(err) != c.gone || MaybeGone(err) != c.maybe {
				t.Errorf("%d %s %v, way %d: gone %v, maybe %v: %v", c.status, c.body, c.headers, i, Gone(err), MaybeGone(err), err)
			}
		}
	}
}

// TestAJobOfV2IsReadOnV3WhereV2HasEnded: a clip that was paid for on v2 could not be fetched.
func TestAJobOfV2IsReadOnV3WhereV2HasEnded(t *testing.T) {
	for _, end := range []http.HandlerFunc{
		answer(410, ``), answer(404, `<html>gone</html>`), answer(200, `<html>moved</html>`),
	} {
		client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case PathVideos + "/a", PathTranslateV3 + "/a":
				answer(200, `{"data":{"id":"a","status":"completed","video_url":"https://files.heygen.ai/a.mp4"}}`)(w, r)
			case PathVideos + "/b":
				answer(404, `{"error":{"code":"video_not_found","message":"no"}}`)(w, r)
			default:
				end(w, r)
			}
		})
		for _, kind := range []Kind{KindVideoV2, KindTranslateV2} {
			if v, err := client.Job(t.Context(), kind, "a"); err != nil || v.ID != "a" || v.State != StateCompleted {
				t.Errorf("%s: %+v %v", kind, v, err)
			}
		}
		if _, err := client.Job(t.Context(), KindVideoV2, "b"); !Gone(err) {
			t.Errorf("the end of v2 is hidden: %v", err)
		}
	}
}

// TestTheAnnouncedEndIsReportedOnce: every answer of v1 and v2 carries the headers.
func TestTheAnnouncedEndIsReportedOnce(t *testing.T) {
	now := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		headers []string
		want    string
	}{
		{nil, ""}, {[]string{"Sunset", "some day"}, ""}, {[]string{"Deprecation", "false"}, ""},
		{[]string{"Sunset", future, "Deprecation", "true"}, "on 2099-10-31"}, {[]string{"Sunset", past}, "for 2026-10-31"},
		{[]string{"Sunset", "2099-10-31"}, "on 2099-10-31"}, {[]string{"Deprecation", "true"}, "deprecated"},
		{[]string{"Deprecation", "@1767225600"}, "deprecated"}, {[]string{"Deprecation", past}, "deprecated"},
	} {
		client, _ := serve(t, answerWith(200, `{"data":{"video_id":"v","details":{"api":60}}}`, c.headers...))
		client.now = func() time.Time { return now }
		var warnings []string
		WithWarn(func(s string) { warnings = append(warnings, s) })(client)
		for range 3 {
			if _, err := client.Quota(t.Context()); err != nil {
				t.Fatal(err)
			}
			if _, err := client.OwnConnections().Submit(t.Context(), PathGenerate, []byte(`{}`)); err != nil {
				t.Fatal(err)
			}
		}
		all := strings.Join(warnings, "\n")
		right := len(warnings) == 1 && strings.Contains(all, c.want) && strings.Contains(all, "heygen.api: v3")
		if c.want == "" && len(warnings) > 0 || c.want != "" && !right {
			t.Errorf("%v: %q", c.headers, warnings)
		}
		warnings = nil
		if _, err := client.Me(t.Context()); err != nil || len(warnings) > 0 {
			t.Errorf("%v on v3: %v, %q", c.headers, err, warnings)
		}
	}
}

// TestAQuotaThatNamesNoAPICreditsIsUnknown: it was read as 0, and every build was refused.
func TestAQuotaThatNamesNoAPICreditsIsUnknown(t *testing.T) {
	for data, want := range map[string]Balance{
		`{"remaining_quota":600,"details":{"api":120}}`:          {Left: 2, Total: 10, Known: true},
		`{"remaining_quota":600,"details":{"api":"120"}}`:        {Left: 2, Total: 10, Known: true},
		`{"remaining_quota":600,"details":{"api":0}}`:            {Total: 10, Known: true},
		`{"remaining_quota":450,"used_quota":50}`:                {Total: 7.5},
		`{"remaining_quota":450,"details":null}`:                 {Total: 7.5},
		`{"remaining_quota":450,"details":{}}`:                   {Total: 7.5},
		`{"remaining_quota":450,"details":{"api":null}}`:         {Total: 7.5},
		`{"remaining_quota":450,"details":{"api":{}}}`:           {Total: 7.5},
		`{"remaining_quota":450,"details":{"api":"many"}}`:       {Total: 7.5},
		`{"remaining_quota":450,"details":{"plan_credit":6000}}`: {Total: 7.5},
		`{"remaining_quota":450,"details":[1]}`:                  {Total: 7.5},
		`{"remaining_quota":450,"details":"none"}`:               {Total: 7.5},
		`{"remaining_quota":null,"details":null}`:                {},
		`null`: {},
		`{}`:   {},
	} {
		client, _ := serve(t, answer(200, `{"error":null,"data":`+data+`}`))
		got, err := client.Credits(t.Context(), V2)
		want.Currency = "credits"
		if err != nil || got != want {
			t.Errorf("%s: %+v %v", data, got, err)
		}
	}
}

func TestAMissingScopeIsNamed(t *testing.T) {
	for body, want := range map[string]string{
		`{"error":{"code":"insufficient_api_key_scope","message":"API key is missing the required scope: videos:write"}}`: "videos:write",
		`{"error":{"code":"insufficient_api_key_scope","message":"no","details":"needs account:read"}}`:                   "account:read",
		`{"error":{"code":"insufficient_api_key_scope","message":"no"}}`:                                                  "",
	} {
		client, _ := serve(t, answer(403, body))
		if scope, ok := MissingScope(onlyErr(client.Me(t.Context()))); !ok || scope != want {
			t.Errorf("%s: %q %v", body, scope, ok)
		}
	}
	client, _ := serve(t, answer(403, `{"error":{"code":"forbidden","message":"videos:write"}}`))
	if _, ok := MissingScope(onlyErr(client.Me(t.Context()))); ok {
		t.Error("another 403 is taken for a missing scope")
	}
}
