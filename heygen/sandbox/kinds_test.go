package sandbox

import (
	"net/http"
	"testing"
)

// TestManyLanguagesAreManyJobs, and their records repeat what was requested.
func TestManyLanguagesAreManyJobs(t *testing.T) {
	t.Parallel()
	s := begin(t)
	body := map[string]any{
		"video": map[string]any{"type": "url", "url": "https://example.com/film.mp4"}, "output_languages": []any{"French", "German"},
		"title": "Tea", "enable_caption": true, "start_time": 1, "end_time": 4.5, "fps_mode": "cfr",
		"stock_voice_config": map[string]any{"use_stock_voice": true}, "input_language": "English",
	}
	ids, _ := at(s.must("POST", "/v3/video-translations", body), "data", "video_translation_ids").([]any)
	if len(ids) != 2 || s.billed() != 2 {
		t.Fatal(ids)
	}
	body["brand_glossary_id"] = "of another account"
	if code, out, _ := s.call("POST", "/v3/video-translations", body); code != 404 ||
		at(out, "error", "param") != "brand_glossary_id" {
		t.Errorf("another account's glossary: %d %v", code, out)
	}
	path := "/v3/video-translations/" + ids[1].(string)
	if d := s.must("PATCH", path, map[string]any{"title": "Coffee"}); at(d, "data", "title") != "Coffee" ||
		at(d, "data", "output_language") != "German" || at(d, "data", "input_language") != "English" {
		t.Error(d)
	}
	q := "/v3/video-translations/statuses?video_translation_ids=" + ids[0].(string) + ",none"
	if d := s.must("GET", q, nil); at(d, "data", 1, "status") != "not_found" || at(d, "data", 0, "status") == "not_found" {
		t.Error(d)
	}
	s.must("DELETE", path, nil)
	if code, _, _ := s.call("GET", path, nil); code != http.StatusNotFound {
		t.Errorf("deleted: %d", code)
	}
}

// TestALipsyncKeepsThePresenter and speaks with the new sound.
func TestALipsyncKeepsThePresenter(t *testing.T) {
	t.Parallel()
	s := begin(t)
	_, out := s.uploadAs("audio/wav", []byte("RIFF\x00\x00\x00\x00WAVEfmt "))
	sound := at(out, "data", "asset_id")
	body := map[string]any{
		"video": map[string]any{"type": "url", "url": "https://example.com/film.mp4"},
		"audio": map[string]any{"type": "asset_id", "asset_id": sound}, "title": "Again", "callback_id": "7",
		"callback_url": "https://example.com/hook",
	}
	id, _ := at(s.must("POST", "/v3/lipsyncs", body), "data", "lipsync_id").(string)
	d := s.must("GET", "/v3/lipsyncs/"+id, nil)
	if at(d, "data", "callback_id") != "7" || at(d, "data", "title") != "Again" {
		t.Error(d)
	}
	s.server.mu.Lock()
	q := s.server.jobOfKind("lipsync", id, true).Request
	s.server.mu.Unlock()
	if q.AudioAsset != sound || q.Script != "" {
		t.Errorf("%+v", q)
	}
	batch := map[string]any{"title": "Both", "lipsyncs": []any{body, body}}
	b := at(s.must("POST", "/v3/lipsyncs/batches", batch), "data", "batch_id").(string)
	if d := s.must("GET", "/v3/lipsyncs/batches/"+b, nil); at(d, "data", "title") != "Both" ||
		at(d, "data", "total_items") != 2.0 || at(d, "data", "created_at") == 0.0 {
		t.Error(d)
	}
}
