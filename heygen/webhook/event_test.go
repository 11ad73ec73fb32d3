package webhook

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"greenroom/internal/outside"
)

func TestDialects(t *testing.T) {
	for name, c := range map[string]struct {
		body, want string
		ends       bool
	}{
		"success": {
			`{"event_type":"avatar_video.success","event_data":{"video_id":"v","url":"https://f/x?s=1","callback_id":"c"}}`,
			"avatar_video.success v c https://f/x?s=1 ", true,
		},
		"fail": {
			`{"event_type":"avatar_video.fail","event_data":{"video_id":"v","msg":"no credit"}}`,
			"avatar_video.fail v   no credit", true,
		},
		"video_url": {
			`{"event_type":"avatar_video.success","event_data":{"video_id":"v","url":"","video_url":"https://f/y","duration":3}}`,
			"avatar_video.success v  https://f/y ", true,
		},
		"event": {
			`{"event":"avatar_video.fail","data":{"video_id":"v","error":"bad"}}`, "avatar_video.fail v   bad", true,
		},
		"no inner object": {`{"event_type":"avatar_video.success","video_id":"v"}`, "avatar_video.success v   ", true},
		"data in a text": {
			`{"event_type":"avatar_video.success","event_data":"{\"video_id\":\"v\"}"}`, "avatar_video.success v   ", true,
		},
		"message": {
			`{"event_type":"video_translate.fail","event_data":{"video_translate_id":"t","message":"m"}}`,
			"video_translate.fail    m", false,
		},
		"failure_message": {
			`{"event_type":"video_agent.fail","event_data":{"video_id":"v","failure_message":"f"}}`, "video_agent.fail v   f",
			true,
		},
		"error object": {
			`{"event_type":"avatar_video.fail","event_data":{"video_id":"v","msg":null,"error":{"code":40119,"message":"too long"}}}`,
			"avatar_video.fail v   too long", true,
		},
		"a GIF": {
			`{"event_type":"avatar_video_gif.success","event_data":{"video_id":"v","url":"https://f/v","gif_download_url":"https://f/g"}}`,
			"avatar_video_gif.success v  https://f/g ", false,
		},
		"numbers": {
			`{"event_type":"avatar_video.success","event_data":{"video_id":17,"url":false}}`, "avatar_video.success 17  false ",
			true,
		},
		"null data": {`{"event_type":"batch.finished","event_data":null}`, "batch.finished    ", false},
	} {
		e, err := Decode([]byte(c.body))
		if got := fmt.Sprint(e.Type, " ", e.VideoID, " ", e.CallbackID, " ", e.Link.Reveal(), " ", e.Message); err != nil ||
			got != c.want {
			t.Errorf("%s: %q, want %q (%v)", name, got, c.want, err)
		}
		if e.EndsVideo() != c.ends || e.Ignored {
			t.Errorf("%s: ends a video %v, ignored %v", name, e.EndsVideo(), e.Ignored)
		}
	}
	if e, err := Decode([]byte(`{"event_type":"tea.ready"}`)); err != nil || !e.Ignored {
		t.Errorf("an unknown name: %+v %v", e, err)
	}
	for _, body := range []string{"", "null", "[]", "1", "{}", `{"event_type":7e`, `{"event_type":""}`} {
		if _, err := Decode([]byte(body)); err == nil {
			t.Errorf("%q was read", body)
		}
	}
	for stamp, want := range map[string]int64{`1700000000`: 1700000000, `"1700000000"`: 1700000000,
		`1700000000123`: 1700000000, `"2023-11-14T22:13:20Z"`: 1700000000,
		`"2023-11-14T22:13:20.5"`: 1700000000, `"soon"`: -62135596800} {
		if e, _ := Decode([]byte(`{"event_type":"x","created_at":` + stamp + `}`)); e.Created.Unix() != want {
			t.Errorf("%s is %v", stamp, e.Created)
		}
	}
}

// No body may end the receiver, and what is recorded can be read again.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		news("v"), `{"event":"a","data":"{\"data\":\"x\"}"}`, `{"event_type":{"message":{"message":[]}}}`,
		`{"event_type":1,"created_at":1e14}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if e, err := Decode(b); err == nil && e.Type == "" {
			t.Error("an event without a name")
		}
	})
}

// The journal and the terminal get an event's words: they hold no key, link or line break.
func TestAnEventsWordsHoldNoSecret(t *testing.T) {
	const key = "canary/KEY+0123456789=xyz"
	outside.Know(key)
	says, _ := json.Marshal(
		"failed for " + key + " https://h/a?Signature=SIGNED\r\n::error::x \x1b[31m" + strings.Repeat("x", 450) + key,
	)
	for _, member := range []string{
		"msg", "message", "error", "failure_message", "video_id", "callback_id", "session_id",
	} {
		for _, body := range []string{
			`{"event_type":"avatar_video.fail","event_data":{"` + member + `":` + string(says) + `}}`,
			`{"event_id":` + string(says) + `,"event_type":` + string(says) + `,"event_data":{}}`,
		} {
			e, err := Decode([]byte(body))
			if err != nil {
				t.Fatal(err)
			}
			words := e.ID + e.Type + e.VideoID + e.JobID + e.CallbackID + e.Message
			for _, c := range []string{"canary", "SIGNED", "\x1b", "\r", "\n"} {
				if strings.Contains(words, c) {
					t.Errorf("%s: %q is in %q", member, c, words)
				}
			}
		}
	}
}
