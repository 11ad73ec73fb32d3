package sandbox

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"greenroom/heygen/contract"
)

// TestRecordsAreKept: what a client creates is listed in pages, read, changed and deleted, also after a restart.
func TestRecordsAreKept(t *testing.T) {
	t.Parallel()
	m, c, dir := &maker{}, &clock{now: time.Unix(1_800_000_000, 0)}, t.TempDir()
	s := open(t, dir, m, c)
	var ids []string
	for i := range 3 {
		d := s.must("POST", "/v3/brand-glossaries", map[string]any{"name": fmt.Sprint("G", i)})
		ids = append(ids, at(d, "data", "brand_glossary_id").(string))
	}
	d := s.must("GET", "/v3/brand-glossaries?limit=2", nil)
	if at(d, "data", 0, "name") != "G2" || at(d, "data", 2) != nil || d["has_more"] != true {
		t.Error(d)
	}
	rest := s.must("GET", fmt.Sprint("/v3/brand-glossaries?limit=2&token=", d["next_token"]), nil)
	if at(rest, "data", 0, "name") != "G0" || rest["has_more"] != false || rest["next_token"] != nil {
		t.Error(rest)
	}
	terms := []any{map[string]any{"term": "ffmpeg", "pronunciation": "eff eff em peg"}}
	path := "/v3/brand-glossaries/" + ids[0]
	s.must("PATCH", path, map[string]any{"terms": terms})
	s.close()
	s = open(t, dir, m, c)
	if d := s.must("GET", path, nil); at(d, "data", "name") != "G0" || at(d, "data", "terms", 0, "term") != "ffmpeg" {
		t.Error(d)
	}
	s.must("DELETE", path, nil)
	if code, out, _ := s.call("GET", path, nil); code != 404 || at(out, "error", "code") != "not_found" {
		t.Errorf("deleted: %d %v", code, out)
	}
	if code, out, _ := s.call("POST", "/v3/folders", map[string]any{"name": "F", "colour": 1}); code != 400 ||
		at(out, "error", "message") != "Extra inputs are not permitted" || at(out, "error", "param") != "colour" {
		t.Errorf("unknown member: %d %v", code, out)
	}
}

// TestJobsOfRecordsEnd: they are pending, then done with files that exist; each is on the account once.
func TestJobsOfRecordsEnd(t *testing.T) {
	t.Parallel()
	s := begin(t)
	body := map[string]any{"video": map[string]any{"type": "url", "url": "https://example.com/v.mp4"}, "title": "A lake"}
	buy := func() string {
		code, out, err := s.call("POST", "/v3/filler-word-removals", body, "Idempotency-Key", "k1")
		if err != nil || code != http.StatusOK {
			t.Fatalf("%d %v %v", code, out, err)
		}
		return at(out, "data", "id").(string)
	}
	id := buy()
	if buy() != id || s.billed() != 1 {
		t.Errorf("%d jobs", s.billed())
	}
	if code, _, _ := s.call("POST", "/v3/filler-word-removals", body, "Idempotency-Key", ""); code != 400 {
		t.Errorf("an empty key: %d", code)
	}
	if d := s.must("GET", "/v3/filler-word-removals/"+id, nil); at(d, "data", "status") != "pending" ||
		at(d, "data", "video_url") != nil || at(d, "data", "title") != "A lake" {
		t.Error(d)
	}
	s.clock.add(2 * renderSeconds * time.Second)
	d := s.must("GET", "/v3/filler-word-removals/"+id, nil)
	link, _ := at(d, "data", "video_url").(string)
	if res, _, err := s.get("GET", strings.TrimPrefix(link, s.url)); at(d, "data", "status") != "completed" || err != nil ||
		res.StatusCode != 200 {
		t.Error(d, err)
	}
	s.must2("POST", "/_sandbox/faults", []string{"job-fails=moderation"})
	if d := s.must("GET", "/v3/filler-word-removals/"+id, nil); at(d, "data", "status") != "failed" ||
		at(d, "data", "failure_message") != "moderation" {
		t.Error(d)
	}
	s.must2("POST", "/_sandbox/faults", []string{"no-credit"})
	if code, _, _ := s.call("POST", "/v3/filler-word-removals", body); code != http.StatusPaymentRequired {
		t.Errorf("no credit: %d", code)
	}
}

// TestGenericAnswersReplaceNothing: they are marked, and no operation with its own behaviour has the mark.
func TestGenericAnswersReplaceNothing(t *testing.T) {
	t.Parallel()
	s := begin(t)
	for path, generic := range map[string]bool{
		"/v3/videos": false, "/v3/video-agents/styles": true, "/v3/avatars/looks": false, "/v3/video-translations/statuses": false,
		"/v3/assets/search?query=tea&type=image": true, "/v3/audio/sounds?query=tea": false, "/v3/templates": false, "/v3/voices": false, "/v3/avatars/look-templates": true,
	} {
		res, _, err := s.get("GET", path, "X-Api-Key", "k")
		if err != nil || (res.Header.Get("X-Greenroom-Answer") == "generic") != generic {
			t.Errorf("%s: %v %v", path, res.Header, err)
		}
	}
	res, _, err := s.get("GET", "/v3/videos/voice-capabilities", "X-Api-Key", "k")
	if err != nil || res.StatusCode != 200 || res.Header.Get("X-Greenroom-Certainty") != "inferred" {
		t.Errorf("%v %v", res, err)
	}
	if list, _ := s.must("GET", "/v3/video-agents/styles", nil)["data"].([]any); len(list) != 3 {
		t.Errorf("styles: %v", list)
	}
	for _, o := range contract.Operations() {
		if !s.server.table.Has(o.String()) {
			t.Errorf("%s has no handler", o)
		}
	}
}

