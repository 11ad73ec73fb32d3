package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"greenroom/compose/standin"
	"greenroom/internal/fault"
)

func TestAJobsLife(t *testing.T) {
	t.Parallel()
	m := &maker{gate: make(chan struct{})}
	s := open(t, t.TempDir(), m, &clock{now: time.Unix(1_800_000_000, 0)})
	id := s.buy(nil)
	s.until("processing", func() bool { return s.status(id)["status"] == "processing" })
	if d := s.status(id); d["video_url"] != nil || d["duration"] != nil {
		t.Errorf("a link before the end: %v", d)
	}
	close(m.gate)
	d := s.finished(id)
	if d["duration"] != 2.0 || d["id"] != id || d["created_at"] != 1.8e9 ||
		!strings.Contains(d["video_url"].(string), "Signature=") {
		t.Errorf("%v", d)
	}
	if code, _, _ := s.call("GET", "/v1/video_status.get?video_id=none", nil); code != http.StatusNotFound {
		t.Errorf("an unknown id: %d", code)
	}
	s.must("DELETE", "/v1/video.delete?video_id="+id, nil)
	if code, _, _ := s.call("GET", "/v1/video_status.get?video_id="+id, nil); code != http.StatusNotFound {
		t.Errorf("a deleted video: %d", code)
	}
	if s.billed() != 1 {
		t.Error("deleting does not give the money back")
	}
}

// The plan renders so many at once; the rest wait, as on v1 and v2.
func TestJobsQueueBehindThePlan(t *testing.T) {
	t.Parallel()
	m := &maker{gate: make(chan struct{})}
	s := open(t, t.TempDir(), m, &clock{now: time.Unix(1_800_000_000, 0)}, func(o *Options) { o.Concurrency = 2 })
	var ids []string
	for i := range 4 {
		ids = append(ids, s.buy(func(_, _, v map[string]any) { v["input_text"] = fmt.Sprint("clip ", i) }))
	}
	count := func(state string) (n int) {
		for _, id := range ids {
			if s.status(id)["status"] == state {
				n++
			}
		}
		return n
	}
	s.until("two at work", func() bool { return count("processing") == 2 && count("waiting") == 2 })
	close(m.gate)
	for _, id := range ids {
		s.finished(id)
	}
}

func TestAnEqualRequestIsRenderedOnceAndBilledTwice(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.finished(s.buy(nil))
	s.finished(s.buy(nil))
	if s.maker.count() != 1 || s.billed() != 2 {
		t.Errorf("rendered %d times, billed %d", s.maker.count(), s.billed())
	}
}

func TestAFailedDrawingIsAFailedJob(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), &maker{fail: errors.New("no paint")}, &clock{now: time.Unix(1_800_000_000, 0)})
	id := s.buy(nil)
	s.until("failure", func() bool { return s.status(id)["status"] == "failed" })
	if msg, _ := at(s.status(id), "error", "message").(string); !strings.Contains(msg, "no paint") {
		t.Errorf("%v", s.status(id))
	}
}

// A job is on disk before its answer leaves: a process that dies bills and forgets
// nothing, and the next one goes on.
func TestAKilledSandboxGoesOn(t *testing.T) {
	t.Parallel()
	dir, c := t.TempDir(), &clock{now: time.Unix(1_800_000_000, 0)}
	stuck := &maker{gate: make(chan struct{})}
	first := open(t, dir, stuck, c)
	id := first.buy(nil)
	if _, err := New(t.Context(), Options{Dir: dir, Media: stuck}); err == nil {
		t.Error("two sandboxes share a folder")
	} else if f := (*fault.Error)(nil); !errors.As(err, &f) || f.Kind != fault.Locked {
		t.Errorf("%v", err)
	}
	first.close() // the rendering never ended
	second := open(t, dir, &maker{}, c)
	if d := second.finished(id); d["duration"] != 2.0 {
		t.Errorf("%v", d)
	}
	link, err := url.Parse(second.status(id)["video_url"].(string))
	if err != nil {
		t.Fatal(err)
	}
	if code, _, err := second.call("GET", link.RequestURI(), nil); code != http.StatusOK || err != nil {
		t.Errorf("the link after a restart: %d %v", code, err)
	}
	if second.billed() != 1 {
		t.Errorf("%d billed", second.billed())
	}
}

