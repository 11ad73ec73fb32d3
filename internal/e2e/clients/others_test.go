package clients

import (
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/internal/e2e/e2etest"
)

// TestPythonServer sends what the MCP server in Python sends, with the members that its models require: a null or an
// empty text in one of them ends its call.
func TestPythonServer(t *testing.T) {
	base := e2etest.Sandbox(t, filepath.Join(t.TempDir(), "sandbox"), "--canned")
	d := drive(t, base, map[string]string{"Accept": "application/json", "X-Api-Key": "k", "User-Agent": "heygen-mcp/0.0.3"})
	quota := d.get("/v2/user/remaining_quota", "data.remaining_quota", "data.details.api", "data.details.streaming_avatar",
		"data.details.streaming_avatar_instance_quota", "data.details.seat")
	if n, ok := quota.at("data.remaining_quota").(float64); !ok || n != float64(int(n)) {
		d.Errorf("the quota is not an integer: %s", quota.raw)
	}
	voices := d.get("/v2/voices", "data.voices.0.voice_id", "data.voices.0.language", "data.voices.0.gender", "data.voices.0.name")
	groups := d.get("/v2/avatar_group.list?include_public=true", "data.total_count")
	d.get("/v2/avatar_group.list?include_public=false", "data.total_count")
	d.all(groups, "data.avatar_group_list", "id", "name", "created_at", "num_looks", "preview_image", "group_type")
	// The client's model of looks has the members of studio avatars, which this request does not have for photos.
	looks := d.get("/v2/avatar_group/"+groups.text("data.avatar_group_list.0.id")+"/avatars", "data.avatar_list.0.id")
	d.all(looks, "data.avatar_list", "id", "name", "image_url", "group_id")
	avatars := d.get("/v2/avatars")
	d.all(avatars, "data.avatars", "avatar_id", "avatar_name", "gender", "preview_image_url", "preview_video_url", "premium")
	made := d.call("POST", "/v2/video/generate", map[string]any{
		"title": "", "test": false, "callback_id": nil, "aspect_ratio": nil, "caption": false,
		"dimension": map[string]any{"width": 1280, "height": 720},
		"video_inputs": []any{map[string]any{
			"character": map[string]any{
				"type": "avatar", "avatar_id": avatars.text("data.avatars.0.avatar_id"), "avatar_style": "normal", "scale": 1.0,
			},
			"voice": map[string]any{"type": "text", "input_text": "Hello.", "voice_id": voices.text("data.voices.0.voice_id")},
		}},
	}, "data.video_id")
	status := d.ended("/v1/video_status.get?video_id="+made.text("data.video_id"), "data.status")
	if status.at("code") != 100.0 || status.text("message") == "" || status.at("data.id") != made.at("data.video_id") {
		d.Errorf("the status is another: %s", status.raw)
	}
	d.download(status.text("data.video_url"))
	t.Logf("heygen-mcp: %d steps", d.steps)
}

// all fails unless every item of a list has members that are not empty; an address must be one.
func (d *driver) all(a answer, list string, members ...string) {
	d.Helper()
	items, _ := a.at(list).([]any)
	if len(items) == 0 {
		d.Errorf("%s is empty", list)
	}
	for _, x := range items {
		item, _ := x.(map[string]any)
		for _, m := range members {
			v := item[m]
			if v == nil || v == "" {
				d.Errorf("%s: %s is missing in %v", list, m, item)
			}
			if strings.Contains(m, "preview_") || m == "image_url" {
				u, err := url.Parse(fmt.Sprint(v))
				if err != nil || u.Host == "" {
					d.Errorf("%s: %s is not an address: %v", list, m, v)
				}
			}
		}
	}
}

// TestWorkflowNode sends what the node of a workflow program sends, with a key and with OAuth: catalogue, video,
// lipsync, upload without a type, and its trigger, which registers the workflow's public address.
func TestWorkflowNode(t *testing.T) {
	base := e2etest.Sandbox(t, filepath.Join(t.TempDir(), "sandbox"), "--canned", "--key", "right")
	for _, headers := range []map[string]string{{"X-Api-Key": "right"}, {"Authorization": "Bearer right"}} {
		d := drive(t, base, headers)
		d.get("/v3/users/me", "data.username")
		look := d.get(query("/v3/avatars/looks", "limit", "50"), "data.0.id").text("data.0.id")
		voice := d.get(query("/v3/voices", "limit", "100"), "data.0.voice_id").text("data.0.voice_id")
		hook := d.call("POST", "/v3/webhooks/endpoints", map[string]any{
			"url": "https://flows.example.com/webhook/7", "events": []string{"avatar_video.success", "avatar_video.fail"},
		}, "data.endpoint_id")
		image := d.upload("/v3/assets", "data", png).text("data.asset_id")
		a := d.call("POST", "/v3/videos", map[string]any{
			"type": "avatar", "avatar_id": look, "voice_id": voice, "script": "Hello.", "engine": map[string]any{"type": "avatar_iii"},
			"background": map[string]any{"type": "image", "asset_id": image},
		}, "data.video_id")
		v := d.ended("/v3/videos/"+a.text("data.video_id"), "data.status")
		d.download(v.text("data.video_url"))
		sound := d.upload("/v3/assets", "data", wav).text("data.asset_id")
		l := d.call("POST", "/v3/lipsyncs", map[string]any{
			"video": map[string]any{"type": "url", "url": "https://example.com/a.mp4"},
			"audio": map[string]any{"type": "asset_id", "asset_id": sound},
		}, "data.lipsync_id")
		d.ended("/v3/lipsyncs/"+l.text("data.lipsync_id"), "data.status")
		d.call("DELETE", "/v3/webhooks/endpoints/"+hook.text("data.endpoint_id"), nil)
		t.Logf("the node: %d steps", d.steps)
	}
}
