package heygen

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// meaning is what a caller does about an error.
type meaning struct{ no, gone, auth, missing, payment, busy bool }

func meaningOf(err error) meaning {
	_, busy := Busy(err)
	return meaning{NothingBought(err), Gone(err), Unauthorized(err), NotFound(err), Payment(err), busy}
}

// TestEveryErrorOfTheReference reads each documented error in each dialect's shape.
func TestEveryErrorOfTheReference(t *testing.T) {
	v3 := func(code string) string {
		return fmt.Sprintf(`{"error":{"code":%q,"message":"words","param":"script","doc_url":null}}`, code)
	}
	refused := meaning{no: true}
	for _, c := range []struct {
		status int
		body   string
		want   meaning
		code   string
	}{
		{400, v3("invalid_parameter"), refused, "invalid_parameter"},
		{400, v3("invalid_request"), refused, "invalid_request"},
		{400, v3("download_failed"), refused, "download_failed"},
		{400, v3("script_too_long"), refused, "script_too_long"},
		{401, v3("unauthorized"), meaning{no: true, auth: true}, "unauthorized"},
		{401, v3("authentication_failed"), meaning{no: true, auth: true}, "authentication_failed"},
		{402, v3("insufficient_credit"), meaning{no: true, payment: true}, "insufficient_credit"},
		{403, v3("forbidden"), refused, "forbidden"},
		{403, v3("resource_access_denied"), refused, "resource_access_denied"},
		{404, v3("video_not_found"), meaning{no: true, missing: true}, "video_not_found"},
		{404, ``, meaning{gone: true, missing: true}, ""},
		{404, `404 page not found`, meaning{gone: true, missing: true}, ""},
		{410, ``, meaning{no: true, gone: true}, ""},
		{409, v3("conflict"), refused, "conflict"},
		{409, v3("request_in_progress"), meaning{}, "request_in_progress"},
		{413, v3("payload_too_large"), refused, "payload_too_large"},
		{429, v3("rate_limit_exceeded"), meaning{no: true, busy: true}, "rate_limit_exceeded"},
		{429, v3("quota_exceeded"), meaning{no: true, busy: true}, "quota_exceeded"},
		{429, v3("resource_limit_exceeded"), meaning{no: true, busy: true}, "resource_limit_exceeded"},
		{500, v3("internal_error"), meaning{}, "internal_error"},
		{504, v3("gateway_timeout"), meaning{}, "gateway_timeout"},
		{502, `<html>Bad Gateway</html>`, meaning{}, ""},
		{503, `<?xml version="1.0"?><Error/>`, meaning{}, ""},
		// v1 and v2: a number, a number as text, a word, an error that is a text, both ways of
		// spelling the message, and a success that is none.
		{400, `{"code":40039,"message":"bad text"}`, refused, "40039"},
		{400, `{"code":"400128","data":null,"msg":"too long"}`, refused, "400128"},
		{400, `{"code":400175,"message":"Invalid","details":"width"}`, refused, "400175"},
		{400, `{"code":400543,"message":"mismatch","status":400}`, refused, "400543"},
		{400, `{"error":"plain words","data":null}`, refused, ""},
		{
			429, `{"error":{"code":"trial_video_limit_exceeded","message":"daily"}}`, meaning{no: true},
			"trial_video_limit_exceeded",
		},
		{429, `{"code":400664,"message":"trial"}`, meaning{no: true}, "400664"},
		{401, `{"code":400112,"message":"Unauthorized"}`, meaning{no: true, auth: true}, "400112"},
		{404, `{"code":40104,"message":"video not found"}`, meaning{no: true, missing: true}, "40104"},
		{424, `{"code":40012,"message":"upstream"}`, refused, "40012"},
		{200, `{"code":40010,"message":"format"}`, refused, "40010"},
		{200, `{"error":{"code":"quota","message":"none"},"data":null}`, refused, "quota"},
		{200, `{"error":"words","data":null}`, refused, ""},
		{200, `<html>maintenance</html>`, meaning{gone: true}, ""},
		{200, `{"error":null,"data":{}}`, meaning{}, ""},
		{200, ``, meaning{}, ""},
	} {
		client, n := serve(t, answer(c.status, c.body))
		_, err := client.SubmitOnce(t.Context(), PathVideos, []byte(`{}`), "gr-1")
		if err == nil || n.Load() != 1 {
			t.Errorf("%d %s: %v after %d requests", c.status, c.body, err, n.Load())
			continue
		}
		if got := meaningOf(err); got != c.want {
			t.Errorf("%d %s means %+v, want %+v", c.status, c.body, got, c.want)
		}
		if e := as(err); e != nil && e.Code != c.code {
			t.Errorf("%d %s has code %q", c.status, c.body, e.Code)
		}
	}
}

