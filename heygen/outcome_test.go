package heygen

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"greenroom/internal/netutil"
)

// submitWays are the calls that spend money.
var submitWays = map[string]func(*testing.T, *Client) error{
	"v2": func(t *testing.T, c *Client) error { return onlyErr(c.Submit(t.Context(), PathGenerate, []byte(`{}`))) },
	"v3": func(t *testing.T, c *Client) error {
		return onlyErr(c.SubmitOnce(t.Context(), PathVideos, []byte(`{}`), "gr-1"))
	},
	"speech": func(t *testing.T, c *Client) error {
		return onlyErr(c.SubmitSpeech(t.Context(), PathSpeechV3, []byte(`{}`)))
	},
}

func onlyErr[T any](_ T, err error) error { return err }

// TestARefusalNeedsHeyGensOwnAnswer: a proxy had forwarded the request, HeyGen billed it, and
// the client read 403 HTML, 404 text, a 429 of the proxy or a server error under 200. Each
// freed the row, and the next build bought again.
func TestARefusalNeedsHeyGensOwnAnswer(t *testing.T) {
	const page = `<html><body>blocked by proxy</html>`
	type row struct {
		status int
		body   string
		no     bool
	}
	rows := []row{
		// pages, texts and nothing
		{200, page, false}, {200, ``, false}, {200, `{"err`, false}, {200, "\ufeff{}", false}, {204, ``, false},
		{206, `{}`, false},
		{400, page, false}, {401, page, false}, {402, page, false}, {403, page, false}, {403, ``, false}, {404, page, false},
		{404, `nope`, false}, {404, ``, false}, {405, page, false}, {409, page, false}, {413, page, false},
		{422, `[]`, false},
		{422, `null`, false}, {422, `"no"`, false}, {422, `7`, false}, {429, page, false}, {429, ``, false},
		{451, page, false},
		// JSON of gateways and frameworks
		{403, `{"message":"Forbidden"}`, false},
		{401, `{"message":"Unauthorized"}`, false},
		{404, `{"detail":"Not Found"}`, false},
		{422, `{"detail":[{"loc":["body"],"msg":"field required"}]}`, false},
		{404, `{"code":404,"message":"Not Found"}`, false},
		{400, `{"code":"400","message":"Bad Request"}`, false},
		{403, `{"code":"rest_forbidden","message":"no","data":{"status":403}}`, false},
		{404, `{"error":"Not Found","status":404,"path":"/v2/video/generate","timestamp":1}`, false},
		{401, `{"error":"invalid_token","error_description":"expired"}`, false},
		{403, `{"error":{"code":403,"message":"denied","status":"PERMISSION_DENIED"}}`, false},
		{401, `{"error":{"code":"InvalidAuthenticationToken","message":"x","innerError":{}}}`, false},
		{404, `{"error":{"code":"404","message":"The page could not be found"}}`, false},
		{400, `{"error":{"message":"bad","type":"invalid_request_error"}}`, false},
		{400, `{"errors":[{"code":1000,"message":"cloudflare"}],"success":false}`, false},
		{403, `{"errorType":"AccessDenied","errorMessage":"x"}`, false},
		{429, `{"message":"Too Many Requests"}`, false},
		{400, `{"error":{}}`, false}, {400, `{"error":[]}`, false}, {400, `{"error":true}`, false}, {400, `{}`, false},
		{400, `{"code":400123}`, false}, {400, `{"code":100,"message":"Success"}`, false},
		{400, `{"code":{"a":1},"message":"x"}`, false},
		// HeyGen's own shapes, and words or numbers of a failing server
		{200, `{"code":500,"message":"internal timeout, please check later"}`, false},
		{200, `{"code":"500","message":"x"}`, false}, {200, `{"code":502,"message":"x"}`, false},
		{200, `{"code":50000,"message":"x"}`, false}, {200, `{"code":500123,"msg":"x"}`, false},
		{400, `{"code":500123,"msg":"x"}`, false}, {404, `{"code":50004,"message":"x"}`, false},
		{200, `{"code":400175,"message":"Internal error, please check later"}`, false},
		{200, `{"code":400,"message":"Bad request"}`, false},
		{200, `{"error":{"code":"internal_error","message":"x"},"data":null}`, false},
		{400, `{"error":{"code":"internal_server_error","message":"x"}}`, false},
		{400, `{"error":{"code":"gateway_timeout","message":"x"}}`, false},
		{400, `{"error":{"code":"invalid_request","message":"upstream timed out"}}`, false},
		{200, `{"error":"internal error","data":null}`, false},
		{409, `{"error":{"code":"request_in_progress","message":"x"}}`, false},
		{409, `{"code":400999,"message":"the same request is still being processed"}`, false},
		// statuses that refuse nothing
		{408, `{"error":{"code":"invalid_parameter","message":"x"}}`, false},
		{421, `{"error":{"code":"invalid_parameter","message":"x"}}`, false},
		{425, `{"error":{"code":"invalid_parameter","message":"x"}}`, false},
		{499, `{"error":{"code":"invalid_parameter","message":"x"}}`, false},
		{460, `{"error":{"code":"invalid_parameter","message":"x"}}`, false},
		{500, `{"error":{"code":"invalid_parameter","message":"x"}}`, false},
		{502, `{"code":400123,"message":"x"}`, false}, {503, page, false}, {504, ``, false}, {505, page, false},
		{520, page, false}, {524, page, false}, {529, `{"error":{"code":"overloaded","message":"x"}}`, false},
		{599, ``, false},
		{303, ``, false}, {300, page, false}, {304, ``, false},
		{501, `{"error":{"code":"internal_error","message":"x"}}`, false},
		// refusals by HeyGen
		{200, `{"code":400123,"msg":"no"}`, true}, {200, `{"code":"40039","message":"bad text"}`, true},
		{200, `{"code":1000022,"message":"audio too long"}`, true},
		{200, `{"error":{"code":"quota","message":"no credit"},"data":null}`, true},
		{200, `{"error":"no credit","data":null}`, true},
		{400, `{"error":{"code":"invalid_parameter","message":"x"},"data":null}`, true},
		{400, `{"code":400123,"data":null,"msg":"no"}`, true},
		{400, `{"error":{"code":"download_failed","message":"the file at that address timed out"}}`, true},
		{400, `{"error":{"code":400140,"message":"x"}}`, true},
		{401, `{"error":{"message":"wrong key"}}`, true}, {401, `{"code":400112,"message":"Unauthorized"}`, true},
		{402, `{"error":{"code":"insufficient_credit","message":"x"}}`, true},
		{402, `{"error":{"code":"MOVIO_PAYMENT_INSUFFICIENT_CREDIT","message":"x"}}`, true},
		{403, `{"error":{"code":"insufficient_api_key_scope","message":"videos:write","param":null,"doc_url":null}}`, true},
		{404, `{"error":{"code":"avatar_not_found","message":"x"}}`, true}, {404, `{"code":40104,"message":"x"}`, true},
		{409, `{"error":{"code":"conflict","message":"x"}}`, true}, {413, `{"error":{"code":"payload_too_large"}}`, true},
		{422, `{"error":{"code":"invalid_parameter","message":"x"}}`, true},
		{429, `{"error":{"code":"rate_limit_exceeded"}}`, true}, {429, `{"code":400664,"message":"trial"}`, true},
		// statuses that say by themselves that nothing was done
		{301, ``, true}, {302, page, true}, {307, ``, true}, {308, `{}`, true}, {407, page, true}, {410, ``, true},
		{410, page, true},
		{426, page, true}, {501, page, true},
	}
	for _, r := range rows {
		for way, submit := range submitWays {
			client, n := serve(t, func(w http.ResponseWriter, q *http.Request) {
				if r.status/100 == 3 {
					w.Header().Set("Location", "https://docs.heygen.com/moved?x=secret")
				}
				answer(r.status, r.body)(w, q)
			})
			err := submit(t, client)
			if err == nil || n.Load() != 1 {
				t.Errorf("%s: %d %s: %v after %d requests", way, r.status, r.body, err, n.Load())
				continue
			}
			if NothingBought(err) != r.no || NeverSent(err) {
				t.Errorf("%s: %d %s: definite no %v, never sent %v", way, r.status, r.body, !r.no, NeverSent(err))
			}
			if busy := r.no && r.status == 429 && r.body != `{"code":400664,"message":"trial"}`; isBusy(err) != busy {
				t.Errorf("%s: %d %s: busy is %v", way, r.status, r.body, !busy)
			}
		}
	}
}

