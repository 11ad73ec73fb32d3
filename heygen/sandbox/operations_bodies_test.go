package sandbox

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"greenroom/heygen/contract"
	"greenroom/internal/wiretest"
)

// link is an input that the sandbox accepts everywhere.
var link = map[string]any{"type": "url", "url": "https://example.com/file"}

// hints are values that the schemas do not describe.
var hints = map[string]any{
	"avatar_id": photoList[0].id, "voice_id": voiceList[0].id, "url": "https://example.com/file",
	"callback_url": "https://example.com/hook", "video": link, "audio": link, "image": link, "file": link, "srt": link,
	"logo": link, "project": link, "consent_video": link, "source": link, "input_language": "English",
	"output_language": "French", "preferred_stock_voice_id": voiceList[0].id, "audio_url": "https://example.com/a.mp3",
	"video_url": "https://example.com/film.mp4", "engine": map[string]any{"type": "avatar_iv"}, "resolution": "720p",
	"aspect_ratio": "16:9", "character_id": photoList[0].id, "reference_look_id": photoList[0].id,
	"content_type": "image/png", "event": "avatar_video.success", "avatar_pose_id": avatarList[0].id,
	"input_text": "Hello.", "avatar_style": "normal", "locale": "en-US", "mode": nil, "layer": "foreground",
	"variables": map[string]any{
		"name":  map[string]any{"name": "name", "type": "text", "properties": map[string]any{"content": "Ada"}},
		"price": map[string]any{"name": "price", "type": "text", "properties": map[string]any{"content": "nine"}},
	},
	"part_number": 1, "file_format": "srt", "output_languages": []any{"French"}, "dimension": map[string]any{
		"width": 640, "height": 360,
	},
	"image_key": "image/key/original", "speed": 1.0,
}

// refused are members that HeyGen does not accept alone, or not together with the others of a full body.
func refused(o contract.Operation, b wiretest.Body) bool {
	return b.Name == "callback_id" && o.V3() || b.Name == "callback_id" && slices.Contains([]string{
		"/v2/video/generate", "/v2/videos", "/v1/video_agent/generate", "/v2/video/av4/generate",
	}, o.Path)
}

