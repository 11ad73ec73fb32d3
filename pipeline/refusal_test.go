package pipeline

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/pipeline/account"
	"greenroom/pipeline/ledger"
)

// state is the state of the only row in the ledger; "" without one.
func (f *front) state() ledger.State {
	f.t.Helper()
	p, err := Open(f.options())
	if err != nil {
		f.t.Fatal(err)
	}
	defer p.Close()
	if err := p.OpenState(); err != nil {
		f.t.Fatal(err)
	}
	rows, err := p.Ledger.List(f.t.Context())
	if err != nil || len(rows) > 1 {
		f.t.Fatal(rows, err)
	}
	if len(rows) == 0 {
		return ""
	}
	return rows[0].State
}

func buys(r *http.Request) bool {
	return r.Method == http.MethodPost && (r.URL.Path == "/v2/video/generate" || r.URL.Path == "/v3/videos")
}

// TestAForeignAnswerToAPurchaseFreesNothing: a proxy had passed the request on and answered by
// itself; the next build bought a second video.
func TestAForeignAnswerToAPurchaseFreesNothing(t *testing.T) {
	t.Parallel()
	f := newFront(t, "v2", oneClip)
	for i, c := range []struct {
		status int
		body   string
	}{
		{403, `<html>blocked by proxy</html>`}, {404, `nope`}, {429, `{"message":"Too Many Requests"}`},
		{200, `{"code":500,"message":"internal timeout, please check later"}`}, {303, ``},
	} {
		f.manifest(strings.Replace(oneClip, "Hi.", "Hi "+strings.Repeat("x", i+1)+".", 1))
		var once atomic.Bool
		f.answer(func(w http.ResponseWriter, r *http.Request) bool {
			if !buys(r) || once.Swap(true) {
				return false
			}
			f.through.ServeHTTP(httptest.NewRecorder(), r) // billed
			return say(w, c.status, c.body)
		})
		_, err := f.build()
		if err == nil || heygen.NothingBought(err) || f.bought() != 1 || strings.Contains(hintsOf(err), "nothing was bought") {
			t.Errorf("%d %s: %v, hint %q, posts %v", c.status, c.body, err, hintsOf(err), f.posts)
		}
		sum, err := f.build()
		if err != nil || f.bought() != 1 || sum.Fetched != 1 {
			t.Errorf("%d %s: %v, posts %v, %+v", c.status, c.body, err, f.posts, sum)
		}
	}
}

