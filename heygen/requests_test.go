package heygen

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"
)

// received is a request as the server got it.
type received struct {
	method, target, contentType, once string
	body                              []byte
}

// capture returns a client of a server that keeps the last request and answers it.
func capture(t *testing.T, status int, body string) (*Client, *received) {
	t.Helper()
	last := &received{}
	client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		*last = received{r.Method, r.URL.RequestURI(), r.Header.Get("Content-Type"), r.Header.Get("Idempotency-Key"), b}
		answer(status, body)(w, r)
	})
	return client, last
}

// sameJSON compares two JSON texts as values.
func sameJSON(t *testing.T, got []byte, want string) bool {
	t.Helper()
	var a, b any
	if json.Unmarshal(got, &a) != nil || json.Unmarshal([]byte(want), &b) != nil {
		return len(got) == 0 && want == ""
	}
	return reflect.DeepEqual(a, b)
}

// submitted posts a purchase.
func submitted(ctx context.Context, c *Client, path string, request any) error {
	body, err := json.Marshal(request)
	if err != nil {
		return err
	}
	return onlyErr(c.Submit(ctx, path, body))
}

// TestWhatEachCallSends: path, method and body of the calls that change something.
func TestWhatEachCallSends(t *testing.T) {
	scene := Scene{
		Character: &Character{Type: "avatar", AvatarID: "a"},
		Voice:     Voice{Type: "text", VoiceID: "v", InputText: "Hi."},
	}
	ctx := t.Context()
	for name, c := range map[string]struct {
		call         func(*Client) error
		method, path string
		body         string
	}{
		"generate": {
			func(c *Client) error {
				return submitted(ctx, c, PathGenerate, GenerateRequest{VideoInputs: []Scene{scene}})
			},
			"POST", "/v2/video/generate", `{"video_inputs":[{"character":{"type":"avatar","avatar_id":"a"},` +
				`"voice":{"type":"text","voice_id":"v","input_text":"Hi."}}]}`,
		},
		"webm": {
			func(c *Client) error {
				return submitted(ctx, c, PathWebM, WebMRequest{AvatarPoseID: "p", AvatarStyle: "normal", InputAudio: "u"})
			},
			"POST", "/v1/video.webm", `{"avatar_pose_id":"p","avatar_style":"normal","input_audio":"u"}`,
		},
		"delete video": {
			func(c *Client) error { return c.DeleteVideo(ctx, "a b") }, "DELETE", "/v1/video.delete?video_id=a+b", "",
		},
		"delete v3 video": {func(c *Client) error { return c.DeleteVideoV3(ctx, "a/b") }, "DELETE", "/v3/videos/a%2Fb", ""},
		"delete asset":    {func(c *Client) error { return c.DeleteAsset(ctx, V2, "x") }, "POST", "/v1/asset/x/delete", ""},
		"delete v3 asset": {func(c *Client) error { return c.DeleteAsset(ctx, V3, "x") }, "DELETE", "/v3/assets/x", ""},
		"delete photo": {
			func(c *Client) error { return c.DeletePhotoAvatar(ctx, V2, "x") }, "DELETE", "/v2/talking_photo/x", "",
		},
		"delete look": {
			func(c *Client) error { return c.DeletePhotoAvatar(ctx, V3, "x") }, "DELETE", "/v3/avatars/looks/x", "",
		},
		"correct proofread": {
			func(c *Client) error { return c.CorrectProofread(ctx, "p", "a") },
			"PUT", "/v3/video-translations/proofreads/p/srt", `{"srt":{"type":"asset_id","asset_id":"a"}}`,
		},
		"stream": {
			func(c *Client) error {
				return onlyErr(c.NewStream(ctx, StreamRequest{AvatarID: "a", VoiceID: "v", Idle: 60}))
			},
			"POST", "/v1/streaming.new", `{"version":"v2","quality":"medium","avatar_id":"a","video_encoding":"VP8",` +
				`"voice":{"voice_id":"v"},"activity_idle_timeout":60}`,
		},
		"start stream": {
			func(c *Client) error { return c.StartStream(ctx, "s") }, "POST", "/v1/streaming.start", `{"session_id":"s"}`,
		},
		"interrupt stream": {
			func(c *Client) error { return c.InterruptStream(ctx, "s") }, "POST", "/v1/streaming.interrupt",
			`{"session_id":"s"}`,
		},
		"keep stream": {
			func(c *Client) error { return c.KeepStream(ctx, "s") }, "POST", "/v1/streaming.keep_alive", `{"session_id":"s"}`,
		},
		"stop stream": {
			func(c *Client) error { return c.StopStream(ctx, "s") }, "POST", "/v1/streaming.stop", `{"session_id":"s"}`,
		},
		"stream token": {
			func(c *Client) error { return onlyErr(c.StreamToken(ctx)) }, "POST", "/v1/streaming.create_token", `{}`,
		},
		"say": {
			func(c *Client) error { return onlyErr(c.Say(ctx, "s", "Hi.")) },
			"POST", "/v1/streaming.task", `{"session_id":"s","text":"Hi.","task_type":"repeat"}`,
		},
		"add webhook": {
			func(c *Client) error { return onlyErr(c.Webhooks(false).Add(ctx, "https://x.example", nil)) },
			"POST", "/v1/webhook/endpoint.add", `{"url":"https://x.example","events":null}`,
		},
		"all events": {
			func(c *Client) error {
				return onlyErr(c.Webhooks(true).Update(ctx, "e", EndpointChange{AllEvents: true}))
			},
			"PATCH", "/v3/webhooks/endpoints/e", `{"events":null}`,
		},
		"some events": {
			func(c *Client) error {
				return onlyErr(c.Webhooks(false).Update(ctx, "e", EndpointChange{Events: []string{"x"}, URL: "https://y.example"}))
			},
			"PATCH", "/v1/webhook/endpoint.update", `{"endpoint_id":"e","events":["x"],"url":"https://y.example"}`,
		},
		"delete webhook": {
			func(c *Client) error { return c.Webhooks(false).Delete(ctx, "e") }, "DELETE",
			"/v1/webhook/endpoint.delete?endpoint_id=e", "",
		},
		"delete v3 webhook": {
			func(c *Client) error { return c.Webhooks(true).Delete(ctx, "e") }, "DELETE", "/v3/webhooks/endpoints/e", "",
		},
		"rotate": {
			func(c *Client) error { return onlyErr(c.Webhooks(true).Rotate(ctx, "e")) }, "POST",
			"/v3/webhooks/endpoints/e/rotate-secret", "",
		},
	} {
		client, got := capture(
			t, 200, `{"code":100,"error":null,"data":{"video_id":"v","id":"g","secret":"s","proofread_ids":["p"]}}`,
		)
		if err := c.call(client); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got.method != c.method || got.target != c.path || !sameJSON(t, got.body, c.body) {
			t.Errorf("%s sent %s %s %s", name, got.method, got.target, got.body)
		}
		if hasType := got.contentType == "application/json"; hasType != (c.body != "") {
			t.Errorf("%s: the content type is %q", name, got.contentType)
		}
		client, _ = capture(t, 404, `{"error":{"code":"not_found","message":"no"}}`)
		if err := c.call(client); !NotFound(err) {
			t.Errorf("%s: a refusal is lost: %v", name, err)
		}
	}
}