// prepare makes a body of the schema one that follows the rules that are only in words.
func (c *caller) prepare(o contract.Operation, b *wiretest.Body) {
	v := b.Value
	drop := func(names ...string) {
		for _, n := range names {
			if b.Name != n {
				delete(v, n)
			}
		}
	}
	speak := func(v map[string]any) {
		if b.Name == "audio_url" || b.Name == "audio_asset_id" {
			delete(v, "script")
			return
		}
		v["script"], v["voice_id"] = "Hello.", voiceList[0].id
		delete(v, "audio_url")
		delete(v, "audio_asset_id")
	}
	if _, ok := v["folder_id"]; ok {
		v["folder_id"] = c.fresh("/v3/folders")
	}
	for _, name := range []string{"brand_glossary_id", "brand_voice_id"} {
		if _, ok := v[name]; ok && o.V3() && o.Method == "POST" {
			v[name] = c.fresh("/v3/brand-glossaries")
		}
	}
	if _, ok := v["audio_asset_id"]; ok {
		v["audio_asset_id"] = c.upload()
	}
	switch o.Path {
	case "/v3/videos":
		c.prepareVideo(b, speak, drop)
	case "/v3/videos/batches":
		v["videos"] = []any{map[string]any{"type": "avatar", "avatar_id": photoList[0].id, "script": "Hello."}}
	case "/v2/video/av4/generate":
		speak(v)
	case "/v3/lipsyncs/batches", "/v3/video-translations/batches":
		for _, list := range v {
			if items, ok := list.([]any); ok {
				for _, name := range []string{"folder_id", "brand_glossary_id", "brand_voice_id"} {
					delete(items[0].(map[string]any), name)
				}
			}
		}
	case "/v1/video.webm":
		drop("input_audio")
		if b.Name == "input_audio" {
			v["input_audio"] = "https://example.com/a.mp3"
		} else {
			v["input_text"], v["voice_id"] = "Hello.", voiceList[0].id
		}
	case "/v2/video/generate", "/v2/videos":
		v["video_inputs"] = scene(nil)["video_inputs"]
		if b.Name == "full" {
			v["callback_url"] = "https://example.com/hook"
		}
	case "/v1/streaming.new":
		if v["avatar_id"] != nil {
			v["avatar_id"] = avatarList[0].id
		}
	case "/v3/templates/{template_id}/variables":
		v["variables"] = map[string]any{"name": map[string]any{"type": "text", "element_id": "e1"}}
	case "/v3/assets/{asset_id}/complete":
		if v["checksum_sha256"] != nil {
			v["checksum_sha256"] = fmt.Sprintf("%x", sha256.Sum256(pngFile))
		}
		if v["multipart_upload_id"] != nil {
			v["multipart_upload_id"] = nil // TestAFileInParts has the other case
		}
	case "/v3/assets/complete/batches":
		out := c.must("POST", "/v3/assets/direct-uploads/batches", map[string]any{
			"files": []any{map[string]any{"filename": "a.png", "content_type": "image/png", "size_bytes": 12}},
		})
		v["batch_id"] = at(out, "data", "batch_id")
	case "/v3/models/audio/tts":
		v["voice_id"] = c.fresh("/v3/models/audio/voices")
	case "/v1/video_agent/generate":
		if _, ok := v["config"]; ok {
			v["config"] = map[string]any{"duration_sec": 10, "avatar_id": photoList[0].id, "orientation": "portrait"}
		}
		if _, ok := v["files"]; ok {
			v["files"] = []any{map[string]any{"asset_id": c.upload()}}
		}
	case "/v3/avatars":
		if _, ok := v["avatar_group_id"]; ok {
			v["avatar_group_id"] = c.fresh("/v3/avatars")
		}
		if _, ok := v["avatar_id"]; ok {
			v["avatar_id"] = photoList[0].id
		}
	case "/v1/webhook/endpoint.add", "/v3/webhooks/endpoints":
		v["url"] = "https://example.com/hook"
	case "/v1/webhook/endpoint.update":
		v["endpoint_id"] = at(c.must("POST", "/v1/webhook/endpoint.add", map[string]any{
			"url": "https://example.com/hook",
		}), "data", "endpoint_id")
	case "/v1/video/share":
		v["video_id"] = c.fresh("/v2/videos")
	case "/v2/video_translate":
		if b.Name != "output_languages" {
			v["output_language"] = "French"
			delete(v, "output_languages")
		}
	}
	if strings.HasPrefix(o.Path, "/v1/streaming.") && v["session_id"] != nil {
		v["session_id"] = at(c.must("POST", "/v1/streaming.new", map[string]any{"quality": "low"}), "data", "session_id")
	}
}

func (c *caller) prepareVideo(b *wiretest.Body, speak func(map[string]any), drop func(...string)) {
	v := b.Value
	switch b.Tag {
	case "avatar":
		speak(v)
		if b.Name == "output_format" || b.Name == "remove_background" {
			v["output_format"] = "webm"
			v["avatar_id"] = avatarList[0].id
		}
		if b.Name == "full" {
			v["output_format"] = "mp4"
		}
	case "image":
		speak(v)
		if b.Name == "full" {
			v["output_format"] = "mp4"
		}
	case "cinematic_avatar":
		v["avatar_id"] = []any{photoList[0].id}
		if _, ok := v["references"]; ok {
			v["references"] = []any{link}
		}
	case "studio":
		avatar := map[string]any{"type": "avatar_video", "input": map[string]any{
			"type": "avatar", "avatar_id": photoList[0].id, "script": "Hello.", "voice_id": voiceList[0].id,
			"background": map[string]any{"type": "color", "color": "#112233"},
		}}
		v["scenes"] = []any{avatar, map[string]any{"type": "image", "source": link, "duration": 2},
			map[string]any{"type": "video", "source": link, "playback": map[string]any{"mute": true, "volume": 0.5}}}
	}
	if g, ok := v["background"].(map[string]any); ok {
		v["background"] = map[string]any{"type": g["type"], "value": "#112233"}
	}
	if w, ok := v["watermark"].(map[string]any); ok {
		w["image"] = link
	}
	if s, ok := v["voice_settings"].(map[string]any); ok {
		s["speed"] = 1.2
	}
}