// TestARefusalUnder200IsTheProviders: it was exit 1 and "run the same command again; nothing is lost".
func TestARefusalUnder200IsTheProviders(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ path, body, hint string }{
		{"/v2/video/generate", `{"code":400123,"msg":"no"}`, "change what HeyGen refuses"},
		{"/v2/video/generate", `{"error":{"code":"quota","message":"none"},"data":null}`, "change what HeyGen refuses"},
		{"/v2/video/generate", `{"code":10003,"message":"generation too old"}`, "choose a newer one"},
		{"/v1/asset", `{"code":400543,"msg":"type differs"}`, "use another file"},
		{"/v1/asset", `{"error":{"code":"payload_too_large","message":"too large"}}`, "make the file smaller"},
		{"/v1/talking_photo", `{"code":40005,"msg":"no face"}`, "use another picture"},
	} {
		f := newFront(t, "v2", oneClip)
		for name, head := range map[string]string{"a.wav": "RIFF\x24\x00\x00\x00WAVEfmt ", "a.png": "\x89PNG\r\n\x1a\n"} {
			if err := os.WriteFile(filepath.Join(f.dir, name), []byte(head), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		switch c.path {
		case "/v1/asset":
			f.manifest("clips:\n  one: {script: Hi., transparent: false, background: {image: a.png}}\n")
		case "/v1/talking_photo":
			f.manifest("clips:\n  one: {script: Hi., avatar: {photo: a.png}}\n")
		}
		f.answer(func(w http.ResponseWriter, r *http.Request) bool {
			return r.Method == http.MethodPost && r.URL.Path == c.path && say(w, 200, c.body)
		})
		_, err := f.build()
		f.want(err, 8, c.hint)
		if s := f.state(); s != "" && s != ledger.Intended || strings.Contains(hintsOf(err), "nothing is lost") || strings.Contains(err.Error(), "would be refused") {
			t.Errorf("%s %s: state %q, %v: %s", c.path, c.body, s, err, hintsOf(err))
		}
		if c.path == "/v2/video/generate" {
			f.want(err, 8, "nothing was bought")
		}
	}
}

// TestAPurchaseWithoutANetworkParksNothing: every clip had to be resolved by hand, although no
// byte had been sent.
func TestAPurchaseWithoutANetworkParksNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		api   string
		later bool // the network goes after the look-ups
	}{"v2": {"v2", false}, "v3": {"v3", false}, "v2 after the look-ups": {"v2", true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFront(t, c.api, oneClip)
			if c.later {
				f.answer(func(_ http.ResponseWriter, r *http.Request) bool {
					if r.URL.Path == "/v2/user/remaining_quota" {
						f.server.Listener.Close() // connections go on, new ones are refused
					}
					return false
				})
			} else {
				f.server.Close()
			}
			_, err := f.build()
			f.want(err, 1, "nothing was sent")
			if s := f.state(); s != ledger.Intended && (c.later || s != "") || f.bought() != 0 {
				t.Errorf("the row is %q, posts %v: %v", s, f.posts, err)
			}
			f.answer(nil)
			f.server.Close()
			f.up(f.address())
			if sum, err := f.build(); err != nil || sum.Bought != 1 || f.bought() != 1 {
				t.Errorf("%v, %+v, posts %v", err, sum, f.posts)
			}
		})
	}
}

// TestARedirectOfAPurchaseIsARefusal: 301 on the POST was unknown, and parked.
func TestARedirectOfAPurchaseIsARefusal(t *testing.T) {
	t.Parallel()
	for api, hint := range map[string]string{"v2": "set heygen.api: v3", "v3": "check HEYGEN_API_BASE"} {
		f := newFront(t, api, oneClip)
		f.answer(func(w http.ResponseWriter, r *http.Request) bool {
			return buys(r) && say(w, 308, ``, "Location", "https://login.example.com/sso?token=hush")
		})
		_, err := f.build()
		f.want(err, 8, hint, "https://login.example.com", "nothing was bought")
		if s := f.state(); s != ledger.Intended || f.bought() != 1 || strings.Contains(err.Error()+hintsOf(err), "hush") {
			t.Errorf("%s: row %q, posts %v, %v", api, s, f.posts, err)
		}
		f.answer(nil)
		if sum, err := f.build(); err != nil || sum.Bought != 1 || f.bought() != 1 {
			t.Errorf("%s: %v, %+v, posts %v", api, err, sum, f.posts)
		}
	}
}

// TestAnErrorThatNamesAVideoIsBoughtOnce: the row was freed, and the next run bought again.
func TestAnErrorThatNamesAVideoIsBoughtOnce(t *testing.T) {
	t.Parallel()
	for api, status := range map[string]int{"v2": 200, "v3": 429} {
		f := newFront(t, api, oneClip)
		f.answer(func(w http.ResponseWriter, r *http.Request) bool {
			if !buys(r) {
				return false
			}
			rec := httptest.NewRecorder()
			f.through.ServeHTTP(rec, r)
			var body struct {
				Data json.RawMessage `json:"data"`
			}
			if err := json.Unmarshal(rec.Body.Bytes(), &body); err != nil {
				t.Error(err)
			}
			return say(w, status, `{"error":{"code":"warn","message":"odd words"},"data":`+string(body.Data)+`}`)
		})
		sum, err := f.build()
		if err != nil || sum.Bought != 1 || f.bought() != 1 || !strings.Contains(strings.Join(f.messages, "\n"), "odd words") {
			t.Errorf("%s %d: %v, %+v, posts %v, messages %q", api, status, err, sum, f.posts, f.messages)
		}
		if sum, err := f.build(); err != nil || sum.UpToDate != 1 || f.bought() != 1 {
			t.Errorf("%s %d: %v, %+v, posts %v", api, status, err, sum, f.posts)
		}
	}
}

