package clients

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"greenroom/internal/e2e/e2etest"
)

// Files that are recognised by their first bytes.
var (
	png  = []byte("\x89PNG\r\n\x1a\nrest")
	film = []byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom")
	srt  = []byte("1\n00:00:00,000 --> 00:00:01,000\nHello.\n")
	wav  = []byte("RIFF\x00\x00\x00\x00WAVEfmt ")
)

// officialHeaders are those of the official command line program, of July 2026.
func officialHeaders(credential, value string) map[string]string {
	return map[string]string{credential: value, "User-Agent": "heygen-cli/v0.5.1", "X-HeyGen-Source": "cli"}
}

// TestOfficialClient sends what the official command line program sends, step by step, through the flows of its own
// manual.
func TestOfficialClient(t *testing.T) {
	base := e2etest.Sandbox(t, filepath.Join(t.TempDir(), "sandbox"), "--key", "right", "--canned")
	d := drive(t, base, officialHeaders("X-Api-Key", "right"))
	d.get("/v3/users/me", "data.username")
	look, voice := d.officialLists()
	image := d.officialUploads()
	d.officialAgent()
	video := d.officialVideo(look, voice)
	d.officialBatch(look, voice)
	d.officialTranslation(video)
	d.officialLipsync(video)
	d.officialWebhooks()
	d.officialAvatar(image)
	t.Logf("the official client: %d steps", d.steps)
	if n := e2etest.BilledJobs(t, base); n < 6 {
		t.Errorf("%d jobs were billed", n)
	}

	token := drive(t, base, officialHeaders("Authorization", "Bearer right"))
	token.get("/v3/users/me", "data.username")
	for name, headers := range map[string]map[string]string{
		"wrong key":   officialHeaders("X-Api-Key", "wrong"),
		"wrong token": officialHeaders("Authorization", "Bearer wrong"),
	} {
		c := drive(t, base, headers)
		for _, path := range []string{"/v3/users/me", "/v3/videos", "/v3/avatars/looks"} {
			c.refused(401, "unauthorized", "GET", path, nil)
		}
		t.Logf("%s: %d steps", name, c.steps)
	}
	scoped := drive(t, base, officialHeaders("X-Api-Key", "right+videos:read"))
	scoped.refused(403, "insufficient_api_key_scope", "GET", "/v3/users/me", nil)
	scoped.refused(403, "insufficient_api_key_scope", "POST", "/v3/video-agents", map[string]any{"prompt": "x"})
}

// officialLists reads lists with each of their filters, and returns a look that is an avatar and a voice.
func (d *driver) officialLists() (look, voice string) {
	d.get("/v3/avatars", "data.0.id")
	own := d.get(query("/v3/avatars", "ownership", "private", "limit", "5"))
	first := d.get(query("/v3/avatars", "ownership", "public", "limit", "1"), "data.0.id", "next_token")
	next := d.get(query("/v3/avatars", "ownership", "public", "limit", "1", "token", first.text("next_token")), "data.0.id")
	if first.at("data.0.id") == next.at("data.0.id") {
		d.Errorf("the second page is the first")
	}
	if own.at("data.0.id") == first.at("data.0.id") {
		d.Errorf("the avatar %v is private and public", own.at("data.0.id"))
	}
	d.get("/v3/avatars/"+first.text("data.0.id"), "data.id")
	group := first.text("data.0.id")
	if a := d.get(query("/v3/avatars/looks", "group_id", group), "data.0.id"); a.at("data.0.group_id") != group {
		d.Errorf("a look of another group: %s", a.raw)
	}
	if a := d.get(query("/v3/avatars/looks", "group_id", "none")); len(a.at("data").([]any)) != 0 {
		d.Errorf("an unknown group has looks")
	}
	looks := d.get(query("/v3/avatars/looks", "avatar_type", "studio_avatar", "ownership", "public", "limit", "50"), "data.0.id")
	for _, l := range looks.at("data").([]any) {
		engines, _ := l.(map[string]any)["supported_api_engines"].([]any)
		if slices.Contains(engines, any("avatar_iv")) {
			look = l.(map[string]any)["id"].(string)
		}
	}
	d.get("/v3/avatars/looks/"+look, "data.id")
	for _, filter := range [][]string{{"type", "public"}, {"gender", "female"}, {"language", "English"}, {"engine", "starfish"}} {
		a := d.get(query("/v3/voices", filter...), "data.0.voice_id")
		voice = a.text("data.0.voice_id")
	}
	d.get("/v3/voices/"+voice, "data.voice_id")
	d.get("/v3/video-translations/languages", "data.languages.0")
	d.get("/v3/video-agents/styles")
	d.get("/v3/templates", "data.0.id")
	d.get(query("/v3/audio/sounds", "query", "calm", "limit", "2"))
	return look, voice
}