// TestOnlyRepeatableChangesAreRepeated: a POST is sent once, unless an idempotency key makes a
// repetition harmless; the key is the same on each attempt.
func TestOnlyRepeatableChangesAreRepeated(t *testing.T) {
	ctx := t.Context()
	for name, c := range map[string]struct {
		call func(*Client) error
		want int
	}{
		"read":              {func(c *Client) error { return onlyErr(c.Quota(ctx)) }, 4},
		"delete":            {func(c *Client) error { return c.DeleteVideoV3(ctx, "a") }, 4},
		"correct proofread": {func(c *Client) error { return c.CorrectProofread(ctx, "a", "b") }, 4},
		"update webhook": {
			func(c *Client) error { return onlyErr(c.Webhooks(true).Update(ctx, "e", EndpointChange{})) }, 4,
		},
		"add v3 webhook": {
			func(c *Client) error { return onlyErr(c.Webhooks(true).Add(ctx, "https://x.example", nil)) }, 4,
		},
		"rotate": {func(c *Client) error { return onlyErr(c.Webhooks(true).Rotate(ctx, "e")) }, 4},
		"add v1 webhook": {
			func(c *Client) error { return onlyErr(c.Webhooks(false).Add(ctx, "https://x.example", nil)) }, 1,
		},
		"upload": {
			func(c *Client) error {
				return onlyErr(c.Upload(ctx, V2, FileOf("n", "image/png", []byte("x"), ""), Resume{}))
			}, 1,
		},
		"v3 upload": {
			func(c *Client) error {
				return onlyErr(c.Upload(ctx, V3, FileOf("n", "image/png", []byte("x"), ""), Resume{}))
			}, 4,
		},
		"v3 direct upload": {
			func(c *Client) error { return onlyErr(c.UploadDirect(ctx, FileOf("n", "video/mp4", []byte("x"), ""))) }, 4,
		},
		"buy":          {func(c *Client) error { return onlyErr(c.Submit(ctx, PathGenerate, []byte(`{}`))) }, 1},
		"buy with key": {func(c *Client) error { return onlyErr(c.SubmitOnce(ctx, PathVideos, []byte(`{}`), "k")) }, 1},
		"speech":       {func(c *Client) error { return onlyErr(c.SubmitSpeech(ctx, PathSpeechV3, []byte(`{}`))) }, 1},
	} {
		keys, bodies := map[string]bool{}, map[string]bool{}
		client, n := serve(t, func(w http.ResponseWriter, r *http.Request) {
			b, _ := io.ReadAll(r.Body)
			keys[r.Header.Get("Idempotency-Key")], bodies[string(b)] = true, true
			answer(503, `<html>busy</html>`)(w, r)
		})
		if err := c.call(client); err == nil || int(n.Load()) != c.want || len(keys) != 1 || len(bodies) != 1 {
			t.Errorf("%s: %v after %d requests, want %d; keys %v, bodies %v", name, err, n.Load(), c.want, keys, bodies)
		}
	}
}