func isBusy(err error) bool {
	_, ok := Busy(err)
	return ok
}

// TestARefusalThatWasCutIsNoRefusal: what can be read of a cut answer may be complete JSON.
func TestARefusalThatWasCutIsNoRefusal(t *testing.T) {
	const body = `{"error":{"code":"invalid_parameter","message":"x"}}`
	client, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(body)+10))
		w.WriteHeader(400)
		fmt.Fprint(w, body)
	})
	if _, err := client.Submit(t.Context(), PathGenerate, []byte(`{}`)); err == nil || NothingBought(err) {
		t.Errorf("%v is taken for a refusal", err)
	}
}

// TestAnAnswerThatNamesAVideoIsASuccess: a 200 with an error and an id freed the row, and the
// next run bought again.
func TestAnAnswerThatNamesAVideoIsASuccess(t *testing.T) {
	const e = `"error":{"code":"warn","message":"odd"}`
	for _, c := range []struct {
		status     int
		body, want string // want "": the id is not certain, the outcome stays unknown
	}{
		{200, `{` + e + `,"data":{"video_id":"x"}}`, "x"},
		{200, `{"error":"odd","data":{"video_id":"x"}}`, "x"},
		{200, `{"code":400123,"msg":"odd","data":{"video_id":"x"}}`, "x"},
		{200, `{"code":500,"message":"check later","data":{"video_id":"x"}}`, "x"},
		{400, `{` + e + `,"data":{"video_id":"x"}}`, "x"},
		{402, `{"error":{"code":"insufficient_credit"},"data":{"video_id":"x"}}`, "x"},
		{429, `{` + e + `,"data":{"video_id":"x"}}`, "x"},
		{409, `{"error":{"code":"request_in_progress"},"data":{"video_id":"x"}}`, "x"},
		{500, `{"data":{"video_id":"x"}}`, "x"},
		{410, `{"data":{"video_id":"x"}}`, "x"},
		{301, `{"data":{"video_id":"x"}}`, "x"},
		{200, `{` + e + `,"data":{"session_id":"s","video_id":null}}`, "s"},
		{200, `{` + e + `,"data":{"session_id":"s","video_id":"v"}}`, "s"},
		{200, `{` + e + `,"data":{"video_translate_id":"t"}}`, "t"},
		{200, `{` + e + `,"data":{"video_translate_ids":["t"]}}`, "t"},
		{200, `{` + e + `,"data":{"video_translation_ids":["t"]}}`, "t"},
		{200, `{` + e + `,"data":{"video_translation_id":"t"}}`, "t"},
		{200, `{` + e + `,"data":{"lipsync_id":"t"}}`, "t"},
		{200, `{` + e + `,"data":{"proofread_ids":["t"]}}`, "t"},
		{200, `{` + e + `,"data":{"batch_id":"b"}}`, "b"},
		{200, `{` + e + `,"data":{"id":"c","status":"pending"}}`, "c"},
		{200, `{` + e + `,"data":{"video_id":77}}`, "77"},
		{200, `{` + e + `,"video_id":"x"}`, "x"},
		{200, `{"data":{"video_id":"x","status":{"odd":1},"id":[]}}`, "x"},
		{200, `{"data":{"video_id":"x","video_translate_ids":"no list","batch_id":null}}`, "no list"},
		{200, `{` + e + `,"data":{"id":"c"}}`, ""},
		{400, `{"error":{"code":"warn","message":"odd","video_id":"x"}}`, ""},
		{400, `{"error":{"code":"warn","details":{"items":[{"video_id":"x"}]}},"data":null}`, ""},
		{400, `{` + e + `,"data":[{"video_id":"x"}]}`, ""},
	} {
		for _, key := range []string{"", "gr-1"} {
			client, n := serve(t, answer(c.status, c.body))
			var warned []string
			WithWarn(func(s string) { warned = append(warned, s) })(client)
			var id string
			var err error
			if key == "" {
				id, err = client.Submit(t.Context(), PathGenerate, []byte(`{}`))
			} else {
				id, err = client.SubmitOnce(t.Context(), PathVideos, []byte(`{}`), key)
			}
			if id != c.want || (err == nil) != (c.want != "") || NothingBought(err) || n.Load() != 1 {
				t.Errorf("%d %s: %q %v, definite no %v", c.status, c.body, id, err, NothingBought(err))
			}
			if odd := c.status != 200 || c.body[1] != '"' || c.body[2] != 'd'; c.want != "" && (len(warned) == 1) != odd {
				t.Errorf("%d %s: warned %q", c.status, c.body, warned)
			}
		}
	}
	// An error that names nothing is a refusal as before.
	for _, data := range []string{
		`null`, `{}`, `{"video_id":null}`, `{"video_id":""}`, `{"video_id":{}}`, `{"video_ids":[]}`, `[]`, `"x"`,
	} {
		client, _ := serve(t, answer(400, `{`+e+`,"data":`+data+`}`))
		if id, err := client.Submit(t.Context(), PathGenerate, []byte(`{}`)); id != "" || !NothingBought(err) {
			t.Errorf("data %s: %q %v", data, id, err)
		}
	}
}