// TestAnUnknownBalanceStopsNoBuild: a quota without API credits was read as 0 and stopped every build.
func TestAnUnknownBalanceStopsNoBuild(t *testing.T) {
	t.Parallel()
	f := newFront(t, "v2", oneClip)
	f.answer(func(w http.ResponseWriter, r *http.Request) bool {
		return r.URL.Path == "/v2/user/remaining_quota" && say(w, 200, `{"error":null,"data":{"remaining_quota":450,"used_quota":50}}`)
	})
	if sum, err := f.build(); err != nil || sum.Bought != 1 || !strings.Contains(strings.Join(f.messages, "\n"), "balance is unknown") {
		t.Errorf("%v, %+v, messages %q", err, sum, f.messages)
	}
	err := f.account(func(a *account.Lookups) error {
		b, err := a.Quota(t.Context())
		if b.Known || b.Left != 0 || b.Total != 7.5 {
			t.Errorf("%+v", b)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestAJobThatIsNotListedYetIsWaitedFor: a 404 right after the submission failed the clip.
func TestAJobThatIsNotListedYetIsWaitedFor(t *testing.T) {
	t.Parallel()
	for api, body := range map[string]string{"v2": `{"code":40104,"message":"video not found"}`, "v3": `{"error":{"code":"video_not_found","message":"x"}}`} {
		f := newFront(t, api, oneClip)
		var n atomic.Int32
		f.answer(func(w http.ResponseWriter, r *http.Request) bool {
			return reads(r) && n.Add(1) <= 3 && say(w, 404, body)
		})
		if sum, err := f.build(); err != nil || sum.Bought != 1 || f.bought() != 1 || n.Load() < 4 {
			t.Errorf("%s: %v, %+v after %d reads", api, err, sum, n.Load())
		}
	}
}

func reads(r *http.Request) bool {
	return r.Method == http.MethodGet && (r.URL.Path == "/v1/video_status.get" || strings.HasPrefix(r.URL.Path, "/v3/videos/"))
}

// TestAJobThatTheAccountLostSaysWhatToDo: exit 8 without a hint, the same at each run.
func TestAJobThatTheAccountLostSaysWhatToDo(t *testing.T) {
	t.Parallel()
	f := newFront(t, "v2", oneClip)
	f.answer(func(w http.ResponseWriter, r *http.Request) bool {
		return reads(r) && say(w, 404, `{"code":40104,"message":"video not found"}`)
	})
	_, err := f.build()
	f.want(err, 8, "greenroom videos --show ", "HEYGEN_API_KEY", strings.TrimPrefix(f.url, "http://"), "set take: 2")
	if s := f.state(); s != ledger.Submitted || f.bought() != 1 {
		t.Errorf("the row is %q after %v", s, f.posts)
	}
}

// TestAPaidJobOfAnEndedAPISaysWhatToDo: "set heygen.api: v3" does not bring the video.
func TestAPaidJobOfAnEndedAPISaysWhatToDo(t *testing.T) {
	t.Parallel()
	for api, end := range map[string]int{"v2": 410, "auto": 301} {
		f := newFront(t, api, oneClip)
		f.answer(func(w http.ResponseWriter, r *http.Request) bool { return reads(r) && say(w, end, ``) })
		_, err := f.build()
		f.want(err, 8, "download it on HeyGen's site", "set file:", "take: 2")
		if s := f.state(); s != ledger.Submitted || f.bought() != 1 {
			t.Errorf("%s: the row is %q after %v", api, s, f.posts)
		}
	}
}

// TestRefusalsHaveHints: refusals had none at all.
func TestRefusalsHaveHints(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		code   int
		hint   string
		text   string // of the error
	}{
		{401, `{"error":{"message":"no"}}`, 3, "greenroom auth status", ""},
		{403, `{"error":{"code":"insufficient_api_key_scope","message":"missing scope videos:write"}}`, 8, "scope videos:write", ""},
		{403, `{"error":{"code":"insufficient_api_key_scope","message":"no"}}`, 8, "the API key does not have a scope", ""},
		{402, `{"error":{"code":"insufficient_credit","message":"x"}}`, 8, "top the account up", ""},
		{400, `{"error":{"code":"MOVIO_PAYMENT_INSUFFICIENT_CREDIT","message":"x"}}`, 8, "top the account up", ""},
		{429, `{"error":{"code":"trial_video_limit_exceeded","message":"x"}}`, 8, "tomorrow", ""},
		{429, `{"code":400664,"message":"x"}`, 8, "tomorrow", ""},
		{429, `{"error":{"code":"rate_limit_exceeded","message":"x"}}`, 8, "HeyGen is busy", ""},
		{400, `{"code":10003,"message":"x"}`, 8, "greenroom avatars", ""},
		{400, `{"code":400014,"message":"x"}`, 8, "greenroom avatars", ""},
		{400, `{"code":400175,"message":"Invalid","details":"width is odd"}`, 8, "change what HeyGen refuses", "width is odd"},
		{400, `{"error":{"code":"invalid_parameter","message":"x","param":"voice_settings.speed"}}`, 8, "voice_settings.speed", ""},
		{400, `{"error":{"code":"invalid_parameter","message":"x","details":{"max":5}}}`, 8, "change what", `"max":5`},
		{403, `{"error":{"code":"resource_access_denied","message":"x"}}`, 8, "HEYGEN_API_KEY", ""},
		{404, `{"error":{"code":"avatar_not_found","message":"x"}}`, 8, "greenroom avatars", ""},
		{404, `{"error":{"code":"voice_not_found","message":"x"}}`, 8, "greenroom voices", ""},
		{404, `{"error":{"code":"template_not_found","message":"x"}}`, 8, "greenroom templates", ""},
		{404, `{"code":40104,"message":"x"}`, 8, "check the id", ""},
		{200, `{"code":400112,"message":"Unauthorized"}`, 3, "greenroom auth status", ""},
		{400, `{"code":40009,"message":"bad key"}`, 3, "greenroom auth status", ""},
		{409, `{"error":{"code":"conflict","message":"x"}}`, 8, "in a minute", ""},
		{413, `{"error":{"code":"payload_too_large","message":"x"}}`, 8, "make the file smaller", ""},
		{403, `<html>blocked</html>`, 8, "HTTPS_PROXY", ""},
		{500, `<html>oops</html>`, 1, "run the same command again", ""},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { say(w, c.status, c.body) }))
		client := heygen.New("k", heygen.WithBaseURL(s.URL), heygen.WithRetries(0))
		_, cause := client.Submit(t.Context(), heygen.PathGenerate, []byte(`{}`))
		s.Close()
		err := account.Explain(cause, "submit")
		if got := fault.ExitCode(err); got != c.code || !strings.Contains(hintsOf(err), c.hint) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%d %s: exit %d, hint %q, %v", c.status, c.body, got, hintsOf(err), err)
		}
	}
}

// TestTheAnnouncedEndIsAWarningOfTheBuild: the headers are on every answer.
func TestTheAnnouncedEndIsAWarningOfTheBuild(t *testing.T) {
	t.Parallel()
	f := newFront(t, "v2", oneClip)
	f.answer(func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Deprecation", "true")
		w.Header().Set("Sunset", "Sat, 31 Oct 2099 00:00:00 GMT")
		return false
	})
	sum, err := f.build()
	if n := strings.Count(strings.Join(f.messages, "\n"), "set heygen.api: v3"); err != nil || sum.Bought != 1 || n != 1 {
		t.Errorf("%v, %+v, %d times in the messages %q", err, sum, n, f.messages)
	}
}
