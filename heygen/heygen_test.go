package heygen

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func serve(t *testing.T, h http.HandlerFunc) (*Client, *atomic.Int32) {
	t.Helper()
	var n atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n.Add(1)
		h(w, r)
	}))
	t.Cleanup(s.Close)
	instant := func(ctx context.Context, d time.Duration) error { return ctx.Err() }
	return New("top-secret-key", WithBaseURL(s.URL), WithUploadURL(s.URL), WithClock(time.Now, instant)), &n
}

func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

func TestPaidPostIsSentOnceWhateverHappens(t *testing.T) {
	for name, c := range map[string]struct {
		h    http.HandlerFunc
		no   bool // a definite refusal
		code string
	}{
		"400 v2": {
			answer(400, `{"error":{"code":"invalid_parameter","message":"dimension is invalid"},"data":null}`), true,
			"invalid_parameter",
		},
		"429 trial": {
			answer(429, `{"error":{"code":"trial_video_limit_exceeded","message":"daily"}}`), true,
			"trial_video_limit_exceeded",
		},
		"429 plain":        {answer(429, ``), false, ""},
		"401":              {answer(401, `{"code":400112,"message":"Unauthorized"}`), true, "400112"},
		"200 error body":   {answer(200, `{"error":{"code":"quota","message":"no credit"},"data":null}`), true, "quota"},
		"200 error string": {answer(200, `{"error":"broken","data":null}`), true, ""},
		"200 code 400":     {answer(200, `{"code":40039,"message":"bad text"}`), true, "40039"},
		"500":              {answer(500, `{"error":{"code":"internal_error"}}`), false, "internal_error"},
		"502 html":         {answer(502, `<html>bad gateway</html>`), false, ""},
		"408":              {answer(408, ``), false, ""},
		"200 html":         {answer(200, `<html>hello</html>`), false, ""},
		"200 no id":        {answer(200, `{"error":null,"data":{}}`), false, ""},
		"cut": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000")
			fmt.Fprint(w, `{"error":null,`)
		}, false, ""},
		"dropped": {func(w http.ResponseWriter, r *http.Request) {
			c, _, _ := w.(http.Hijacker).Hijack()
			c.Close()
		}, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			client, n := serve(t, c.h)
			_, err := client.Submit(t.Context(), PathGenerate, []byte(`{}`))
			if err == nil || n.Load() != 1 {
				t.Fatalf("err %v after %d requests", err, n.Load())
			}
			if NothingBought(err) != c.no {
				t.Errorf("definite no is %v for %v", !c.no, err)
			}
			if e := as(err); e == nil || e.Code != c.code {
				t.Errorf("code of %#v", err)
			}
		})
	}
}

func TestReadsRepeatUntilTheyWork(t *testing.T) {
	var i atomic.Int32
	client, n := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch i.Add(1) {
		case 1:
			w.Header().Set("Retry-After", "1")
			answer(429, ``)(w, r)
		case 2:
			answer(503, `<xml/>`)(w, r)
		default:
			answer(200, `{"code":100,"data":{"id":"v1","status":"processing"},"message":"Success"}`)(w, r)
		}
	})
	v, err := client.VideoStatus(t.Context(), "v1")
	if err != nil || v.State != StateProcessing || n.Load() != 3 {
		t.Errorf("%+v %v after %d", v, err, n.Load())
	}
}

func TestTheDailyTrialLimitIsNotRepeated(t *testing.T) {
	client, n := serve(t, answer(429, `{"error":{"code":"trial_video_limit_exceeded","message":"x"}}`))
	if _, err := client.Quota(t.Context()); err == nil || n.Load() != 1 {
		t.Errorf("%v after %d requests", err, n.Load())
	}
}

func TestVideoStatusShapes(t *testing.T) {
	for name, c := range map[string]struct {
		data string
		want func(Video) bool
	}{
		"completed with a warning": {`{"id":"a","status":"completed","video_url":"https://x/y?Signature=s","duration":12.5,"error":{"code":402,"message":"credit"}}`,
			func(v Video) bool {
				return v.State == StateCompleted && v.Failure == nil && v.Warning != nil && v.Warning.Code == "402" &&
					v.Duration == 12.5
			}},
		"failed without a reason": {
			`{"id":"a","status":"failed","error":null}`,
			func(v Video) bool { return v.State == StateFailed && v.Failure != nil && v.Failure.Message == "" },
		},
		"failed, string code": {`{"id":"a","status":"failed","error":{"code":"MOVIO_PAYMENT_INSUFFICIENT_CREDIT","detail":"top up"}}`,
			func(v Video) bool {
				return v.Failure.Code == "MOVIO_PAYMENT_INSUFFICIENT_CREDIT" && v.Failure.Message == "top up"
			}},
		"failed, plain text": {
			`{"id":"a","status":"failed","error":"boom"}`, func(v Video) bool { return v.Failure.Message == "boom" },
		},
		"unknown word": {
			`{"id":"a","status":"pondering"}`,
			func(v Video) bool { return v.State == StateUnknown && v.RawStatus == "pondering" },
		},
		"nulls and empties": {
			`{"id":null,"status":"waiting","video_url":"","caption_url":null,"duration":null}`,
			func(v Video) bool { return v.ID == "asked" && v.State == StateWaiting && v.URL == "" },
		},
		"duration as text": {
			`{"status":"completed","duration":"3.5"}`, func(v Video) bool { return v.Duration == 3.5 },
		},
		"created as float": {
			`{"status":"pending","created_at":1700000000.5}`, func(v Video) bool { return v.CreatedAt.Unix() == 1700000000 },
		},
		"created as ISO string": {
			`{"status":"pending","created_at":"2026-01-02T03:04:05Z"}`,
			func(v Video) bool { return v.CreatedAt.Year() == 2026 },
		},
	} {
		t.Run(name, func(t *testing.T) {
			client, _ := serve(t, answer(200, `{"code":100,"data":`+c.data+`,"message":"Success"}`))
			v, err := client.VideoStatus(t.Context(), "asked")
			if err != nil || !c.want(v) {
				t.Errorf("%+v %v", v, err)
			}
		})
	}
}