// TestAnAnswerThatNamesASoundIsASuccess: nothing else names it.
func TestAnAnswerThatNamesASoundIsASuccess(t *testing.T) {
	client, _ := serve(
		t, answer(400, `{"error":{"code":"warn","message":"odd"},"data":{"audio_url":"https://x/y.mp3","duration":"2"}}`),
	)
	s, err := client.SubmitSpeech(t.Context(), PathSpeechV1, []byte(`{}`))
	if err != nil || s.Audio.Reveal() != "https://x/y.mp3" || s.Duration != 2 {
		t.Errorf("%+v %v", s, err)
	}
}

// TestAWaitThatHeyGenAsksForIsLimited: its forms are tested in package netutil.
func TestAWaitThatHeyGenAsksForIsLimited(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	for v, want := range map[string]time.Duration{
		"": 0, "30": 30 * time.Second, "-5": 0, "1.5": 1500 * time.Millisecond, "86400": netutil.MaxRetryAfter, "soon": 0,
		now.Add(90 * time.Second).Format(http.TimeFormat): 90 * time.Second,
	} {
		client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", v)
			answer(429, `{"error":{"code":"resource_limit_exceeded","message":"busy"}}`)(w, r)
		})
		client.now = func() time.Time { return now }
		_, err := client.Submit(t.Context(), PathGenerate, []byte(`{}`))
		if wait, ok := Busy(err); !ok || wait != want {
			t.Errorf("%q: busy %v for %s, want %s", v, ok, wait, want)
		}
	}
}