// officialUploads sends each kind of file, one of them by direct upload, and returns the picture.
func (d *driver) officialUploads() string {
	image := d.upload("/v3/assets", "p.png", png).text("data.asset_id")
	d.upload("/v3/assets", "s.srt", srt)
	d.upload("/v3/assets", "f.mp4", film)
	d.upload("/v3/assets", "w.wav", wav)
	up := d.call("POST", "/v3/assets/direct-uploads", map[string]any{
		"filename": "f.mp4", "content_type": "video/mp4", "size_bytes": len(film),
	}, "data.asset_id", "data.upload_url", "data.upload_headers")
	// The bytes are sent by the user, for example with curl.
	curl := drive(d.T, d.base, nil)
	for name, value := range up.at("data.upload_headers").(map[string]any) {
		curl.headers = map[string]string{name: value.(string), "X-Storage-Class": "standard"}
	}
	kind, _ := up.at("data.upload_headers.Content-Type").(string)
	if a := curl.send("PUT", up.text("data.upload_url"), film, kind); a.status != 200 {
		d.Errorf("put: %d %s", a.status, a.raw)
	}
	asset := up.text("data.asset_id")
	d.call("POST", "/v3/assets/"+asset+"/complete", map[string]any{}, "data.asset_id", "data.url", "data.mime_type", "data.status")
	d.get("/v3/assets/"+asset, "data.id", "data.owner", "data.type")
	d.get(query("/v3/assets/statuses", "asset_ids", asset+","+image), "data.1.status")
	d.get(query("/v3/assets/search", "query", "tea", "type", "image"))
	d.call("DELETE", "/v3/assets/"+asset, nil, "data.id")
	d.refused(404, "not_found", "GET", "/v3/assets/"+asset, nil)
	return image
}

// officialAgent is `video-agent create --wait`, and the download that follows.
func (d *driver) officialAgent() {
	a := d.call("POST", "/v3/video-agents", map[string]any{"prompt": "A film about tea."}, "data.session_id", "data.video_id", "data.status")
	v := d.ended("/v3/videos/"+a.text("data.video_id"), "data.status")
	d.download(v.text("data.video_url"))
	session := "/v3/video-agents/" + a.text("data.session_id")
	d.get(session, "data.session_id", "data.status")
	d.get(session+"/videos", "data.0.id")
	d.get(query("/v3/video-agents", "limit", "1"), "data.0.session_id")
	chat := d.call("POST", "/v3/video-agents", map[string]any{"prompt": "Hello.", "mode": "chat"}, "data.session_id")
	session = "/v3/video-agents/" + chat.text("data.session_id")
	d.call("POST", session, map[string]any{"message": "Shorter, please."}, "data.session_id")
	d.call("POST", session+"/stop", map[string]any{}, "data.session_id")
}

// officialVideo is `video create -d JSON --wait` and `video download`, and returns the video.
func (d *driver) officialVideo(look, voice string) string {
	a := d.call("POST", "/v3/videos", d.videoBody(look, voice), "data.video_id")
	id := a.text("data.video_id")
	v := d.ended("/v3/videos/"+id, "data.status")
	if b := d.download(v.text("data.video_url")); !strings.Contains(string(b[:40]), "ftyp") {
		d.Errorf("%s is not an MP4", id)
	}
	d.get(query("/v3/videos", "limit", "1", "title", "made by"), "data.0.id")
	d.get(query("/v3/videos/statuses", "video_ids", id), "data.0.status")
	d.refused(404, "", "GET", "/v3/videos/none", nil)
	d.refused(400, "invalid_parameter", "POST", "/v3/videos", map[string]any{"type": "avatar", "avatar_id": look, "voice": voice})
	return id
}

func (d *driver) videoBody(look, voice string) map[string]any {
	return map[string]any{
		"type": "avatar", "avatar_id": look, "voice_id": voice, "script": "Hello.", "title": "made by the official client",
		"resolution": "720p", "aspect_ratio": "16:9", "background": map[string]any{"type": "color", "value": "#112233"},
	}
}

func (d *driver) officialBatch(look, voice string) {
	b := d.call("POST", "/v3/videos/batches", map[string]any{
		"videos": []any{d.videoBody(look, voice), d.videoBody(look, voice)}, "title": "two",
	}, "data.batch_id")
	batch := b.text("data.batch_id")
	d.ended(query("/v3/videos/batches/"+batch, "limit", "1"), "data.status")
	d.get(query("/v3/videos/statuses", "batch_ids", batch), "data.1.status")
}