func TestErrorsAreSortedByTheirMeaning(t *testing.T) {
	for _, c := range []struct {
		status             int
		body               string
		auth, missing, off bool
	}{
		{401, `{"code":400112,"message":"x"}`, true, false, false},
		{404, `{"code":40104,"message":"video not found"}`, false, true, false},
		{410, ``, false, false, true},
		{404, `<html>not found</html>`, false, true, true},
	} {
		client, _ := serve(t, answer(c.status, c.body))
		_, err := client.VideoStatus(t.Context(), "x")
		if Unauthorized(err) != c.auth || NotFound(err) != c.missing || Gone(err) != c.off {
			t.Errorf("%d %s: %v %v %v", c.status, c.body, Unauthorized(err), NotFound(err), Gone(err))
		}
	}
}

func TestNothingPrintsAKeyOrASignature(t *testing.T) {
	link := Link("https://files.heygen.ai/a.webm?Expires=1&Signature=hush")
	client := New("top-secret-key")
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "key", client.credential.now, "link", link)
	j, _ := json.Marshal(struct {
		K Secret
		L Link
	}{"top-secret-key", link})
	all := log.String() + string(j) + fmt.Sprintf(
		"%v %+v %#v %s %q %x %d", client, *client, client.credential.now, client.credential.now, client.credential.now, client.credential.now, client.credential.now,
	) +
		fmt.Sprintf("%v %+v %#v %s %q", link, Video{URL: link}, Video{URL: link}, link, link)
	if strings.Contains(all, "top-secret") || strings.Contains(all, "hush") {
		t.Errorf("leaked:\n%s", all)
	}
	if !strings.Contains(link.String(), "files.heygen.ai/a.webm") {
		t.Errorf("nothing left of %s", link)
	}
}

func TestTheKeyStaysHome(t *testing.T) {
	if _, err := New("k", WithBaseURL("http://example.com")).Quota(t.Context()); err == nil ||
		!strings.Contains(err.Error(), "https") {
		t.Errorf("plain http was accepted: %v", err)
	}
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	client, _ := serve(
		t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, http.StatusFound) },
	)
	if _, err := client.Quota(t.Context()); err == nil || elsewhere.Load() != 0 {
		t.Errorf("followed a redirect: %v, %d requests", err, elsewhere.Load())
	}
}

func TestFindByTitlePagesAndChecksForItself(t *testing.T) {
	client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("token") == "" {
			answer(200, `{"code":100,"data":{"token":"p2","videos":[{"video_id":"a","video_title":"other"}]}}`)(w, r)
			return
		}
		answer(
			200, `{"code":100,"data":{"token":"","videos":[{"video_id":"b","video_title":"intro gr-1","created_at":1}]}}`,
		)(w, r)
	})
	got, err := client.FindByTitle(t.Context(), "gr-1")
	if err != nil || len(got) != 1 || got[0].ID != "b" {
		t.Errorf("%+v %v", got, err)
	}
}

func TestValidateSaysWhatHeyGenWouldRefuse(t *testing.T) {
	good := func() GenerateRequest {
		return GenerateRequest{
			VideoInputs: []Scene{
				{Character: &Character{Type: "avatar", AvatarID: "a"}, Voice: Voice{Type: "text", VoiceID: "v", InputText: "hi"}},
			},
			Dimension: &Dimension{1280, 720},
		}
	}
	if err := good().Validate(); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(*GenerateRequest){
		"empty":     func(r *GenerateRequest) { r.VideoInputs[0].Voice.InputText = " " },
		"5001":      func(r *GenerateRequest) { r.VideoInputs[0].Voice.InputText = strings.Repeat("ü", 5001) },
		"voice_id":  func(r *GenerateRequest) { r.VideoInputs[0].Voice.VoiceID = "" },
		"even":      func(r *GenerateRequest) { r.Dimension.Width = 1281 },
		"together":  func(r *GenerateRequest) { r.CallbackID = "x" },
		"0 scenes":  func(r *GenerateRequest) { r.VideoInputs = nil },
		"speed":     func(r *GenerateRequest) { r.VideoInputs[0].Voice.Speed = 3 },
		"value":     func(r *GenerateRequest) { r.VideoInputs[0].Background = &Background{Type: "color"} },
		"avatar_id": func(r *GenerateRequest) { r.VideoInputs[0].Character.TalkingPhotoID = "p" },
	} {
		r := good()
		spoil(&r)
		if err := r.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestCancelledContextIsSeen(t *testing.T) {
	client, _ := serve(t, answer(200, `{}`))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := client.Quota(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func FuzzJudge(f *testing.F) {
	for _, s := range []string{
		`{"code":100}`, `{"error":{"code":1}}`, `{"error":"x"}`, `<html>`, `null`, `[1]`, `{"error":{"code":{"a":1}}}`,
		"\xff\xfe",
	} {
		f.Add(200, []byte(s))
		f.Add(500, []byte(s))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		err := evaluate(&Error{Op: "x", Status: status}, body)
		if status >= 400 && err == nil {
			t.Errorf("%d taken as a success", status)
		}
		if err != nil {
			_ = err.Error()
		}
	})
}