func TestTheListPagesAndFinds(t *testing.T) {
	t.Parallel()
	s := begin(t)
	for i := range 5 {
		s.buy(func(b, _, _ map[string]any) { b["title"] = fmt.Sprintf("clip %d gr-%d", i, i%2) })
	}
	var titles []string
	for token := ""; ; {
		out := s.must("GET", "/v1/video.list?limit=2&token="+token, nil)
		list, _ := at(out, "data", "videos").([]any)
		if len(list) > 2 {
			t.Fatalf("%d on a page of 2", len(list))
		}
		for _, v := range list {
			titles = append(titles, at(v, "video_title").(string))
		}
		token, _ = at(out, "data", "token").(string)
		if token == "" {
			break
		}
	}
	if got := strings.Join(titles, ","); got != "clip 4 gr-0,clip 3 gr-1,clip 2 gr-0,clip 1 gr-1,clip 0 gr-0" {
		t.Errorf("newest first, each once: %s", got)
	}
	found, _ := at(s.must("GET", "/v1/video.list?title=gr-1", nil), "data", "videos").([]any)
	if len(found) != 2 {
		t.Errorf("%v", found)
	}
}

func TestTheCatalogue(t *testing.T) {
	t.Parallel()
	s := begin(t)
	out := s.must("GET", "/v2/avatars", nil)
	id, _ := at(out, "data", "avatars", 0, "avatar_id").(string)
	photo, _ := at(out, "data", "talking_photos", 0, "talking_photo_id").(string)
	for _, look := range []string{id, photo} {
		if got := at(s.must("GET", "/v2/avatar/"+look+"/details", nil), "data", "id"); got != look {
			t.Errorf("%v, want %s", got, look)
		}
	}
	if code, _, _ := s.call("GET", "/v2/avatar/nobody/details", nil); code != http.StatusNotFound {
		t.Errorf("without a key: %d", code)
	}
	if v, _ := at(s.must("GET", "/v2/voices", nil), "data", "voices", 0, "voice_id").(string); !s.server.knownVoice(v) {
		t.Errorf("voice %q", v)
	}
	if q, _ := at(s.must("GET", "/v2/user/remaining_quota", nil), "data", "remaining_quota").(float64); q <= 0 {
		t.Errorf("quota %v", q)
	}
	s.finished(s.buy(func(_, c, _ map[string]any) {
		clear(c)
		c["type"], c["talking_photo_id"] = "talking_photo", photo
	}))
}