func (d *driver) officialTranslation(video string) {
	link := d.get("/v3/videos/"+video, "data.video_url").text("data.video_url")
	a := d.call("POST", "/v3/video-translations", map[string]any{
		"video": map[string]any{"type": "url", "url": link}, "output_languages": []string{"Spanish"}, "title": "in Spanish",
	}, "data.video_translation_ids.0")
	path := "/v3/video-translations/" + a.text("data.video_translation_ids.0")
	t := d.ended(path, "data.status")
	d.download(t.text("data.video_url"))
	d.call("PATCH", path, map[string]any{"title": "renamed"})
	d.get(query("/v3/video-translations", "limit", "1"), "data.0.id")
	d.get(query("/v3/video-translations/statuses", "video_translation_ids", a.text("data.video_translation_ids.0")), "data.0.status")
	p := d.call("POST", "/v3/video-translations/proofreads", map[string]any{
		"video": map[string]any{"type": "url", "url": link}, "output_languages": []string{"French"}, "title": "proofread",
	}, "data.proofread_ids.0")
	path = "/v3/video-translations/proofreads/" + p.text("data.proofread_ids.0")
	d.ended(path, "data.status")
	d.get(path+"/srt", "data.srt_url")
	text := d.upload("/v3/assets", "fr.srt", srt).text("data.asset_id")
	d.call("PUT", path+"/srt", map[string]any{"srt": map[string]any{"type": "asset_id", "asset_id": text}})
	d.call("POST", path+"/generate", map[string]any{"captions": true}, "data.video_translation_id")
}

func (d *driver) officialLipsync(video string) {
	link := d.get("/v3/videos/" + video).text("data.video_url")
	sound := d.upload("/v3/assets", "w.wav", wav).text("data.asset_id")
	a := d.call("POST", "/v3/lipsyncs", map[string]any{
		"video": map[string]any{"type": "url", "url": link}, "audio": map[string]any{"type": "asset_id", "asset_id": sound},
	}, "data.lipsync_id")
	path := "/v3/lipsyncs/" + a.text("data.lipsync_id")
	l := d.ended(path, "data.status")
	d.download(l.text("data.video_url"))
	d.call("PATCH", path, map[string]any{"title": "renamed"})
	d.get(query("/v3/lipsyncs", "limit", "1"), "data.0.id")
	d.get(query("/v3/lipsyncs/statuses", "lipsync_ids", a.text("data.lipsync_id")), "data.0.status")
	d.call("DELETE", path, nil)
}

func (d *driver) officialWebhooks() {
	d.get("/v3/webhooks/event-types", "data.0.event_type")
	w := d.call("POST", "/v3/webhooks/endpoints", map[string]any{
		"url": "https://example.com/h", "events": []string{"avatar_video.success"},
	}, "data.endpoint_id", "data.secret")
	path := "/v3/webhooks/endpoints/" + w.text("data.endpoint_id")
	d.get(query("/v3/webhooks/endpoints", "limit", "5"), "data.0.endpoint_id")
	d.call("PATCH", path, map[string]any{"events": []string{"avatar_video.fail"}}, "data.endpoint_id")
	if r := d.call("POST", path+"/rotate-secret", map[string]any{}, "data.secret"); r.at("data.secret") == w.at("data.secret") {
		d.Errorf("the secret is the same after its rotation")
	}
	d.get(query("/v3/webhooks/events", "event_type", "avatar_video.success", "limit", "2"))
	d.call("DELETE", path, nil)
}

// officialAvatar makes an avatar of a picture, edits its look and deletes it.
func (d *driver) officialAvatar(image string) {
	a := d.call("POST", "/v3/avatars", map[string]any{
		"type": "photo", "name": "me", "file": map[string]any{"type": "asset_id", "asset_id": image},
	}, "data.avatar_item.id", "data.avatar_item.group_id")
	look, group := a.text("data.avatar_item.id"), a.text("data.avatar_item.group_id")
	d.get(query("/v3/avatars", "ownership", "private"), "data.0.id")
	d.call("PATCH", "/v3/avatars/looks/"+look, map[string]any{"name": "me again"}, "data.id")
	d.call("POST", "/v3/avatars/"+group+"/consent", map[string]any{})
	d.call("DELETE", "/v3/avatars/"+group, nil)
	d.refused(404, "not_found", "GET", "/v3/avatars/looks/"+look, nil)
}