func TestRefusedAsWebM(t *testing.T) {
	for body, want := range map[string]bool{
		`{"error":{"code":"invalid_parameter","message":"x","param":"output_format"}}`:                             true,
		`{"error":{"code":"invalid_parameter","message":"this look does not support background removal"}}`:         true,
		`{"error":{"code":"invalid_parameter","message":"avatar is not trained for matting","param":"avatar_id"}}`: true,
		`{"error":{"code":"invalid_parameter","message":"script too long","param":"script"}}`:                      false,
	} {
		client, _ := serve(t, answer(400, body))
		if _, err := client.SubmitOnce(t.Context(), PathVideos, []byte(`{}`), "k"); WebMRefused(err) != want {
			t.Errorf("%s: %v", body, !want)
		}
	}
}

// The traps of the reference that are about reading and sending v3, by their number.
func TestTrapsOfV3(t *testing.T) {
	var seen *http.Request
	client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		seen = r
		switch {
		case strings.HasSuffix(r.URL.Path, "/statuses"):
			answer(
				200,
				`{"data":[{"video_id":"a","status":"queued"},{"video_id":"b","status":"failed","error":{"code":"x","message":"m"}},{"video_id":"c","status":"not_found"}]}`,
			)(w, r)
		case strings.HasSuffix(r.URL.Path, "/b1"):
			// 12: a batch's paging is inside data
			if r.URL.Query().Get("token") == "" {
				answer(
					200,
					`{"data":{"status":"processing","total_items":2,"items":[{"item_index":0,"status":"queued","video_id":"a"}],"has_more":true,"next_token":"n"}}`,
				)(w, r)
			} else {
				answer(
					200,
					`{"data":{"status":"completed","total_items":2,"items":[{"item_index":1,"status":"completed","video_id":"b"}],"has_more":true,"next_token":""}}`,
				)(w, r)
			}
		case r.Method == http.MethodPost:
			answer(200, `{"data":{"video_id":"v9","status":"waiting"}}`)(w, r)
		case r.URL.Path == PathVideos:
			// 11: an unknown filter is ignored, and has_more lies
			answer(
				200,
				`{"data":[{"id":"1","title":"other"},{"id":"2","title":"x gr-m y","created_at":1700000000.5}],"has_more":true,"next_token":null}`,
			)(w, r)
		case strings.HasSuffix(r.URL.Path, "/empty"):
			// 7 and 10: failed without a reason, an ISO time, a link that is an empty text
			answer(
				200,
				`{"data":{"id":"empty","status":"failed","video_url":"","created_at":"2026-11-01T10:00:00Z","failure_code":null}}`,
			)(w, r)
		default:
			answer(
				200,
				`{"data":{"id":"v","status":"Completed","video_url":"https://files.heygen.ai/x.webm?Signature=s","duration":"12.5"}}`,
			)(w, r)
		}
	})
	ctx := t.Context()
	if id, err := client.SubmitOnce(ctx, PathVideos, []byte(`{}`), "gr-k"); err != nil || id != "v9" ||
		seen.Header.Get("Idempotency-Key") != "gr-k" {
		t.Errorf("%q %v with key %q", id, err, seen.Header.Get("Idempotency-Key"))
	}
	for _, bad := range []string{"", "with space", strings.Repeat("x", 256), "ä"} {
		if _, err := client.SubmitOnce(ctx, PathVideos, nil, bad); err == nil {
			t.Errorf("key %q left the house", bad)
		}
	}
	if l, err := client.FindByTitleV3(ctx, "gr-m"); err != nil || len(l) != 1 || l[0].ID != "2" ||
		l[0].CreatedAt.Unix() != 1700000000 {
		t.Errorf("%v %v", l, err)
	}
	v, err := client.VideoV3(ctx, "empty")
	if err != nil || v.State != StateFailed || v.Failure == nil || v.URL != "" ||
		!v.CreatedAt.Equal(time.Date(2026, 11, 1, 10, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v %v", v, err)
	}
	if v, err := client.VideoV3(ctx, "v"); err != nil || v.State != StateCompleted || v.Duration != 12.5 {
		t.Errorf("%+v %v", v, err)
	}
	if b, err := client.ReadBatch(ctx, KindVideoV3, "b1"); err != nil || len(b.Items) != 2 || b.Items[1].ID != "b" ||
		b.Status != "completed" {
		t.Errorf("%+v %v", b, err)
	}
	st, err := client.Statuses(ctx, KindVideoV3, []string{"a", "b", "c"})
	if err != nil || st[0].State != StateWaiting || st[1].Failure.Message != "m" || !st[2].Missing {
		t.Errorf("%+v %v", st, err)
	}
	if _, err := client.Statuses(ctx, KindVideoV3, make([]string, 101)); err == nil {
		t.Error("101 ids were sent")
	}
}