func TestUploadsSendTheBytesAsTheyAre(t *testing.T) {
	client, got := capture(t, 200, `{"code":100,"data":{"id":"a","file_type":"image","url":"u"}}`)
	a, err := client.Upload(t.Context(), V2, FileOf("n.png", "image/png", []byte("\x89PNG"), ""), Resume{})
	if err != nil || a.ID != "a" || got.target != "/v1/asset" {
		t.Fatalf("%+v %v", a, err)
	}
	if got.contentType != "image/png" || string(got.body) != "\x89PNG" {
		t.Errorf("sent %q as %s", got.body, got.contentType)
	}
	client, got = capture(t, 200, `{"data":{"asset_id":"b","url":"u"}}`)
	if a, err = client.Upload(t.Context(), V3, FileOf("n.png", "image/png", []byte("\x89PNG"), ""), Resume{}); err != nil || a.ID != "b" {
		t.Fatalf("%+v %v", a, err)
	}
	_, params, err := mime.ParseMediaType(got.contentType)
	if err != nil {
		t.Fatal(err)
	}
	part, err := multipart.NewReader(strings.NewReader(string(got.body)), params["boundary"]).NextPart()
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(part)
	if part.FormName() != "file" || part.Header.Get("Content-Type") != "image/png" || string(b) != "\x89PNG" ||
		err != nil {
		t.Errorf("sent the part %v: %q %v", part.Header, b, err)
	}
	// What is too large for one request is announced first.
	client, got = capture(t, 200, `{"data":{"asset_id":"c","upload_url":"u","max_bytes":10}}`)
	_, err = client.Upload(t.Context(), V3, FileOf("n.mp4", "video/mp4", make([]byte, maxMultipart+1), "00"), Resume{})
	if err == nil || !strings.Contains(err.Error(), "at most 10") || got.target != "/v3/assets/direct-uploads" {
		t.Errorf("%v after %s", err, got.target)
	}
	want := fmt.Sprintf(
		`{"filename":"n.mp4","content_type":"video/mp4","size_bytes":%d,"checksum_sha256":"00","multipart":true}`, maxMultipart+1,
	)
	if !sameJSON(t, got.body, want) {
		t.Errorf("announced %s", got.body)
	}
}

func TestAPhotoAvatarNeedsAPicture(t *testing.T) {
	client, got := capture(t, 200, `{"data":{"asset_id":"a","talking_photo_id":"p","avatar_item":{"id":"look"}}}`)
	if _, err := client.NewPhotoAvatar(t.Context(), V2, "n", "image/gif", nil); err == nil || got.method != "" {
		t.Errorf("%v after %s", err, got.target)
	}
	for api, want := range map[API][3]string{
		V2: {"p", "/v1/talking_photo", "jpeg"},
		V3: {"look", "/v3/avatars", `{"type":"photo","name":"n","file":{"type":"asset_id","asset_id":"a"}}`},
	} {
		id, err := client.NewPhotoAvatar(t.Context(), api, "n", "image/jpeg", []byte("jpeg"))
		if err != nil || id != want[0] || got.target != want[1] ||
			string(got.body) != want[2] && !sameJSON(t, got.body, want[2]) {
			t.Errorf("%s: %q %v after %s %s", api, id, err, got.target, got.body)
		}
		client, got := capture(t, 200, `{"data":{"asset_id":"a"}}`)
		if id, err := client.NewPhotoAvatar(t.Context(), api, "n", "image/png", []byte("png")); err == nil {
			t.Errorf("%s: an answer without an id is %q after %s", api, id, got.target)
		}
	}
}

