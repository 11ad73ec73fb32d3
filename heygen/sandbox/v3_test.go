package sandbox

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// good is a v3 body that is accepted.
func good(over map[string]any) map[string]any {
	b := map[string]any{
		"type": "avatar", "avatar_id": avatarList[1].id, "script": "Hello.", "voice_id": voiceList[0].id,
		"engine": map[string]any{"type": "avatar_iii"}, "output_format": "webm",
	}
	for k, v := range over {
		b[k] = v
		if v == nil {
			delete(b, k)
		}
	}
	return b
}

// TestWhatV3Refuses: its words, its member, its status.
func TestWhatV3Refuses(t *testing.T) {
	s := begin(t)
	for name, c := range map[string]struct {
		over map[string]any
		want string
		code int
	}{
		"unknown member": {map[string]any{"colour": "red"}, "Extra inputs are not permitted", 400},
		"engine as text": {map[string]any{"engine": "avatar_iii"}, "valid dictionary", 400},
		"engine not supported": {
			map[string]any{"engine": map[string]any{"type": "avatar_v"}}, "does not support avatar_v", 400,
		},
		"background with webm": {
			map[string]any{"background": map[string]any{"type": "color", "value": "#00FF00"}},
			"not supported with output_format webm", 400,
		},
		"no such look":      {map[string]any{"avatar_id": "nobody"}, "not found", 404},
		"no such voice":     {map[string]any{"voice_id": "nobody"}, "not found", 404},
		"script and audio":  {map[string]any{"audio_asset_id": "x"}, "exactly one", 400},
		"neither":           {map[string]any{"script": nil}, "exactly one", 400},
		"too long":          {map[string]any{"script": strings.Repeat("x", 5001)}, "at most 5000", 400},
		"break in ms":       {map[string]any{"script": `a <break time="500ms"/> b`}, "seconds", 400},
		"speed":             {map[string]any{"voice_settings": map[string]any{"speed": 3}}, "between 0.5 and 1.5", 400},
		"resolution":        {map[string]any{"resolution": "8k"}, "720p", 400},
		"photo as webm":     {map[string]any{"avatar_id": photoList[0].id}, "does not support background removal", 400},
		"callback_id alone": {map[string]any{"callback_id": "x"}, "callback_url is required", 400},
		"another type":      {map[string]any{"type": "hologram"}, "does not match", 400},
		"video background": {
			map[string]any{"output_format": "mp4", "background": map[string]any{"type": "video", "value": "x"}}, "'color' or 'image'",
			400,
		},
	} {
		code, got, err := s.call("POST", "/v3/videos", good(c.over))
		e, _ := got["error"].(map[string]any)
		m, _ := e["message"].(string)
		if err != nil || code != c.code || !strings.Contains(m, c.want) {
			t.Errorf("%s: %d %v %v, want %d %q", name, code, got, err, c.code, c.want)
		}
	}
	if code, _, _ := s.call("POST", "/v3/videos", good(nil)); code != http.StatusOK {
		t.Errorf("a good body: %d", code)
	}
	if n := len(s.server.jobs); n != 1 {
		t.Errorf("%d jobs are billed", n)
	}
}

// TestAKeyIsOnePurchase: for a day, on one path, across a restart, whatever the body.
func TestAKeyIsOnePurchase(t *testing.T) {
	m, c := &maker{}, &clock{now: time.Unix(1_800_000_000, 0)}
	dir := t.TempDir()
	s := open(t, dir, m, c)
	buy := func(s *studio, path, key string, over map[string]any) string {
		code, got, err := s.call("POST", path, good(over), "Idempotency-Key", key)
		d, _ := got["data"].(map[string]any)
		if err != nil || code != http.StatusOK {
			t.Fatalf("%d %v %v", code, got, err)
		}
		return d["video_id"].(string)
	}
	first := buy(s, "/v3/videos", "k1", nil)
	if again := buy(s, "/v3/videos", "k1", map[string]any{"script": "Other."}); again != first {
		t.Error("another body under the same key is another video")
	}
	if other := buy(s, "/v3/videos", "k2", nil); other == first {
		t.Error("another key is the same video")
	}
	s.close()
	s = open(t, dir, m, c)
	if again := buy(s, "/v3/videos", "k1", nil); again != first {
		t.Error("the key is forgotten after a restart")
	}
	c.add(25 * time.Hour)
	if late := buy(s, "/v3/videos", "k1", nil); late == first {
		t.Error("the key counts for longer than a day")
	}
	if code, _, _ := s.call(
		"POST", "/v3/videos", good(nil), "Idempotency-Key", "with space",
	); code != http.StatusBadRequest {
		t.Errorf("a bad key: %d", code)
	}
}

// TestV3RefusesWhatV2Queues: the eleventh running job gets 429 with Retry-After.
func TestV3RefusesWhatV2Queues(t *testing.T) {
	gate := make(chan struct{})
	m := &maker{gate: gate}
	s := open(t, t.TempDir(), m, &clock{now: time.Unix(1_800_000_000, 0)})
	defer close(gate)
	for i := range v3Running {
		if code, got, _ := s.call("POST", "/v3/videos", good(nil)); code != http.StatusOK {
			t.Fatalf("job %d: %d %v", i, code, got)
		}
	}
	code, got, _ := s.call("POST", "/v3/videos", good(nil))
	if e, _ := got["error"].(map[string]any); code != http.StatusTooManyRequests ||
		e["code"] != "resource_limit_exceeded" {
		t.Errorf("%d %v", code, got)
	}
	if code, _, _ := s.call("POST", "/v3/videos/batches", map[string]any{
		"videos": []any{good(nil), good(nil)},
	}); code != http.StatusOK {
		t.Errorf("a batch queues: %d", code)
	}
	if code, got, _ := s.call("POST", "/v3/videos/batches", map[string]any{
		"videos": []any{good(nil), good(map[string]any{"avatar_id": "nobody"})},
	}); code != http.StatusNotFound {
		t.Errorf("a batch with one bad body is all refused: %d %v", code, got)
	}
	if n := len(s.server.jobs); n != v3Running+2 {
		t.Errorf("%d jobs are billed", n)
	}
}

// Each generation knows its own jobs only.
func TestGenerationsAreApart(t *testing.T) {
	s := begin(t)
	_, got, _ := s.call("POST", "/v3/videos", good(nil))
	id := got["data"].(map[string]any)["video_id"].(string)
	if code, _, _ := s.call("GET", "/v1/video_status.get?video_id="+id, nil); code != http.StatusNotFound {
		t.Errorf("v1 reads a v3 job: %d", code)
	}
	if code, _, _ := s.call("GET", "/v3/videos/"+id, nil); code != http.StatusOK {
		t.Errorf("v3 does not read its own: %d", code)
	}
	if code, _, _ := s.call("GET", "/v3/video-translations/"+id, nil); code != http.StatusNotFound {
		t.Errorf("a video is read as a translation: %d", code)
	}
	if code, got, _ := s.call("GET", "/v3/avatars/looks?limit=51", nil); code != http.StatusBadRequest {
		t.Errorf("more than a page of looks: %d %v", code, got)
	}
}