func TestWhoMayCall(t *testing.T) {
	t.Parallel()
	s := begin(t, func(o *Options) { o.Key = "right" })
	for name, c := range map[string]struct {
		headers []string
		want    int
	}{
		"wrong key":        {[]string{"X-Api-Key", "wrong"}, http.StatusUnauthorized},
		"no key":           {[]string{"X-Api-Key", ""}, http.StatusUnauthorized},
		"right key":        {[]string{"X-Api-Key", "right"}, http.StatusOK},
		"a page elsewhere": {[]string{"X-Api-Key", "right", "Origin", "https://example.com"}, http.StatusForbidden},
	} {
		if code, _, err := s.call("GET", "/v2/voices", nil, c.headers...); err != nil || code != c.want {
			t.Errorf("%s: %d, want %d (%v)", name, code, c.want, err)
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/v2/voices", nil)
	r.Host = "attacker.example:80"
	w := httptest.NewRecorder()
	s.server.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden {
		t.Errorf("a name that was pointed at this machine: %d", w.Code)
	}
	if code, _, _ := s.call("GET", "/v9/nothing", nil, "X-Api-Key", "right"); code != http.StatusNotFound {
		t.Errorf("an unknown route: %d", code)
	}
	if _, err := Start(t.Context(), "0.0.0.0:0", Options{Dir: t.TempDir()}); err == nil {
		t.Error("listens to the network")
	}
}

// Everything that was started ends with Close. Not parallel: it counts goroutines.
func TestNothingRunsOn(t *testing.T) {
	before := runtime.NumGoroutine()
	m := &maker{gate: make(chan struct{})}
	r, err := Start(t.Context(), "127.0.0.1:0", Options{Dir: t.TempDir(), Media: m})
	if err != nil {
		t.Fatal(err)
	}
	s := &studio{T: t, url: r.URL, server: r.server, maker: m}
	s.buy(nil)
	s.buy(func(_, _, v map[string]any) { v["input_text"] = "Another." })
	http.DefaultClient.CloseIdleConnections()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	s.until(
		"an end of all goroutines",
		func() bool { http.DefaultClient.CloseIdleConnections(); return runtime.NumGoroutine() <= before },
	)
}

func TestOwnAudioIsUsed(t *testing.T) {
	t.Parallel()
	s := begin(t)
	wav := "RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x80\x3e\x00\x00\x00\x7d\x00\x00\x02\x00\x10\x00data\x00\x00\x00\x00"
	code, out, err := s.call("POST", "/v1/asset", wav, "Content-Type", "audio/wav")
	id, _ := at(out, "data", "id").(string)
	if err != nil || code != http.StatusOK || at(out, "data", "file_type") != "audio" || id == "" {
		t.Fatalf("%d %v %v", code, out, err)
	}
	s.finished(s.buy(func(_, _, v map[string]any) {
		clear(v)
		v["type"], v["audio_asset_id"] = "audio", id
	}))
	if s.maker.count() != 1 || !strings.HasSuffix(s.maker.made[0].AudioPath, id) ||
		s.maker.made[0].Format != standin.MP4 {
		t.Errorf("%+v", s.maker.made)
	}
	for name, c := range map[string]struct{ kind, body string }{
		"a page as audio": {"audio/mpeg", "<!doctype html>"}, "a picture as audio": {"audio/wav", "\x89PNG\r\n\x1a\n0000"},
		"an unknown type": {"text/html", "<p>"},
	} {
		if code, _, _ := s.call("POST", "/v1/asset", c.body, "Content-Type", c.kind); code != http.StatusBadRequest {
			t.Errorf("%s: %d", name, code)
		}
	}
}

// TestTheDiaryIsReplayed: a sandbox that died keeps every job it answered for, the state
// it last reported, and its place after a line that was cut short.
func TestTheDiaryIsReplayed(t *testing.T) {
	t.Parallel()
	dir, c := t.TempDir(), &clock{now: time.Unix(1_800_000_000, 0)}
	first := open(t, dir, &maker{}, c)
	ids := []string{first.buy(nil), first.buy(nil), first.buy(nil)}
	first.finished(ids[1])
	first.close()
	path := filepath.Join(dir, "jobs.jsonl")
	b, err := os.ReadFile(path)
	if err != nil || strings.Count(string(b), "\n") < len(ids) {
		t.Fatalf("%d lines of diary, %v", strings.Count(string(b), "\n"), err)
	}
	if err := os.WriteFile(path, append(b, []byte(`{"rev":9999,"job":{"id":"ha`)...), 0o600); err != nil {
		t.Fatal(err)
	}
	second := open(t, dir, &maker{}, c)
	if second.billed() != len(ids) || second.status(ids[1])["status"] != "completed" {
		t.Errorf("%d billed, %v", second.billed(), second.status(ids[1]))
	}
	second.finished(ids[2])
	second.close()
	third := open(t, dir, &maker{}, c)
	if third.billed() != len(ids) {
		t.Errorf("%d billed after another restart", third.billed())
	}
}
