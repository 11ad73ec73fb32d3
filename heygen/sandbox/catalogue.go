package sandbox

import (
	"net/http"
	"slices"
)

// The catalogue: voices, and a few looks, each rendered as one of the presenters with its own voice.
var avatarList = []struct{ id, name, gender, voice string }{
	{"Daisy-inskirt-20220818", "Daisy in skirt", "female", "1bd001e7e50f421d891986aad5158bc8"},
	{"Bram-office-20230104", "Bram in the office", "male", "077ab11b14f04ce0b49b5f6e5cc20979"},
	{"Odile-studio-20240311", "Odile in the studio", "female", "b2d94c7f0e1a4d2f8c35a7610f9e28d3"},
}

// Talking photos: the account's own pictures.
var photoList = []struct{ id, name string }{
	{"0c1f5a86b2f84f6c9d2c7be0a41c9e11", "Portrait at the window"},
	{"77e0a3dd52f54c0f8a8f1d6d0be3f2c4", "Portrait outdoors"},
}

var voiceList = []struct{ id, name, language, gender string }{
	{"1bd001e7e50f421d891986aad5158bc8", "Sara", "English", "Female"},
	{"077ab11b14f04ce0b49b5f6e5cc20979", "Paul", "English", "male"},
	{"6a12f8b14a994c0c9b1f3a0d2f2f4e55", "Marie", "French", "female"},
	{"b2d94c7f0e1a4d2f8c35a7610f9e28d3", "Lucía", "Spanish", "female"},
}

// filmOnly are the voices for films only: they do not run on the engine that
// makes speech alone.
var filmOnly = []string{"6a12f8b14a994c0c9b1f3a0d2f2f4e55"}

func speaks(voice string) bool { return !slices.Contains(filmOnly, voice) }

func knownAvatar(id string) bool {
	for _, a := range avatarList {
		if a.id == id {
			return true
		}
	}
	return false
}

// knownVoice reports a voice of HeyGen or one that the account made.
func (s *Server) knownVoice(id string) bool {
	for _, v := range voiceList {
		if v.id == id {
			return true
		}
	}
	return s.resources.Has("/v3/voices", id)
}

func (s *Server) avatars(w http.ResponseWriter, r *http.Request) {
	var list []map[string]any
	for _, a := range avatarList {
		list = append(list, map[string]any{
			"avatar_id": a.id, "avatar_name": a.name, "gender": a.gender, "preview_image_url": s.picture(r, a.id, "png"),
			"preview_video_url": origin(r) + "/previews/" + a.id + ".mp4",
			"premium":           false, "default_voice_id": a.voice,
		})
	}
	var photos []map[string]any
	for _, p := range s.allPhotos() {
		photos = append(photos, map[string]any{
			"talking_photo_id": p.ID, "talking_photo_name": p.Name, "preview_image_url": s.picture(r, p.ID, "png"),
		})
	}
	v2(w, map[string]any{"avatars": list, "talking_photos": photos})
}

func (s *Server) avatarDetails(w http.ResponseWriter, r *http.Request) {
	for _, a := range avatarList {
		if a.id == r.PathValue("id") {
			v2(w, map[string]any{
				"type": "avatar", "id": a.id, "name": a.name, "gender": a.gender, "premium": false, "is_public": true,
				"preview_image_url": s.picture(r, a.id, "png"), "preview_video_url": origin(r) + "/previews/" + a.id + ".mp4",
				"default_voice_id": a.voice,
			})
			return
		}
	}
	for _, p := range s.allPhotos() {
		if p.ID == r.PathValue("id") {
			v2(w, map[string]any{
				"type": "talking_photo", "id": p.ID, "name": p.Name, "premium": false, "is_public": false,
				"preview_image_url": s.picture(r, p.ID, "png"),
				"default_voice_id":  voiceList[0].id,
			})
			return
		}
	}
	v2Error(w, http.StatusNotFound, "avatar_not_found", "avatar not found")
}

// voiceRecords are the voices in the form of v1 and v2.
func voiceRecords(r *http.Request) (list []map[string]any) {
	for _, v := range voiceList {
		list = append(list, map[string]any{
			"voice_id": v.id, "name": v.name, "language": v.language, "gender": v.gender,
			"preview_audio": origin(r) + "/previews/" + v.id, "support_pause": true, "emotion_support": false,
			"support_locale": false, "support_interactive_avatar": false,
		})
	}
	return list
}

func (s *Server) voices(w http.ResponseWriter, r *http.Request) {
	v2(w, map[string]any{"voices": voiceRecords(r)})
}

func (s *Server) quota(w http.ResponseWriter, _ *http.Request) {
	left := 60 * s.o.Balance // sixtieths of a credit
	if s.faults.on("no-credit") || s.faults.on("no-credit-late") {
		left = 0
	}
	// Only api pays for renders; clients read the other pools too.
	v2(w, map[string]any{"remaining_quota": left, "details": map[string]any{
		"api": left, "streaming_avatar": 0, "streaming_avatar_instance_quota": 0, "seat": 1,
	}})
}