// TestTheAccountIsNamedByItsUser: a key that may not read its user is good for renders.
func TestTheAccountIsNamedByItsUser(t *testing.T) {
	for name, c := range map[string]struct {
		v3, v1, want string
		status       int
		known        bool
	}{
		"user name": {`{"data":{"username":"u","email":"e"}}`, ``, "u", 200, true},
		"e-mail":    {`{"data":{"username":null,"email":"e"}}`, ``, "e", 200, true},
		"v1": {
			`{"error":{"code":"insufficient_api_key_scope","message":"x"}}`, `{"code":100,"data":{"username":"w"}}`, "w", 403,
			true,
		},
		"no user":          {`{"error":{"code":"not_found","message":"x"}}`, `{"code":100,"data":{}}`, "", 404, true},
		"refused key":      {`{"error":{"code":"unauthorized","message":"x"}}`, ``, "", 401, false},
		"failing server":   {`<html>`, ``, "", 500, false},
		"page under a 200": {`<html>`, ``, "", 200, false},
	} {
		client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/v1/") {
				answer(200, c.v1)(w, r)
				return
			}
			answer(c.status, c.v3)(w, r)
		})
		if got, err := client.WhoAmI(t.Context()); got != c.want || (err == nil) != c.known {
			t.Errorf("%s: %q %v", name, got, err)
		}
	}
}

func TestTheProvidersTimeComesFromItsAnswers(t *testing.T) {
	there := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	status, date := 401, there.Format(http.TimeFormat)
	client, n := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Date"] = []string{date}
		answer(status, `{"code":400112,"message":"Unauthorized"}`)(w, r)
	})
	here := there.Add(-time.Hour)
	client.now = func() time.Time { return here }
	for range 2 { // a refusal has a date, too; the second call needs no request
		if got, err := client.ServerTime(t.Context()); err != nil || !got.Equal(there) || n.Load() != 1 {
			t.Errorf("%s %v after %d requests", got, err, n.Load())
		}
		here, there = here.Add(time.Minute), there.Add(time.Minute)
	}
	date = "some day"
	other := New("k", WithBaseURL(client.base), WithRetries(0))
	if got, err := other.ServerTime(t.Context()); err != nil || !got.IsZero() {
		t.Errorf("a date that cannot be read is %s %v", got, err)
	}
	gone := New("k", WithBaseURL("http://"+deadAddress(t)), WithRetries(0))
	if got, err := gone.ServerTime(t.Context()); !NeverSent(err) || !got.IsZero() {
		t.Errorf("%s %v", got, err)
	}
	// Storage is not the provider: its clock does not count.
	storage := httptest.NewServer(answer(200, ``))
	defer storage.Close()
	third := New("k", WithBaseURL("http://"+deadAddress(t)), WithRetries(0))
	if err := third.put(t.Context(), "put", Link(storage.URL), nil, FileOf("", "", []byte("x"), "").section(0, 1), nil); err != nil {
		t.Fatal(err)
	}
	if _, known := third.serverTime(); known {
		t.Error("the time was taken from storage")
	}
}

func TestAProofreadHasTextsOnceItIsReady(t *testing.T) {
	for status, reads := range map[string]int32{"processing": 1, "completed": 2} {
		client, n := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/srt") {
				answer(200, `{"data":{"srt_url":"https://x/a.srt","original_srt_url":"https://x/b.srt"}}`)(w, r)
				return
			}
			answer(200, `{"data":{"status":"`+status+`","failure_message":null}}`)(w, r)
		})
		p, err := client.Proofread(t.Context(), "p")
		ready := p.SRT.Reveal() == "https://x/a.srt" && p.Original.Reveal() == "https://x/b.srt"
		if err != nil || p.Status != status || ready != (status == "completed") || n.Load() != reads {
			t.Errorf("%s: %+v %v after %d reads", status, p, err, n.Load())
		}
	}
}

func TestACancelledReadStopsItsRepetitions(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	client, n := serve(t, func(w http.ResponseWriter, r *http.Request) {
		cancel()
		answer(503, `<html>`)(w, r)
	})
	if _, err := client.Quota(ctx); err == nil || n.Load() != 1 {
		t.Errorf("%v after %d requests", err, n.Load())
	}
}
