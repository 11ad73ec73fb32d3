package apicall

import (
	"net/http"
	"testing"

	"greenroom/heygen/contract"
	"greenroom/internal/fault"
)

func TestOperationsAreFound(t *testing.T) {
	for in, want := range map[string]string{
		"GET /v3/videos":                              "GET /v3/videos",
		"get v3/videos?limit=2":                       "GET /v3/videos",
		"GET /v3/videos/abc":                          "GET /v3/videos/{video_id}",
		"GET /v3/video-agents/styles":                 "GET /v3/video-agents/styles", // and no session of that name
		"DELETE /v3/videos/a%2Fb":                     "",
		"GET /v3/videos/../users/me":                  "",
		"GET //example.com/v3/videos":                 "",
		"GET https://example.com/v3/videos":           "",
		"GET /v3/nothing":                             "",
		"BREW /v3/videos":                             "",
		"POST /v3/videos/{video_id}":                  "",
		"GET /v3/videos/{video_id}":                   "GET /v3/videos/{video_id}",
		"POST /v3/webhooks/endpoints/x/rotate-secret": "POST /v3/webhooks/endpoints/{endpoint_id}/rotate-secret",
	} {
		method, path := in[:len(in)-len(in[indexBlank(in):])], in[indexBlank(in)+1:]
		op, _, _, err := Find(method, path)
		switch {
		case want == "" && fault.KindOf(err) != fault.Usage:
			t.Errorf("%s leads to %s, %v", in, op, err)
		case want != "" && (err != nil || op.String() != want):
			t.Errorf("%s leads to %s, want %s: %v", in, op, want, err)
		}
	}
}

func indexBlank(s string) int {
	for i, c := range s {
		if c == ' ' {
			return i
		}
	}
	return -1
}

// TestMoneyIsNotSpentHere: what makes media is never free, and every name of the list is an operation.
func TestMoneyIsNotSpentHere(t *testing.T) {
	for _, path := range free {
		if op, ok := contract.Find(http.MethodPost, path); !ok || !isFree(op) {
			t.Errorf("%s is not an operation", path)
		}
	}
	for _, path := range []string{
		"/v3/videos", "/v3/videos/batches", "/v3/video-agents", "/v3/video-agents/{session_id}", "/v3/templates/{template_id}",
		"/v3/video-translations", "/v3/video-translations/batches", "/v3/video-translations/proofreads",
		"/v3/video-translations/proofreads/{proofread_id}/generate", "/v3/lipsyncs", "/v3/lipsyncs/batches",
		"/v3/background-removals", "/v3/ai-clipping", "/v3/filler-word-removals", "/v3/hyperframes/renders", "/v3/models/videos",
		"/v3/models/images", "/v3/models/audio/tts", "/v3/models/audio/tts/stream", "/v3/models/audio/sts", "/v3/voices",
		"/v3/voices/clone", "/v3/voices/speech", "/v3/avatars", "/v3/avatars/looks", "/v1/video.webm", "/v1/streaming.new",
		"/v1/streaming.task", "/v1/streaming.keep_alive", "/v1/audio/text_to_speech", "/v1/video_agent/generate",
		"/v2/video/generate", "/v2/video/av4/generate", "/v2/video_translate", "/v2/template/{template_id}/generate",
		"/v2/photo_avatar/photo/generate", "/v2/photo_avatar/train", "/v2/photo_avatar/upscale",
	} {
		if op, ok := contract.Find(http.MethodPost, path); !ok || isFree(op) {
			t.Errorf("POST %s: an operation %v, free %v", path, ok, isFree(op))
		}
	}
}

func TestFields(t *testing.T) {
	for want, list := range map[string][]string{
		`{"name":"spring"}`:                             {"name=spring"},
		`{"a":{"b":{"c":1},"d":[true,null,"x=y"]}}`:     {"a[b][c]=1", "a[d][]=true", "a[d][]=null", "a[d][]=x=y"},
		`{"big":12345678901234567890,"no":"1e","s":""}`: {"big=12345678901234567890", "no=1e", "s="},
	} {
		var fields []Field
		for _, s := range list {
			f, err := ParseField(s, true)
			if err != nil {
				t.Fatal(err)
			}
			fields = append(fields, f)
		}
		if got, err := bodyOf(fields); err != nil || string(got) != want {
			t.Errorf("%q: %s %v, want %s", list, got, err, want)
		}
	}
	for _, list := range [][]string{{"a=1", "a=2"}, {"a=1", "a[b]=2"}, {"a[b]=1", "a[]=2"}, {"a[]=1", "a=2"}, {"a[][b]=1"}} {
		var fields []Field
		for _, s := range list {
			f, err := ParseField(s, true)
			if err != nil {
				t.Fatal(err)
			}
			fields = append(fields, f)
		}
		if got, err := bodyOf(fields); fault.KindOf(err) != fault.Usage {
			t.Errorf("%q: %s %v", list, got, err)
		}
	}
	for _, bad := range []string{"", "a", "=1", "[]=1"} {
		if _, err := ParseField(bad, true); fault.KindOf(err) != fault.Usage {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if f, err := ParseField("n=1", false); err != nil || f.Value != "1" {
		t.Errorf("%+v %v", f, err)
	}
}

func TestPages(t *testing.T) {
	for in, want := range map[string]struct {
		items int
		next  string
		ok    bool
	}{
		`{"data":[{"a":1},2],"has_more":true,"next_token":"t"}`: {2, "t", true},
		`{"data":[],"has_more":true,"next_token":""}`:           {0, "", true},
		`{"data":[1],"has_more":false,"next_token":"t"}`:        {1, "", true},
		`{"data":[1],"next_token":null}`:                        {1, "", true},
		`{"code":100,"data":{"videos":[1,2],"token":"t"}}`:      {2, "t", true},
		`{"code":100,"data":{"videos":[1,2],"token":null}}`:     {2, "", true},
		`{"data":{"a":1}}`:           {0, "", false},
		`{"data":{"a":[1],"b":[2]}}`: {1, "", false},
		`{"data":null}`:              {0, "", false},
		`[1]`:                        {0, "", false},
	} {
		items, next, ok := pageOf([]byte(in))
		if ok != want.ok || ok && (len(items) != want.items || next != want.next) {
			t.Errorf("%s: %d %q %v", in, len(items), next, ok)
		}
	}
}
