package sandbox

import (
	"fmt"
	"net/http"
)

// scenesV3 is GET /v3/videos/{id}/scenes: what a finished video is made of. A translation has no scenes.
func (s *Server) scenesV3(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := s.videoOf(w, r)
	if j == nil {
		return
	}
	if j.Kind == translations.kind {
		v3Error(w, http.StatusNotFound, "video_not_found", "video_id", "A translated video has no scenes")
		return
	}
	list := j.Request.Scenes
	if len(list) == 0 {
		list = []request{j.Request}
	}
	scenes := []any{}
	for i, q := range list {
		scenes = append(scenes, sceneRecord(r, fmt.Sprintf("scene-%d", i+1), q))
	}
	v3(w, map[string]any{
		"video_id": j.ID, "edit_version": "1", "scenes": scenes, "background_audio": []any{},
		"video": map[string]any{
			"title": orNull(j.Title), "aspect_ratio": ratioOf(j.Request),
			"resolution":        fmt.Sprintf("%dp", min(j.Request.Width, j.Request.Height)),
			"brand_glossary_id": nil, "caption": map[string]any{"enabled": j.Captioned != ""},
		},
	})
}

// ratioOf returns the aspect ratio of a request, in words of v3 where it has one.
func ratioOf(q request) any {
	for word, r := range v3Ratios {
		named := word != "" && word != "auto"
		if named && (q.Width*r[1]/r[0]&^1 == q.Height || q.Height*r[0]/r[1]&^1 == q.Width) {
			return word
		}
	}
	return nil
}

// sceneRecord has the background, the presenter and the words of one scene. A picture that fills the frame is the
// background.
func sceneRecord(r *http.Request, id string, q request) map[string]any {
	d := map[string]any{"id": id, "background": nil, "elements": []any{}, "script": []any{}}
	switch {
	case q.Picture != "" && q.Picture != cannedPicture:
		d["background"] = map[string]any{"type": "image", "id": id + "-background", "url": origin(r) + "/assets/" + q.Picture}
	case q.Picture != "":
		d["background"] = map[string]any{"type": "image", "id": id + "-background", "url": origin(r) + "/pictures/canned.png"}
	case q.Color != "":
		d["background"] = map[string]any{"type": "color", "id": id + "-background", "color": q.Color}
	}
	if !q.Empty && q.Avatar != "" {
		d["elements"] = []any{map[string]any{"id": id + "-avatar", "type": "avatar", "avatar_id": q.Avatar}}
	}
	words := map[string]any{"id": id + "-script"}
	switch {
	case q.Script != "":
		words["type"], words["text"], words["voice_id"] = "text", q.Script, orNull(q.Voice)
	case q.AudioAsset != "":
		words["type"], words["audio_url"] = "audio", origin(r)+"/assets/"+q.AudioAsset
	case q.AudioFile != "":
		words["type"], words["audio_url"] = "audio", nil
	default:
		words["type"], words["duration"] = "silence", max(q.Silence, q.Seconds)
	}
	d["script"] = []any{words}
	return d
}