// 3, 4: an engine is an object, chosen from what the look supports.
func TestBestEngine(t *testing.T) {
	for in, want := range map[string]string{
		"avatar_iii": "avatar_iii", "avatar_iii avatar_iv": "avatar_iv", "avatar_v avatar_iii": "avatar_v",
		"avatar_4_quality": "avatar_iv", "avatar_4_turbo avatar_iii": "avatar_iv", "brand_new": "", "": "",
	} {
		e := BestEngine(strings.Fields(in))
		if got := ""; e != nil {
			got = e.Type
			if b, _ := json.Marshal(e); string(b) != `{"type":"`+want+`"}` {
				t.Errorf("%s encodes as %s", in, b)
			}
			if got != want {
				t.Errorf("%s: %s", in, got)
			}
		} else if want != "" {
			t.Errorf("%s: none", in)
		}
	}
}

// 8: every word for a state, in any case.
func TestStateWords(t *testing.T) {
	for state, words := range map[State]string{
		StatePending: "pending Pending", StateWaiting: "waiting queued",
		StateProcessing: "processing running generating thinking reviewing",
		StateCompleted:  "completed complete success SUCCESS", StateFailed: "failed fail",
		StateUnknown: "waiting_for_input frobnicating",
	} {
		for _, w := range strings.Fields(words) {
			if got := stateOf(w); got != state {
				t.Errorf("%s is %s, want %s", w, got, state)
			}
		}
	}
}

// A session is followed to its video; one that ended without a video is still at work
// as far as money goes, and its error is reported.
func TestAnAgentsSession(t *testing.T) {
	client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case PathAgentV3 + "/named":
			answer(200, `{"data":{"session_id":"named","status":"generating","video_id":"v1","created_at":1}}`)(w, r)
		case PathAgentV3 + "/early":
			answer(200, `{"data":{"session_id":"early","status":"completed","video_id":null,"created_at":1}}`)(w, r)
		case PathAgentV3 + "/broken":
			answer(
				200,
				`{"data":{"session_id":"broken","status":"failed","messages":[{"role":"model","type":"error","content":"no avatar"}],"created_at":1}}`,
			)(w, r)
		case PathVideos + "/v1":
			answer(200, `{"data":{"id":"v1","status":"processing"}}`)(w, r)
		default:
			answer(404, `{"error":{"code":"not_found","message":"no"}}`)(w, r)
		}
	})
	for id, want := range map[string]struct {
		video string
		state State
	}{
		"named": {"v1", StateProcessing}, "early": {"early", StateProcessing}, "broken": {"broken", StateFailed},
		"v1": {"v1", StateProcessing},
	} {
		v, err := client.Job(t.Context(), KindAgent, id)
		if err != nil || v.ID != want.video || v.State != want.state {
			t.Errorf("%s: %+v %v", id, v, err)
		}
		if id == "broken" && v.Failure.Message != "no avatar" {
			t.Errorf("the reason is lost: %+v", v.Failure)
		}
	}
}

// Bytes go to storage with the headers that were named and without the key.
func TestDirectUploadsKeepTheKeyHome(t *testing.T) {
	var put *http.Request
	var base string
	client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		base = "http://" + r.Host
		switch {
		case r.Method == http.MethodPut:
			put = r
		case strings.HasSuffix(r.URL.Path, "/complete"):
			answer(200, `{"data":{"asset_id":"a1","url":"u"}}`)(w, r)
		default:
			answer(
				200,
				fmt.Sprintf(
					`{"data":{"asset_id":"a1","upload_url":%q,"upload_headers":{"X-Sum":"1","X-Api-Key":"steal"},"max_bytes":10}}`,
					base+"/put",
				),
			)(w, r)
		}
	})
	if _, err := client.UploadDirect(t.Context(), FileOf("f.mp4", "video/mp4", []byte("12345"), "00")); err != nil {
		t.Fatal(err)
	}
	if put.Header.Get("X-Api-Key") != "" || put.Header.Get("X-Sum") != "1" || put.ContentLength != 5 {
		t.Errorf("storage saw %v", put.Header)
	}
	if _, err := client.UploadDirect(t.Context(), FileOf("f.mp4", "video/mp4", []byte("12345678901"), "00")); err == nil {
		t.Error("more was sent than is taken")
	}
}
