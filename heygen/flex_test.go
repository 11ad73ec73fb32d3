package heygen

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestFlexBool: HeyGen writes true as a word, too.
func TestFlexBool(t *testing.T) {
	for in, want := range map[string]bool{
		`true`: true, `"true"`: true, `"TRUE"`: true, `1`: true, `"1"`: true, `"yes"`: true, `false`: false,
		`"false"`: false, `0`: false, `null`: false, `""`: false, `[]`: false, `{}`: false, `[true]`: false, `2`: false,
	} {
		var b flexBool
		if err := json.Unmarshal([]byte(in), &b); err != nil || bool(b) != want {
			t.Errorf("%s: %v %v", in, b, err)
		}
	}
}

// TestAListThatCannotBeReadIsNotEmpty: a search for a lost purchase must not take rubbish for
// "not found".
func TestAListThatCannotBeReadIsNotEmpty(t *testing.T) {
	for _, odd := range []string{`{}`, `"x"`, `7`, `true`, `{"videos":[]}`} {
		client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/v3/") {
				answer(200, `{"data":`+odd+`}`)(w, r)
				return
			}
			answer(200, `{"code":100,"data":{"videos":`+odd+`}}`)(w, r)
		})
		for name, find := range map[string]func(context.Context, string) ([]VideoItem, error){
			"v2": client.FindByTitle, "v3": client.FindByTitleV3, "translations": client.FindTranslation,
			"lipsyncs": client.FindLipsync, "proofreads": client.FindProofread,
		} {
			if l, err := find(t.Context(), "gr-1"); err == nil {
				t.Errorf("%s: %s is read as an empty list: %v", name, odd, l)
			}
		}
	}
	// The title is there and its id cannot be read.
	for _, id := range []string{`null`, `{}`, `[]`, `""`, `true`} {
		client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/v3/") {
				answer(200, `{"data":[{"id":`+id+`,"title":"intro gr-1"}]}`)(w, r)
				return
			}
			answer(200, `{"code":100,"data":{"videos":[{"video_id":`+id+`,"video_title":"intro gr-1"}]}}`)(w, r)
		})
		for name, find := range map[string]func(context.Context, string) ([]VideoItem, error){
			"v2": client.FindByTitle, "v3": client.FindByTitleV3, "translations": client.FindTranslation,
			"lipsyncs": client.FindLipsync, "proofreads": client.FindProofread,
		} {
			if l, err := find(t.Context(), "gr-1"); err == nil {
				t.Errorf("%s: id %s: %v", name, id, l)
			}
		}
	}
}

// TestTimesInEveryForm: v1 and v2 send unix seconds, v3 ISO times, and webhooks either.
func TestTimesInEveryForm(t *testing.T) {
	want := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for in, same := range map[string]bool{
		`1767323045`: true, `1767323045.0`: true, `"1767323045"`: true, `1767323045000`: true,
		`"2026-01-02T03:04:05Z"`:      true,
		`"2026-01-02T04:04:05+01:00"`: true, `"2026-01-02T03:04:05.000"`: true, `"2026-01-02 03:04:05"`: true,
		`0`: false, `-1`: false, `1e300`: false, `"NaN"`: false, `""`: false, `null`: false, `{}`: false, `[]`: false,
		`"yesterday"`: false, `true`: false, `"2026-13-02T03:04:05Z"`: false,
	} {
		var got flexTime
		if err := json.Unmarshal([]byte(in), &got); err != nil || got.Equal(want) != same || got.IsZero() == same {
			t.Errorf("%s is %s: %v", in, got.Time, err)
		}
	}
}

// TestAVideoOnTwoPagesCountsOnce: a list that grows while it is read moves its last video to the next page.
func TestAVideoOnTwoPagesCountsOnce(t *testing.T) {
	client, n := serve(t, func(w http.ResponseWriter, r *http.Request) {
		last := r.URL.Query().Get("token") != ""
		token := map[bool]string{false: `"next"`, true: `null`}[last]
		if r.URL.Path == "/v1/video.list" {
			answer(200, `{"code":100,"data":{"token":`+token+`,"videos":[{"video_id":"a","video_title":"x gr-1"}]}}`)(w, r)
			return
		}
		answer(200, `{"data":[{"id":"a","title":"x gr-1"},{"id":"b","title":"y"}],"next_token":`+token+`}`)(w, r)
	})
	for name, find := range map[string]func(context.Context, string) ([]VideoItem, error){
		"v2": client.FindByTitle, "v3": client.FindByTitleV3, "translations": client.FindTranslation,
		"lipsyncs": client.FindLipsync, "proofreads": client.FindProofread,
	} {
		n.Store(0)
		l, err := find(t.Context(), "gr-1")
		if err != nil || len(l) != 1 || l[0].ID != "a" || n.Load() != 2 {
			t.Errorf("%s: %+v %v after %d pages", name, l, err, n.Load())
		}
	}
}