// TestAFileInParts: the parts are signed, sent in any order, listed and joined.
func TestAFileInParts(t *testing.T) {
	t.Parallel()
	s := begin(t)
	content := append(append([]byte{}, mp4...), make([]byte, 100)...)
	d := at(s.must("POST", "/v3/assets/direct-uploads", map[string]any{
		"filename": "a.mp4", "content_type": "video/mp4", "size_bytes": len(content), "multipart": true,
	}), "data")
	path, upload := "/v3/assets/"+at(d, "asset_id").(string), at(d, "multipart_upload_id")
	signed := s.must("POST", path+"/parts", map[string]any{"multipart_upload_id": upload, "part_numbers": []any{1, 2}})
	for i, part := range [][]byte{content[:60], content[60:]} {
		link, _ := at(signed, "data", "parts", i, "upload_url").(string)
		if code, out, err := s.call("PUT", strings.TrimPrefix(link, s.url), string(part), "X-Api-Key", ""); code != 200 {
			t.Fatalf("part %d: %d %v %v", i+1, code, out, err)
		}
	}
	have := s.must("GET", fmt.Sprint(path, "/parts?multipart_upload_id=", upload), nil)
	if at(have, "data", "parts", 1, "size_bytes") != float64(len(content)-60) {
		t.Error(have)
	}
	if code, _, _ := s.call("POST", path+"/complete", map[string]any{}); code != 400 {
		t.Errorf("complete without the upload's id: %d", code)
	}
	done := s.must("POST", path+"/complete", map[string]any{"multipart_upload_id": upload})
	if at(done, "data", "size_bytes") != float64(len(content)) {
		t.Error(done)
	}
	again := s.must("POST", path+"/complete", map[string]any{"multipart_upload_id": upload})
	if at(again, "data", "asset_id") != at(done, "data", "asset_id") {
		t.Error(again)
	}
}

// TestFaultsOfBuyingOnV3: a key that is in use, a body that is refused late, one item of a batch.
func TestFaultsOfBuyingOnV3(t *testing.T) {
	t.Parallel()
	s := begin(t, faulty("in-progress", "unprocessable", "batch-item-fails=1"))
	if code, out, _ := s.call("POST", "/v3/videos", good(nil), "Idempotency-Key", "k"); code != 409 ||
		at(out, "error", "code") != "request_in_progress" {
		t.Errorf("%d %v", code, out)
	}
	if code, _, _ := s.call("POST", "/v3/videos", good(nil), "Idempotency-Key", "k"); code != 422 {
		t.Errorf("%d", code)
	}
	b := at(s.must("POST", "/v3/videos/batches", map[string]any{"videos": []any{good(nil), good(nil)}}), "data", "batch_id")
	d := s.must("GET", fmt.Sprint("/v3/videos/batches/", b), nil)
	if at(d, "data", "items", 1, "status") != "failed" || at(d, "data", "items", 1, "error", "message") == nil ||
		at(d, "data", "items", 0, "status") == "failed" {
		t.Error(d)
	}
}

// TestVariablesThatAreNotSent: a text stays as its placeholder, other kinds keep the template's value.
func TestVariablesThatAreNotSent(t *testing.T) {
	t.Parallel()
	s := begin(t)
	id, _ := at(s.must("POST", "/v3/templates/"+templateList[0].id, map[string]any{"variables": map[string]any{}}), "data", "id").(string)
	s.server.mu.Lock()
	q := s.server.find(id, true).Request
	s.server.mu.Unlock()
	if q.Script != "{{name}}. {{price}}" || q.Avatar != avatarList[0].id {
		t.Errorf("%q %q", q.Script, q.Avatar)
	}
	made := at(s.must("POST", "/v3/templates", map[string]any{"video_id": id, "name": "Mine"}), "data", "id")
	s.must("POST", fmt.Sprint("/v3/templates/", made), map[string]any{"variables": map[string]any{}})
	list, _ := s.must("GET", "/v3/templates", nil)["data"].([]any)
	if len(list) != len(templateList)+1 || at(s.must("GET", fmt.Sprint("/v3/templates/", made), nil), "data", "name") != "Mine" {
		t.Error(list)
	}
}

// TestThePageNamesEveryFault reads the guide.
func TestThePageNamesEveryFault(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../docs/guide/sandbox.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range FaultNames() {
		if !strings.Contains(string(b), "`"+name) {
			t.Errorf("%s is missing", name)
		}
	}
}

// TestSoundsAreFound by words and kind, and can be downloaded.
func TestSoundsAreFound(t *testing.T) {
	t.Parallel()
	s := begin(t)
	d := s.must("GET", "/v3/audio/sounds?query=tension&limit=2", nil)
	link, _ := at(d, "data", 0, "audio_url").(string)
	if at(d, "data", 0, "id") != "sound-tension" || d["has_more"] != true {
		t.Error(d)
	}
	res, b, err := s.get("GET", strings.TrimPrefix(link, s.url))
	if err != nil || res.Header.Get("Content-Type") != "audio/wav" || sniff(b) != "audio/wav" ||
		len(b) != 44+2*14*soundRate {
		t.Errorf("%v, %d bytes, %v", res.Header, len(b), err)
	}
	if d := s.must("GET", "/v3/audio/sounds?query=click&type=sound_effects&min_score=0.9", nil); at(d, "data", 0, "placement") != "hit" ||
		at(d, "data", 1) != nil {
		t.Error(d)
	}
}
