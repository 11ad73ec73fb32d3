package sandbox

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"
	"time"
)

// TestCreatesWithoutAPriceAreRepeatable: an idempotency key makes one thing, whatever the body is then, for a day and
// for one path and caller. Clients repeat uploads after a lost answer.
func TestCreatesWithoutAPriceAreRepeatable(t *testing.T) {
	t.Parallel()
	s := begin(t)
	film := `{"type":"url","url":"https://example.com/v.mp4"}`
	for path, body := range map[string]string{
		"/v3/assets/direct-uploads":         `{"filename":"a.mp4","content_type":"video/mp4","size_bytes":3,"checksum_sha256":"aa"}`,
		"/v3/assets/direct-uploads/batches": `{"files":[{"filename":"a.mp4","content_type":"video/mp4","size_bytes":3,"checksum_sha256":"aa"}]}`,
		"/v3/avatars":                       `{"type":"photo","name":"me","file":{"type":"url","url":"https://example.com/p.png"}}`,
		"/v3/video-translations/proofreads": `{"title":"t","output_languages":["Spanish"],"video":` + film + `}`,
		"/v3/webhooks/endpoints":            `{"url":"https://example.com/h"}`,
		"/v3/folders":                       `{"name":"spring"}`,
	} {
		send := func(key string) map[string]any {
			t.Helper()
			code, out, err := s.call("POST", path, body, "Content-Type", "application/json", "Idempotency-Key", key)
			if err != nil || code != http.StatusOK {
				t.Fatalf("%s: %d %v %v", path, code, out, err)
			}
			return out
		}
		first := send("one")
		if again := send("one"); !reflect.DeepEqual(again, first) {
			t.Errorf("%s: %v, then %v", path, first, again)
		}
		if other := send("two"); reflect.DeepEqual(other, first) {
			t.Errorf("%s: another key has the answer %v", path, other)
		}
		code, out, err := s.call("POST", path, body, "Content-Type", "application/json", "Idempotency-Key", "a b")
		if err != nil || code != http.StatusBadRequest {
			t.Errorf("%s: a key with a blank: %d %v %v", path, code, out, err)
		}
	}
}

func TestReplays(t *testing.T) {
	t.Parallel()
	var p replays
	now := time.Unix(0, 0)
	answer := func(code int) *httptest.ResponseRecorder { return &httptest.ResponseRecorder{Code: code} }
	if first, running := p.begin("k", now); first != nil || running {
		t.Fatal("a new key is known")
	}
	if _, running := p.begin("k", now); !running {
		t.Error("two requests run under one key")
	}
	p.end("k", answer(http.StatusBadRequest))
	if first, running := p.begin("k", now); first != nil || running {
		t.Error("a refusal is kept")
	}
	p.end("k", answer(http.StatusOK))
	if first, _ := p.begin("k", now.Add(keyLife)); first == nil {
		t.Error("an answer is forgotten within a day")
	}
	if first, _ := p.begin("k", now.Add(keyLife+time.Second)); first != nil {
		t.Error("an answer is kept for more than a day")
	}
}