// maker returns what creates a record of a collection and returns its id, where a minimal body does not.
func (c *caller) maker(collection string) func() any {
	translation := map[string]any{"video": link, "output_languages": []any{"French"}, "title": "T"}
	post := func(path string, body any, names ...any) func() any {
		return func() any { return at(c.must("POST", path, body), append([]any{"data"}, names...)...) }
	}
	photo := map[string]any{"type": "photo", "name": "Me", "file": link}
	return map[string]func() any{
		"/v3/videos":                    post("/v3/videos", good(nil), "video_id"),
		"/v3/videos/batches":            post("/v3/videos/batches", map[string]any{"videos": []any{good(nil)}}, "batch_id"),
		"/v3/assets":                    func() any { return c.upload() },
		"/v1/asset":                     func() any { return c.upload() },
		"/v3/avatars":                   post("/v3/avatars", photo, "avatar_group", "id"),
		"/v3/avatars/looks":             post("/v3/avatars", photo, "avatar_item", "id"),
		"/v2/avatar":                    func() any { return avatarList[0].id },
		"/v2/avatar_group":              post("/v3/avatars", photo, "avatar_group", "id"),
		"/v2/photo_avatar":              post("/v3/avatars", photo, "avatar_item", "id"),
		"/v2/talking_photo":             post("/v3/avatars", photo, "avatar_item", "id"),
		"/v2/photo_avatar/train/status": func() any { return "g" },
		"/v2/photo_avatar/generation": post("/v2/photo_avatar/photo/generate", map[string]any{
			"name": "n", "age": "a", "gender": "g", "ethnicity": "e", "orientation": "o", "pose": "p", "style": "s", "appearance": "x",
		}, "generation_id"),
		"/v3/template":     func() any { return templateList[0].id },
		"/v2/template":     func() any { return templateList[0].id },
		"/v3/templates":    post("/v3/templates", map[string]any{"video_id": "v", "name": "T"}, "id"),
		"/v3/voices":       post("/v3/voices/clone", map[string]any{"voice_name": "Me", "audio": link}, "voice_clone_id"),
		"/v3/video-agents": post("/v3/video-agents", map[string]any{"prompt": "Tea."}, "session_id"),
		"/v3/video-agents/{session_id}/resources": func() any { return "r" },
		"/v3/video-translations":                  post("/v3/video-translations", translation, "video_translation_ids", 0),
		"/v3/video-translations/proofreads":       post("/v3/video-translations/proofreads", translation, "proofread_ids", 0),
		"/v3/video-translations/batches": post("/v3/video-translations/batches", map[string]any{
			"video_translations": []any{translation},
		}, "batch_id"),
		"/v3/lipsyncs": post("/v3/lipsyncs", map[string]any{"video": link, "audio": link}, "lipsync_id"),
		"/v3/lipsyncs/batches": post("/v3/lipsyncs/batches", map[string]any{
			"lipsyncs": []any{map[string]any{"video": link, "audio": link}},
		}, "batch_id"),
		"/v3/background-removals": post("/v3/background-removals", map[string]any{"video": link}, "id"),
		"/v3/assets/batches": post("/v3/assets/direct-uploads/batches", map[string]any{
			"files": []any{map[string]any{"filename": "a.png", "content_type": "image/png", "size_bytes": 12}},
		}, "batch_id"),
		"/v3/webhooks/endpoints":        post("/v3/webhooks/endpoints", map[string]any{"url": "https://example.com/h"}, "endpoint_id"),
		"/v1/folders":                   post("/v1/folders/create", map[string]any{"name": "f"}, "id"),
		"/v2/videos":                    post("/v2/video/generate", scene(nil), "video_id"),
		"/v2/video_translate":           post("/v2/video_translate", map[string]any{"video_url": "https://example.com/f.mp4", "output_language": "French"}, "video_translate_id"),
		"/v2/video_translate/proofread": post("/v2/video_translate/proofread", map[string]any{}, "id"),
	}[collection]
}
