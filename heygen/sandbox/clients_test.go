package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	_ "image/gif"
	"mime/multipart"
	"net/textproto"
	"strings"
	"testing"
)

// uploadAs sends a file as a multipart part of a content type.
func (s *studio) uploadAs(kind string, content []byte) (int, map[string]any) {
	s.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	head := textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="f"`}}
	if kind != "" {
		head.Set("Content-Type", kind)
	}
	part, err := m.CreatePart(head)
	if err == nil {
		_, err = part.Write(content)
	}
	if err == nil {
		err = m.Close()
	}
	if err != nil {
		s.Fatal(err)
	}
	code, out, err := s.call("POST", "/v3/assets", b.String(), "Content-Type", m.FormDataContentType())
	if err != nil {
		s.Fatal(err)
	}
	return code, out
}

// TestBytesDecideTheTypeOfAnUpload: Go's multipart writer declares application/octet-stream for every file.
func TestBytesDecideTheTypeOfAnUpload(t *testing.T) {
	t.Parallel()
	s := begin(t)
	srt := []byte("1\n00:00:00,000 --> 00:00:01,000\nHello.\n")
	for _, c := range []struct {
		declared string
		content  []byte
		code     int
		want     any
	}{
		{"application/octet-stream", pngFile, 200, "image/png"},
		{"", mp4, 200, "video/mp4"},
		{"application/octet-stream", srt, 200, "application/x-subrip"},
		{"text/plain; charset=utf-8", srt, 200, "application/x-subrip"},
		{"application/octet-stream", []byte("RIFF\x00\x00\x00\x00WAVEfmt "), 200, "audio/wav"},
		{"audio/mp3", []byte("\xff\xfb\x90\x00rest"), 200, "audio/mpeg"},
		{"application/octet-stream", []byte{0, 1, 2, 3}, 400, nil},
		{"image/png", mp4, 400, nil},
		{"image/gif", []byte("GIF89a"), 400, nil},
	} {
		code, out := s.uploadAs(c.declared, c.content)
		if code != c.code || at(out, "data", "mime_type") != c.want {
			t.Errorf("%q: %d %v", c.declared, code, out)
		}
	}
	if code, out, _ := s.call("POST", "/v1/asset", string(pngFile), "Content-Type", "application/octet-stream"); code != 200 {
		t.Errorf("v1: %d %v", code, out)
	}
}

// TestAnAgentNamesItsVideo: the official client waits for the video that the creation names.
func TestAnAgentNamesItsVideo(t *testing.T) {
	t.Parallel()
	s := begin(t)
	d := s.must("POST", "/v3/video-agents", map[string]any{"prompt": "A film about tea."})
	id, _ := at(d, "data", "video_id").(string)
	if id == "" || at(d, "data", "status") != "generating" {
		t.Fatal(d)
	}
	if v := s.must("GET", "/v3/videos/"+id, nil); at(v, "data", "id") != id {
		t.Error(v)
	}
	chat := s.must("POST", "/v3/video-agents", map[string]any{"prompt": "Hello.", "mode": "chat"})
	if at(chat, "data", "video_id") != nil || at(chat, "data", "status") != "thinking" {
		t.Error(chat)
	}
	s.must("POST", "/_sandbox/faults", []string{"chat-answer"})
	if d := s.must("POST", "/v3/video-agents", map[string]any{"prompt": "Tea."}); at(d, "data", "video_id") != nil {
		t.Error(d)
	}
}

// TestTokensAndScopes: a key and a token are both credentials; on v3, refusals have the shape of v3.
func TestTokensAndScopes(t *testing.T) {
	t.Parallel()
	s := begin(t, func(o *Options) { o.Key = "right" })
	for name, c := range map[string]struct {
		method, path string
		headers      []string
		code         int
		word         any
	}{
		"token":              {"GET", "/v3/users/me", []string{"Authorization", "Bearer right"}, 200, nil},
		"token on v2":        {"GET", "/v2/voices", []string{"Authorization", "bearer right"}, 200, nil},
		"another token":      {"GET", "/v3/users/me", []string{"Authorization", "Bearer wrong"}, 401, "unauthorized"},
		"nothing":            {"GET", "/v3/users/me", nil, 401, "unauthorized"},
		"scope is there":     {"GET", "/v3/videos", []string{"Authorization", "Bearer right+videos:read"}, 200, nil},
		"scope is missing":   {"GET", "/v3/users/me", []string{"X-Api-Key", "right+videos:read"}, 403, "insufficient_api_key_scope"},
		"no right to write":  {"POST", "/v3/video-agents", []string{"X-Api-Key", "right+videos:read"}, 403, "insufficient_api_key_scope"},
		"a scope for agents": {"GET", "/v3/video-agents", []string{"X-Api-Key", "right+videos:read"}, 200, nil},
	} {
		code, out, err := s.call(c.method, c.path, nil, append([]string{"X-Api-Key", ""}, c.headers...)...)
		if err != nil || code != c.code || at(out, "error", "code") != c.word {
			t.Errorf("%s: %d %v %v", name, code, out, err)
		}
	}
	code, out, _ := s.call("GET", "/v2/voices", nil, "X-Api-Key", "")
	if code != 401 || out["code"] != 400112.0 {
		t.Errorf("v2: %d %v", code, out)
	}
	s.must2("POST", "/_sandbox/faults", []string{"token-expired", "streaming"})
	if code, _, _ := s.call("GET", "/v3/users/me", nil, "X-Api-Key", "", "Authorization", "Bearer right"); code != 401 {
		t.Errorf("an expired token: %d", code)
	}
	s.must2("POST", "/_sandbox/faults", []string{"streaming"})
	_, out, _ = s.call("POST", "/v1/streaming.create_token", nil, "X-Api-Key", "right")
	token, _ := at(out, "data", "token").(string)
	if code, out, _ := s.call("POST", "/v1/streaming.new", map[string]any{"quality": "low"}, "X-Api-Key", "",
		"Authorization", "Bearer "+token); code != 200 {
		t.Errorf("a session's token: %d %v", code, out)
	}
}

// must2 is must with a status of the 200s and any body.
func (s *studio) must2(method, path string, body any) {
	s.Helper()
	if code, _, err := s.call(method, path, body); err != nil || code/100 != 2 {
		s.Fatalf("%s %s: %d %v", method, path, code, err)
	}
}

// TestTheEngineIsNotGuessed: without one, avatar_iv is used, which most looks refuse and photo looks accept.
func TestTheEngineIsNotGuessed(t *testing.T) {
	t.Parallel()
	s := begin(t)
	engine := func(word string) any { return map[string]any{"type": word} }
	for name, c := range map[string]struct {
		over map[string]any
		code int
	}{
		"none, look without it": {map[string]any{"engine": nil}, 400},
		"none, look with it":    {map[string]any{"engine": nil, "avatar_id": avatarList[0].id}, 200},
		"photo": {
			map[string]any{"engine": engine("avatar_iv"), "avatar_id": photoList[0].id, "output_format": "mp4"}, 200,
		},
		"photo, none": {
			map[string]any{"engine": nil, "avatar_id": photoList[0].id, "output_format": "mp4", "expressiveness": "low"}, 200,
		},
		"motion of a studio look": {map[string]any{"motion_prompt": "wave"}, 400},
	} {
		if code, out, _ := s.call("POST", "/v3/videos", good(c.over)); code != c.code {
			t.Errorf("%s: %d %v", name, code, out)
		}
	}
}

func (s *studio) film2(id string) map[string]any {
	s.Helper()
	s.until("rendering", func() bool {
		s.server.mu.Lock()
		defer s.server.mu.Unlock()
		return s.server.find(id, true).File != ""
	})
	s.later()
	return at(s.must("GET", "/v3/videos/"+id, nil), "data").(map[string]any)
}

// TestStudioScenesAreParsed: with any spacing; each scene has its own look and background.
func TestStudioScenesAreParsed(t *testing.T) {
	t.Parallel()
	s := begin(t)
	scene := func(look, background string) string {
		return fmt.Sprintf(`{"type": "avatar_video", "input": {"type": "avatar", "avatar_id": %q, "script": "Hello.",
			"engine": {"type": "avatar_iii"}, "background": %s}}`, look, background)
	}
	film := func(scenes ...string) string {
		return `{"type":"studio","resolution":"720p","scenes":[` + strings.Join(scenes, ",") + `]}`
	}
	asset := at(func() any { _, out := s.uploadAs("image/png", pngFile); return out }(), "data", "asset_id")
	picture := fmt.Sprintf(`{"type":"image","duration":2,"source":{"type":"asset_id","asset_id":%q}}`, asset)
	clip := `{"type":"video","source":{"type":"url","url":"https://example.com/clip.mp4"},"playback":{"mute":true}}`
	for name, c := range map[string]struct {
		body string
		code int
	}{
		"spaces":   {film(scene(avatarList[0].id, `{"type":"color", "color" : "#112233"}`)), 200},
		"value":    {film(scene(avatarList[0].id, `{"type":"color","value":"#112233"}`)), 400},
		"rubbish":  {film(scene(avatarList[0].id, `{"type":"color","color":"teal"}`)), 400},
		"no scene": {film(), 400},
	} {
		if code, out, _ := s.call("POST", "/v3/videos", c.body); code != c.code {
			t.Errorf("%s: %d %v", name, code, out)
		}
	}
	d := s.must("POST", "/v3/videos", film(scene(avatarList[0].id, `{"type":"color","color":"#112233"}`),
		scene(avatarList[1].id, `{"type":"color","color":"#445566"}`), picture, clip))
	id, _ := at(d, "data", "video_id").(string)
	s.server.mu.Lock()
	scenes := s.server.find(id, true).Request.Scenes
	s.server.mu.Unlock()
	if len(scenes) != 4 || scenes[0].Color != "#112233" || scenes[1].Avatar != avatarList[1].id ||
		scenes[1].Color != "#445566" || scenes[2].Picture != asset || !scenes[2].Empty || scenes[3].Script != "" {
		b, _ := json.Marshal(scenes)
		t.Errorf("%s", b)
	}
	read := s.must("GET", "/v3/videos/"+id+"/scenes", nil)
	if at(read, "data", "scenes", 1, "background", "color") != "#445566" ||
		at(read, "data", "scenes", 1, "elements", 0, "avatar_id") != avatarList[1].id ||
		at(read, "data", "scenes", 0, "script", 0, "text") != "Hello." || at(read, "data", "scenes", 2, "background", "type") != "image" ||
		at(read, "data", "scenes", 3, "script", 0, "type") != "silence" || at(read, "data", "video", "aspect_ratio") != "16:9" {
		b, _ := json.Marshal(read)
		t.Errorf("%s", b)
	}
}

// TestOtherTypesOfVideo: a picture that speaks, and a film without speech.
func TestOtherTypesOfVideo(t *testing.T) {
	t.Parallel()
	s := begin(t)
	url := func(link string) any { return map[string]any{"type": "url", "url": link} }
	for name, c := range map[string]struct {
		body map[string]any
		code int
	}{
		"image": {map[string]any{"type": "image", "image": url("https://example.com/a.png"), "script": "Hello."}, 200},
		"cinematic": {map[string]any{
			"type": "cinematic_avatar", "prompt": "A walk.", "avatar_id": []any{avatarList[1].id}, "duration": 6,
		}, 200},
		"cinematic, unknown look": {map[string]any{"type": "cinematic_avatar", "prompt": "x", "avatar_id": []any{"?"}}, 404},
		"sound by link":           {good(map[string]any{"script": nil, "voice_id": nil, "audio_url": "https://example.com/a.mp3"}), 200},
		"sound on this network":   {good(map[string]any{"script": nil, "voice_id": nil, "audio_url": "http://192.168.0.7/a.mp3"}), 400},
		"sound of nowhere":        {good(map[string]any{"script": nil, "voice_id": nil, "audio_url": "https://nowhere.invalid/"}), 400},
		"background by link": {good(map[string]any{"output_format": "mp4", "remove_background": true, "background": map[string]any{
			"type": "image", "url": "https://example.com/b.png",
		}}), 200},
		"watermark": {good(map[string]any{"watermark": map[string]any{"image": url("https://example.com/w.png")}}), 200},
	} {
		if code, out, _ := s.call("POST", "/v3/videos", c.body); code != c.code {
			t.Errorf("%s: %d %v", name, code, out)
		}
	}
	s.must2("POST", "/_sandbox/faults", []string{"download-failed"})
	code, out, _ := s.call("POST", "/v3/videos", good(map[string]any{
		"script": nil, "voice_id": nil, "audio_url": "https://example.com/a.mp3",
	}))
	if code != 400 || at(out, "error", "code") != "download_failed" {
		t.Errorf("%d %v", code, out)
	}
}

// TestLinksInRecordsExist reads every picture and page that records name.
func TestLinksInRecordsExist(t *testing.T) {
	t.Parallel()
	s := begin(t)
	d := s.must("POST", "/v3/videos", good(map[string]any{"caption": map[string]any{"file_format": "srt", "style": "default"}}))
	id, _ := at(d, "data", "video_id").(string)
	v := s.film2(id)
	for _, name := range []string{"video_url", "captioned_video_url", "subtitle_url", "thumbnail_url", "gif_url", "video_page_url"} {
		link, _ := v[name].(string)
		res, body, err := s.get("GET", strings.TrimPrefix(link, s.url))
		if link == "" || err != nil || res.StatusCode != 200 {
			t.Errorf("%s: %q %v", name, link, err)
			continue
		}
		if kind := res.Header.Get("Content-Type"); strings.HasPrefix(kind, "image/") {
			if img, _, err := image.Decode(bytes.NewReader(body)); err != nil || img.Bounds().Dx() != pictureWidth {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	srt := map[string]any{"type": "url", "url": v["subtitle_url"]}
	s.must("POST", "/v3/video-translations", map[string]any{
		"video": map[string]any{"type": "url", "url": v["captioned_video_url"]}, "srt": srt, "output_languages": []any{"French"},
	})
	looks, _ := s.must("GET", "/v3/avatars/looks", nil)["data"].([]any)
	for _, l := range looks {
		for _, name := range []string{"preview_image_url", "preview_video_url"} {
			link, _ := at(l, name).(string)
			if res, _, err := s.get("GET", strings.TrimPrefix(link, s.url)); err != nil || res.StatusCode != 200 {
				t.Errorf("%v %s %q: %v", at(l, "id"), name, link, err)
			}
		}
	}
}

// TestFiltersOfLooks: ownership and group are applied.
func TestFiltersOfLooks(t *testing.T) {
	t.Parallel()
	s := begin(t)
	for query, want := range map[string]int{
		"":                                     len(avatarList) + len(photoList),
		"?ownership=private":                   len(photoList),
		"?ownership=public":                    len(avatarList),
		"?group_id=NONE":                       0,
		"?group_id=group-" + avatarList[1].id:  1,
		"?avatar_type=photo_avatar":            len(photoList),
		"?avatar_type=studio_avatar&limit=2":   2,
		"?ownership=private&avatar_type=other": 0,
	} {
		if list, _ := s.must("GET", "/v3/avatars/looks"+query, nil)["data"].([]any); len(list) != want {
			t.Errorf("%s: %d looks", query, len(list))
		}
	}
	if list, _ := s.must("GET", "/v3/avatars?ownership=private", nil)["data"].([]any); len(list) != len(photoList) {
		t.Errorf("%d groups", len(list))
	}
}

// TestHeadersOfAnswers: a request id everywhere, the end of v1 and v2 there alone.
func TestHeadersOfAnswers(t *testing.T) {
	t.Parallel()
	s := begin(t)
	for path, ends := range map[string]string{"/v3/users/me": "", "/v2/voices": "true", "/v1/nothing": "true"} {
		res, _, err := s.get("GET", path, "X-Api-Key", "k")
		if err != nil || res.Header.Get("X-Request-Id") == "" || res.Header.Get("Deprecation") != ends {
			t.Errorf("%s: %v %v", path, res.Header, err)
		}
	}
	for value, code := range map[string]int{"404": 404, "410": 410, "html": 404, "json": 404, "redirect": 200} {
		s.must2("POST", "/_sandbox/faults", []string{"gone=" + value})
		res, body, err := s.get("GET", "/v2/voices", "X-Api-Key", "k")
		if err != nil || res.StatusCode != code || (value == "html" || value == "redirect") != bytes.Contains(body, []byte("<html>")) {
			t.Errorf("gone=%s: %d %s %v", value, res.StatusCode, body, err)
		}
	}
}

// TestTheOldPathOfATemplate: clients read the variables, and those of each scene, from a path in the singular.
func TestTheOldPathOfATemplate(t *testing.T) {
	t.Parallel()
	s := begin(t)
	d := s.must("GET", "/v3/template/"+templateList[0].id, nil)
	if at(d, "data", "variables", "price", "type") != "text" {
		t.Error(d)
	}
	scenes, _ := at(d, "data", "scenes").([]any)
	if len(scenes) != 1 || len(at(scenes[0], "variables").([]any)) != len(templateList[0].vars) {
		t.Errorf("scenes: %v", scenes)
	}
	if code, out, _ := s.call("GET", "/v3/template/none", nil); code != 404 || at(out, "error", "code") != "template_not_found" {
		t.Errorf("unknown: %d %v", code, out)
	}
}
